<?php
/**
 * Asking the server for news.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads by WP-Cron which of this site's tasks have ended: every five minutes where
 * no webhook works, else once an hour, in case something got lost on the way.
 */
final class DDAP_Poll {

	/** The event of WP-Cron. */
	public const HOOK = 'ddap_poll';
	/** Its interval. */
	public const INTERVAL = 'ddap_five_minutes';
	/** How far it has come: cursor (RFC 3339, the server's clock), ran_at, trouble. */
	public const OPTION = 'ddap_poll';
	/** Held while one runs, in an option with ".lock" behind its name. */
	public const LOCK = 'ddap_poll';

	/** A poll that holds the lock for longer is taken for dead, in seconds. */
	private const LONGEST = 10 * MINUTE_IN_SECONDS;

	/** With a webhook that works. */
	private const SELDOM = 55 * MINUTE_IN_SECONDS;

	private const PER_PAGE  = 100;
	private const MAX_PAGES = 10;

	/** Tasks whose ends were committed a little late are still found, in seconds. */
	private const OVERLAP = 30;

	/** Tasks of so many keys are asked for: that of today, and those before it. */
	private const MAX_KEYS = 3;

	/**
	 * Adds the interval; a filter of cron_schedules.
	 *
	 * @param array<string,array<string,mixed>> $schedules Those that there are.
	 * @return array<string,array<string,mixed>>
	 */
	public static function add_interval( array $schedules ): array {
		$schedules[ self::INTERVAL ] = array(
			'interval' => 5 * MINUTE_IN_SECONDS,
			// Not translated: WordPress asks before translations are loaded.
			'display'  => 'Every 5 minutes (DDAP)',
		);
		return $schedules;
	}

	/** Has WP-Cron run it. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time(), self::INTERVAL, self::HOOK );
		}
	}

	/** Has WP-Cron run it no more. */
	public static function unschedule(): void {
		wp_clear_scheduled_hook( self::HOOK );
	}

	/** Forgets how far it has come. */
	public static function forget(): void {
		delete_option( self::OPTION );
	}

	/** What WP-Cron runs. */
	public static function run(): void {
		if ( ! DDAP_Settings::are_complete() ) {
			return;
		}
		DDAP_Schema::install();
		DDAP_Key::remember();
		DDAP_Deliveries::prune();
		if ( ! self::is_due() ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
		if ( ! WP_Upgrader::create_lock( self::LOCK, self::LONGEST ) ) {
			return;
		}
		try {
			self::poll( DDAP_Client::for_site() );
		} finally {
			WP_Upgrader::release_lock( self::LOCK );
		}
	}

	/**
	 * How far it has come.
	 *
	 * @return array{cursor: string, ran_at: int, trouble: string}
	 */
	public static function state(): array {
		$state = get_option( self::OPTION, array() );
		return array(
			'cursor'  => (string) ( $state['cursor'] ?? '' ),
			'ran_at'  => (int) ( $state['ran_at'] ?? 0 ),
			'trouble' => (string) ( $state['trouble'] ?? '' ),
		);
	}

	/** Whether it is time. */
	private static function is_due(): bool {
		return ! DDAP_Webhook::works() || self::state()['ran_at'] < time() - self::SELDOM;
	}

	/**
	 * Reads what has ended since the last time.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 */
	private static function poll( DDAP_Client $client ): void {
		$cursor = self::state()['cursor'];
		$begun  = '' === $cursor ? self::begin( $client ) : $cursor;
		$ended  = is_wp_error( $begun ) ? $begun : self::read_all( $client, $begun );
		$state  = array(
			'cursor'  => is_wp_error( $ended ) ? $cursor : $ended,
			'ran_at'  => time(),
			'trouble' => is_wp_error( $ended ) ? (string) $ended->get_error_code() : '',
		);
		update_option( self::OPTION, $state, false );
		if ( DDAP_Webhook::is_set_up() && ! is_wp_error( $ended ) ) {
			DDAP_Webhook::look( $client );
		}
	}

	/**
	 * Where the first poll begins: at the end of the last task, by the server's clock.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 */
	private static function begin( DDAP_Client $client ): string|WP_Error {
		$answer = $client->get(
			'/tasks',
			array(
				'state' => array( 'succeeded', 'failed', 'canceled' ),
				'sort'  => '-finished',
				'limit' => 1,
			)
		);
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$last = $answer['tasks'][0]['finished_at'] ?? '';
		return is_string( $last ) && '' !== $last ? $last : gmdate( 'Y-m-d\TH:i:s\Z', time() - DAY_IN_SECONDS );
	}

	/**
	 * Reads from a moment on, for each key that this site has or had.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @param string      $cursor RFC 3339.
	 * @return string|WP_Error Where to go on.
	 */
	private static function read_all( DDAP_Client $client, string $cursor ): string|WP_Error {
		$notifier = new DDAP_Notifier( $client );
		$reached  = array();
		foreach ( array_slice( DDAP_Key::ids_of_site(), 0, self::MAX_KEYS ) as $key ) {
			$ended = self::read( $client, $notifier, $key, $cursor );
			if ( is_wp_error( $ended ) ) {
				return $ended;
			}
			$reached[] = $ended;
		}
		$done = array_filter( $reached, static fn( array $one ): bool => ! $one['is_cut'] );
		// Where one key has more than was read, the others are read again from there.
		return count( $done ) === count( $reached ) ? max( array_merge( array( $cursor ), array_column( $reached, 'cursor' ) ) ) : min( array_column( array_filter( $reached, static fn( array $one ): bool => $one['is_cut'] ), 'cursor' ) );
	}

	/**
	 * Reads what one key's tasks did.
	 *
	 * @param DDAP_Client   $client   Acts for the site.
	 * @param DDAP_Notifier $notifier Tells people.
	 * @param string        $key      The key's id.
	 * @param string        $cursor   RFC 3339.
	 * @return array{cursor: string, is_cut: bool}|WP_Error Where it has come to, and whether there is more.
	 */
	private static function read( DDAP_Client $client, DDAP_Notifier $notifier, string $key, string $cursor ): array|WP_Error {
		$query = array(
			'creator'       => $key,
			'state'         => array( 'succeeded', 'failed', 'canceled' ),
			'finished_from' => gmdate( 'Y-m-d\TH:i:s\Z', (int) strtotime( $cursor ) - self::OVERLAP ),
			'sort'          => 'finished',
			'limit'         => self::PER_PAGE,
		);
		for ( $page = 0; $page < self::MAX_PAGES; $page++ ) {
			$answer = $client->get( '/tasks', $query );
			if ( is_wp_error( $answer ) ) {
				return $answer;
			}
			foreach ( (array) ( $answer['tasks'] ?? array() ) as $task ) {
				$told = $notifier->task_ended( (array) $task );
				if ( is_wp_error( $told ) ) {
					return $told;
				}
				$cursor = max( $cursor, (string) ( $task['finished_at'] ?? '' ) );
			}
			if ( empty( $answer['next_cursor'] ) ) {
				return array(
					'cursor' => $cursor,
					'is_cut' => false,
				);
			}
			$query['cursor'] = (string) $answer['next_cursor'];
		}
		return array(
			'cursor' => $cursor,
			'is_cut' => true,
		);
	}
}
