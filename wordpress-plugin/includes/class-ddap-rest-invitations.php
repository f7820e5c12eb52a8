<?php
/**
 * REST routes of invitations.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * POST /ddap/v1/invitations, DELETE /ddap/v1/invitations/ID.
 */
final class DDAP_Rest_Invitations {

	/** Registers the routes. */
	public static function register_routes(): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/invitations',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'invite' ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::SETTINGS ),
				'args'                => self::args_of_invite(),
			)
		);
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/invitations/(?P<id>[0-9a-f-]{36})',
			array(
				'methods'             => 'DELETE',
				'callback'            => array( self::class, 'withdraw' ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::SETTINGS ),
				'args'                => array(
					'id' => array(
						'type'     => 'string',
						'format'   => 'uuid',
						'required' => true,
					),
				),
			)
		);
	}

	/**
	 * Makes an invitation. Its code is in this answer and never again: this site keeps it nowhere.
	 *
	 * @param WP_REST_Request $request With max_uses, days, require_approval and request.
	 */
	public static function invite( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$made = DDAP_Client::for_current_user()->post(
			'/enrollments',
			array(
				'max_uses'           => $request['max_uses'],
				'expires_in_seconds' => $request['days'] * DAY_IN_SECONDS,
				'require_approval'   => $request['require_approval'],
			),
			$request['request']
		);
		if ( is_wp_error( $made ) ) {
			return DDAP_Rest::answer( $made );
		}
		$response = new WP_REST_Response(
			array(
				'code'    => (string) ( $made['token'] ?? '' ),
				'server'  => DDAP_Settings::server_url(),
				'expires' => DDAP_Words::moment( (string) ( $made['expires_at'] ?? '' ) ),
			),
			201
		);
		$response->header( 'Cache-Control', 'no-store' );
		return $response;
	}

	/**
	 * Withdraws one. Computers that came in with it stay.
	 *
	 * @param WP_REST_Request $request With id.
	 */
	public static function withdraw( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		return DDAP_Rest::answer( DDAP_Client::for_current_user()->delete( '/enrollments/' . $request['id'] ) );
	}

	/**
	 * What POST /invitations takes.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function args_of_invite(): array {
		return array(
			'max_uses'         => array(
				'type'    => 'integer',
				'minimum' => 1,
				'maximum' => 1000,
				'default' => 1,
			),
			'days'             => array(
				'type'    => 'integer',
				'minimum' => 1,
				'maximum' => 30,
				'default' => 1,
			),
			'require_approval' => array(
				'type'    => 'boolean',
				'default' => false,
			),
			// Pressing the button twice makes one invitation.
			'request'          => array(
				'type'     => 'string',
				'format'   => 'uuid',
				'required' => true,
			),
		);
	}
}
