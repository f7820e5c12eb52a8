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
	 * What the transport's message tells, by a part of it; the first that fits
	 * counts. cURL's texts and those of PHP's own streams: WordPress gives one
	 * code for all of them.
	 */
	private const CODES = array(
		'Could not resolve'       => 'ddap_name_unknown',
		'getaddrinfo'             => 'ddap_name_unknown',
		'has expired'             => 'ddap_certificate_expired',
		'not yet valid'           => 'ddap_certificate_expired',
		'self-signed certificate' => 'ddap_certificate_self_signed',
		'self signed certificate' => 'ddap_certificate_self_signed',
		'local issuer'            => 'ddap_certificate_unknown',
		'subject name'            => 'ddap_certificate_name',
		'did not match'           => 'ddap_certificate_name',
		'wrong version number'    => 'ddap_not_https',
		'certificate'             => 'ddap_certificate',
		'timed out'               => 'ddap_timeout',
		'timeout'                 => 'ddap_timeout',
		'SSL'                     => 'ddap_certificate',
		'blocked requests'        => 'ddap_blocked',
		'Failed to connect'       => 'ddap_refused',
		"Couldn't connect"        => 'ddap_refused',
		'Could not connect'       => 'ddap_refused',
		'Connection refused'      => 'ddap_refused',
		'Empty reply'             => 'ddap_not_a_server',
		'HTTP/0.9'                => 'ddap_not_a_server',
	);

	/**
	 * The error for a request that got no answer.
	 *
	 * @param WP_Error            $error   What wp_remote_request() gave.
	 * @param array<string,mixed> $details The data of the error.
	 */
	public static function from_transport( WP_Error $error, array $details ): WP_Error {
		if ( 'http_request_not_executed' === $error->get_error_code() ) {
			return self::of( 'ddap_blocked', $details );
		}
		foreach ( self::CODES as $part => $code ) {
			if ( str_contains( $error->get_error_message(), $part ) ) {
				return self::of( $code, $details );
			}
		}
		return self::of( 'ddap_unreachable', $details );
	}

	/**
	 * The error with a code.
	 *
	 * @param string              $code    One of this class.
	 * @param array<string,mixed> $details The data of the error.
	 */
	public static function of( string $code, array $details ): WP_Error {
		return new WP_Error( $code, self::message( $code ), $details );
	}

	/**
	 * The error for an answer that no DDAP server gives.
	 *
	 * @param array<string,mixed> $details The data of the error.
	 */
	public static function not_a_server( array $details ): WP_Error {
		return self::of( 'ddap_not_a_server', $details );
	}

	/**
	 * The error for an answer that sends one elsewhere.
	 *
	 * @param string              $location Where to.
	 * @param array<string,mixed> $details  The data of the error.
	 */
	public static function redirected( string $location, array $details ): WP_Error {
		$parts = wp_parse_url( $location );
		if ( ! isset( $parts['scheme'], $parts['host'] ) ) {
			return self::not_a_server( $details );
		}
		$to = $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
		/* translators: %s: an address, as in https://analytics.example.org. */
		return new WP_Error( 'ddap_redirected', sprintf( __( 'This address leads on to %s. If that is the server, enter that address; the key is sent nowhere else.', 'ddap-data-analysis' ), $to ), $details );
	}

	/**
	 * Whether an error means that the server could not be spoken to, rather than that it refused.
	 *
	 * @param WP_Error $error An error of DDAP_Client.
	 */
	public static function is_one( WP_Error $error ): bool {
		$data = $error->get_error_data();
		return 0 === ( $data['status'] ?? 0 ) || in_array( $error->get_error_code(), array( 'ddap_not_a_server', 'ddap_redirected' ), true );
	}

	/**
	 * What happened and what can be done.
	 *
	 * @param string $code One of this class.
	 */
	private static function message( string $code ): string {
		if ( str_starts_with( $code, 'ddap_certificate' ) ) {
			return self::certificate_message( $code );
		}
		switch ( $code ) {
			case 'ddap_name_unknown':
				return __( 'No server has this name. Check the address for typing errors, or ask whoever runs the server.', 'ddap-data-analysis' );
			case 'ddap_timeout':
				return __( 'The server did not answer in time. It may be busy or behind a firewall; try again in a minute.', 'ddap-data-analysis' );
			case 'ddap_blocked':
				return __( 'This site is set up to block requests to other servers (WP_HTTP_BLOCK_EXTERNAL). Add the server to WP_ACCESSIBLE_HOSTS in wp-config.php.', 'ddap-data-analysis' );
			case 'ddap_refused':
				return __( 'Nothing answers at this address and port. The server may be stopped; ask whoever runs it, or correct the address.', 'ddap-data-analysis' );
			case 'ddap_not_https':
				return __( 'What answers at this address does not speak https. Check the port, or ask the server\'s operator to set up a certificate.', 'ddap-data-analysis' );
			case 'ddap_not_a_server':
				return __( 'Something answers at this address, but it is not a DDAP server. Check the address and the port.', 'ddap-data-analysis' );
			default:
				return __( 'The server cannot be reached. Check that it runs and that this site may connect to it.', 'ddap-data-analysis' );
		}
	}

	/**
	 * What is wrong with the server's certificate. In all of these the connection
	 * ended before the key was sent.
	 *
	 * @param string $code One of this class.
	 */
	private static function certificate_message( string $code ): string {
		switch ( $code ) {
			case 'ddap_certificate_expired':
				return __( 'The server\'s certificate has expired, so the key was not sent. Its operator has to renew it; check this machine\'s clock if it should be valid.', 'ddap-data-analysis' );
			case 'ddap_certificate_self_signed':
				return __( 'The server made its certificate itself, so nobody vouches that this is the right server, and the key was not sent. Its operator should get one from a certificate authority.', 'ddap-data-analysis' );
			case 'ddap_certificate_unknown':
				return __( 'This site does not know who issued the server\'s certificate, so the key was not sent. The operator should send the whole chain, or use a well-known certificate authority.', 'ddap-data-analysis' );
			case 'ddap_certificate_name':
				return __( 'The certificate is for another name than that in the address, so the key was not sent. Enter the name that stands in the certificate.', 'ddap-data-analysis' );
			default:
				return __( 'The server\'s certificate is not valid, so the key was not sent. Its operator has to renew or correct it.', 'ddap-data-analysis' );
		}
	}
}
