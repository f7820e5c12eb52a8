<?php
/**
 * Where the server is and with which key it is spoken to.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The settings of one site. The constants DDAP_SERVER_URL and DDAP_API_KEY in
 * wp-config.php win over what is stored.
 */
final class DDAP_Settings {

	private const URL_OPTION = 'ddap_server_url';
	private const KEY_OPTION = 'ddap_api_key';

	/**
	 * The server's address without a slash at its end; empty where none is set. A
	 * key of wp-config.php goes to an address of wp-config.php and to no other:
	 * whoever may change the settings must not be able to send it elsewhere.
	 */
	public static function server_url(): string {
		if ( self::address_is_missing() ) {
			return '';
		}
		$url = self::url_is_constant() ? constant( 'DDAP_SERVER_URL' ) : get_option( self::URL_OPTION, '' );
		return untrailingslashit( trim( (string) $url ) );
	}

	/** Whether wp-config.php sets the key and not where it may go. */
	public static function address_is_missing(): bool {
		return self::key_is_constant() && ! self::url_is_constant();
	}

	/** The API key; empty where none is set, and where the stored one cannot be read any more. */
	public static function api_key(): string {
		if ( self::key_is_constant() ) {
			return trim( (string) constant( 'DDAP_API_KEY' ) );
		}
		return DDAP_Secret_Box::open( (string) get_option( self::KEY_OPTION, '' ) );
	}

	/** Whether an address and a key are there to be used. */
	public static function are_complete(): bool {
		return '' !== self::server_url() && '' !== self::api_key();
	}

	/** Whether a key is stored that the site's salts of today do not open. */
	public static function key_is_unreadable(): bool {
		return ! self::key_is_constant() && '' !== get_option( self::KEY_OPTION, '' ) && '' === self::api_key();
	}

	/** Whether wp-config.php sets the address. */
	public static function url_is_constant(): bool {
		return defined( 'DDAP_SERVER_URL' ) && '' !== trim( (string) constant( 'DDAP_SERVER_URL' ) );
	}

	/** Whether wp-config.php sets the key. */
	public static function key_is_constant(): bool {
		return defined( 'DDAP_API_KEY' ) && '' !== trim( (string) constant( 'DDAP_API_KEY' ) );
	}

	/**
	 * The key as a person may see it: its kind and id, never its secret.
	 *
	 * A key is ddap_key_ID_SECRET; the id alone opens nothing.
	 */
	public static function masked_key(): string {
		$key = self::api_key();
		if ( '' === $key ) {
			return '';
		}
		$parts = explode( '_', $key );
		return 4 === count( $parts ) ? "{$parts[0]}_{$parts[1]}_{$parts[2]}_••••••••" : '••••••••';
	}

	/**
	 * Keeps the address.
	 *
	 * @param string $url An address that DDAP_Server_Address::check() has let pass.
	 */
	public static function store_server_url( string $url ): void {
		if ( untrailingslashit( $url ) !== self::server_url() ) {
			// What is known of one server is not true of another.
			DDAP_Webhook::forget();
			DDAP_Poll::forget();
		}
		update_option( self::URL_OPTION, untrailingslashit( $url ), false );
		DDAP_Circuit::reset();
	}

	/**
	 * Keeps the key, encrypted with the site's salts.
	 *
	 * @param string $key The key; empty forgets it.
	 */
	public static function store_api_key( string $key ): void {
		DDAP_Key::remember();
		update_option( self::KEY_OPTION, '' === $key ? '' : DDAP_Secret_Box::seal( $key ), false );
		DDAP_Key::remember();
	}
}
