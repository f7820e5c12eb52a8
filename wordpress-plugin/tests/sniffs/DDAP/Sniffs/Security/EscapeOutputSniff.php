<?php
/**
 * Output is escaped where it is printed.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Security;

use DDAP\Calls;
use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

require_once dirname( __DIR__, 2 ) . '/Calls.php';

/**
 * Looks at what echo, print, printf and their like print: literal text, numbers
 * and what an escaping function gives may pass, all else may not. Markup that
 * the plugin's own methods have put together passes where their name says so:
 * html() and …_html() escape all that goes into it.
 */
final class EscapeOutputSniff implements Sniff {

	/** Functions whose answer may be printed, or that print for themselves. */
	private const SAFE = array(
		'absint', 'checked', 'count', 'disabled', 'esc_attr', 'esc_attr__', 'esc_attr_x', 'esc_html', 'esc_html__', 'esc_html_x', 'esc_js', 'esc_textarea',
		'esc_url', 'esc_xml', 'get_submit_button', 'intval', 'number_format_i18n', 'paginate_links', 'readonly', 'selected', 'wp_json_encode', 'wp_kses',
		'wp_kses_data', 'wp_kses_post', 'wp_nonce_field',
	);

	/** Functions that give what they got, put together anew. */
	private const PASSING = array( 'implode', 'join', 'sprintf', 'vsprintf', 'str_repeat', 'trim', 'wpautop' );

	/** Functions that print their arguments. */
	private const PRINTING = array( 'printf', 'vprintf', 'wp_die', 'print_r', 'wp_admin_notice' );

	/** Functions that print a translation as it is. */
	private const RAW = array( '_e', '_ex' );

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_ECHO, T_PRINT, T_OPEN_TAG_WITH_ECHO, T_EXIT, T_STRING );
	}

	/**
	 * Looks at one of them.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public function process( File $file, $at ) {
		$token = $file->getTokens()[ $at ];
		if ( T_STRING !== $token['code'] ) {
			$end = $file->findNext( array( T_SEMICOLON, T_CLOSE_TAG ), $at + 1 );
			$this->check_all( $file, Calls::split( $file, $at + 1, ( false === $end ? $file->numTokens : $end ) - 1, array( T_COMMA ) ) );
			return;
		}
		if ( ! Calls::is_call( $file, $at ) ) {
			return;
		}
		$name = strtolower( $token['content'] );
		if ( in_array( $name, self::RAW, true ) ) {
			$file->addError( '%s() prints a translation as it is; esc_html_e() escapes it', $at, 'Raw', array( $name ) );
		} elseif ( in_array( $name, self::PRINTING, true ) ) {
			$arguments = Calls::arguments( $file, $at );
			// What follows the text of these two is no output.
			$this->check_all( $file, in_array( $name, array( 'wp_die', 'wp_admin_notice' ), true ) ? array_slice( $arguments, 0, 1 ) : $arguments );
		}
	}

	/**
	 * Checks several expressions.
	 *
	 * @param File                        $file  The file.
	 * @param array<int,array{int,int}> $parts First and last token of each.
	 */
	private function check_all( File $file, array $parts ): void {
		foreach ( $parts as $part ) {
			$this->check( $file, $part[0], $part[1] );
		}
	}

	/**
	 * Checks an expression: its parts between dots, and both ends of a choice.
	 *
	 * @param File $file The file.
	 * @param int  $from Its first token.
	 * @param int  $to   Its last one.
	 */
	private function check( File $file, int $from, int $to ): void {
		foreach ( array( array( T_INLINE_THEN ), array( T_INLINE_ELSE ), array( T_COALESCE ), array( T_STRING_CONCAT ) ) as $separator ) {
			$parts = Calls::split( $file, $from, $to, $separator );
			if ( count( $parts ) > 1 ) {
				// What decides is not printed.
				$this->check_all( $file, array( T_INLINE_THEN ) === $separator ? array_slice( $parts, 1 ) : $parts );
				return;
			}
		}
		$first = $file->findNext( Tokens::$emptyTokens, $from, $to + 1, true );
		if ( false !== $first ) {
			$this->check_operand( $file, $first, $to );
		}
	}

	/**
	 * Checks what stands between two dots.
	 *
	 * @param File $file  The file.
	 * @param int  $first Its first token.
	 * @param int  $to    Its last one.
	 */
	private function check_operand( File $file, int $first, int $to ): void {
		$tokens = $file->getTokens();
		switch ( $tokens[ $first ]['code'] ) {
			case T_CONSTANT_ENCAPSED_STRING:
			case T_LNUMBER:
			case T_DNUMBER:
			case T_INT_CAST:
			case T_DOUBLE_CAST:
			case T_HEREDOC:
			case T_NOWDOC:
			case T_START_NOWDOC:
				return;
			case T_OPEN_PARENTHESIS:
				$this->check( $file, $first + 1, $tokens[ $first ]['parenthesis_closer'] - 1 );
				return;
		}
		$name = Calls::is_call( $file, $first ) ? strtolower( $tokens[ $first ]['content'] ) : '';
		if ( in_array( $name, self::SAFE, true ) ) {
			return;
		}
		if ( in_array( $name, self::PASSING, true ) ) {
			$this->check_all( $file, Calls::arguments( $file, $first ) );
			return;
		}
		if ( $this->is_markup( $file, $first, $to ) ) {
			return;
		}
		if ( 'array_map' === $name && $this->maps_escaping( $file, $first ) ) {
			return;
		}
		$shown = substr( trim( preg_replace( '/\s+/', ' ', $file->getTokensAsString( $first, $to - $first + 1 ) ) ), 0, 80 );
		$file->addError( '%s is printed without being escaped', $first, 'Unescaped', array( $shown ) );
	}

	/**
	 * Whether what stands there is the call of one method whose name says that
	 * it gives markup.
	 *
	 * @param File $file  The file.
	 * @param int  $first Its first token.
	 * @param int  $to    Its last one.
	 */
	private function is_markup( File $file, int $first, int $to ): bool {
		$tokens = $file->getTokens();
		$last   = $file->findPrevious( Tokens::$emptyTokens, $to, $first, true );
		if ( T_CLOSE_PARENTHESIS !== $tokens[ $last ]['code'] ) {
			return false;
		}
		$name   = $file->findPrevious( Tokens::$emptyTokens, $tokens[ $last ]['parenthesis_opener'] - 1, $first, true );
		$before = $file->findPrevious( Tokens::$emptyTokens, $name - 1, $first, true );
		return false !== $before && in_array( $tokens[ $before ]['code'], array( T_DOUBLE_COLON, T_OBJECT_OPERATOR ), true )
			&& 1 === preg_match( '/^(.+_)?html$/', $tokens[ $name ]['content'] );
	}

	/**
	 * Whether an array_map() escapes each of what it gets.
	 *
	 * @param File $file The file.
	 * @param int  $at   Its name.
	 */
	private function maps_escaping( File $file, int $at ): bool {
		$arguments = Calls::arguments( $file, $at );
		return isset( $arguments[0] ) && in_array( Calls::literal( $file, ...$arguments[0] ), self::SAFE, true );
	}
}
