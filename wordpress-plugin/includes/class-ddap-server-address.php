<?php
/**
 * Which addresses the plugin is willing to speak to.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Judges the server's address. Private addresses are fine: many servers stand
 * on the same network. Link-local ones are not: there, clouds serve the
 * credentials of the machine to whoever asks.
 */
final class DDAP_Server_Address {

	/**
	 * Says what is wrong with an address, when it is entered and before each request.
	 *
	 * @param string $url What somebody entered, or what is stored.
	 * @return true|WP_Error The error's message says what would be right.
	 */
	public static function check( string $url ): bool|WP_Error {
		$parts = wp_parse_url( $url );
		if ( ! is_array( $parts ) || ! isset( $parts['scheme'], $parts['host'] ) ) {
			return self::refuse( __( 'This is not an address. It should look like https://analytics.example.org.', 'ddap-data-analysis' ) );
		}
		$host = strtolower( trim( $parts['host'], '[]' ) );
		if ( ! self::is_ip( $host ) && ! self::is_name( $host ) ) {
			return self::refuse( __( 'This is not an address. It should look like https://analytics.example.org.', 'ddap-data-analysis' ) );
		}
		if ( isset( $parts['user'] ) || isset( $parts['pass'] ) || isset( $parts['query'] ) || isset( $parts['fragment'] ) ) {
			return self::refuse( __( 'The address should have no user name, no question mark and no number sign: only the scheme, the name of the server and, if it has one, its port.', 'ddap-data-analysis' ) );
		}
		if ( 'https' !== $parts['scheme'] && ! ( 'http' === $parts['scheme'] && self::may_be_plain( $host ) ) ) {
			return self::refuse( __( 'The address should begin with https://, so that nobody on the way can read the key. http:// is accepted only for a server on this same machine.', 'ddap-data-analysis' ) );
		}
		foreach ( self::resolve( $host ) as $ip ) {
			if ( self::is_forbidden( $ip ) ) {
				return self::refuse( __( 'This address belongs to the machine\'s own inner network, where no DDAP server can be.', 'ddap-data-analysis' ) );
			}
		}
		return true;
	}

	/**
	 * Whether requests to a host may go without encryption: they do not leave the
	 * machine, or wp-config.php says that they may.
	 *
	 * @param string $host Lower case, without brackets.
	 */
	private static function may_be_plain( string $host ): bool {
		return self::is_loopback( $host ) || ( defined( 'DDAP_INSECURE_HTTP' ) && constant( 'DDAP_INSECURE_HTTP' ) );
	}

	/**
	 * Whether a host is this machine.
	 *
	 * @param string $host Lower case, without brackets.
	 */
	private static function is_loopback( string $host ): bool {
		return 'localhost' === $host || '::1' === $host || ( self::is_ip( $host ) && str_starts_with( $host, '127.' ) );
	}

	/**
	 * Whether a host is an IP address as everybody writes it.
	 *
	 * @param string $host Lower case, without brackets.
	 */
	private static function is_ip( string $host ): bool {
		return false !== filter_var( $host, FILTER_VALIDATE_IP );
	}

	/**
	 * Whether a host is a name. What ends in a number is an address in another
	 * spelling (0xa9fea9fe, 2852039166), which cURL reads and checks do not.
	 *
	 * @param string $host Lower case, without brackets.
	 */
	private static function is_name( string $host ): bool {
		return 1 === preg_match( '/^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*(?!0x|\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/D', $host );
	}

	/**
	 * The IP addresses of a host; none where it has none, which the request will say.
	 *
	 * @param string $host Lower case, without brackets.
	 * @return string[]
	 */
	private static function resolve( string $host ): array {
		if ( self::is_ip( $host ) ) {
			return array( $host );
		}
		$addresses = gethostbynamel( $host );
		return false === $addresses ? array() : $addresses;
	}

	/**
	 * Whether an address is link-local, unspecified or for many at once, also
	 * where it is written as IPv6 (RFC 3927, RFC 4291, RFC 1112).
	 *
	 * @param string $ip An IPv4 or IPv6 address.
	 */
	private static function is_forbidden( string $ip ): bool {
		$bytes = (string) inet_pton( $ip );
		if ( 16 === strlen( $bytes ) && '::1' !== inet_ntop( $bytes ) ) {
			$bytes = self::within( $bytes );
		}
		if ( 4 === strlen( $bytes ) ) {
			return 0 === ord( $bytes[0] ) || str_starts_with( $bytes, "\xa9\xfe" ) || ord( $bytes[0] ) >= 224;
		}
		$is_link_local = 0xfe === ord( $bytes[0] ) && 0x80 === ( ord( $bytes[1] ) & 0xc0 );
		// fd00:ec2::254 is where a cloud serves credentials over IPv6.
		return $is_link_local || 0xff === ord( $bytes[0] ) || str_repeat( "\0", 16 ) === $bytes || inet_pton( 'fd00:ec2::254' ) === $bytes;
	}

	/**
	 * The IPv4 address that an IPv6 one carries, or itself where it carries none:
	 * mapped and compatible ones (RFC 4291), NAT64's (RFC 6052) and 6to4's (RFC 3056).
	 *
	 * @param string $bytes Sixteen of them.
	 */
	private static function within( string $bytes ): string {
		$prefixes = array( str_repeat( "\0", 10 ) . "\xff\xff", str_repeat( "\0", 12 ), "\0\x64\xff\x9b" . str_repeat( "\0", 8 ) );
		if ( in_array( substr( $bytes, 0, 12 ), $prefixes, true ) ) {
			return substr( $bytes, 12 );
		}
		return str_starts_with( $bytes, "\x20\x02" ) ? substr( $bytes, 2, 4 ) : $bytes;
	}

	/**
	 * A refusal.
	 *
	 * @param string $message What would be right.
	 */
	private static function refuse( string $message ): WP_Error {
		return new WP_Error( 'ddap_bad_address', $message );
	}
}
