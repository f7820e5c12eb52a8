<?php
/**
 * What keeps a server that does not answer from slowing this site.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Remembers for a few seconds that the server did not answer. A page that asks it
 * several times waits once, and while many people look, few of the site's
 * processes wait for it.
 */
final class DDAP_Circuit {

	/** For so many seconds nobody asks again. */
	private const PAUSE = 10;

	/** So many seconds a page may wait for the server, all its questions together. */
	private const BUDGET = 4.5;

	/** What fails after so many seconds, such as a name server that is away, is not tried again by the next page. */
	private const SLOW = 1.0;

	private const TRANSIENT = 'ddap_circuit';

	/**
	 * Servers that gave no answer in this request, by address: until when, and which error.
	 *
	 * @var array<string,array{until: float, code: string}>
	 */
	private static array $silent = array();

	/** How many seconds this request has waited. */
	private static float $waited = 0.0;

	/**
	 * Says whether the server is not to be asked now.
	 *
	 * @param string $url The server's address.
	 * @return string The code of the error that it gave; empty where it may be asked.
	 */
	public static function code( string $url ): string {
		$known = self::$silent[ $url ] ?? null;
		if ( null === $known ) {
			$stored = get_transient( self::TRANSIENT );
			$known  = is_array( $stored ) && ( $stored['url'] ?? '' ) === $url ? $stored : null;
		}
		return null !== $known && $known['until'] > microtime( true ) ? (string) $known['code'] : '';
	}

	/**
	 * The seconds that a question may take.
	 *
	 * @param float $wanted What it would take by itself.
	 */
	public static function timeout( float $wanted ): float {
		// Nobody waits for what runs in the background.
		if ( wp_doing_cron() || 'cli' === PHP_SAPI ) {
			return $wanted;
		}
		return max( 0.5, min( $wanted, self::BUDGET - self::$waited ) );
	}

	/**
	 * Keeps how a question went.
	 *
	 * @param string $url     The server's address.
	 * @param string $code    The error without an answer; empty where there was one.
	 * @param float  $seconds How long it took.
	 */
	public static function note( string $url, string $code, float $seconds ): void {
		self::$waited += $seconds;
		if ( '' === $code ) {
			unset( self::$silent[ $url ] );
			return;
		}
		self::$silent[ $url ] = array(
			'until' => microtime( true ) + self::PAUSE,
			'code'  => $code,
		);
		// What fails at once costs other pages nothing, and is well again at once.
		if ( 'ddap_timeout' === $code || $seconds > self::SLOW ) {
			set_transient( self::TRANSIENT, array( 'url' => $url ) + self::$silent[ $url ], self::PAUSE );
		}
	}

	/** Forgets all, so that the next question is asked: somebody wants to know. */
	public static function reset(): void {
		self::$silent = array();
		self::$waited = 0.0;
		delete_transient( self::TRANSIENT );
	}
}
