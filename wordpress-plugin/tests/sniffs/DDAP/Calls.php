<?php
/**
 * What the sniffs need to know of a call or a function.
 *
 * @package DDAP
 */

namespace DDAP;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Util\Tokens;

/**
 * Finds calls of functions and their arguments among the tokens of a file.
 */
final class Calls {

	/**
	 * Whether a token is the name of a function that is called, not that of a
	 * method or of a definition.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public static function is_call( File $file, int $at ): bool {
		$tokens = $file->getTokens();
		$before = $file->findPrevious( Tokens::$emptyTokens, $at - 1, null, true );
		$after  = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		$other  = array( T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW );
		return T_STRING === $tokens[ $at ]['code'] && false !== $after && T_OPEN_PARENTHESIS === $tokens[ $after ]['code']
			&& ! in_array( $tokens[ $before ]['code'], $other, true );
	}

	/**
	 * The arguments of a call, each as its first and its last token.
	 *
	 * @param File $file The file.
	 * @param int  $at   The name of the function.
	 * @return array<int,array{int,int}>
	 */
	public static function arguments( File $file, int $at ): array {
		$tokens = $file->getTokens();
		$open   = $file->findNext( T_OPEN_PARENTHESIS, $at );
		$close  = $tokens[ $open ]['parenthesis_closer'];
		return self::split( $file, $open + 1, $close - 1, array( T_COMMA ) );
	}

	/**
	 * Splits tokens at separators that stand in no bracket of their own.
	 *
	 * @param File                   $file       The file.
	 * @param int                    $from       The first token.
	 * @param int                    $to         The last one.
	 * @param array<int,int|string> $separators Codes of tokens.
	 * @return array<int,array{int,int}>
	 */
	public static function split( File $file, int $from, int $to, array $separators ): array {
		$tokens = $file->getTokens();
		$parts  = array();
		$begin  = $from;
		for ( $i = $from; $i <= $to; $i++ ) {
			if ( in_array( $tokens[ $i ]['code'], $separators, true ) ) {
				$parts[] = array( $begin, $i - 1 );
				$begin   = $i + 1;
				continue;
			}
			$i = max( $i, self::closer( $tokens[ $i ], $i ) );
		}
		if ( false !== $file->findNext( Tokens::$emptyTokens, $begin, $to + 1, true ) ) {
			$parts[] = array( $begin, $to );
		}
		return $parts;
	}

	/**
	 * Where the bracket that a token opens is closed; the token itself where it
	 * opens none.
	 *
	 * @param array<string,mixed> $token The token.
	 * @param int                 $at    Its place.
	 */
	public static function closer( array $token, int $at ): int {
		foreach ( array( 'parenthesis', 'bracket' ) as $kind ) {
			if ( isset( $token[ $kind . '_closer' ] ) && $token[ $kind . '_opener' ] === $at ) {
				return $token[ $kind . '_closer' ];
			}
		}
		return $at;
	}

	/**
	 * The text of a string that stands alone between two tokens; null where
	 * anything else stands there.
	 *
	 * @param File $file The file.
	 * @param int  $from The first token.
	 * @param int  $to   The last one.
	 */
	public static function literal( File $file, int $from, int $to ): ?string {
		$tokens = $file->getTokens();
		$first  = $file->findNext( Tokens::$emptyTokens, $from, $to + 1, true );
		if ( false === $first || T_CONSTANT_ENCAPSED_STRING !== $tokens[ $first ]['code']
			|| false !== $file->findNext( Tokens::$emptyTokens, $first + 1, $to + 1, true ) ) {
			return null;
		}
		return substr( $tokens[ $first ]['content'], 1, -1 );
	}

	/**
	 * The names of all functions that are called between two tokens.
	 *
	 * @param File $file The file.
	 * @param int  $from The first token.
	 * @param int  $to   The last one.
	 * @return array<int,string> By token.
	 */
	public static function names( File $file, int $from, int $to ): array {
		$tokens = $file->getTokens();
		$names  = array();
		for ( $i = $from; $i <= $to; $i++ ) {
			if ( self::is_call( $file, $i ) ) {
				$names[ $i ] = strtolower( $tokens[ $i ]['content'] );
			}
		}
		return $names;
	}

	/**
	 * The body of the function around a token, as its first and last token; the
	 * whole file where there is no function.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 * @return array{int,int}
	 */
	public static function body_around( File $file, int $at ): array {
		$tokens = $file->getTokens();
		foreach ( $tokens[ $at ]['conditions'] as $opener => $code ) {
			if ( T_FUNCTION === $code ) {
				return array( $tokens[ $opener ]['scope_opener'], $tokens[ $opener ]['scope_closer'] );
			}
		}
		return array( 0, $file->numTokens - 1 );
	}
}
