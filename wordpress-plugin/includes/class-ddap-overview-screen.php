<?php
/**
 * Data Analysis > Overview.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What happens now, at a glance. The page itself asks the server nothing, so
 * that it is there at once; its panels are loaded one by one.
 */
final class DDAP_Overview_Screen implements DDAP_Screen {

	/** Seconds between two looks at what changes by itself. */
	private const EVERY = 10;

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-overview',
				'title'   => __( 'How it works', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'You ask for an analysis. The server hands it to a computer whose owner shares the data. That computer does the work, and only what its owner allows comes back: tables, charts, a report. The data itself stays where it is.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		?>
		<div class="wrap ddap">
			<h1 class="wp-heading-inline"><?php esc_html_e( 'Data Analysis', 'ddap-data-analysis' ); ?></h1>
			<?php if ( DDAP_Settings::are_complete() && current_user_can( DDAP_Capabilities::CREATE ) ) : ?>
				<a class="page-title-action" href="<?php echo esc_url( DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS ) ); ?>"><?php esc_html_e( 'New analysis', 'ddap-data-analysis' ); ?></a>
			<?php endif; ?>
			<hr class="wp-header-end">
			<?php
			if ( ! DDAP_Settings::are_complete() ) {
				DDAP_First_Steps::render( false, false, false );
			} else {
				DDAP_Rest_Panels::placeholder( 'steps' );
				$this->render_cards();
			}
			?>
		</div>
		<?php
	}

	/** Prints the cards, whose insides come later. */
	private function render_cards(): void {
		echo '<div class="ddap-cards">';
		$this->render_card( __( 'Running now', 'ddap-data-analysis' ), 'running', self::EVERY );
		$this->render_card( __( 'Waiting', 'ddap-data-analysis' ), 'waiting', self::EVERY );
		$this->render_card( __( 'Last results', 'ddap-data-analysis' ), 'ended', self::EVERY );
		$this->render_card( __( 'Computers and data', 'ddap-data-analysis' ), 'shared', 6 * self::EVERY );
		echo '</div>';
	}

	/**
	 * Prints a card.
	 *
	 * @param string $title Its heading.
	 * @param string $panel What is in it.
	 * @param int    $every Seconds between two looks.
	 */
	private function render_card( string $title, string $panel, int $every ): void {
		printf( '<section class="ddap-card" aria-labelledby="ddap-card-%1$s"><h2 id="ddap-card-%1$s">%2$s</h2>', esc_attr( $panel ), esc_html( $title ) );
		DDAP_Rest_Panels::placeholder( $panel, $every );
		echo '</section>';
	}
}
