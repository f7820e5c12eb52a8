<?php
/**
 * Why there was no answer of the server.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tells the ways apart in which a server cannot be reached, each with what the
 * reader can do about it.
 */
final class DDAP_Connection_Error {

	/**
	 * What the transport's message begins to tell, by a part of it. cURL's
	 * texts: WordPress gives one code for all of them.
	 */
	private const CODES = array(
		'Could not resolve'     => 'ddap_name_unknown',
		'certificate'           => 'ddap_certificate',
		'SSL'                   => 'ddap_certificate',
		'timed out'             => 'ddap_timeout',
		'Timeout'               => 'ddap_timeout',
		'blocked requests'      => 'ddap_blocked',
		'User has blocked'      => 'ddap_blocked',
		'Failed to connect'     => 'ddap_refused',
		"Couldn't connect"      => 'ddap_refused',
		'Could not connect'     => 'ddap_refused',
	);

	/**
	 * The error for a request that got no answer.
	 *
	 * @param WP_Error            $error   What wp_remote_request() gave.
	 * @param array<string,mixed> $details The data of the error.
	 */
	public static function from_transport( WP_Error $error, array $details ): WP_Error {
		$code = 'http_request_not_executed' === $error->get_error_code() ? 'ddap_blocked' : 'ddap_unreachable';
		foreach ( self::CODES as $part => $known ) {
			if ( 'ddap_unreachable' === $code && str_contains( $error->get_error_message(), $part ) ) {
				$code = $known;
			}
		}
		return new WP_Error( $code, self::message( $code ), $details );
	}

	/**
	 * The error for an answer that no DDAP server gives.
	 *
	 * @param array<string,mixed> $details The data of the error.
	 */
	public static function not_a_server( array $details ): WP_Error {
		return new WP_Error( 'ddap_not_a_server', self::message( 'ddap_not_a_server' ), $details );
	}

	/**
	 * Whether an error means that the server could not be spoken to, rather than that it refused.
	 *
	 * @param WP_Error $error An error of DDAP_Client.
	 */
	public static function is_one( WP_Error $error ): bool {
		$data = $error->get_error_data();
		return 0 === ( $data['status'] ?? 0 ) || 'ddap_not_a_server' === $error->get_error_code();
	}

	/**
	 * What happened and what can be done.
	 *
	 * @param string $code One of this class.
	 */
	private static function message( string $code ): string {
		switch ( $code ) {
			case 'ddap_name_unknown':
				return __( 'No server has this name. Check the address for typing errors, or ask whoever runs the server.', 'ddap-data-analysis' );
			case 'ddap_certificate':
				return __( 'The server\'s certificate is not valid, so the connection was ended before the key was sent. Its operator has to renew or correct the certificate.', 'ddap-data-analysis' );
			case 'ddap_timeout':
				return __( 'The server did not answer in time. It may be busy or behind a firewall; try again in a minute.', 'ddap-data-analysis' );
			case 'ddap_blocked':
				return __( 'This site is set up to block requests to other servers (WP_HTTP_BLOCK_EXTERNAL). Add the server to WP_ACCESSIBLE_HOSTS in wp-config.php.', 'ddap-data-analysis' );
			case 'ddap_refused':
				return __( 'Nothing answers at this address and port. The server may be stopped; ask whoever runs it, or correct the address.', 'ddap-data-analysis' );
			case 'ddap_not_a_server':
				return __( 'Something answers at this address, but it is not a DDAP server. Check the address and the port.', 'ddap-data-analysis' );
			default:
				return __( 'The server cannot be reached. Check that it runs and that this site may connect to it.', 'ddap-data-analysis' );
		}
	}
}
