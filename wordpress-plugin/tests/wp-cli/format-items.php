<?php
/**
 * Stands in for the function of WP-CLI that prints lists.
 *
 * @package DDAP
 */

namespace WP_CLI\Utils;

/**
 * Prints a list, a line for each item.
 *
 * @param string                          $format json, else words with bars between.
 * @param array<int,array<string,string>> $items  The items.
 * @param string[]                        $fields Which of their fields.
 */
function format_items( string $format, array $items, array $fields ): void {
	$rows = array_map( static fn( array $item ): array => array_map( static fn( string $field ): string => $item[ $field ], array_combine( $fields, $fields ) ), $items );
	if ( 'json' === $format ) {
		\WP_CLI::line( (string) wp_json_encode( $rows ) );
		return;
	}
	foreach ( $rows as $row ) {
		\WP_CLI::line( implode( ' | ', $row ) );
	}
}
