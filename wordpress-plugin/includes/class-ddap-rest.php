<?php
/**
 * What all REST routes of the plugin share.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The namespace, the gates and the errors of the routes below /wp-json/ddap/v1.
 * WordPress itself checks the nonce that comes with a cookie.
 */
final class DDAP_Rest {

	public const NAMESPACE = 'ddap/v1';

	/**
	 * A permission_callback that asks for one of some capabilities.
	 *
	 * @param string ...$capabilities Any of them is enough.
	 */
	public static function allow( string ...$capabilities ): callable {
		return static function () use ( $capabilities ): bool|WP_Error {
			foreach ( $capabilities as $capability ) {
				if ( current_user_can( $capability ) ) {
					return true;
				}
			}
			return new WP_Error( 'ddap_forbidden', __( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), array( 'status' => rest_authorization_required_code() ) );
		};
	}

	/**
	 * Registers a route.
	 *
	 * @param string              $path       Below the namespace.
	 * @param string              $method     HTTP's.
	 * @param callable            $callback   Answers.
	 * @param callable            $permission Who may.
	 * @param array<string,mixed> $args       What it takes.
	 */
	public static function add( string $path, string $method, callable $callback, callable $permission, array $args = array() ): void {
		register_rest_route(
			self::NAMESPACE,
			$path,
			array(
				'methods'             => $method,
				'callback'            => $callback,
				'permission_callback' => $permission,
				'args'                => $args,
			)
		);
	}

	/**
	 * What a route answers: the server's answer, or its problem with a status that fits.
	 *
	 * @param array<string,mixed>|WP_Error $answer Of DDAP_Client.
	 */
	public static function answer( array|WP_Error $answer ): WP_REST_Response|WP_Error {
		if ( ! is_wp_error( $answer ) ) {
			return new WP_REST_Response( $answer );
		}
		$data = (array) $answer->get_error_data();
		// A wrong key is this site's fault and not the reader's: 401 would make browsers' code ask for a login.
		$status         = (int) ( $data['status'] ?? 0 );
		$data['status'] = in_array( $status, array( 0, 401 ), true ) || $status >= 500 ? 502 : $status;
		return new WP_Error( $answer->get_error_code(), $answer->get_error_message(), $data );
	}
}
