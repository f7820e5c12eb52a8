<?php
/**
 * Some things are done in one place only.
 *
 * @package DDAP
 */

namespace DDAP\Sniffs\Rooms;

use DDAP\Calls;
use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

require_once dirname( __DIR__, 2 ) . '/Calls.php';

/**
 * Hooks stand in hooks.php, and HTTP is spoken by DDAP_Client.
 */
final class PlacesSniff implements Sniff {

	/** Functions, by what they do. */
	private const FUNCTIONS = array(
		'Hook' => array( 'add_action', 'add_filter', 'register_activation_hook', 'register_deactivation_hook', 'register_uninstall_hook', 'add_shortcode' ),
		'Http' => array(
			'wp_remote_get', 'wp_remote_post', 'wp_remote_head', 'wp_remote_request', 'wp_safe_remote_get', 'wp_safe_remote_post', 'wp_safe_remote_head',
			'wp_safe_remote_request', 'curl_init', 'curl_exec', 'fsockopen', 'stream_socket_client', 'download_url', 'wp_get_http',
		),
	);

	/** Where each of them may stand. */
	private const PLACES = array(
		'Hook' => 'hooks.php',
		'Http' => 'class-ddap-client.php',
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
		$name = strtolower( $file->getTokens()[ $at ]['content'] );
		foreach ( self::FUNCTIONS as $kind => $names ) {
			if ( in_array( $name, $names, true ) && Calls::is_call( $file, $at ) && basename( $file->getFilename() ) !== self::PLACES[ $kind ]
				&& ! ( 'Hook' === $kind && $this->is_of_a_screen( $file, $at ) ) ) {
				$file->addError( '%s() stands in %s and nowhere else', $at, $kind, array( $name, self::PLACES[ $kind ] ) );
			}
		}
	}

	/**
	 * Whether a hook is that of one screen, whose name WordPress makes up when
	 * the screen is added: 'load-' . $name.
	 *
	 * @param File $file The file.
	 * @param int  $at   The call.
	 */
	private function is_of_a_screen( File $file, int $at ): bool {
		$first = Calls::arguments( $file, $at )[0] ?? null;
		return null !== $first && 1 === preg_match( "/^\\s*'load-'\\s*\\.\\s*\\$/", $file->getTokensAsString( $first[0], $first[1] - $first[0] + 1 ) );
	}
}
