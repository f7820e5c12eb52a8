<?php
/**
 * What users are told of.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The notifications of this site, a table of the last 50 of each user. It holds
 * what the bell shows, so that no page waits for the server.
 *
 * A row is array{id: string, user_id: string, subject: string, task_id: string,
 * name: string, state: string, reason: string, message: string, ended_at: string,
 * read_at: ?string, mail: string}, times in UTC as MySQL writes them.
 */
final class DDAP_Notifications {

	/** So many are kept of each user. */
	public const KEPT = 50;

	/** An e-mail is to be sent. */
	public const MAIL_PENDING = 'pending';
	/** It was handed over. */
	public const MAIL_SENT = 'sent';
	/** WordPress could not hand it over. */
	public const MAIL_FAILED = 'failed';

	/**
	 * Tells a user of something, unless that was done before.
	 *
	 * @param int                  $user_id Whom.
	 * @param array<string,string> $what    subject, task_id, name, state, reason, message, ended_at (as MySQL writes it), mail.
	 * @return bool Whether it is new.
	 */
	public static function add( int $user_id, array $what ): bool {
		global $wpdb;
		if ( self::is_older_than_kept( $user_id, $what['ended_at'] ) ) {
			return false;
		}
		$table = DDAP_Schema::table( 'ddap_notifications' );
		// phpcs:disable WordPress.DB -- the plugin's own table; IGNORE makes it once, whoever is quicker.
		$added = $wpdb->query(
			$wpdb->prepare(
				"INSERT IGNORE INTO $table (user_id, subject, task_id, name, state, reason, message, ended_at, mail) VALUES (%d, %s, %s, %s, %s, %s, %s, %s, %s)",
				$user_id,
				$what['subject'],
				$what['task_id'],
				mb_substr( $what['name'], 0, 200 ),
				mb_substr( $what['state'], 0, 20 ),
				mb_substr( $what['reason'], 0, 64 ),
				mb_substr( $what['message'], 0, 500 ),
				$what['ended_at'],
				$what['mail']
			)
		);
		// phpcs:enable
		if ( 1 !== $added ) {
			return false;
		}
		self::prune( $user_id );
		return true;
	}

