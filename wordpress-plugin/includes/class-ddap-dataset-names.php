<?php
/**
 * The names of datasets and computers.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tasks name a dataset by its id. Its name is asked for once in a while and kept
 * meanwhile, so that a page of tasks takes one request and not two.
 */
final class DDAP_Dataset_Names {

	private const TRANSIENT = 'ddap_dataset_names';

	/** How old the names may be while all that are needed are among them, in seconds. */
	private const FRESH = 5 * MINUTE_IN_SECONDS;

	/**
	 * A dataset's name; empty while it is not known.
	 *
	 * @param string $id The dataset's.
	 */
	public static function of( string $id ): string {
		return (string) ( self::known()['datasets'][ $id ] ?? '' );
	}

	/**
	 * The computers that share something.
	 *
	 * @return array<string,string> Names by id.
	 */
	public static function runners(): array {
		return self::known()['runners'];
	}

	/**
	 * Asks the server again where the names are old. For asynchronous requests only.
	 *
	 * @param DDAP_Client $client Acts for whoever looks.
	 */
	public static function refresh( DDAP_Client $client ): void {
		if ( self::known()['at'] > time() - self::FRESH ) {
			return;
		}
		$names = array(
			'at'       => time(),
			'datasets' => array(),
			'runners'  => array(),
		);
		$list  = $client->get( '/datasets', array( 'limit' => 200 ) );
		if ( is_wp_error( $list ) ) {
			return;
		}
		foreach ( (array) ( $list['datasets'] ?? array() ) as $dataset ) {
			$names['datasets'][ (string) $dataset['id'] ]       = (string) $dataset['name'];
			$names['runners'][ (string) $dataset['runner_id'] ] = (string) ( $dataset['runner_name'] ?? '' );
		}
		asort( $names['runners'] );
		set_transient( self::TRANSIENT, $names, DAY_IN_SECONDS );
	}

	/**
	 * What is kept.
	 *
	 * @return array{at: int, datasets: array<string,string>, runners: array<string,string>}
	 */
	private static function known(): array {
		$stored = get_transient( self::TRANSIENT );
		return is_array( $stored ) && isset( $stored['at'], $stored['datasets'], $stored['runners'] ) ? $stored : array(
			'at'       => 0,
			'datasets' => array(),
			'runners'  => array(),
		);
	}
}
