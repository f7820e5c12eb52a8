<?php
/**
 * What can be read from an API key without asking the server.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The ids of this site's keys. A task says in its creator with which key it was
 * asked for: a user's number alone would be that of somebody else on another site
 * with a key of its own.
 */
final class DDAP_Key {

	/** The option with the ids of keys that this site had before, newest first. */
	private const OPTION = 'ddap_former_key_ids';

	/** So many keys are remembered: more than a site that changes its key every quarter has in years. */
	private const REMEMBERED = 20;

	/** The digits of base 62 in their order, as the server writes them. */
	private const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

	/**
	 * The id of a key: ddap_key_ID_SECRET has it in 22 digits of base 62.
	 *
	 * @param string $key The key.
	 * @return string A UUID; empty where it is no key.
	 */
	public static function id( string $key ): string {
		if ( 1 !== preg_match( '/^ddap_key_([0-9A-Za-z]{22})_[0-9A-Za-z]+$/', $key, $parts ) ) {
			return '';
		}
		$bytes = array_fill( 0, 16, 0 );
		foreach ( str_split( $parts[1] ) as $digit ) {
			$carry = (int) strpos( self::DIGITS, $digit );
			for ( $i = 15; $i >= 0; $i-- ) {
				$carry      += 62 * $bytes[ $i ];
				$bytes[ $i ] = $carry & 0xff;
				$carry     >>= 8;
			}
			if ( 0 !== $carry ) {
				return '';
			}
		}
		return vsprintf( '%s%s-%s-%s-%s-%s%s%s', str_split( bin2hex( implode( '', array_map( 'chr', $bytes ) ) ), 4 ) );
	}

	/**
	 * The ids of the keys that this site has and had.
	 *
	 * @return string[]
	 */
	public static function ids_of_site(): array {
		$ids = array_merge( array( self::id( DDAP_Settings::api_key() ) ), (array) get_option( self::OPTION, array() ) );
		return array_values( array_unique( array_filter( $ids, static fn( $id ): bool => is_string( $id ) && '' !== $id ) ) );
	}

	/** Remembers the key of today, so that its tasks stay their askers' when it is replaced. */
	public static function remember(): void {
		$ids = array_slice( self::ids_of_site(), 0, self::REMEMBERED );
		if ( get_option( self::OPTION, array() ) !== $ids ) {
			update_option( self::OPTION, $ids, false );
		}
	}

	/**
	 * The user of this site who asked for something.
	 *
	 * @param string $creator As the server gives it: KEY_ID;USER_ID.
	 * @return int The user's id; zero where it was nobody, or through no key of this site.
	 */
	public static function user_of( string $creator ): int {
		$parts = explode( ';', $creator, 2 );
		if ( 2 !== count( $parts ) || ! ctype_digit( $parts[1] ) || ! in_array( $parts[0], self::ids_of_site(), true ) ) {
			return 0;
		}
		return (int) $parts[1];
	}
}
