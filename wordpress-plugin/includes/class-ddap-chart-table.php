<?php
/**
 * A chart as a table.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Writes what a chart shows as rows, for those who do not see it and for those
 * who want the numbers.
 */
final class DDAP_Chart_Table {

	/**
	 * The table of a chart: one column a series where all have the same places, else one row a point.
	 *
	 * @param array<string,mixed> $chart Of a result document.
	 * @return array{columns: array<int,array<string,string>>, rows: array<int,array<int,mixed>>}
	 */
	public static function of( array $chart ): array {
		$series = array_values( array_filter( (array) ( $chart['series'] ?? array() ), 'is_array' ) );
		$places = array_map( static fn( array $one ): array => (array) ( $one['x'] ?? array() ), $series );
		$same   = array() !== $series && count( array_unique( array_map( 'wp_json_encode', $places ) ) ) === 1;
		return $same ? self::wide( $chart, $series ) : self::long( $chart, $series );
	}

	/**
	 * One row a place.
	 *
	 * @param array<string,mixed>            $chart  Of a result document.
	 * @param array<int,array<string,mixed>> $series Its series.
	 * @return array{columns: array<int,array<string,string>>, rows: array<int,array<int,mixed>>}
	 */
	private static function wide( array $chart, array $series ): array {
		$columns = array( self::column( $chart['x'] ?? array(), isset( $series[0]['edges'] ) ? 'string' : '' ) );
		foreach ( $series as $one ) {
			$columns[] = self::column( array( 'title' => 1 === count( $series ) ? ( $chart['y']['title'] ?? $one['name'] ?? '' ) : ( $one['name'] ?? '' ) ) + (array) ( $chart['y'] ?? array() ), 'number' );
		}
		$rows = array();
		foreach ( (array) ( $series[0]['x'] ?? array() ) as $i => $place ) {
			$rows[] = array_merge( array( self::place( $series[0], $i, $place ) ), array_map( static fn( array $one ): mixed => $one['y'][ $i ] ?? null, $series ) );
		}
		return compact( 'columns', 'rows' );
	}

	/**
	 * One row a point.
	 *
	 * @param array<string,mixed>            $chart  Of a result document.
	 * @param array<int,array<string,mixed>> $series Its series.
	 * @return array{columns: array<int,array<string,string>>, rows: array<int,array<int,mixed>>}
	 */
	private static function long( array $chart, array $series ): array {
		$columns = array( self::column( array( 'title' => __( 'Series', 'ddap-data-analysis' ) ), 'string' ), self::column( $chart['x'] ?? array() ), self::column( $chart['y'] ?? array(), 'number' ) );
		$rows    = array();
		foreach ( $series as $one ) {
			foreach ( (array) ( $one['x'] ?? array() ) as $i => $place ) {
				$rows[] = array( $one['name'] ?? '', self::place( $one, $i, $place ), $one['y'][ $i ] ?? null );
			}
		}
		return compact( 'columns', 'rows' );
	}

	/**
	 * A column for an axis.
	 *
	 * @param array<string,mixed> $axis Of the chart.
	 * @param string              $type In place of the axis's own.
	 * @return array{name: string, type: string, unit: string}
	 */
	private static function column( array $axis, string $type = '' ): array {
		return array(
			'name' => (string) ( $axis['title'] ?? '' ),
			'type' => '' === $type ? (string) ( $axis['type'] ?? 'string' ) : $type,
			'unit' => (string) ( $axis['unit'] ?? '' ),
		);
	}

	/**
	 * Where a point is; a bar of a histogram reaches from one edge to the next.
	 *
	 * @param array<string,mixed> $series With edges, of a histogram.
	 * @param int                 $i      Which point.
	 * @param mixed               $place  Its x.
	 */
	private static function place( array $series, int $i, mixed $place ): mixed {
		if ( ! isset( $series['edges'][ $i ], $series['edges'][ $i + 1 ] ) ) {
			return $place;
		}
		return DDAP_Words::number( $series['edges'][ $i ] ) . ' – ' . DDAP_Words::number( $series['edges'][ $i + 1 ] );
	}
}
