<?php
/**
 * How a published part of a result looks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes the HTML of a snapshot. It is whole without scripts: a chart is a table
 * until one draws it.
 */
final class DDAP_Snapshot_View {

	/**
	 * A snapshot with its caption and date.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @param string              $caption  In place of its title; empty keeps that.
	 * @param string              $view     'table' shows a chart as its table only.
	 */
	public static function html( array $snapshot, string $caption = '', string $view = '' ): string {
		$caption = '' === $caption ? $snapshot['title'] : $caption;
		$label   = 'ddap-result-' . wp_unique_id();
		if ( DDAP_Snapshot_Part::NUMBER === $snapshot['kind'] ) {
			$inner = self::number( $snapshot['part'] );
		} elseif ( DDAP_Snapshot_Part::CHART === $snapshot['kind'] ) {
			$inner = self::chart( $snapshot['part'], $label, 'table' !== $view );
		} else {
			$inner = self::table( $snapshot['part'], $label );
		}
		return sprintf(
			'<figure class="ddap-result is-%1$s"><figcaption class="ddap-result-caption" id="%2$s"><bdi>%3$s</bdi></figcaption>%4$s<p class="ddap-result-date">%5$s</p></figure>',
			esc_attr( $snapshot['kind'] ),
			esc_attr( $label ),
			esc_html( $caption ),
			$inner,
			self::date( $snapshot['published_at'] )
		);
	}

	/**
	 * Whether a browser may draw a chart; the others stay tables.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @param string              $view     As html() has it.
	 */
	public static function is_drawn( array $snapshot, string $view ): bool {
		return DDAP_Snapshot_Part::CHART === $snapshot['kind'] && 'table' !== $view;
	}

	/**
	 * The day on which it was published.
	 *
	 * @param string $time RFC 3339.
	 */
	private static function date( string $time ): string {
		$day = (string) wp_date( get_option( 'date_format' ), (int) strtotime( $time ) );
		return sprintf(
			/* translators: %s: a date. */
			esc_html__( 'As of %s', 'ddap-data-analysis' ),
			sprintf( '<time datetime="%s">%s</time>', esc_attr( $time ), esc_html( $day ) )
		);
	}

	/**
	 * A number.
	 *
	 * @param array<string,mixed> $part With value.
	 */
	private static function number( array $part ): string {
		return sprintf( '<p class="ddap-result-number">%s</p>', self::cell( $part['value'] ?? null ) );
	}

	/**
	 * A chart: where it is drawn, and its table.
	 *
	 * @param array<string,mixed> $chart    Of a result document.
	 * @param string              $label    The caption's id.
	 * @param bool                $is_drawn Whether a script draws it.
	 */
	private static function chart( array $chart, string $label, bool $is_drawn ): string {
		$table = self::table( DDAP_Chart_Table::of( $chart ), $label );
		if ( ! $is_drawn ) {
			return $table;
		}
		return sprintf(
			'<div class="ddap-result-chart" data-ddap-chart="%1$s" aria-labelledby="%2$s" hidden></div><details class="ddap-result-twin" open><summary>%3$s</summary>%4$s</details>',
			esc_attr( (string) wp_json_encode( $chart ) ),
			esc_attr( $label ),
			esc_html__( 'The same as a table', 'ddap-data-analysis' ),
			$table
		);
	}

	/**
	 * A table, in a region of its own that scrolls with the keyboard too.
	 *
	 * @param array<string,mixed> $table Of a result document.
	 * @param string              $label The caption's id.
	 */
	private static function table( array $table, string $label ): string {
		$columns = array_values( array_filter( (array) ( $table['columns'] ?? array() ), 'is_array' ) );
		$head    = '';
		foreach ( $columns as $column ) {
			$head .= sprintf( '<th scope="col"%s><bdi>%s</bdi></th>', self::class_of( $column ), esc_html( self::heading( $column ) ) );
		}
		$body = '';
		$rows = array_filter( (array) ( $table['rows'] ?? array() ), 'is_array' );
		foreach ( $rows as $row ) {
			$body .= '<tr>';
			foreach ( $columns as $i => $column ) {
				$body .= sprintf( '<td%s>%s</td>', self::class_of( $column ), self::cell( $row[ $i ] ?? null, (string) ( $column['type'] ?? '' ) ) );
			}
			$body .= '</tr>';
		}
		return sprintf(
			'<div class="ddap-result-scroll" role="region" aria-labelledby="%1$s" tabindex="0"><table class="ddap-result-table" data-ddap-rows="%2$d"><thead><tr>%3$s</tr></thead><tbody>%4$s</tbody></table></div>%5$s',
			esc_attr( $label ),
			count( $rows ),
			$head,
			$body,
			self::missing_rows( count( $rows ), (int) ( $table['total_rows'] ?? 0 ) )
		);
	}

