<?php
/**
 * No file does anything when it is asked for by its address.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Files;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/**
 * The first statement of a file ends it outside WordPress.
 */
final class GuardSniff implements Sniff {

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_OPEN_TAG );
	}

	/**
	 * Looks at the beginning of a file.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 * @return int Where to go on: nowhere.
	 */
	public function process( File $file, $at ) {
		$tokens = $file->getTokens();
		$first  = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		while ( false !== $first && in_array( $tokens[ $first ]['code'], array( T_NAMESPACE, T_USE, T_DECLARE ), true ) ) {
			$first = $file->findNext( Tokens::$emptyTokens, $file->findEndOfStatement( $first ) + 1, null, true );
		}
		$end  = false === $first ? $at : $file->findEndOfStatement( $first );
		$text = preg_replace( '/\s+/', '', $file->getTokensAsString( $first ?: $at, $end - ( $first ?: $at ) + 1 ) );
		if ( 1 !== preg_match( "/^defined\\('(ABSPATH|WP_UNINSTALL_PLUGIN)'\\)\\|\\|exit;$/", $text ) ) {
			$file->addError( "A file without defined( 'ABSPATH' ) || exit; as its first statement", $at, 'Missing' );
		}
		return $file->numTokens;
	}
}
