<?php
/**
 * Settings > Data Analysis.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The frame of the settings: tabs, and the help of each.
 */
final class DDAP_Settings_Screen implements DDAP_Screen {

	/** The tab with the server and its key, which is shown first. */
	public const SERVER = 'server';
	/** The tab that says who may do what. */
	public const ROLES = 'roles';
	/** The tab with the webhook. */
	public const NOTIFICATIONS = 'notifications';

	private const TABS = array(
		self::SERVER        => DDAP_Server_Tab::class,
		self::ROLES         => DDAP_Roles_Tab::class,
		self::NOTIFICATIONS => DDAP_Notifications_Tab::class,
	);

	/**
	 * The tabs, by their names in addresses.
	 *
	 * @var array<string,DDAP_Settings_Tab>
	 */
	private array $tabs;

	/** The name of the one that is shown. */
	private string $current;

	/** Adds the help. */
	public function load(): void {
		$this->tabs    = array_map( static fn( string $class_name ): DDAP_Settings_Tab => new $class_name(), self::TABS );
		$this->current = self::current();
		$screen        = get_current_screen();
		foreach ( $this->tabs as $name => $tab ) {
			$screen->add_help_tab(
				array(
					'id'       => 'ddap-' . $name,
					'title'    => $tab->title(),
					'content'  => $tab->help(),
					'priority' => $name === $this->current ? 1 : 10,
				)
			);
		}
		$screen->set_help_sidebar( '<p><strong>' . esc_html__( 'Something does not work?', 'ddap-data-analysis' ) . '</strong></p><p><a href="' . esc_url( admin_url( 'site-health.php' ) ) . '">' . esc_html__( 'Site Health says what is wrong', 'ddap-data-analysis' ) . '</a></p>' );
	}

	/** Prints the page. */
	public function render(): void {
		?>
		<div class="wrap ddap">
			<h1><?php esc_html_e( 'Data Analysis', 'ddap-data-analysis' ); ?></h1>
			<nav class="nav-tab-wrapper" aria-label="<?php esc_attr_e( 'Settings of Data Analysis', 'ddap-data-analysis' ); ?>">
				<?php foreach ( $this->tabs as $name => $tab ) : ?>
					<a href="<?php echo esc_url( self::url( $name ) ); ?>" class="nav-tab <?php echo $name === $this->current ? 'nav-tab-active' : ''; ?>" <?php echo $name === $this->current ? 'aria-current="page"' : ''; ?>><?php echo esc_html( $tab->title() ); ?></a>
				<?php endforeach; ?>
			</nav>
			<h2 class="screen-reader-text"><?php echo esc_html( $this->tabs[ $this->current ]->title() ); ?></h2>
			<?php $this->tabs[ $this->current ]->render(); ?>
		</div>
		<?php
	}

	/**
	 * The address of a tab.
	 *
	 * @param string               $tab   Its name.
	 * @param array<string,scalar> $query Parameters besides.
	 */
	public static function url( string $tab, array $query = array() ): string {
		return DDAP_Menu::url( DDAP_Menu::SETTINGS, self::SERVER === $tab ? $query : array( 'tab' => $tab ) + $query );
	}

	/** The name of the tab that the address asks for. */
	private static function current(): string {
		$tab = filter_input( INPUT_GET, 'tab' );
		return is_string( $tab ) && isset( self::TABS[ $tab ] ) ? $tab : self::SERVER;
	}
}
