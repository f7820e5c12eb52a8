<?php
/**
 * Parameters as people read them.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints any JSON as nested lists.
 */
final class DDAP_Params_View {

	/** How deep it goes; beyond that a value is shown as JSON. */
	private const DEPTH = 8;

	/** How many elements of a list are shown. */
	private const ELEMENTS = 100;

	/**
	 * Parameters as HTML.
	 *
	 * @param array<int|string,mixed> $params As the server gave them, decoded.
	 * @param int                     $depth  How deep this is.
	 */
	public static function html( array $params, int $depth = 0 ): string {
		if ( $depth >= self::DEPTH ) {
			return self::scalar( (string) wp_json_encode( $params ) );
		}
		$condition = self::condition( $params );
		if ( '' !== $condition ) {
			return $condition;
		}
		return self::is_list( $params ) ? self::elements( $params, $depth ) : self::fields( $params, $depth );
	}

	/**
	 * A condition on one line, as in "delay ≥ 15"; empty for anything else.
	 *
	 * @param array<int|string,mixed> $params As the server gave them, decoded.
	 */
	private static function condition( array $params ): string {
		$signs = array(
			'eq'          => '=',
			'ne'          => '≠',
			'lt'          => '<',
			'le'          => '≤',
			'gt'          => '>',
			'ge'          => '≥',
			'between'     => __( 'is between', 'ddap-data-analysis' ),
			'in'          => __( 'is one of', 'ddap-data-analysis' ),
			'not_in'      => __( 'is none of', 'ddap-data-analysis' ),
			'contains'    => __( 'contains', 'ddap-data-analysis' ),
			'starts_with' => __( 'starts with', 'ddap-data-analysis' ),
			'ends_with'   => __( 'ends with', 'ddap-data-analysis' ),
			'matches'     => __( 'matches', 'ddap-data-analysis' ),
			'is_null'     => __( 'is missing', 'ddap-data-analysis' ),
			'not_null'    => __( 'is there', 'ddap-data-analysis' ),
		);
		$sign  = is_string( $params['op'] ?? null ) ? $signs[ $params['op'] ] ?? '' : '';
		if ( '' === $sign || ! is_string( $params['column'] ?? null ) || array() !== array_diff_key( $params, array_flip( array( 'column', 'op', 'value' ) ) ) ) {
			return '';
		}
		return self::scalar( $params['column'] ) . ' ' . esc_html( $sign ) . ( array_key_exists( 'value', $params ) ? ' ' . self::value( $params['value'], self::DEPTH - 2 ) : '' );
	}

	/**
	 * An object.
	 *
	 * @param array<string,mixed> $fields Values by name.
	 * @param int                 $depth  How deep this is.
	 */
	private static function fields( array $fields, int $depth ): string {
		$html = '<dl class="ddap-facts">';
		foreach ( $fields as $name => $value ) {
			$html .= '<dt><bdi>' . esc_html( DDAP_Result_Words::label( (string) $name ) ) . '</bdi></dt><dd>' . self::value( $value, $depth ) . '</dd>';
		}
		return $html . '</dl>';
	}

	/**
	 * A list: plain values on one line, others beneath each other.
	 *
	 * @param array<int,mixed> $elements Its elements.
	 * @param int              $depth    How deep this is.
	 */
	private static function elements( array $elements, int $depth ): string {
		$shown = array_slice( $elements, 0, self::ELEMENTS );
		$more  = count( $elements ) - count( $shown );
		$parts = array_map( static fn( $element ): string => self::value( $element, $depth ), $shown );
		if ( $more > 0 ) {
			/* translators: %s: a number of values. */
			$parts[] = esc_html( sprintf( _n( 'and %s more', 'and %s more', $more, 'ddap-data-analysis' ), number_format_i18n( $more ) ) );
		}
		if ( array() === array_filter( $shown, 'is_array' ) ) {
			return implode( ', ', $parts );
		}
		return '<ul><li>' . implode( '</li><li>', $parts ) . '</li></ul>';
	}

	/**
	 * Any value.
	 *
	 * @param mixed $value Decoded JSON.
	 * @param int   $depth How deep this is.
	 */
	private static function value( mixed $value, int $depth ): string {
		if ( is_array( $value ) ) {
			return array() === $value ? '–' : self::html( $value, $depth + 1 );
		}
		if ( is_bool( $value ) ) {
			return $value ? esc_html__( 'yes', 'ddap-data-analysis' ) : esc_html__( 'no', 'ddap-data-analysis' );
		}
		if ( null === $value ) {
			return esc_html__( 'nothing', 'ddap-data-analysis' );
		}
		return self::scalar( is_float( $value ) ? (string) wp_json_encode( $value ) : (string) $value );
	}

	/**
	 * Text or a number.
	 *
	 * @param string $text What it is.
	 */
	private static function scalar( string $text ): string {
		return '<code><bdi>' . esc_html( $text ) . '</bdi></code>';
	}

	/**
	 * Whether decoded JSON was a list.
	 *
	 * @param array<int|string,mixed> $value Not empty, or it does not matter.
	 */
	private static function is_list( array $value ): bool {
		return array_keys( $value ) === array_keys( array_keys( $value ) );
	}
}
