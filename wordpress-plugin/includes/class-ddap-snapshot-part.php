<?php
/**
 * The part of a result that is published.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Cuts one table, one chart or one number out of a result document. What a
 * snapshot holds is built from the fields that are named here, so that nothing
 * else of the document can come along.
 */
final class DDAP_Snapshot_Part {

	/** A table by its name. */
	public const TABLE = 'table';
	/** A chart by its name. */
	public const CHART = 'chart';
	/** A metric by its name. */
	public const NUMBER = 'number';

	/**
	 * The kinds of parts.
	 *
	 * @return string[]
	 */
	public static function kinds(): array {
		return array( self::CHART, self::TABLE, self::NUMBER );
	}

	/**
	 * What of a document can be published.
	 *
	 * @param array<string,mixed> $document A result document.
	 * @return array<string,array<string,string>> Titles by name, by kind; only kinds that the document has.
	 */
	public static function choices( array $document ): array {
		$choices = array_fill_keys( self::kinds(), array() );
		foreach ( self::listed( $document, 'charts' ) as $chart ) {
			$choices[ self::CHART ][ (string) ( $chart['name'] ?? '' ) ] = DDAP_Result_Words::phrase( (string) ( $chart['title'] ?? '' ) );
		}
		foreach ( self::listed( $document, 'tables' ) as $table ) {
			$choices[ self::TABLE ][ (string) ( $table['name'] ?? '' ) ] = DDAP_Result_Words::phrase( (string) ( $table['title'] ?? '' ) );
		}
		foreach ( array_keys( (array) ( $document['metrics'] ?? array() ) ) as $name ) {
			$choices[ self::NUMBER ][ (string) $name ] = DDAP_Result_Words::label( (string) $name );
		}
		return array_filter( $choices );
	}

	/**
	 * Cuts a part out.
	 *
	 * @param array<string,mixed> $document A result document.
	 * @param string              $kind     One of kinds().
	 * @param string              $name     The table's, chart's or metric's.
	 * @return array<string,mixed>|null Null where the document has no such part.
	 */
	public static function cut( array $document, string $kind, string $name ): ?array {
		if ( self::NUMBER === $kind ) {
			return self::cut_number( (array) ( $document['metrics'] ?? array() ), $name );
		}
		$fields = array(
			self::TABLE => array( 'name', 'title', 'columns', 'rows', 'total_rows' ),
			self::CHART => array( 'name', 'type', 'title', 'x', 'y', 'series' ),
		)[ $kind ] ?? null;
		if ( null === $fields ) {
			return null;
		}
		foreach ( self::listed( $document, $kind . 's' ) as $candidate ) {
			if ( ( $candidate['name'] ?? null ) === $name ) {
				return array_intersect_key( $candidate, array_flip( $fields ) );
			}
		}
		return null;
	}

	/**
	 * Cuts a number out.
	 *
	 * @param array<string,mixed> $metrics Of the document.
	 * @param string              $name    Which one.
	 * @return array{name: string, title: string, value: mixed}|null
	 */
	private static function cut_number( array $metrics, string $name ): ?array {
		if ( ! array_key_exists( $name, $metrics ) ) {
			return null;
		}
		return array(
			'name'  => $name,
			'title' => $name,
			'value' => $metrics[ $name ],
		);
	}

	/**
	 * A list of a document; what is not as the contract has it is left out.
	 *
	 * @param array<string,mixed> $document A result document.
	 * @param string              $field    Its list.
	 * @return array<int,array<string,mixed>>
	 */
	private static function listed( array $document, string $field ): array {
		return array_values( array_filter( (array) ( $document[ $field ] ?? array() ), 'is_array' ) );
	}
}
