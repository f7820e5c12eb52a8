<?php
/**
 * What owners share.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads the server's list of datasets and puts together those that are the same
 * to whoever asks: one name on several computers.
 */
final class DDAP_Datasets {

	/** How many pages of the server's list are read: 2,000 datasets, more than a person looks through. */
	private const MOST_PAGES = 10;

	/**
	 * Every dataset.
	 *
	 * @param DDAP_Client $client Of whoever asks.
	 * @return array{datasets: array<int,array<string,mixed>>, more: bool}|WP_Error
	 */
	public static function all( DDAP_Client $client ): array|WP_Error {
		$datasets = array();
		$cursor   = '';
		for ( $page = 0; $page < self::MOST_PAGES; $page++ ) {
			$answer = $client->get(
				'/datasets',
				array(
					'limit'  => 200,
					'cursor' => $cursor,
				)
			);
			if ( is_wp_error( $answer ) ) {
				return $answer;
			}
			$datasets = array_merge( $datasets, array_filter( (array) ( $answer['datasets'] ?? array() ), 'is_array' ) );
			$cursor   = (string) ( $answer['next_cursor'] ?? '' );
			if ( '' === $cursor ) {
				break;
			}
		}
		return array(
			'datasets' => $datasets,
			'more'     => '' !== $cursor,
		);
	}

	/**
	 * Puts together what has the same name, columns and policy, which the server
	 * takes for one as well.
	 *
	 * @param array<int,array<string,mixed>> $datasets As all() gave them.
	 * @return array<int,array<int,array<string,mixed>>> Groups of one or more, by name.
	 */
	public static function group( array $datasets ): array {
		$groups = array();
		foreach ( $datasets as $dataset ) {
			$same              = array( $dataset['name'], $dataset['columns'], $dataset['policy'], $dataset['min_group_size'] ?? 0, $dataset['publish'] ?? false );
			$groups[ (string) wp_json_encode( $same ) ][] = $dataset;
		}
		usort( $groups, static fn( array $a, array $b ): int => strnatcasecmp( $a[0]['name'], $b[0]['name'] ) );
		return $groups;
	}

	/**
	 * Those groups in whose name, description or columns a text stands.
	 *
	 * @param array<int,array<int,array<string,mixed>>> $groups As group() gave them.
	 * @param string                                    $text   Empty keeps all.
	 * @return array<int,array<int,array<string,mixed>>>
	 */
	public static function search( array $groups, string $text ): array {
		if ( '' === $text ) {
			return $groups;
		}
		return array_values(
			array_filter(
				$groups,
				static function ( array $group ) use ( $text ): bool {
					$words = array_merge( array_column( $group[0]['columns'], 'name' ), array( $group[0]['name'] ), array_column( $group, 'description' ), array_column( $group, 'runner_name' ) );
					return false !== mb_stripos( implode( "\n", $words ), $text );
				}
			)
		);
	}

	/**
	 * What may leave the computer, in words.
	 *
	 * @param array<string,mixed> $dataset Of the server.
	 */
	public static function policy( array $dataset ): string {
		if ( 'rows' === ( $dataset['policy'] ?? '' ) ) {
			return __( 'Rows may leave', 'ddap-data-analysis' );
		}
		/* translators: %s: the smallest group of rows that a summary may tell of. */
		return sprintf( __( 'Summaries of at least %s rows only', 'ddap-data-analysis' ), number_format_i18n( (int) ( $dataset['min_group_size'] ?? 5 ) ) );
	}
}
