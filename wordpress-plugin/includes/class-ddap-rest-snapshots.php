<?php
/**
 * REST routes of published results.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * GET and POST /ddap/v1/snapshots, DELETE /ddap/v1/snapshots/ID.
 */
final class DDAP_Rest_Snapshots {

	/** Registers the routes. */
	public static function register_routes(): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/snapshots',
			array(
				array(
					'methods'             => 'GET',
					'callback'            => array( self::class, 'list' ),
					// Whoever writes pages chooses among what is published already.
					'permission_callback' => DDAP_Rest::allow( 'edit_posts' ),
					'args'                => array(),
				),
				array(
					'methods'             => 'POST',
					'callback'            => array( self::class, 'publish' ),
					'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::CREATE, DDAP_Capabilities::MANAGE ),
					'args'                => self::args_of_publish(),
				),
			)
		);
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/snapshots/(?P<id>\d+)',
			array(
				'methods'             => 'DELETE',
				'callback'            => array( self::class, 'unpublish' ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::CREATE, DDAP_Capabilities::MANAGE ),
				'args'                => array(
					'id' => array(
						'type'     => 'integer',
						'required' => true,
					),
				),
			)
		);
	}

	/** What is published, to choose from: no data. */
	public static function list(): WP_REST_Response {
		return new WP_REST_Response( array_map( array( self::class, 'entry' ), DDAP_Snapshots::search()['snapshots'] ) );
	}

	/**
	 * Publishes a part of a result.
	 *
	 * @param WP_REST_Request $request With task_id, kind, name and title.
	 */
	public static function publish( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$made = DDAP_Publishing::publish( DDAP_Client::for_current_user(), $request['task_id'], $request['kind'], $request['name'], $request['title'] );
		return is_wp_error( $made ) ? DDAP_Rest::answer( $made ) : new WP_REST_Response( self::entry( $made ), 201 );
	}

	/**
	 * Takes one down.
	 *
	 * @param WP_REST_Request $request With id.
	 */
	public static function unpublish( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$gone = DDAP_Publishing::unpublish( (int) $request['id'] );
		return is_wp_error( $gone ) ? $gone : new WP_REST_Response( null, 204 );
	}

	/**
	 * A snapshot without what is in it.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @return array{id: int, title: string, kind: string, date: string}
	 */
	private static function entry( array $snapshot ): array {
		return array(
			'id'    => $snapshot['id'],
			'title' => $snapshot['title'],
			'kind'  => $snapshot['kind'],
			'date'  => (string) wp_date( get_option( 'date_format' ), (int) strtotime( $snapshot['published_at'] ) ),
		);
	}

	/**
	 * What POST /snapshots takes.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function args_of_publish(): array {
		return array(
			'task_id' => array(
				'type'     => 'string',
				'format'   => 'uuid',
				'required' => true,
			),
			'kind'    => array(
				'type'     => 'string',
				'enum'     => DDAP_Snapshot_Part::kinds(),
				'required' => true,
			),
			'name'    => array(
				'type'      => 'string',
				'maxLength' => 200,
				'required'  => true,
			),
			'title'   => array(
				'type'              => 'string',
				'maxLength'         => 200,
				'default'           => '',
				'sanitize_callback' => 'sanitize_text_field',
			),
		);
	}
}
