<?php
/**
 * REST routes of templates.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * /ddap/v1/analysis/templates: list, save, rename, delete. Every answer is the
 * whole list as it is then.
 */
final class DDAP_Rest_Templates {

	/** Registers the routes. */
	public static function register_routes(): void {
		$allow = DDAP_Rest::allow( DDAP_Capabilities::CREATE );
		$one   = '/analysis/templates/' . DDAP_Rest_Analysis::ID;
		DDAP_Rest::add( '/analysis/templates', 'GET', array( self::class, 'index' ), $allow, array() );
		DDAP_Rest::add(
			'/analysis/templates',
			'POST',
			array( self::class, 'create' ),
			$allow,
			array(
				'name'   => self::name_schema(),
				'form'   => DDAP_Rest_Analysis::text_schema( DDAP_Templates::MAX_BYTES ),
				'shared' => array(
					'type'    => 'boolean',
					'default' => false,
				),
			)
		);
		DDAP_Rest::add(
			$one,
			'PATCH',
			array( self::class, 'rename' ),
			$allow,
			array(
				'id'   => DDAP_Rest_Analysis::id_schema(),
				'name' => self::name_schema(),
			)
		);
		DDAP_Rest::add( $one, 'DELETE', array( self::class, 'delete' ), $allow, array( 'id' => DDAP_Rest_Analysis::id_schema() ) );
	}

	/** Lists them. */
	public static function index(): WP_REST_Response {
		return new WP_REST_Response(
			array(
				'templates' => DDAP_Templates::all(),
				'may_share' => DDAP_Templates::may_share(),
			)
		);
	}

	/**
	 * Keeps a new one.
	 *
	 * @param WP_REST_Request $request With name, form and shared.
	 */
	public static function create( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		return self::after( DDAP_Templates::add( (string) $request['name'], (string) $request['form'], (bool) $request['shared'] ) );
	}

	/**
	 * Gives one another name.
	 *
	 * @param WP_REST_Request $request With id and name.
	 */
	public static function rename( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		return self::after( DDAP_Templates::rename( (string) $request['id'], (string) $request['name'] ) );
	}

	/**
	 * Removes one.
	 *
	 * @param WP_REST_Request $request With id.
	 */
	public static function delete( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		return self::after( DDAP_Templates::remove( (string) $request['id'] ) );
	}

	/**
	 * The answer to a change.
	 *
	 * @param mixed $outcome An error, or anything else.
	 */
	private static function after( mixed $outcome ): WP_REST_Response|WP_Error {
		return is_wp_error( $outcome ) ? $outcome : self::index();
	}

	/**
	 * The schema of a name.
	 *
	 * @return array<string,mixed>
	 */
	private static function name_schema(): array {
		return DDAP_Rest_Analysis::text_schema( 100 ) + array(
			// With a sanitize_callback of its own, WordPress does not validate by itself.
			'validate_callback' => 'rest_validate_request_arg',
			'sanitize_callback' => static fn( $name ): string => sanitize_text_field( (string) $name ),
		);
	}
}
