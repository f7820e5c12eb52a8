<?php
/**
 * REST routes of tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What the pages of tasks ask for while somebody looks at them. Each route judges
 * the ownership of the task that it is asked for.
 */
final class DDAP_Rest_Tasks {

	/** Registers the routes. */
	public static function register_routes(): void {
		self::register( '/tasks', 'rows', self::list_args() );
		self::register( '/tasks/(?P<id>[0-9a-f-]{36})/panel', 'panel', self::panel_args() );
		self::register( '/tasks/(?P<id>[0-9a-f-]{36})/result', 'result', self::id_args() );
	}

	/**
	 * A page of the list: each row's cells, and the counts.
	 *
	 * @param WP_REST_Request $request Asks like the address of the page.
	 */
	public static function rows( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$client = DDAP_Client::for_current_user();
		DDAP_Dataset_Names::refresh( $client );
		$table = new DDAP_Task_Page( new DDAP_Task_Query( $request->get_params(), (int) $request['per_page'] ) );
		$error = $table->load( $client );
		return null === $error ? new WP_REST_Response( $table->for_browser() ) : DDAP_Rest::answer( $error );
	}

	/**
	 * A task's head and one of its panels, as HTML.
	 *
	 * @param WP_REST_Request $request Names the task and the panel.
	 */
	public static function panel( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$task = DDAP_Task_Access::find( (string) $request['id'] );
		if ( is_wp_error( $task ) ) {
			return DDAP_Rest::answer( $task );
		}
		DDAP_Dataset_Names::refresh( DDAP_Client::for_current_user() );
		$view = new DDAP_Task_View( $task );
		return new WP_REST_Response(
			array(
				'state' => (string) $task['state'],
				'ended' => DDAP_Task_Words::has_ended( $task ),
				'said'  => $view->said(),
				'head'  => $view->head_html(),
				'panel' => $view->panel_html( (string) $request['panel'], (string) $request['cursor'] ),
			)
		);
	}

	/**
	 * A task's result.
	 *
	 * @param WP_REST_Request $request Names the task.
	 */
	public static function result( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$answer = DDAP_Task_Access::result( (string) $request['id'] );
		return is_wp_error( $answer ) ? DDAP_Rest::answer( $answer ) : new WP_REST_Response( DDAP_Task_Result::for_browser( $answer ) );
	}

	/**
	 * Registers a route that reads.
	 *
	 * @param string                           $route  Below the namespace.
	 * @param string                           $method Of this class.
	 * @param array<string,array<string,mixed>> $args   Its parameters.
	 */
	private static function register( string $route, string $method, array $args ): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			$route,
			array(
				'methods'             => 'GET',
				'callback'            => array( self::class, $method ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::ENTER ),
				'args'                => $args,
			)
		);
	}

	/**
	 * The parameters of the list; DDAP_Task_Query checks what they say.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function list_args(): array {
		$text = array(
			'type'      => 'string',
			'default'   => '',
			'maxLength' => 300,
		);
		return array_fill_keys( array( 'view', 's', 'operation', 'runner', 'period', 'creator', 'orderby', 'order' ), $text ) + array(
			'paged'    => array(
				'type'    => 'integer',
				'default' => 1,
				'minimum' => 1,
			),
			'per_page' => array(
				'type'    => 'integer',
				'default' => 20,
				'minimum' => 1,
				'maximum' => 200,
			),
		);
	}

	/**
	 * The parameter that names a task.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function id_args(): array {
		return array(
			'id' => array(
				'type'     => 'string',
				'required' => true,
				'format'   => 'uuid',
			),
		);
	}

	/**
	 * The parameters of a panel.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function panel_args(): array {
		return self::id_args() + array(
			'panel'  => array(
				'type'    => 'string',
				'enum'    => DDAP_Task_View::PANELS,
				'default' => 'result',
			),
			'cursor' => array(
				'type'      => 'string',
				'default'   => '',
				'maxLength' => 1000,
			),
		);
	}
}
