<?php
/**
 * REST routes of the form for a new analysis.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads what the form offers (/analysis/datasets, /analysis/operations), sends
 * what it made (/analysis), looks at data (/analysis/preview), and reads an
 * earlier analysis to begin from (/analysis/source/ID).
 */
final class DDAP_Rest_Analysis {

	/** What the server takes for an id. */
	public const ID = '(?P<id>[0-9a-fA-F-]{36})';

	/** More pages of 200 datasets are not offered: nobody chooses from a longer list. */
	private const MAX_PAGES = 10;

	/** Registers the routes. */
	public static function register_routes(): void {
		$allow = DDAP_Rest::allow( DDAP_Capabilities::CREATE );
		DDAP_Rest::add( '/analysis/datasets', 'GET', array( self::class, 'datasets' ), $allow );
		DDAP_Rest::add( '/analysis/operations', 'GET', array( self::class, 'operations' ), $allow );
		DDAP_Rest::add( '/analysis/source/' . self::ID, 'GET', array( self::class, 'source' ), $allow, array( 'id' => self::id_schema() ) );
		DDAP_Rest::add( '/analysis/preview/' . self::ID, 'GET', array( self::class, 'preview' ), $allow, array( 'id' => self::id_schema() ) );
		DDAP_Rest::add(
			'/analysis/preview',
			'POST',
			array( self::class, 'begin_preview' ),
			$allow,
			array(
				'name'   => self::text_schema( 200 ),
				'source' => array(
					'type'                 => 'object',
					'required'             => true,
					'minProperties'        => 1,
					'maxProperties'        => 1,
					'additionalProperties' => false,
					'properties'           => array(
						'dataset'    => array( 'type' => 'string' ),
						'dataset_id' => array( 'type' => 'string' ),
						'upload'     => array( 'type' => 'string' ),
					),
				),
				'rows'   => array(
					'type'    => 'boolean',
					'default' => true,
				),
				'key'    => self::key_schema(),
			)
		);
		DDAP_Rest::add(
			'/analysis',
			'POST',
			array( self::class, 'send' ),
			$allow,
			array(
				'kind'    => array(
					'type'     => 'string',
					'enum'     => array( 'pipeline', 'schedule' ),
					'required' => true,
				),
				'request' => array(
					'type'     => 'object',
					'required' => true,
				),
				'key'     => self::key_schema(),
			)
		);
	}

	/** The shared datasets, of all pages. */
	public static function datasets(): WP_REST_Response|WP_Error {
		$client = DDAP_Client::for_current_user();
		$found  = array();
		$cursor = '';
		$pages  = 0;
		do {
			$page = $client->get(
				'/datasets',
				array(
					'limit'  => 200,
					'cursor' => $cursor,
				)
			);
			if ( is_wp_error( $page ) ) {
				return DDAP_Rest::answer( $page );
			}
			array_push( $found, ...array_map( array( self::class, 'dataset' ), (array) ( $page['datasets'] ?? array() ) ) );
			$cursor = (string) ( $page['next_cursor'] ?? '' );
			++$pages;
		} while ( '' !== $cursor && $pages < self::MAX_PAGES );
		return new WP_REST_Response( array( 'datasets' => $found ) );
	}

	/** What can be asked for, with the parameters of each. */
	public static function operations(): WP_REST_Response|WP_Error {
		return DDAP_Rest::answer( DDAP_Client::for_current_user()->get( '/operations', array( 'lang' => DDAP_Words::language() ) ) );
	}

	/**
	 * Sends a pipeline or a schedule.
	 *
	 * @param WP_REST_Request $request With kind, request and key.
	 */
	public static function send( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		// As objects: of an empty object, PHP's arrays would make an empty list.
		$sent = json_decode( $request->get_body() )->request ?? null;
		$made = DDAP_Analysis_Request::read( is_object( $sent ) ? $sent : new stdClass(), (string) $request['kind'] );
		if ( is_wp_error( $made ) ) {
			return $made;
		}
		$client  = DDAP_Client::for_current_user();
		$allowed = DDAP_Analysis_Request::check_sources( $made, $client );
		if ( is_wp_error( $allowed ) ) {
			return DDAP_Rest::answer( $allowed );
		}
		$answer = $client->post( 'schedule' === $request['kind'] ? '/schedules' : '/pipelines', $made, (string) $request['key'] );
		if ( is_wp_error( $answer ) ) {
			return DDAP_Rest::answer( $answer );
		}
		return new WP_REST_Response( self::sent( $answer ), 201 );
	}

	/**
	 * Asks a computer to show some rows.
	 *
	 * @param WP_REST_Request $request With name, source, rows and key.
	 */
	public static function begin_preview( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client = DDAP_Client::for_current_user();
		$params = array(
			'source'       => $request['source'],
			'preview_rows' => 20,
			// Of data that is shared as summaries, they are all there is to see.
			'profile'      => ! $request['rows'],
		);
		$allowed = DDAP_Analysis_Request::check_sources( (object) $params, $client );
		if ( is_wp_error( $allowed ) ) {
			return DDAP_Rest::answer( $allowed );
		}
		return DDAP_Rest::answer(
			$client->post(
				'/task',
				array(
					/* translators: %s: a dataset or a file. */
					'name'            => mb_substr( sprintf( __( 'Preview of %s', 'ddap-data-analysis' ), $request['name'] ), 0, 200 ),
					'operation_code'  => 100,
					'params'          => $params,
					'timeout_seconds' => 300,
				),
				(string) $request['key']
			)
		);
	}

