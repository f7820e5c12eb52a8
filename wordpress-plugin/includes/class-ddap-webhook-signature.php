<?php
/**
 * Whether a delivery comes from the server.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Judges deliveries as Standard Webhooks 1.0.0 says. It knows neither WordPress's
 * options nor its requests.
 */
final class DDAP_Webhook_Signature {

	/** So many seconds a delivery may be old, or in the future: clocks differ. */
	private const TOLERANCE = 5 * MINUTE_IN_SECONDS;

	/** More signatures than this are not looked at; a server that rotates sends two. */
	private const MOST = 10;

	/**
	 * Judges a delivery.
	 *
	 * @param string   $id        The header webhook-id.
	 * @param string   $timestamp The header webhook-timestamp, in seconds since 1970.
	 * @param string   $signed    The header webhook-signature: signatures with spaces between.
	 * @param string   $body      The body, byte for byte.
	 * @param string[] $secrets   Those that are good now, each whsec_ and base64.
	 * @param int      $now       Seconds since 1970.
	 * @return string What is wrong, as a code; empty where nothing is.
	 */
	public static function trouble( string $id, string $timestamp, string $signed, string $body, array $secrets, int $now ): string {
		if ( 1 !== preg_match( '/^[A-Za-z0-9._-]{1,100}$/', $id ) || 1 !== preg_match( '/^[0-9]{1,12}$/', $timestamp ) || '' === $signed ) {
			return 'ddap_webhook_headers';
		}
		// The signature first: how this site's clock goes is nobody else's business.
		if ( ! self::is_signed( "$id.$timestamp.$body", $signed, $secrets ) ) {
			return 'ddap_webhook_signature';
		}
		return abs( $now - (int) $timestamp ) > self::TOLERANCE ? 'ddap_webhook_timestamp' : '';
	}

	/**
	 * Whether one of the signatures was made with one of the secrets. All are
	 * compared, each in constant time.
	 *
	 * @param string   $text    What is signed.
	 * @param string   $signed  Signatures with spaces between.
	 * @param string[] $secrets Each whsec_ and base64.
	 */
	private static function is_signed( string $text, string $signed, array $secrets ): bool {
		$good       = false;
		$signatures = array_slice( explode( ' ', $signed ), 0, self::MOST );
		foreach ( $secrets as $secret ) {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- Standard Webhooks writes keys so.
			$key = (string) base64_decode( substr( $secret, strlen( 'whsec_' ) ), true );
			if ( ! str_starts_with( $secret, 'whsec_' ) || '' === $key ) {
				continue;
			}
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- and signatures.
			$wanted = 'v1,' . base64_encode( hash_hmac( 'sha256', $text, $key, true ) );
			foreach ( $signatures as $signature ) {
				$good = hash_equals( $wanted, $signature ) || $good;
			}
		}
		return $good;
	}
}