	/**
	 * Says that there are more rows than are shown.
	 *
	 * @param int $shown How many there are here.
	 * @param int $total How many the result has.
	 */
	private static function missing_rows( int $shown, int $total ): string {
		if ( $total <= $shown ) {
			return '';
		}
		/* translators: 1: number of rows that are shown, 2: number of all rows. */
		$text = sprintf( __( 'The first %1$s of %2$s rows.', 'ddap-data-analysis' ), number_format_i18n( $shown ), number_format_i18n( $total ) );
		return sprintf( '<p class="ddap-result-more">%s</p>', esc_html( $text ) );
	}

	/**
	 * A column's name with its unit.
	 *
	 * @param array<string,mixed> $column Of a table.
	 */
	private static function heading( array $column ): string {
		$unit = (string) ( $column['unit'] ?? '' );
		return ( $column['name'] ?? '' ) . ( '' === $unit ? '' : " ($unit)" );
	}

	/**
	 * The class of a column's cells.
	 *
	 * @param array<string,mixed> $column Of a table.
	 */
	private static function class_of( array $column ): string {
		return in_array( $column['type'] ?? '', array( 'integer', 'number' ), true ) ? ' class="ddap-result-figure"' : '';
	}

	/**
	 * A cell. What the owner's policy withholds is said to be withheld, never shown as empty.
	 *
	 * @param mixed  $cell As the document has it.
	 * @param string $type Its column's.
	 */
	private static function cell( mixed $cell, string $type = '' ): string {
		if ( is_array( $cell ) ) {
			return sprintf(
				'<span class="ddap-result-withheld" title="%s">%s</span>',
				esc_attr__( 'Withheld: it would tell of too few rows.', 'ddap-data-analysis' ),
				esc_html__( 'withheld', 'ddap-data-analysis' )
			);
		}
		if ( null === $cell ) {
			return sprintf( '<span aria-hidden="true">–</span><span class="screen-reader-text">%s</span>', esc_html__( 'no value', 'ddap-data-analysis' ) );
		}
		if ( is_bool( $cell ) ) {
			return $cell ? esc_html__( 'yes', 'ddap-data-analysis' ) : esc_html__( 'no', 'ddap-data-analysis' );
		}
		if ( is_int( $cell ) || is_float( $cell ) ) {
			return sprintf( '<data value="%s">%s</data>', esc_attr( (string) $cell ), esc_html( DDAP_Words::number( $cell ) ) );
		}
		return '<bdi>' . esc_html( in_array( $type, array( 'date', 'timestamp' ), true ) ? self::moment( (string) $cell, $type ) : (string) $cell ) . '</bdi>';
	}

	/**
	 * A date or a moment in the site's format. Data knows no time zone unless it names one: the site's must not move it.
	 *
	 * @param string $cell As the document has it; what is no date stays as it is.
	 * @param string $type date or timestamp.
	 */
	private static function moment( string $cell, string $type ): string {
		$at = 1 === preg_match( '/^\d{4}-\d\d-\d\d/', $cell ) ? date_create_immutable( $cell, new DateTimeZone( 'UTC' ) ) : false;
		if ( false === $at ) {
			return $cell;
		}
		$format = get_option( 'date_format' ) . ( 'timestamp' === $type ? ' ' . get_option( 'time_format' ) : '' );
		return (string) wp_date( $format, $at->getTimestamp(), new DateTimeZone( 'UTC' ) );
	}
}
