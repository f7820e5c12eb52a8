<?php
/**
 * The words of results.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Results come in English, with the API's names. Their words in the reader's
 * language are the same as in reports: result-words.json is generated from them.
 */
final class DDAP_Result_Words {

	/**
	 * A metric, column or setting as people call it; spaces stand for what joins the words of one that is not known.
	 *
	 * @param string $name As the server names it.
	 */
	public static function label( string $name ): string {
		return self::all()['labels'][ $name ][ DDAP_Words::language() ] ?? str_replace( '_', ' ', $name );
	}

	/**
	 * A title in the reader's language; one that is not known stays as it is.
	 *
	 * @param string $english As the document has it.
	 */
	public static function phrase( string $english ): string {
		if ( 'id' !== DDAP_Words::language() ) {
			return $english;
		}
		$phrases = array_column( self::all()['phrases'] ?? array(), 1, 0 );
		if ( isset( $phrases[ $english ] ) ) {
			return $phrases[ $english ];
		}
		foreach ( $phrases as $known => $translated ) {
			$form = '/^' . str_replace( '\.\.\.', '(.+)', preg_quote( (string) $known, '/' ) ) . '$/su';
			if ( str_contains( (string) $known, '...' ) && preg_match( $form, $english, $parts ) ) {
				return (string) preg_replace_callback( '/\$\{(\d+)\}/', static fn( array $place ): string => $parts[ (int) $place[1] ] ?? '', $translated );
			}
		}
		return $english;
	}

	/** Hands the scripts that draw results the words in the reader's language. */
	public static function pass_to_scripts(): void {
		$language = DDAP_Words::language();
		$all      = self::all();
		$words    = array(
			'labels'    => self::in( $language, $all['labels'] ?? array() ),
			'types'     => self::in( $language, $all['types'] ?? array() ),
			'tables'    => $all['tables'] ?? array(),
			'phrases'   => 'id' === $language ? $all['phrases'] : array(),
			'summaries' => 'id' === $language ? $all['summaries'] : array(),
		);
		wp_add_inline_script( 'ddap-speech', 'globalThis.ddapResultWords = ' . wp_json_encode( $words, JSON_HEX_TAG | JSON_HEX_AMP ) . ';', 'before' );
	}

	/**
	 * Words in one language.
	 *
	 * @param string                             $language en or id.
	 * @param array<string,array<string,string>> $words    In all, by name.
	 * @return array<string,string>
	 */
	private static function in( string $language, array $words ): array {
		return array_map( static fn( array $word ): string => $word[ $language ], $words );
	}

	/**
	 * What is in result-words.json.
	 *
	 * @return array<string,array<int|string,mixed>>
	 */
	private static function all(): array {
		static $words = null;
		$words      ??= (array) wp_json_file_decode( __DIR__ . '/result-words.json', array( 'associative' => true ) );
		return $words;
	}
}
