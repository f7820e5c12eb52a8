<?php
/**
 * Whoever acts is asked for the right to.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Security;

use DDAP\Calls;
use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

require_once dirname( __DIR__, 2 ) . '/Calls.php';

/**
 * A function that checks a nonce does something for somebody, so it checks a
 * capability as well; a REST route has a callback that does, and says which
 * arguments it takes.
 */
final class CapabilitySniff implements Sniff {

	/** Functions that check one. */
	private const CHECKS = array( 'current_user_can', 'user_can', 'current_user_can_for_site' );

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
		if ( ! Calls::is_call( $file, $at ) ) {
			return;
		}
		$name = strtolower( $file->getTokens()[ $at ]['content'] );
		if ( in_array( $name, NonceSniff::CHECKS, true ) ) {
			$body = Calls::body_around( $file, $at );
			if ( array() === array_intersect( self::CHECKS, Calls::names( $file, ...$body ) ) ) {
				$file->addError( 'A nonce is checked here, but no capability in this function', $at, 'Missing' );
			}
		} elseif ( 'register_rest_route' === $name ) {
			$this->check_route( $file, $at );
		}
	}

	/**
	 * Looks at a route.
	 *
	 * @param File $file The file.
	 * @param int  $at   The call that registers it.
	 */
	private function check_route( File $file, int $at ): void {
		$arguments = Calls::arguments( $file, $at );
		if ( ! isset( $arguments[2] ) ) {
			return;
		}
		$text = $file->getTokensAsString( $arguments[2][0], $arguments[2][1] - $arguments[2][0] + 1 );
		if ( ! str_contains( $text, "'permission_callback'" ) ) {
			$file->addError( 'A route without a permission_callback', $at, 'Route' );
		} elseif ( str_contains( $text, '__return_true' ) ) {
			$file->addError( 'A route that lets everybody in', $at, 'OpenRoute' );
		}
		if ( ! str_contains( $text, "'args'" ) ) {
			$file->addError( 'A route that does not say which arguments it takes', $at, 'RouteArguments' );
		}
	}
}
