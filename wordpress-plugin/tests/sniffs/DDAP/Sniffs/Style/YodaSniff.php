<?php
/**
 * What is fixed stands on the left of a comparison, as WordPress has it.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Style;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/**
 * Finds comparisons of a variable with a literal on its right.
 */
final class YodaSniff implements Sniff {

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_IS_EQUAL, T_IS_NOT_EQUAL, T_IS_IDENTICAL, T_IS_NOT_IDENTICAL );
	}

	/**
	 * Looks at one of them.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public function process( File $file, $at ) {
		$tokens = $file->getTokens();
		$left   = $file->findPrevious( Tokens::$emptyTokens, $at - 1, null, true );
		$right  = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		$fixed  = array( T_CONSTANT_ENCAPSED_STRING, T_LNUMBER, T_DNUMBER, T_TRUE, T_FALSE, T_NULL );
		$moving = array( T_VARIABLE, T_CLOSE_SQUARE_BRACKET );
		if ( in_array( $tokens[ $left ]['code'], $moving, true ) && in_array( $tokens[ $right ]['code'], $fixed, true ) ) {
			$file->addError( 'The literal stands on the left of a comparison', $at, 'Order' );
		}
		if ( in_array( $tokens[ $at ]['code'], array( T_IS_EQUAL, T_IS_NOT_EQUAL ), true ) ) {
			$file->addError( 'Comparisons are strict', $at, 'Loose' );
		}
	}
}
