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

	/**
	 * Gives roles what the settings say.
	 *
	 * @param array<string,string[]> $granted Capabilities by role; a role that is not named gets none.
	 */
	public static function grant( array $granted ): void {
		foreach ( wp_roles()->role_objects as $name => $role ) {
			foreach ( self::all() as $capability ) {
				$has    = ! empty( $role->capabilities[ $capability ] );
				$should = in_array( $capability, $granted[ $name ] ?? array(), true );
				if ( $should && ! $has ) {
					$role->add_cap( $capability );
				} elseif ( ! $should && $has ) {
					$role->remove_cap( $capability );
				}
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
		$asker = DDAP_Key::user_of( (string) ( $thing['creator'] ?? '' ) );
		return $asker > 0 && get_current_user_id() === $asker;
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
}
