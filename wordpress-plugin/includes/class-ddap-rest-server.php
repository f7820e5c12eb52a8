<?php
/**
 * REST route that tries the connection.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * POST /ddap/v1/server/test.
 */
final class DDAP_Rest_Server {

	/** Registers the route. */
	public static function register_routes(): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/server/test',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'test' ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::SETTINGS ),
				'args'                => array(),
			)
		);
	}

	/** Tries the connection that is stored, and says how it went. */
	public static function test(): WP_REST_Response {
		return new WP_REST_Response( DDAP_Connection_Test::run( DDAP_Client::for_site() ) );
	}
}
