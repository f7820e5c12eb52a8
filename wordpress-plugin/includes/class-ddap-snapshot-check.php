<?php
/**
 * Whether what is published may stay.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks the server once a day whether the owners still allow it, and takes down
 * what they do not. Silence of the server takes nothing down: an outage is not
 * a change of mind.
 */
final class DDAP_Snapshot_Check {

	/**
	 * The server's words for an owner who does not allow it any more, of all its
	 * words for what is not to be published: an input that was deleted is nobody's wish.
	 */
	private const WITHDRAWN = array( 'publish_off', 'not_shared' );

	/** The event of WP-Cron. */
	public const EVENT = 'ddap_check_snapshots';

	/** Makes the check run daily; on activation, and where the event has got lost. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::EVENT );
		}
	}

	/** Ends the daily check. */
	public static function unschedule(): void {
		wp_clear_scheduled_hook( self::EVENT );
	}

	/** Checks everything that is published; the event's action. */
	public static function check(): void {
		self::run( DDAP_Client::for_site() );
	}

	/**
	 * Checks everything that is published.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return int How many were taken down.
	 */
	public static function run( DDAP_Client $client ): int {
		$verdicts = array();
		$gone     = 0;
		foreach ( DDAP_Snapshots::search()['snapshots'] as $snapshot ) {
			$task_id                = $snapshot['task_id'];
			$verdicts[ $task_id ] ??= self::verdict( $client, $snapshot );
			if ( 'unreachable' === $verdicts[ $task_id ] ) {
				break;
			}
			if ( 'withdrawn' === $verdicts[ $task_id ] ) {
				DDAP_Publishing::take_down( $snapshot );
				self::tell_publisher( $snapshot );
				++$gone;
			}
		}
		return $gone;
	}

	/**
	 * What the server says of a snapshot.
	 *
	 * @param DDAP_Client         $client   Acts for the site.
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @return string allowed, withdrawn, unknown or unreachable.
	 */
	private static function verdict( DDAP_Client $client, array $snapshot ): string {
		$answer = $client->get( '/result/' . rawurlencode( $snapshot['task_id'] ) );
		if ( ! is_wp_error( $answer ) && DDAP_Publishing::is_allowed( $answer ) ) {
			return 'allowed';
		}
		if ( ! is_wp_error( $answer ) && array() !== array_intersect( self::WITHDRAWN, array_column( (array) ( $answer['publish_refused'] ?? array() ), 'code' ) ) ) {
			return 'withdrawn';
		}
		if ( is_wp_error( $answer ) && DDAP_Connection_Error::is_one( $answer ) ) {
			return 'unreachable';
		}
		// What the server no longer knows of the task, it may still know of its datasets.
		return is_wp_error( $answer ) && 404 !== $answer->get_error_data()['status'] ? 'unknown' : self::verdict_of_datasets( $client, $snapshot );
	}

	/**
	 * What the datasets say, where the server keeps the task or its inputs no more.
	 *
	 * @param DDAP_Client         $client   Acts for the site.
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @return string As verdict() has it.
	 */
	private static function verdict_of_datasets( DDAP_Client $client, array $snapshot ): string {
		$datasets = DDAP_Datasets::all( $client );
		if ( is_wp_error( $datasets ) ) {
			return DDAP_Connection_Error::is_one( $datasets ) ? 'unreachable' : 'unknown';
		}
		$flags = array_column( $datasets['datasets'], 'publish', 'id' );
		foreach ( array_filter( array_column( $snapshot['sources'], 'dataset_id' ) ) as $id ) {
			$is_gone = ! array_key_exists( $id, $flags ) && ! $datasets['more'];
			if ( $is_gone || false === ( $flags[ $id ] ?? null ) ) {
				return 'withdrawn';
			}
		}
		return 'unknown';
	}

	/**
	 * Writes to whoever published it.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots, which is gone by now.
	 */
	private static function tell_publisher( array $snapshot ): void {
		$user = get_userdata( $snapshot['publisher'] );
		if ( false === $user ) {
			return;
		}
		$switched = switch_to_user_locale( $user->ID );
		wp_mail(
			$user->user_email,
			/* translators: %s: title of what was published. */
			sprintf( __( 'No longer published: %s', 'ddap-data-analysis' ), $snapshot['title'] ),
			sprintf(
				/* translators: 1: title of what was published, 2: address of the list of published results. */
				__( "The owner of the data no longer allows publishing. \"%1\$s\" was therefore taken down; pages that showed it show nothing in its place.\n\nWhat else is published: %2\$s", 'ddap-data-analysis' ),
				$snapshot['title'],
				DDAP_Menu::url( DDAP_Menu::PUBLISHED )
			)
		);
		if ( $switched ) {
			restore_previous_locale();
		}
	}
}
