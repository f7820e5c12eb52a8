<?php
/**
 * Whose task may be seen, and in whose name it is acted on.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The one way from an id in an address to a task. The server lets a site's key
 * read every task of its workspace, so the ownership is judged here.
 */
final class DDAP_Task_Access {

	/**
	 * A task that the current user may see.
	 *
	 * @param string $id The task's.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function find( string $id ): array|WP_Error {
		if ( ! wp_is_uuid( $id ) ) {
			return self::no_such_task();
		}
		$task = DDAP_Client::for_current_user()->get( "/tasks/$id" );
		return self::only_if_visible( $task );
	}

	/**
	 * The result of a task that the current user may see.
	 *
	 * @param string $id The task's.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function result( string $id ): array|WP_Error {
		if ( ! wp_is_uuid( $id ) ) {
			return self::no_such_task();
		}
		return self::only_if_visible( DDAP_Client::for_current_user()->get( "/result/$id" ) );
	}

	/**
	 * A client that may act on a task.
	 *
	 * The server lets a site's key act on what the same person asked for. Whoever
	 * manages everybody's tasks therefore acts in the name of whom the task belongs
	 * to; the name beside the number tells both.
	 *
	 * @param array<string,mixed> $task One that the current user may change.
	 */
	public static function client_for( array $task ): DDAP_Client {
		if ( DDAP_Capabilities::is_own( $task ) ) {
			return DDAP_Client::for_current_user();
		}
		$asker = DDAP_Key::user_of( (string) ( $task['creator'] ?? '' ) );
		if ( 0 === $asker ) {
			return DDAP_Client::for_site();
		}
		$known = get_userdata( $asker );
		$owner = new WP_User();
		// The account may be gone; its number still says whose the task is.
		$owner->ID   = $asker;
		$owner->data = (object) array(
			'ID'           => $asker,
			/* translators: 1: who acts, 2: in whose name. */
			'display_name' => sprintf( __( '%1$s for %2$s', 'ddap-data-analysis' ), wp_get_current_user()->display_name, false === $known ? (string) $asker : $known->display_name ),
		);
		return new DDAP_Client( DDAP_Settings::server_url(), DDAP_Settings::api_key(), $owner );
	}

	/**
	 * A thing of the server, unless it belongs to somebody else.
	 *
	 * @param array<string,mixed>|WP_Error $thing As the server gave it.
	 * @return array<string,mixed>|WP_Error
	 */
	private static function only_if_visible( array|WP_Error $thing ): array|WP_Error {
		if ( is_wp_error( $thing ) ) {
			return 404 === (int) ( $thing->get_error_data()['status'] ?? 0 ) ? self::no_such_task() : $thing;
		}
		// Somebody else's task answers like one that does not exist, so that nobody can find out which do.
		return DDAP_Capabilities::may_see( $thing ) ? $thing : self::no_such_task();
	}

	/** The answer for what is not there. */
	private static function no_such_task(): WP_Error {
		return new WP_Error(
			'ddap_no_such_task',
			__( 'There is no such task, or it belongs to somebody else. It may have been deleted.', 'ddap-data-analysis' ),
			array( 'status' => 404 )
		);
	}
}
