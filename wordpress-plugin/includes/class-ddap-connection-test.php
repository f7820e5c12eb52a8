<?php
/**
 * The verdict on a connection.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks the server who it takes the key for, and judges whether that is enough
 * for what the plugin does.
 */
final class DDAP_Connection_Test {

	/** Roles that may ask for analyses. */
	private const ROLES = array( 'analyst', 'operator', 'admin' );

	/**
	 * Tries a connection.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return array{ok: bool, verdict: string, warnings: string[], code: string, workspace?: string, key_name?: string, role?: string}
	 */
	public static function run( DDAP_Client $client ): array {
		DDAP_Circuit::reset();
		$who = $client->get( '/whoami' );
		if ( is_wp_error( $who ) ) {
			return array(
				'ok'       => false,
				'verdict'  => self::refusal( $who ),
				'warnings' => array(),
				'code'     => (string) $who->get_error_code(),
			);
		}
		$role = (string) ( $who['role'] ?? '' );
		return array(
			'ok'        => in_array( $role, self::ROLES, true ),
			'verdict'   => in_array( $role, self::ROLES, true )
				/* translators: 1: workspace, 2: name of the key, 3: role of the key. */
				? sprintf( __( 'Connected to the workspace "%1$s" with the key "%2$s" (%3$s).', 'ddap-data-analysis' ), $who['workspace'] ?? '', $who['name'] ?? '', $role )
				: __( 'The server knows this key, but it may only look. Analyses take a key with the role analyst.', 'ddap-data-analysis' ),
			'warnings'  => self::warnings( $who ),
			'code'      => in_array( $role, self::ROLES, true ) ? '' : 'ddap_role_too_weak',
			'workspace' => (string) ( $who['workspace'] ?? '' ),
			'key_name'  => (string) ( $who['name'] ?? '' ),
			'role'      => $role,
		);
	}

	/**
	 * What does not work with this key, though analyses do.
	 *
	 * @param array<string,mixed> $who What the server takes the key for.
	 * @return string[]
	 */
	private static function warnings( array $who ): array {
		$grants   = (array) ( $who['grants'] ?? array() );
		$is_admin = 'admin' === ( $who['role'] ?? '' );
		$warnings = array();
		if ( empty( $who['delegate'] ) ) {
			$warnings[] = __( 'The key may not name the person who asks, so that owners of data see only this site\'s name, and nobody here has tasks of their own. Make the key with --delegate.', 'ddap-data-analysis' );
		}
		if ( ! $is_admin && ! in_array( 'webhooks:own', $grants, true ) ) {
			$warnings[] = __( 'The key may not set up notifications, so this site asks the server for news every few minutes. Make the key with --grant webhooks:own to be told at once.', 'ddap-data-analysis' );
		}
		if ( ! $is_admin && ! in_array( 'enrollments:create', $grants, true ) ) {
			$warnings[] = __( 'The key may not invite computers. Make the key with --grant enrollments:create if that should be possible here.', 'ddap-data-analysis' );
		}
		return $warnings;
	}

	/**
	 * Why the server did not say who the key is.
	 *
	 * @param WP_Error $error Of the client.
	 */
	private static function refusal( WP_Error $error ): string {
		$status = (int) ( $error->get_error_data()['status'] ?? 0 );
		if ( 401 === $status || 'ddap_malformed_credential' === $error->get_error_code() ) {
			return __( 'The server is there, but it does not know this key. It may be mistyped, revoked or expired: ask the server\'s administrator for a new one.', 'ddap-data-analysis' );
		}
		return $error->get_error_message();
	}
}
