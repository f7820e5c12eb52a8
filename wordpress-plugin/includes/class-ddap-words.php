<?php
/**
 * How states, reasons, numbers, sizes and times are told.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The words that all of DDAP's screens share. Those of states and reasons come
 * from words.php, which is generated from the same list as the server's and the
 * desktop app's.
 */
final class DDAP_Words {

	/** Loads the translations that ship with the plugin. */
	public static function load_textdomain(): void {
		load_plugin_textdomain( 'ddap-data-analysis', false, dirname( plugin_basename( DDAP_PLUGIN_FILE ) ) . '/languages' );
	}

	/** The reader's language as the server knows it: en or id. */
	public static function language(): string {
		return str_starts_with( determine_locale(), 'id' ) ? 'id' : 'en';
	}

	/**
	 * A state's glyph, colours and word.
	 *
	 * @param string $state As the server names it.
	 * @return array{glyph: string, light: string, dark: string, word: string}
	 */
	public static function state( string $state ): array {
		$known = self::all()['states'][ $state ] ?? null;
		if ( null === $known ) {
			return array(
				'glyph' => '?',
				'light' => '#646970',
				'dark'  => '#a7aaad',
				'word'  => $state,
			);
		}
		return array(
			'glyph' => $known['glyph'],
			'light' => $known['light'],
			'dark'  => $known['dark'],
			'word'  => $known[ self::language() ],
		);
	}

	/**
	 * Every state that the server of this release knows.
	 *
	 * @return string[]
	 */
	public static function states(): array {
		return array_keys( self::all()['states'] );
	}

	/**
	 * The sentence of a reason; the reason itself where only a newer server knows it.
	 *
	 * @param string $reason As the server names it.
	 */
	public static function reason( string $reason ): string {
		return self::all()['reasons'][ $reason ][ self::language() ] ?? $reason;
	}

	/**
	 * The sentence for why a computer does not work.
	 *
	 * @param string $reason As the server names it.
	 */
	public static function runner_reason( string $reason ): string {
		return self::all()['runner_reasons'][ $reason ][ self::language() ] ?? $reason;
	}

	/**
	 * A number with the locale's separators: whole ones exactly, others with three significant digits.
	 *
	 * @param int|float $number A finite number.
	 */
	public static function number( int|float $number ): string {
		if ( floor( $number ) === (float) $number && abs( $number ) < 1e15 ) {
			return number_format_i18n( (float) $number );
		}
		$magnitude = (int) floor( log10( abs( $number ) ) );
		if ( $magnitude < -4 || $magnitude >= 15 ) {
			return sprintf( '%.2e', $number );
		}
		return number_format_i18n( (float) $number, max( 0, 2 - $magnitude ) );
	}

	/**
	 * A duration, as in "2 min 5 s".
	 *
	 * @param float $seconds Zero or more.
	 */
	public static function duration( float $seconds ): string {
		$whole = (int) round( $seconds );
		if ( $whole < 60 ) {
			/* translators: %s: a number of seconds. */
			return sprintf( __( '%s s', 'ddap-data-analysis' ), number_format_i18n( $seconds < 10 ? $seconds : $whole, $seconds < 10 && floor( $seconds ) !== $seconds ? 1 : 0 ) );
		}
		if ( $whole < HOUR_IN_SECONDS ) {
			/* translators: 1: minutes, 2: seconds. */
			return sprintf( __( '%1$d min %2$d s', 'ddap-data-analysis' ), intdiv( $whole, 60 ), $whole % 60 );
		}
		if ( $whole < DAY_IN_SECONDS ) {
			/* translators: 1: hours, 2: minutes. */
			return sprintf( __( '%1$d h %2$d min', 'ddap-data-analysis' ), intdiv( $whole, HOUR_IN_SECONDS ), intdiv( $whole % HOUR_IN_SECONDS, 60 ) );
		}
		/* translators: 1: days, 2: hours. */
		return sprintf( __( '%1$d d %2$d h', 'ddap-data-analysis' ), intdiv( $whole, DAY_IN_SECONDS ), intdiv( $whole % DAY_IN_SECONDS, HOUR_IN_SECONDS ) );
	}

	/**
	 * A moment as an age with the exact time on hover and focus, as HTML.
	 *
	 * @param string $time RFC 3339; '' gives a dash.
	 */
	public static function age( string $time ): string {
		$then = '' === $time ? false : strtotime( $time );
		if ( false === $then ) {
			return '<span aria-hidden="true">–</span>';
		}
		$distance = human_time_diff( $then );
		$text     = $then > time()
			/* translators: %s: a duration, as in "5 mins". */
			? sprintf( __( 'in %s', 'ddap-data-analysis' ), $distance )
			/* translators: %s: a duration, as in "5 mins". */
			: sprintf( __( '%s ago', 'ddap-data-analysis' ), $distance );
		return sprintf( '<time datetime="%1$s" title="%2$s" tabindex="0">%3$s</time>', esc_attr( $time ), esc_attr( self::moment( $time ) ), esc_html( $text ) );
	}

	/**
	 * A moment in the site's time zone and format.
	 *
	 * @param string $time RFC 3339.
	 */
	public static function moment( string $time ): string {
		$then = strtotime( $time );
		if ( false === $then ) {
			return '';
		}
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $then );
	}

	/**
	 * A size in KB, MB, GB.
	 *
	 * @param int|float $bytes Zero or more.
	 */
	public static function size( int|float $bytes ): string {
		return (string) size_format( $bytes, $bytes < 10 * KB_IN_BYTES ? 1 : 0 );
	}

	/**
	 * What is in words.php.
	 *
	 * @return array<string,array<string,array<string,string>>>
	 */
	private static function all(): array {
		static $words = null;
		$words      ??= require __DIR__ . '/words.php';
		return $words;
	}
}
