<?php
/**
 * Who may do what.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The plugin's own capabilities. They are kept in WordPress's roles, so that
 * role editors see and change them too.
 */
final class DDAP_Capabilities {

	/** Open the plugin's screens; nobody has it, map_enter() says for whom it holds. */
	public const ENTER = 'ddap_enter';
	/** See everybody's tasks and results. */
	public const VIEW = 'ddap_view_results';
	/** Ask for analyses; see one's own tasks, cancel and repeat them. */
	public const CREATE = 'ddap_create_tasks';
	/** Act on everybody's tasks, schedules and published results. */
	public const MANAGE = 'ddap_manage_tasks';
	/** Change the settings. */
	public const SETTINGS = 'ddap_manage_settings';

	/** What each of WordPress's own roles gets at first; others get nothing. */
	private const DEFAULTS = array(
		'administrator' => array( self::VIEW, self::CREATE, self::MANAGE, self::SETTINGS ),
		'editor'        => array( self::VIEW, self::CREATE ),
		'author'        => array( self::CREATE ),
	);

	/**
	 * Every capability, weakest first.
	 *
	 * @return string[]
	 */
	public static function all(): array {
		return array( self::VIEW, self::CREATE, self::MANAGE, self::SETTINGS );
	}

	/**
	 * Gives the roles what they have at first, on activation.
	 *
	 * @param bool $network_wide Whether the plugin is activated on all sites of a network.
	 */
	public static function grant_defaults( bool $network_wide = false ): void {
		$sites = $network_wide ? get_sites(
			array(
				'fields' => 'ids',
				'number' => 0,
			)
		) : array( get_current_blog_id() );
		foreach ( $sites as $site ) {
			self::on_site( (int) $site, array( self::class, 'grant_on_this_site' ) );
		}
	}

	/**
	 * Gives the roles of a new site of a network what they have at first.
	 *
	 * @param WP_Site $site The site.
	 */
	public static function grant_defaults_on_new_site( WP_Site $site ): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		if ( is_plugin_active_for_network( plugin_basename( DDAP_PLUGIN_FILE ) ) ) {
			self::on_site( (int) $site->blog_id, array( self::class, 'grant_on_this_site' ) );
		}
	}

	/**
	 * Gives the roles of this site what they have at first, unless somebody has
	 * decided already: activating again must not undo that.
	 */
	public static function grant_on_this_site(): void {
		if ( array() !== self::roles_with_any() ) {
			return;
		}
		foreach ( self::DEFAULTS as $name => $capabilities ) {
			$role = get_role( $name );
			foreach ( null === $role ? array() : $capabilities as $capability ) {
				$role->add_cap( $capability );
			}
		}
	}

	/** Takes the capabilities from all roles of this site. */
	public static function revoke_all(): void {
		foreach ( self::roles_with_any() as $role ) {
			foreach ( self::all() as $capability ) {
				$role->remove_cap( $capability );
			}
		}
	}

	/**
	 * Lets those enter who may see, ask or manage; a filter of map_meta_cap.
	 *
	 * @param string[] $needed     What WordPress would ask for.
	 * @param string   $capability What is asked about.
	 * @param int      $user_id    About whom.
	 * @return string[]
	 */
	public static function map_enter( array $needed, string $capability, int $user_id ): array {
		if ( self::ENTER !== $capability ) {
			return $needed;
		}
		foreach ( array( self::VIEW, self::CREATE, self::MANAGE ) as $candidate ) {
			if ( user_can( $user_id, $candidate ) ) {
				return array( $candidate );
			}
		}
		return array( 'do_not_allow' );
	}

	/** Whether the current user sees everybody's tasks, and not only their own. */
	public static function sees_everybody(): bool {
		return current_user_can( self::VIEW ) || current_user_can( self::MANAGE );
	}

	/**
	 * Whether the current user may see a task, a pipeline, a schedule or an upload.
	 *
	 * @param array<string,mixed> $thing As the server gave it.
	 */
	public static function may_see( array $thing ): bool {
		return self::sees_everybody() || ( current_user_can( self::CREATE ) && self::is_own( $thing ) );
	}

	/**
	 * Whether the current user may cancel, repeat, change or delete it.
	 *
	 * @param array<string,mixed> $thing As the server gave it.
	 */
	public static function may_change( array $thing ): bool {
		return current_user_can( self::MANAGE ) || ( current_user_can( self::CREATE ) && self::is_own( $thing ) );
	}

	/**
	 * Whether the current user asked for it, through this site's key.
	 *
	 * @param array<string,mixed> $thing As the server gave it, with its creator: KEY_ID;USER_ID.
	 */
	public static function is_own( array $thing ): bool {
		$creator = explode( ';', (string) ( $thing['creator'] ?? '' ), 2 );
		return 2 === count( $creator ) && get_current_user_id() > 0 && (string) get_current_user_id() === $creator[1];
	}

	/**
	 * The roles that have any of the capabilities.
	 *
	 * @return WP_Role[]
	 */
	private static function roles_with_any(): array {
		return array_filter(
			wp_roles()->role_objects,
			static fn( WP_Role $role ): bool => array() !== array_intersect( self::all(), array_keys( array_filter( $role->capabilities ) ) )
		);
	}

	/**
	 * Does something on a site of a network, or on the only one.
	 *
	 * @param int      $site The site's id.
	 * @param callable $act  What is done there.
	 */
	private static function on_site( int $site, callable $act ): void {
		$elsewhere = is_multisite() && get_current_blog_id() !== $site;
		if ( $elsewhere ) {
			switch_to_blog( $site );
		}
		$act();
		if ( $elsewhere ) {
			restore_current_blog();
		}
	}
}