	/**
	 * A user's notifications, the latest first.
	 *
	 * @param int $user_id Whose.
	 * @param int $limit   So many at most.
	 * @return array<int,array<string,?string>>
	 */
	public static function of_user( int $user_id, int $limit = self::KEPT ): array {
		global $wpdb;
		if ( ! DDAP_Schema::is_current() ) {
			return array();
		}
		$table = DDAP_Schema::table( 'ddap_notifications' );
		return (array) $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE user_id = %d ORDER BY ended_at DESC, id DESC LIMIT %d", $user_id, $limit ), ARRAY_A ); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}

	/**
	 * One of a user's notifications.
	 *
	 * @param int $user_id Whose.
	 * @param int $id      Its number.
	 * @return array<string,?string>|null
	 */
	public static function find( int $user_id, int $id ): ?array {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_notifications' );
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $table WHERE user_id = %d AND id = %d", $user_id, $id ), ARRAY_A ); // phpcs:ignore WordPress.DB -- the plugin's own table.
		return is_array( $row ) ? $row : null;
	}

	/**
	 * How many a user has not read.
	 *
	 * @param int $user_id Whose.
	 */
	public static function count_unread( int $user_id ): int {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_notifications' );
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $table WHERE user_id = %d AND read_at IS NULL", $user_id ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}

	/**
	 * Marks notifications of a user as read.
	 *
	 * @param int      $user_id Whose.
	 * @param int|null $id      Which; null for all.
	 */
	public static function mark_read( int $user_id, ?int $id = null ): void {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_notifications' );
		// phpcs:disable WordPress.DB -- the plugin's own table.
		$query = $wpdb->prepare( "UPDATE $table SET read_at = UTC_TIMESTAMP() WHERE user_id = %d AND read_at IS NULL", $user_id );
		$wpdb->query( null === $id ? $query : $query . $wpdb->prepare( ' AND id = %d', $id ) );
		// phpcs:enable
	}

	/**
	 * Removes all that is known of a user.
	 *
	 * @param int $user_id Whose.
	 * @return int How many there were.
	 */
	public static function delete_of_user( int $user_id ): int {
		global $wpdb;
		if ( ! DDAP_Schema::is_current() ) {
			return 0;
		}
		return (int) $wpdb->delete( DDAP_Schema::table( 'ddap_notifications' ), array( 'user_id' => $user_id ), array( '%d' ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
	}

	/**
	 * Takes the notifications of one user that are to be sent as an e-mail, under
	 * a mark of the caller's own; nobody else gets them. Whoever takes them and
	 * dies has sent nothing: an e-mail too few is better than one every minute.
	 *
	 * @return array<int,array<string,?string>> The latest first; empty where there are none.
	 */
	public static function take_mail(): array {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_notifications' );
		$mark  = 's' . bin2hex( random_bytes( 8 ) );
		// phpcs:disable WordPress.DB -- the plugin's own table.
		$user = $wpdb->get_var( $wpdb->prepare( "SELECT user_id FROM $table WHERE mail = %s ORDER BY id LIMIT 1", self::MAIL_PENDING ) );
		if ( null === $user ) {
			return array();
		}
		$wpdb->query( $wpdb->prepare( "UPDATE $table SET mail = %s WHERE user_id = %d AND mail = %s", $mark, $user, self::MAIL_PENDING ) );
		return (array) $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE mail = %s ORDER BY ended_at DESC, id DESC", $mark ), ARRAY_A );
		// phpcs:enable
	}

	/**
	 * Keeps what became of an e-mail.
	 *
	 * @param array<int,array<string,?string>> $rows What take_mail() gave.
	 * @param string                           $mail MAIL_SENT or MAIL_FAILED.
	 */
	public static function finish_mail( array $rows, string $mail ): void {
		global $wpdb;
		foreach ( $rows as $row ) {
			$wpdb->update( DDAP_Schema::table( 'ddap_notifications' ), array( 'mail' => $mail ), array( 'id' => $row['id'] ), array( '%s' ), array( '%d' ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
		}
	}

	/**
	 * Whether something lies behind all that is kept: it was told of before, and
	 * has been pushed out since.
	 *
	 * @param int    $user_id  Whose.
	 * @param string $ended_at As MySQL writes it.
	 */
	private static function is_older_than_kept( int $user_id, string $ended_at ): bool {
		$oldest = self::oldest_kept( $user_id );
		return null !== $oldest && $ended_at < $oldest['ended_at'];
	}

	/**
	 * Removes what is too much.
	 *
	 * @param int $user_id Whose.
	 */
	private static function prune( int $user_id ): void {
		global $wpdb;
		$oldest = self::oldest_kept( $user_id );
		if ( null !== $oldest ) {
			$table = DDAP_Schema::table( 'ddap_notifications' );
			$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE user_id = %d AND (ended_at < %s OR (ended_at = %s AND id < %d))", $user_id, $oldest['ended_at'], $oldest['ended_at'], $oldest['id'] ) ); // phpcs:ignore WordPress.DB -- the plugin's own table.
		}
	}

	/**
	 * The oldest notification of a user who has as many as are kept.
	 *
	 * @param int $user_id Whose.
	 * @return array{id: string, ended_at: string}|null
	 */
	private static function oldest_kept( int $user_id ): ?array {
		global $wpdb;
		$table = DDAP_Schema::table( 'ddap_notifications' );
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT id, ended_at FROM $table WHERE user_id = %d ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET %d", $user_id, self::KEPT - 1 ), ARRAY_A ); // phpcs:ignore WordPress.DB -- the plugin's own table.
		return is_array( $row ) ? $row : null;
	}
}
