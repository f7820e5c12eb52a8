<?php
/**
 * Texts can be translated.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\I18n;

use DDAP\Calls;
use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

require_once dirname( __DIR__, 2 ) . '/Calls.php';

/**
 * A text is a literal, names the plugin's text domain, and explains its
 * placeholders to translators.
 */
final class TextsSniff implements Sniff {

	private const DOMAIN = 'ddap-data-analysis';

	/** How many texts each function takes, and where its domain stands. */
	private const FUNCTIONS = array(
		'__'           => array( 1, 1 ),
		'_e'           => array( 1, 1 ),
		'esc_html__'   => array( 1, 1 ),
		'esc_html_e'   => array( 1, 1 ),
		'esc_attr__'   => array( 1, 1 ),
		'esc_attr_e'   => array( 1, 1 ),
		'_x'           => array( 2, 2 ),
		'_ex'          => array( 2, 2 ),
		'esc_html_x'   => array( 2, 2 ),
		'esc_attr_x'   => array( 2, 2 ),
		'_n'           => array( 2, 3 ),
		'_n_noop'      => array( 2, 2 ),
		'_nx'          => array( 2, 4 ),
		'_nx_noop'     => array( 3, 3 ),
	);

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_STRING );
	}

	/**
	 * Looks at one of them.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public function process( File $file, $at ) {
		$name = $file->getTokens()[ $at ]['content'];
		if ( ! isset( self::FUNCTIONS[ $name ] ) || ! Calls::is_call( $file, $at ) ) {
			return;
		}
		list( $texts, $domain ) = self::FUNCTIONS[ $name ];

		$arguments = Calls::arguments( $file, $at );
		if ( self::DOMAIN !== ( isset( $arguments[ $domain ] ) ? Calls::literal( $file, ...$arguments[ $domain ] ) : null ) ) {
			$file->addError( '%s() without the text domain %s', $at, 'Domain', array( $name, self::DOMAIN ) );
		}
		foreach ( array_slice( $arguments, 0, $texts ) as $argument ) {
			$text = Calls::literal( $file, ...$argument );
			if ( null === $text ) {
				$file->addError( '%s() of what is no literal cannot be collected for translators', $at, 'Literal', array( $name ) );
			} elseif ( 1 === preg_match( '/%(\d+\$)?[sdf]/', $text ) && ! $this->is_explained( $file, $at ) ) {
				$file->addError( 'A placeholder without a comment "translators: …" right above', $at, 'Translators' );
				return;
			}
		}
	}

	/**
	 * Whether a comment for translators ends on this line or the one before,
	 * which is where xgettext looks.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	private function is_explained( File $file, int $at ): bool {
		$tokens  = $file->getTokens();
		$comment = $at;
		while ( true ) {
			$comment = $file->findPrevious( array( T_COMMENT, T_DOC_COMMENT_STRING ), $comment - 1 );
			if ( false === $comment || $tokens[ $comment ]['line'] < $tokens[ $at ]['line'] - 3 ) {
				return false;
			}
			if ( str_contains( $tokens[ $comment ]['content'], 'translators:' ) ) {
				return true;
			}
		}
	}
}
