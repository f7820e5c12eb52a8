<?php
/**
 * Nothing grows so long that it cannot be read at one go.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Style;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/**
 * Counts the lines of functions and files.
 */
final class SizeSniff implements Sniff {

	/**
	 * Most lines of a function.
	 *
	 * @var int
	 */
	public $function_lines = 80;

	/**
	 * Most lines of a file.
	 *
	 * @var int
	 */
	public $file_lines = 600;

	/**
	 * What to look at.
	 *
	 * @return array<int,int|string>
	 */
	public function register() {
		return array( T_OPEN_TAG, T_FUNCTION );
	}

	/**
	 * Looks at one of them.
	 *
	 * @param File $file The file.
	 * @param int  $at   The token.
	 */
	public function process( File $file, $at ) {
		$tokens = $file->getTokens();
		if ( T_OPEN_TAG === $tokens[ $at ]['code'] ) {
			$lines = $tokens[ $file->numTokens - 1 ]['line'];
			if ( 0 === $at && $lines > $this->file_lines ) {
				$file->addError( 'A file of %d lines; %d are the most', $at, 'File', array( $lines, $this->file_lines ) );
			}
			return;
		}
		if ( isset( $tokens[ $at ]['scope_closer'] ) ) {
			$lines = $tokens[ $tokens[ $at ]['scope_closer'] ]['line'] - $tokens[ $at ]['line'] + 1;
			if ( $lines > $this->function_lines ) {
				$file->addError( 'A function of %d lines; %d are the most', $at, 'Function', array( $lines, $this->function_lines ) );
			}
		}
	}
}