	/**
	 * How far a preview is, with what it shows once it is done.
	 *
	 * @param WP_REST_Request $request With the task's id.
	 */
	public static function preview( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client = DDAP_Client::for_current_user();
		$task   = $client->get( '/tasks/' . $request['id'] );
		if ( is_wp_error( $task ) ) {
			return DDAP_Rest::answer( $task );
		}
		if ( ! DDAP_Capabilities::may_see( $task ) ) {
			return self::not_there();
		}
		$state  = (string) ( $task['state'] ?? '' );
		$answer = array(
			'state'    => $state,
			'word'     => DDAP_Words::state( $state )['word'],
			'sentence' => '' === ( $task['reason'] ?? '' ) ? '' : DDAP_Words::reason( (string) $task['reason'] ),
			'message'  => (string) ( $task['message'] ?? '' ),
		);
		if ( 'succeeded' === $state ) {
			$result = $client->get( '/result/' . $request['id'] );
			if ( is_wp_error( $result ) ) {
				return DDAP_Rest::answer( $result );
			}
			$document          = (array) ( $result['result'] ?? array() );
			$answer['tables']  = $document['tables'] ?? array();
			$answer['notes']   = $document['notes'] ?? array();
			$answer['columns'] = $document['manifest']['columns'] ?? array();
			$answer['rows']    = $document['manifest']['rows'] ?? null;
		}
		return new WP_REST_Response( $answer );
	}

	/**
	 * An earlier analysis: the steps of a pipeline, of the pipeline that a task
	 * belongs to, of a task alone, or of a schedule.
	 *
	 * @param WP_REST_Request $request With the id of any of them.
	 */
	public static function source( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client = DDAP_Client::for_current_user();
		foreach ( array( '/pipelines/', '/tasks/', '/schedules/' ) as $path ) {
			$thing = $client->get( $path . $request['id'] );
			if ( ! is_wp_error( $thing ) || 404 !== ( $thing->get_error_data()['status'] ?? 0 ) ) {
				break;
			}
		}
		if ( ! is_wp_error( $thing ) && isset( $thing['pipeline_id'] ) ) {
			$thing = $client->get( '/pipelines/' . $thing['pipeline_id'] );
		}
		if ( is_wp_error( $thing ) ) {
			return DDAP_Rest::answer( $thing );
		}
		return DDAP_Capabilities::may_see( $thing ) ? new WP_REST_Response( self::steps( $thing ) ) : self::not_there();
	}

	/**
	 * The name and the steps of a pipeline, a task or a schedule.
	 *
	 * @param array<string,mixed> $thing As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function steps( array $thing ): array {
		$steps = array();
		foreach ( $thing['tasks'] ?? $thing['pipeline']['tasks'] ?? array( $thing['task'] ?? $thing ) as $index => $task ) {
			// A step that was tried again stands there twice; the later one counts.
			$steps[ $task['ref'] ?? $index ] = array_intersect_key( $task, array_flip( array( 'ref', 'name', 'operation_code', 'params' ) ) );
		}
		return array_intersect_key( $thing, array_flip( array( 'name', 'cron', 'time_zone' ) ) ) + array( 'tasks' => array_values( $steps ) );
	}

	/**
	 * What the form needs to know of a dataset.
	 *
	 * @param array<string,mixed> $dataset As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function dataset( array $dataset ): array {
		return array_intersect_key( $dataset, array_flip( array( 'id', 'name', 'columns', 'policy', 'min_group_size', 'rows', 'description', 'runner_name', 'online' ) ) );
	}

	/**
	 * What the form needs to know of what it has sent.
	 *
	 * @param array<string,mixed> $answer A pipeline or a schedule.
	 * @return array<string,mixed>
	 */
	private static function sent( array $answer ): array {
		$tasks = array();
		foreach ( (array) ( $answer['tasks'] ?? array() ) as $task ) {
			$tasks[ (string) ( $task['ref'] ?? '' ) ] = (string) ( $task['id'] ?? '' );
		}
		return array(
			'id'    => (string) ( $answer['id'] ?? '' ),
			'tasks' => (object) $tasks,
		);
	}

	/** The refusal of what is not there for this user. */
	private static function not_there(): WP_Error {
		return new WP_Error( 'ddap_not_found', __( 'There is no such analysis, or it is somebody else\'s.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
	}

	/**
	 * The schema of an id.
	 *
	 * @return array<string,mixed>
	 */
	public static function id_schema(): array {
		return array(
			'type'     => 'string',
			'format'   => 'uuid',
			'required' => true,
		);
	}

	/**
	 * The schema of a key that makes a request that is sent twice take effect once.
	 *
	 * @return array<string,mixed>
	 */
	public static function key_schema(): array {
		return array(
			'type'     => 'string',
			'pattern'  => '^[A-Za-z0-9-]{16,64}$',
			'required' => true,
		);
	}

	/**
	 * The schema of a text that people write.
	 *
	 * @param int $length The most characters.
	 * @return array<string,mixed>
	 */
	public static function text_schema( int $length ): array {
		return array(
			'type'      => 'string',
			'required'  => true,
			'minLength' => 1,
			'maxLength' => $length,
		);
	}
}
