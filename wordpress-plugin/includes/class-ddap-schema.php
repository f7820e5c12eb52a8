<?php
/**
 * The plugin's own tables.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes and removes the tables of a site. They are tables rather than options
 * because of their unique keys: two requests at the same moment must not tell
 * anybody the same thing twice.
 */
final class DDAP_Schema {

	/** Names of the tables, without the site's prefix. */
	public const TABLES = array( 'ddap_notifications', 'ddap_deliveries' );

	/** The option that says which form the tables have. */
	public const OPTION = 'ddap_schema';

	/** Rises with each change of the tables. */
	private const VERSION = 1;

	/**
	 * A table's name on this site.
	 *
	 * @param string $name One of TABLES.
	 */
	public static function table( string $name ): string {
		global $wpdb;
		return $wpdb->prefix . $name;
	}

	/** Whether this site's tables are as this release needs them. */
	public static function is_current(): bool {
		return self::VERSION === (int) get_option( self::OPTION, 0 );
	}

	/** Makes the tables of this site, or brings them to the form of today. */
	public static function install(): void {
		global $wpdb;
		if ( self::is_current() ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$notifications = self::table( 'ddap_notifications' );
		$deliveries    = self::table( 'ddap_deliveries' );
		$collation     = $wpdb->get_charset_collate();
		// Times are in UTC. subject is what a user is told of once: a task, or a pipeline as it was retried.
		dbDelta(
			"CREATE TABLE $notifications (
id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
user_id bigint(20) unsigned NOT NULL,
subject varchar(100) NOT NULL,
task_id char(36) NOT NULL,
name varchar(200) NOT NULL,
state varchar(20) NOT NULL,
reason varchar(64) NOT NULL,
message varchar(500) NOT NULL,
ended_at datetime NOT NULL,
read_at datetime DEFAULT NULL,
mail varchar(20) NOT NULL DEFAULT '',
PRIMARY KEY  (id),
UNIQUE KEY user_subject (user_id,subject),
KEY user_ended (user_id,ended_at),
KEY mail (mail)
) $collation;
CREATE TABLE $deliveries (
id varchar(100) NOT NULL,
received_at datetime NOT NULL,
done tinyint(1) NOT NULL DEFAULT 0,
PRIMARY KEY  (id),
KEY received_at (received_at)
) $collation;"
		);
		update_option( self::OPTION, self::VERSION, true );
	}

	/** Removes the tables of this site. */
	public static function drop(): void {
		global $wpdb;
		foreach ( self::TABLES as $table ) {
			$wpdb->query( 'DROP TABLE IF EXISTS ' . self::table( $table ) ); // phpcs:ignore WordPress.DB -- a name of this class.
		}
		delete_option( self::OPTION );
	}
}
