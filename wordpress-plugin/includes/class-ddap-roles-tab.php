<?php
/**
 * Settings > Data Analysis > Roles.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The table of roles and what each may do.
 */
final class DDAP_Roles_Tab implements DDAP_Settings_Tab {

	private const ACTION = 'ddap_save_roles';

	/** The role that always keeps the settings. */
	private const KEEPER = 'administrator';

	/** The tab's title. */
	public function title(): string {
		return __( 'Roles', 'ddap-data-analysis' );
	}

	/** Prints the tab. */
	public function render(): void {
		$this->render_notices();
		?>
		<p><?php esc_html_e( 'Who may do what with Data Analysis on this site. A user with several roles may do what any of them allows.', 'ddap-data-analysis' ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<input type="hidden" name="action" value="<?php echo esc_attr( self::ACTION ); ?>">
			<?php wp_nonce_field( self::ACTION ); ?>
			<table class="widefat striped ddap-roles">
				<thead>
					<tr>
						<th scope="col"><?php esc_html_e( 'Role', 'ddap-data-analysis' ); ?></th>
						<?php foreach ( self::titles() as $title => $description ) : ?>
							<th scope="col"><?php echo esc_html( $title ); ?><span class="description"><?php echo esc_html( $description ); ?></span></th>
						<?php endforeach; ?>
					</tr>
				</thead>
				<tbody>
					<?php
					foreach ( wp_roles()->role_objects as $role ) {
						$this->render_row( $role );
					}
					?>
				</tbody>
			</table>
			<p class="submit"><button type="submit" class="button button-primary"><?php esc_html_e( 'Save roles', 'ddap-data-analysis' ); ?></button></p>
		</form>
		<?php
	}

	/** Explains the tab, as HTML. */
	public function help(): string {
		$items = '';
		foreach ( self::titles() as $title => $description ) {
			$items .= '<li><strong>' . esc_html( $title ) . '</strong>: ' . esc_html( $description ) . '</li>';
		}
		return '<ul>' . $items . '</ul><p>' . esc_html__( 'Administrators always keep the settings, so that nobody is locked out. The rights are capabilities of WordPress: plugins that edit roles see them too.', 'ddap-data-analysis' ) . '</p>';
	}

	/** Keeps what the form sent. */
	public static function save(): void {
		if ( ! current_user_can( DDAP_Capabilities::SETTINGS ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::ACTION );
		$sent    = isset( $_POST['granted'] ) && is_array( $_POST['granted'] ) ? map_deep( wp_unslash( $_POST['granted'] ), 'sanitize_key' ) : array();
		$granted = self::with_a_way_in( self::known( $sent ) );
		$is_safe = self::keeps_current_user( $granted );
		if ( $is_safe ) {
			DDAP_Capabilities::grant( $granted );
		}
		wp_safe_redirect( DDAP_Settings_Screen::url( DDAP_Settings_Screen::ROLES, array( 'saved' => $is_safe ? 1 : 0 ) ) );
		exit;
	}

	/**
	 * What of a form is about roles and capabilities that there are.
	 *
	 * @param array<mixed> $sent Capabilities by role.
	 * @return array<string,string[]>
	 */
	public static function known( array $sent ): array {
		$known = array();
		foreach ( array_keys( wp_roles()->role_objects ) as $role ) {
			$known[ $role ] = array_values( array_intersect( DDAP_Capabilities::all(), array_filter( (array) ( $sent[ $role ] ?? array() ), 'is_string' ) ) );
		}
		return $known;
	}

	/**
	 * Leaves the settings to administrators, whatever was sent.
	 *
	 * @param array<string,string[]> $granted Capabilities by role.
	 * @return array<string,string[]>
	 */
	public static function with_a_way_in( array $granted ): array {
		if ( isset( $granted[ self::KEEPER ] ) ) {
			$granted[ self::KEEPER ] = array_values( array_unique( array_merge( $granted[ self::KEEPER ], array( DDAP_Capabilities::SETTINGS ) ) ) );
		}
		return $granted;
	}

	/**
	 * Whether somebody who asks for this could undo it. On sites without
	 * administrators that is all that keeps them from locking everybody out.
	 *
	 * @param array<string,string[]> $granted Capabilities by role.
	 */
	private static function keeps_current_user( array $granted ): bool {
		if ( isset( $granted[ self::KEEPER ] ) || is_super_admin() ) {
			return true;
		}
		foreach ( wp_get_current_user()->roles as $role ) {
			if ( in_array( DDAP_Capabilities::SETTINGS, $granted[ $role ] ?? array(), true ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What the columns are called and mean.
	 *
	 * @return array<string,string> Descriptions by title, in the order of DDAP_Capabilities::all().
	 */
	private static function titles(): array {
		return array(
			__( 'See results', 'ddap-data-analysis' )     => __( 'Everybody\'s tasks and what they found', 'ddap-data-analysis' ),
			__( 'Ask', 'ddap-data-analysis' )             => __( 'New analyses; see, cancel and repeat their own', 'ddap-data-analysis' ),
			__( 'Manage tasks', 'ddap-data-analysis' )    => __( 'Cancel, repeat and delete everybody\'s; schedules and published results', 'ddap-data-analysis' ),
			__( 'Change settings', 'ddap-data-analysis' ) => __( 'This page: server, key, roles, notifications', 'ddap-data-analysis' ),
		);
	}

	/**
	 * Prints the row of a role.
	 *
	 * @param WP_Role $role The role.
	 */
	private function render_row( WP_Role $role ): void {
		$name   = translate_user_role( wp_roles()->role_names[ $role->name ] ?? $role->name );
		$titles = array_keys( self::titles() );
		?>
		<tr>
			<th scope="row"><?php echo esc_html( $name ); ?></th>
			<?php
			foreach ( DDAP_Capabilities::all() as $i => $capability ) :
				$is_fixed = self::KEEPER === $role->name && DDAP_Capabilities::SETTINGS === $capability;
				$id       = 'ddap-role-' . sanitize_html_class( $role->name ) . '-' . $capability;
				?>
				<td>
					<input type="checkbox" id="<?php echo esc_attr( $id ); ?>" name="granted[<?php echo esc_attr( $role->name ); ?>][]" value="<?php echo esc_attr( $capability ); ?>"
						<?php checked( $is_fixed || ! empty( $role->capabilities[ $capability ] ) ); ?> <?php disabled( $is_fixed ); ?>>
					<label for="<?php echo esc_attr( $id ); ?>"><span class="screen-reader-text"><?php echo esc_html( $name ); ?>: </span><span class="ddap-roles-label"><?php echo esc_html( $titles[ $i ] ); ?></span></label>
					<?php if ( $is_fixed ) : ?>
						<span class="description"><?php esc_html_e( 'always', 'ddap-data-analysis' ); ?></span>
					<?php endif; ?>
				</td>
			<?php endforeach; ?>
		</tr>
		<?php
	}

	/** Prints how saving went. */
	private function render_notices(): void {
		$saved = filter_input( INPUT_GET, 'saved' );
		if ( '1' === $saved ) {
			wp_admin_notice( esc_html__( 'Saved.', 'ddap-data-analysis' ), array( 'type' => 'success' ) );
		} elseif ( '0' === $saved ) {
			wp_admin_notice( esc_html__( 'Nothing was saved: you would have locked yourself out of these settings. Leave "Change settings" to one of your own roles.', 'ddap-data-analysis' ), array( 'type' => 'error' ) );
		}
	}
}
