<?php
/**
 * REST routes of the Schedules screen.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * /ddap/v1/schedules: list and tell, pause, resume, change the times, run now,
 * delete. Everybody's, or one's own, by capability.
 */
final class DDAP_Rest_Schedules {

	/** Registers the routes. */
	public static function register_routes(): void {
		$one = '/schedules/' . DDAP_Rest_Analysis::ID;
		$id  = array( 'id' => DDAP_Rest_Analysis::id_schema() );
		DDAP_Rest::add( '/schedules', 'GET', array( self::class, 'index' ), DDAP_Rest::allow( DDAP_Capabilities::ENTER ), array( 'cursor' => array( 'type' => 'string' ) ) );
		DDAP_Rest::add( $one, 'GET', array( self::class, 'get' ), DDAP_Rest::allow( DDAP_Capabilities::ENTER ), $id );
		$allow = DDAP_Rest::allow( DDAP_Capabilities::CREATE, DDAP_Capabilities::MANAGE );
		DDAP_Rest::add( $one, 'PATCH', array( self::class, 'change' ), $allow, $id + self::changes_schema() );
		DDAP_Rest::add( $one, 'DELETE', array( self::class, 'delete' ), $allow, $id );
		DDAP_Rest::add( $one . '/run', 'POST', array( self::class, 'run' ), $allow, $id + array( 'key' => DDAP_Rest_Analysis::key_schema() ) );
	}

	/**
	 * A page of schedules, newest first.
	 *
	 * @param WP_REST_Request $request With cursor.
	 */
	public static function index( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$page = DDAP_Client::for_current_user()->get(
			'/schedules',
			array(
				'limit'   => 50,
				'cursor'  => $request['cursor'],
				'creator' => DDAP_Capabilities::sees_everybody() ? null : 'me',
			)
		);
		if ( is_wp_error( $page ) ) {
			return DDAP_Rest::answer( $page );
		}
		$seen = array_filter( (array) ( $page['schedules'] ?? array() ), array( DDAP_Capabilities::class, 'may_see' ) );
		return new WP_REST_Response(
			array(
				'schedules'   => array_map( array( self::class, 'view' ), array_values( $seen ) ),
				'next_cursor' => (string) ( $page['next_cursor'] ?? '' ),
			)
		);
	}

	/**
	 * One schedule, with its last runs and failures.
	 *
	 * @param WP_REST_Request $request With id.
	 */
	public static function get( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$schedule = self::find( $request, 'may_see', DDAP_Client::for_current_user() );
		return is_wp_error( $schedule ) ? $schedule : new WP_REST_Response( self::view( $schedule ) );
	}

	/**
	 * Pauses, resumes, renames, or changes the times.
	 *
	 * @param WP_REST_Request $request With id and what changes.
	 */
	public static function change( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client   = DDAP_Client::for_current_user();
		$schedule = self::find( $request, 'may_change', $client );
		if ( is_wp_error( $schedule ) ) {
			return $schedule;
		}
		$changes = array_filter( array_intersect_key( $request->get_params(), self::changes_schema() ), static fn( $value ): bool => null !== $value );
		$answer  = $client->patch( '/schedules/' . $request['id'], $changes );
		return is_wp_error( $answer ) ? DDAP_Rest::answer( $answer ) : new WP_REST_Response( self::view( $answer ) );
	}

	/**
	 * Deletes one; what it has made stays.
	 *
	 * @param WP_REST_Request $request With id.
	 */
	public static function delete( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client   = DDAP_Client::for_current_user();
		$schedule = self::find( $request, 'may_change', $client );
		return is_wp_error( $schedule ) ? $schedule : DDAP_Rest::answer( $client->delete( '/schedules/' . $request['id'] ) );
	}

	/**
	 * Runs one now, besides its times.
	 *
	 * @param WP_REST_Request $request With id and key.
	 */
	public static function run( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client   = DDAP_Client::for_current_user();
		$schedule = self::find( $request, 'may_change', $client );
		if ( is_wp_error( $schedule ) ) {
			return $schedule;
		}
		$run = $client->post( '/schedules/' . $request['id'] . '/run', array(), (string) $request['key'] );
		return is_wp_error( $run ) ? DDAP_Rest::answer( $run ) : new WP_REST_Response( self::run_view( $run ) );
	}

	/**
	 * Gets a schedule that the reader may see or change; to others it is not there.
	 *
	 * @param WP_REST_Request $request With id.
	 * @param string          $right   A method of DDAP_Capabilities.
	 * @param DDAP_Client     $client  Acts for the reader.
	 * @return array<string,mixed>|WP_Error
	 */
	private static function find( WP_REST_Request $request, string $right, DDAP_Client $client ): array|WP_Error {
		$schedule = $client->get( '/schedules/' . $request['id'] );
		if ( is_wp_error( $schedule ) ) {
			return DDAP_Rest::answer( $schedule );
		}
		if ( DDAP_Capabilities::$right( $schedule ) ) {
			return $schedule;
		}
		return DDAP_Capabilities::may_see( $schedule )
			? new WP_Error( 'ddap_forbidden', __( 'This schedule is somebody else\'s. Those who manage analyses may change it.', 'ddap-data-analysis' ), array( 'status' => 403 ) )
			: new WP_Error( 'ddap_not_found', __( 'There is no such schedule, or it is somebody else\'s.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
	}

	/**
	 * What the screen shows of a schedule.
	 *
	 * @param array<string,mixed> $schedule As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function view( array $schedule ): array {
		$view = array_intersect_key( $schedule, array_flip( array( 'id', 'name', 'cron', 'time_zone', 'paused', 'paused_reason', 'created_by' ) ) );

		$view['next_runs']  = array_slice( (array) ( $schedule['next_runs'] ?? array() ), 0, 5 );
		$view['may_change'] = DDAP_Capabilities::may_change( $schedule );
		foreach ( array( 'runs', 'failures' ) as $list ) {
			if ( isset( $schedule[ $list ] ) ) {
				$view[ $list ] = array_map( array( self::class, 'run_view' ), array_slice( (array) $schedule[ $list ], 0, 10 ) );
			}
		}
		return $view;
	}

	/**
	 * What the screen shows of a run, with the words of its state.
	 *
	 * @param array<string,mixed> $run As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function run_view( array $run ): array {
		$view  = array_intersect_key( $run, array_flip( array( 'due_at', 'ran_at', 'outcome', 'message', 'manual', 'state', 'task_id', 'pipeline_id' ) ) );
		$state = (string) ( $run['state'] ?? '' );
		if ( '' === $state ) {
			$state = 'failed' === ( $run['outcome'] ?? '' ) ? 'failed' : '';
		}
		if ( '' !== $state ) {
			$view['shown'] = DDAP_Words::state( $state );
		}
		return $view;
	}

	/**
	 * What may change of a schedule.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function changes_schema(): array {
		return array(
			'paused'    => array( 'type' => 'boolean' ),
			'name'      => array(
				'type'      => 'string',
				'minLength' => 1,
				'maxLength' => 200,
			),
			'cron'      => array(
				'type'      => 'string',
				'minLength' => 1,
				'maxLength' => 200,
			),
			'time_zone' => array(
				'type'      => 'string',
				'minLength' => 1,
				'maxLength' => 100,
			),
		);
	}
}
