<?php
/**
 * Which deliveries of the webhook have been received.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Remembers each delivery by its id, so that it takes effect once: the server
 * sends one again where the answer got lost, and so might somebody who has
 * listened in.
 */
final class DDAP_Deliveries {

	/** It is the caller's to work on. */
	public const CLAIMED = 'claimed';
	/** Somebody works on it at this moment. */
	public const UNDER_WAY = 'under_way';
	/** It has taken effect. */
	public const DONE = 'done';

	/** After so many seconds whoever worked on it is taken for dead. */
	private const PATIENCE = 60;

	/** The server tries for three days; by then a copy is refused for its age. */
	private const KEPT = 4 * DAY_IN_SECONDS;

	/**
	 * Claims a delivery. Of several that come at the same moment, one gets it.
	 *
	 * @param string $id The webhook-id.
	 * @return string One of this class's constants.
	 */
	public static function claim( string $id ): string {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_deliveries' );
		// phpcs:disable WordPress.DB -- the plugin's own table; its primary key decides.
		if ( 1 === $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $table (id, received_at) VALUES (%s, UTC_TIMESTAMP())", $id ) ) ) {
			return self::CLAIMED;
		}
		$taken_over = $wpdb->query( $wpdb->prepare( "UPDATE $table SET received_at = UTC_TIMESTAMP() WHERE id = %s AND done = 0 AND received_at < UTC_TIMESTAMP() - INTERVAL %d SECOND", $id, self::PATIENCE ) );
		if ( 1 === $taken_over ) {
			return self::CLAIMED;
		}
		$done = $wpdb->get_var( $wpdb->prepare( "SELECT done FROM $table WHERE id = %s", $id ) );
		// phpcs:enable
		return '1' === $done ? self::DONE : self::UNDER_WAY;
	}

	/**
	 * Keeps that a delivery has taken effect.
	 *
	 * @param string $id The webhook-id.
	 */
	public static function finish( string $id ): void {
		global $wpdb;
		$wpdb->update( DDAP_Schema::table( 'ddap_deliveries' ), array( 'done' => 1 ), array( 'id' => $id ), array( '%d' ), array( '%s' ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}

	/**
	 * Gives a delivery back, so that the server's next try may take effect.
	 *
	 * @param string $id The webhook-id.
	 */
	public static function release( string $id ): void {
		global $wpdb;
		$wpdb->delete(
			DDAP_Schema::table( 'ddap_deliveries' ),
			array(
				'id'   => $id,
				'done' => 0,
			),
			array( '%s', '%d' )
		); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}

	/** Forgets those that cannot come again. */
	public static function prune(): void {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_deliveries' );
		$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE received_at < UTC_TIMESTAMP() - INTERVAL %d SECOND", self::KEPT ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}
}
