<?php
/**
 * REST routes of Settings > Data Analysis > Notifications.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * /ddap/v1/notifications/webhook: how it fares, set it up, try it, replace its
 * secret, remove it.
 */
final class DDAP_Rest_Webhook_Settings {

	/** Registers the routes. */
	public static function register_routes(): void {
		$routes = array(
			''        => array(
				'GET'    => 'show',
				'POST'   => 'set_up',
				'DELETE' => 'remove',
			),
			'/test'   => array( 'POST' => 'test' ),
			'/rotate' => array( 'POST' => 'rotate' ),
		);
		foreach ( $routes as $path => $methods ) {
			foreach ( $methods as $method => $callback ) {
				register_rest_route(
					DDAP_Rest::NAMESPACE,
					'/notifications/webhook' . $path,
					array(
						'methods'             => $method,
						'callback'            => array( self::class, $callback ),
						'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::SETTINGS ),
						'args'                => array(),
					)
				);
			}
		}
	}

	/** Says how the webhook fares. */
	public static function show(): WP_REST_Response {
		return new WP_REST_Response( DDAP_Webhook_Report::asked( DDAP_Client::for_site() ) );
	}

	/** Sets the webhook up and sends a test through it. */
	public static function set_up(): WP_REST_Response|WP_Error {
		$made = DDAP_Webhook::set_up( DDAP_Client::for_site() );
		if ( is_wp_error( $made ) ) {
			return DDAP_Rest::answer( DDAP_Webhook_Report::refusal( $made ) );
		}
		return self::test();
	}

	/** Sends a test. The page sees in show() what becomes of it. */
	public static function test(): WP_REST_Response|WP_Error {
		if ( ! DDAP_Webhook::is_set_up() ) {
			return self::absent();
		}
		$delivery = DDAP_Webhook::test( DDAP_Client::for_site() );
		return is_wp_error( $delivery ) ? DDAP_Rest::answer( $delivery ) : new WP_REST_Response( array( 'delivery_id' => (string) $delivery['id'] ) );
	}

	/** Replaces the secret. */
	public static function rotate(): WP_REST_Response|WP_Error {
		if ( ! DDAP_Webhook::is_set_up() ) {
			return self::absent();
		}
		$rotated = DDAP_Webhook::rotate( DDAP_Client::for_site() );
		return is_wp_error( $rotated ) ? DDAP_Rest::answer( $rotated ) : self::show();
	}

	/** Removes the webhook. */
	public static function remove(): WP_REST_Response {
		$removed = DDAP_Webhook::remove( DDAP_Client::for_site() );
		$trouble = '';
		if ( is_wp_error( $removed ) ) {
			/* translators: %s: why the server could not be told. */
			$trouble = sprintf( __( 'This site takes no more deliveries, but the server could not be told: %s It gives up by itself after some days.', 'ddap-data-analysis' ), $removed->get_error_message() );
		}
		return new WP_REST_Response( array( 'trouble' => $trouble ) + DDAP_Webhook_Report::local() + array( 'deliveries' => array() ) );
	}

	/** The refusal where no webhook is set up. */
	private static function absent(): WP_Error {
		return new WP_Error( 'ddap_no_webhook', __( 'No webhook is set up. Press "Set up" first.', 'ddap-data-analysis' ), array( 'status' => 409 ) );
	}
}
