<?php
/**
 * Encryption of what the database must not hold in the clear.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Seals secrets with a key made of the site's salts, so that a copy of the
 * database without wp-config.php opens none of them. XSalsa20-Poly1305, of
 * libsodium, which WordPress carries where PHP does not.
 */
final class DDAP_Secret_Box {

	private const PREFIX = 'v1:';

	/**
	 * Encrypts a secret.
	 *
	 * @param string $secret What is to be kept.
	 * @return string Printable; a new one each time.
	 */
	public static function seal( string $secret ): string {
		$nonce = random_bytes( SODIUM_CRYPTO_SECRETBOX_NONCEBYTES );
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- ciphertext is not text.
		return self::PREFIX . base64_encode( $nonce . sodium_crypto_secretbox( $secret, $nonce, self::key() ) );
	}

	/**
	 * Decrypts what seal() made.
	 *
	 * @param string $sealed What was kept.
	 * @return string Empty where it was not made with the salts of today, or was changed.
	 */
	public static function open( string $sealed ): string {
		if ( ! str_starts_with( $sealed, self::PREFIX ) ) {
			return '';
		}
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- ciphertext is not text.
		$raw = (string) base64_decode( substr( $sealed, strlen( self::PREFIX ) ), true );
		if ( strlen( $raw ) < SODIUM_CRYPTO_SECRETBOX_NONCEBYTES + SODIUM_CRYPTO_SECRETBOX_MACBYTES ) {
			return '';
		}
		$nonce = substr( $raw, 0, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES );
		$plain = sodium_crypto_secretbox_open( substr( $raw, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES ), $nonce, self::key() );
		return false === $plain ? '' : $plain;
	}

	/** The key of this site: 32 bytes that nobody can compute without its salts. */
	private static function key(): string {
		return sodium_crypto_generichash( 'ddap-data-analysis' . wp_salt( 'secure_auth' ), '', SODIUM_CRYPTO_SECRETBOX_KEYBYTES );
	}
}
