<?php
/**
 * What a form sent is read only after its nonce was checked.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Security;

use DDAP\Calls;
use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

require_once dirname( __DIR__, 2 ) . '/Calls.php';

/**
 * Wants a nonce's check in front of each use of $_POST, $_REQUEST and $_FILES,
 * in the same function.
 */
final class NonceSniff implements Sniff {

	/** Functions that check one. */
	public const CHECKS = array( 'check_admin_referer', 'check_ajax_referer', 'wp_verify_nonce' );

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_VARIABLE, T_STRING );
	}

	/**
	 * Looks at one of them.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public function process( File $file, $at ) {
		$content = $file->getTokens()[ $at ]['content'];
		if ( ! in_array( $content, array( '$_POST', '$_REQUEST', '$_FILES', 'INPUT_POST' ), true ) ) {
			return;
		}
		$body   = Calls::body_around( $file, $at );
		$before = Calls::names( $file, $body[0], $at );
		if ( array() === array_intersect( self::CHECKS, $before ) ) {
			$file->addError( '%s is read before a nonce was checked in this function', $at, 'Missing', array( $content ) );
		}
	}
}
