<?php
/**
 * Tasks: what is asked of the server, what is shown of its answers, and to whom.
 *
 * @package DDAP
 */

/**
 * With a server that answers what each test wants.
 *
 * @covers DDAP_Task_Query
 * @covers DDAP_Task_Page
 * @covers DDAP_Task_Access
 * @covers DDAP_Task_Actions
 * @covers DDAP_Task_Cells
 * @covers DDAP_Task_Result
 * @covers DDAP_Rest_Tasks
 */
final class DDAP_Tasks_Test extends DDAP_Test_Case {

	private const ID  = '01a2138f-2557-7a3b-9780-e89065db84d2';
	private const KEY = 'ddap_key_0353O9aTfrUMmUbeYLhkdA_secret';

	/**
	 * The requests that were sent: method, address and headers.
	 *
	 * @var array<int,array{method: string, url: string, headers: array<string,string>}>
	 */
	private array $sent = array();

	/** Sets up a server. */
	protected function setUp(): void {
		parent::setUp();
		update_option( 'ddap_server_url', 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( self::KEY );
	}

	/**
	 * Has the server answer one thing to everything.
	 *
	 * @param int   $status Of HTTP.
	 * @param mixed $body   Sent as JSON.
	 */
	private function server_says( int $status, $body ): void {
		$this->answer_requests(
			function ( array $arguments, string $url ) use ( $status, $body ): array {
				$this->sent[] = array(
					'method'  => $arguments['method'],
					'url'     => $url,
					'headers' => $arguments['headers'],
				);
				return $this->json_answer( $status, $body );
			}
		);
	}

	/**
	 * A task of somebody.
	 *
	 * @param int                 $user    Whose.
	 * @param array<string,mixed> $changes What is different.
	 * @return array<string,mixed>
	 */
	private static function task_of( int $user, array $changes = array() ): array {
		return $changes + array(
			'id'             => self::ID,
			'task_id'        => self::ID,
			'name'           => 'A task',
			'operation_code' => 300,
			'params'         => array( 'model' => 'ridge' ),
			'state'          => 'failed',
			'creator'        => DDAP_Key::id( DDAP_Settings::api_key() ) . ';' . $user,
			'created_by'     => 'Somebody',
			'created_at'     => '2026-11-25T10:00:00Z',
		);
	}

	/**
	 * Asks a REST route.
	 *
	 * @param string              $route Below the namespace.
	 * @param array<string,mixed> $query Parameters.
	 */
	private static function ask( string $route, array $query = array() ): WP_REST_Response {
		$request = new WP_REST_Request( 'GET', '/ddap/v1' . $route );
		$request->set_query_params( $query );
		return rest_do_request( $request );
	}

	/** A page of the list takes one request, whatever is filtered. */
	public function test_a_page_takes_one_request(): void {
		$this->act_as( 'administrator' );
		set_transient( 'ddap_dataset_names', array( 'at' => time(), 'datasets' => array(), 'runners' => array() ) );
		$this->server_says( 200, array( 'tasks' => array( self::task_of( 1 ) ), 'counts' => array( 'failed' => 10000, 'queued' => 2 ), 'counts_are_exact' => false, 'total' => 10000, 'total_is_exact' => false ) );
		$answer = self::ask( '/tasks', array( 'view' => 'failed', 's' => 'x', 'operation' => '300', 'orderby' => 'name', 'order' => 'desc', 'paged' => 3 ) );
		$this->assertSame( 200, $answer->get_status() );
		$this->assertCount( 1, $this->sent );
		foreach ( array( 'state=failed', 'text=x', 'operation_code=300', 'sort=-name', 'page=3', 'per_page=20' ) as $part ) {
			$this->assertStringContainsString( $part, $this->sent[0]['url'] );
		}
		$this->assertSame( '10,000+', $answer->get_data()['counts']['failed'] );
		$this->assertSame( '2', $answer->get_data()['counts']['waiting'] );
		$this->assertSame( '10,000+ items', $answer->get_data()['total'] );
	}

	/** What the address says wrongly is left out. */
	public function test_wrong_parameters_are_left_out(): void {
		$this->act_as( 'administrator' );
		$query = new DDAP_Task_Query( array( 'view' => '<b>', 'runner' => 'x', 'orderby' => 'password', 'creator' => "a';--", 'paged' => '-5', 's' => array( 'a' ) ), 1000 );
		$sent  = $query->to_server();
		$this->assertSame( '', $sent['state'] . $sent['runner_id'] . $sent['creator'] . $sent['text'] );
		$this->assertSame( '-created', $sent['sort'] );
		$this->assertSame( 1, $sent['page'] );
		$this->assertSame( 200, $sent['per_page'] );
		$this->assertLessThanOrEqual( 10000, ( new DDAP_Task_Query( array( 'paged' => '99999999' ), 100 ) )->to_server()['page'] * 100 );
	}

	/** Whoever may not see everybody asks for their own, whatever the address says. */
	public function test_authors_ask_for_their_own(): void {
		$this->act_as( 'author' );
		$this->assertSame( 'me', ( new DDAP_Task_Query( array( 'creator' => DDAP_Key::id( DDAP_Settings::api_key() ) . ';1' ), 20 ) )->to_server()['creator'] );
		$this->act_as( 'editor' );
		$this->assertSame( DDAP_Key::id( DDAP_Settings::api_key() ) . ';1', ( new DDAP_Task_Query( array( 'creator' => DDAP_Key::id( DDAP_Settings::api_key() ) . ';1' ), 20 ) )->to_server()['creator'] );
	}

	/** Every route is closed to those without the plugin's rights. */
	public function test_routes_are_closed_to_others(): void {
		$this->server_says( 200, self::task_of( 1 ) );
		foreach ( array( '/tasks', '/tasks/' . self::ID . '/result', '/tasks/' . self::ID . '/panel' ) as $route ) {
			$this->assertSame( 401, self::ask( $route )->get_status() );
		}
		$this->act_as( 'subscriber' );
		foreach ( array( '/tasks', '/tasks/' . self::ID . '/result', '/tasks/' . self::ID . '/panel' ) as $route ) {
			$this->assertSame( 403, self::ask( $route )->get_status() );
		}
		$this->assertCount( 0, $this->sent );
	}

	/** Somebody else's task is as one that does not exist. */
	public function test_others_tasks_do_not_exist_for_an_author(): void {
		$author = $this->act_as( 'author' );
		$this->server_says( 200, self::task_of( 1 ) );
		$this->assertSame( 404, self::ask( '/tasks/' . self::ID . '/result' )->get_status() );
		$this->assertSame( 404, self::ask( '/tasks/' . self::ID . '/panel' )->get_status() );
		$refused = DDAP_Task_Actions::perform( 'cancel', self::ID, 'once' );
		$this->assertSame( 'ddap_no_such_task', $refused->get_error_code() );
		$this->assertNotContains( 'POST', array_column( $this->sent, 'method' ) );
		$this->assertTrue( DDAP_Capabilities::may_see( self::task_of( $author->ID ) ) );
	}

	/** An editor sees others' tasks, and changes none of them. */
	public function test_editors_look_and_do_not_touch(): void {
		$this->act_as( 'editor' );
		$this->server_says( 200, self::task_of( 1 ) );
		$this->assertSame( 200, self::ask( '/tasks/' . self::ID . '/result' )->get_status() );
		$this->assertSame( 'ddap_forbidden', DDAP_Task_Actions::perform( 'delete', self::ID, 'once' )->get_error_code() );
		$this->assertSame( array(), DDAP_Task_Actions::of( self::task_of( 1 ) ) );
	}

	/** Whoever manages tasks acts in the name of whom a task belongs to, and says so. */
	public function test_managers_act_for_the_owner(): void {
		$author = $this->act_as( 'author' );
		$this->act_as( 'administrator' );
		$this->server_says( 200, self::task_of( $author->ID ) );
		DDAP_Task_Actions::perform( 'retry', self::ID, 'once' );
		$last = end( $this->sent );
		$this->assertSame( 'POST', $last['method'] );
		$this->assertSame( $author->ID . ';admin for Author', $last['headers']['DDAP-Acting-User'] );
		$this->assertSame( 'once', $last['headers']['Idempotency-Key'] );
	}

	/** A user's number of another site is not one of somebody here. */
	public function test_nobody_is_named_for_what_another_site_asked(): void {
		$this->act_as( 'administrator' );
		$task = self::task_of( get_current_user_id(), array( 'creator' => '01a2138f-2557-7a3b-9780-e89065db84d2;' . get_current_user_id() ) );
		$this->server_says( 200, $task );
		DDAP_Task_Access::client_for( $task )->post( '/tasks/' . self::ID . '/cancel' );
		$this->assertArrayNotHasKey( 'DDAP-Acting-User', end( $this->sent )['headers'] );
	}

	/** An action that nobody knows does nothing. */
	public function test_unknown_actions_do_nothing(): void {
		$this->act_as( 'administrator' );
		$this->server_says( 200, self::task_of( 1 ) );
		$this->assertSame( 'ddap_forbidden', DDAP_Task_Actions::perform( 'explode', self::ID, 'once' )->get_error_code() );
		$this->assertSame( 'ddap_no_such_task', DDAP_Task_Actions::perform( 'cancel', '../keys', 'once' )->get_error_code() );
	}

	/** Names are text in every cell. */
	public function test_cells_escape_what_they_show(): void {
		$this->act_as( 'administrator' );
		$evil = '"><script>alert(1)</script>';
		$task = self::task_of( 2, array( 'name' => $evil, 'runner_name' => $evil, 'runner_id' => $evil, 'created_by' => $evil, 'state' => $evil, 'reason' => $evil, 'params' => array( 'model' => $evil, 'source' => array( 'dataset' => $evil ) ) ) );
		foreach ( DDAP_Task_Cells::COLUMNS as $column ) {
			$this->assertStringNotContainsString( '<script', DDAP_Task_Cells::cell( $column, $task ), $column );
		}
	}

	/** Whole numbers that JavaScript would round come as text. */
	public function test_large_whole_numbers_keep_their_digits(): void {
		$this->act_as( 'administrator' );
		$answer = DDAP_Task_Result::for_browser( array( 'task_id' => self::ID, 'state' => 'succeeded', 'artifacts' => array( array( 'name' => 'a.csv', 'size_bytes' => 5 ) ), 'result' => array( 'tables' => array( array( 'rows' => array( array( 9007199254740993, 5 ) ) ) ) ) ) );
		$this->assertSame( array( '9007199254740993', 5 ), $answer['document']['tables'][0]['rows'][0] );
		$this->assertStringContainsString( '_wpnonce=', $answer['artifacts'][0]['url'] );
	}

	/** A server that refuses the key is this site's trouble, and not the reader's. */
	public function test_a_refused_key_is_no_login(): void {
		$this->act_as( 'administrator' );
		$this->server_says( 401, array( 'code' => 'unauthenticated', 'detail' => 'No.' ) );
		$this->assertSame( 502, self::ask( '/tasks' )->get_status() );
	}
}
