<?php
/**
 * REST routes of the bell and the dashboard's widget.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What the current user is told of. Nobody reads or changes anybody else's.
 */
final class DDAP_Rest_Notifications {

	/** Registers the routes. */
	public static function register_routes(): void {
		$gate = DDAP_Rest::allow( DDAP_Capabilities::ENTER );
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/notifications',
			array(
				'methods'             => 'GET',
				'callback'            => array( self::class, 'news' ),
				'permission_callback' => $gate,
				'args'                => array( 'known' => self::number( __( 'The last number that the page knows.', 'ddap-data-analysis' ) ) ),
			)
		);
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/notifications/read',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'read' ),
				'permission_callback' => $gate,
				'args'                => array( 'id' => self::number( __( 'Which; all where it is absent.', 'ddap-data-analysis' ) ) ),
			)
		);
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/dashboard',
			array(
				'methods'             => 'GET',
				'callback'            => array( self::class, 'dashboard' ),
				'permission_callback' => $gate,
				'args'                => array(),
			)
		);
	}

	/**
	 * The bell as it is now.
	 *
	 * @param WP_REST_Request $request Has known.
	 */
	public static function news( WP_REST_Request $request ): WP_REST_Response {
		return new WP_REST_Response( DDAP_Bell::news( (int) $request['known'] ) );
	}

	/**
	 * Marks as read, and gives the bell as it is then.
	 *
	 * @param WP_REST_Request $request Has id, or not.
	 */
	public static function read( WP_REST_Request $request ): WP_REST_Response {
		DDAP_Notifications::mark_read( get_current_user_id(), 0 === (int) $request['id'] ? null : (int) $request['id'] );
		return new WP_REST_Response( DDAP_Bell::news( PHP_INT_MAX ) );
	}

	/** What the dashboard's widget shows. */
	public static function dashboard(): WP_REST_Response {
		return new WP_REST_Response( DDAP_Dashboard_Widget::content() );
	}

	/**
	 * The schema of a number that may be absent.
	 *
	 * @param string $description What it is.
	 * @return array<string,mixed>
	 */
	private static function number( string $description ): array {
		return array(
			'description' => $description,
			'type'        => 'integer',
			'minimum'     => 0,
			'default'     => 0,
		);
	}
}
