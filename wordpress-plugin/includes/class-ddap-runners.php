<?php
/**
 * The computers that share data.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads what the site's key may know of computers. An operator's key sees all;
 * an analyst's sees those that share something, through their datasets.
 */
final class DDAP_Runners {

	/** How many pages of the server's list are read: 2,000 computers, more than a person looks through. */
	private const MOST_PAGES = 10;

	/**
	 * Every computer that the key may know of.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 * @return array{runners: array<int,array<string,mixed>>, whole: bool}|WP_Error Whole where the server told all of each.
	 */
	public static function all( DDAP_Client $client ): array|WP_Error {
		$runners = array();
		$cursor  = '';
		for ( $page = 0; $page < self::MOST_PAGES; $page++ ) {
			$answer = $client->get(
				'/runners',
				array(
					'limit'  => 200,
					'cursor' => $cursor,
				)
			);
			if ( is_wp_error( $answer ) ) {
				return 403 === ( $answer->get_error_data()['status'] ?? 0 ) ? self::known_to_analysts( $client ) : $answer;
			}
			$runners = array_merge( $runners, (array) ( $answer['runners'] ?? array() ) );
			$cursor  = (string) ( $answer['next_cursor'] ?? '' );
			if ( '' === $cursor ) {
				break;
			}
		}
		return array(
			'runners' => $runners,
			'whole'   => true,
		);
	}

	/**
	 * The computers behind some datasets.
	 *
	 * @param array<int,array<string,mixed>> $datasets Of the server.
	 * @return array<int,array{id: string, name: string, online: bool, datasets: string[]}> By name.
	 */
	public static function of_datasets( array $datasets ): array {
		$runners = array();
		foreach ( $datasets as $dataset ) {
			$id               = (string) $dataset['runner_id'];
			$runners[ $id ] ??= array(
				'id'       => $id,
				'name'     => (string) $dataset['runner_name'],
				'online'   => ! empty( $dataset['online'] ),
				'datasets' => array(),
			);
			$runners[ $id ]['datasets'][] = (string) $dataset['name'];
		}
		usort( $runners, static fn( array $a, array $b ): int => strnatcasecmp( $a['name'], $b['name'] ) );
		return $runners;
	}

	/**
	 * What an analyst's key may know: who shares, who is online, who works.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 * @return array{runners: array<int,array<string,mixed>>, whole: bool}|WP_Error
	 */
	private static function known_to_analysts( DDAP_Client $client ): array|WP_Error {
		$datasets = DDAP_Datasets::all( $client );
		if ( is_wp_error( $datasets ) ) {
			return $datasets;
		}
		$running = $client->get(
			'/tasks',
			array(
				'state' => array( 'leased', 'running' ),
				'limit' => 200,
			)
		);
		$busy    = is_wp_error( $running ) ? array() : array_count_values( array_filter( array_column( $running['tasks'] ?? array(), 'runner_id' ) ) );
		$runners = self::of_datasets( $datasets['datasets'] );
		foreach ( $runners as &$runner ) {
			$runner['busy_slots'] = $busy[ $runner['id'] ] ?? 0;
		}
		return array(
			'runners' => $runners,
			'whole'   => false,
		);
	}
}
