<?php
/**
 * Tests of DDAP_Rest_Analysis, DDAP_Analysis_Request and DDAP_Rest_Schedules.
 *
 * @package DDAP
 */

/**
 * The routes send what the form made, as it is, and show nobody what is somebody else's.
 *
 * @covers DDAP_Rest_Analysis
 * @covers DDAP_Analysis_Request
 * @covers DDAP_Rest_Schedules
 */
final class Rest_Analysis_Test extends DDAP_Test_Case {

	private const KEY = '0123456789abcdef0123';
	private const ID  = '01a2136f-2add-77b0-82d0-3c3be131b4c8';

	/**
	 * What went to the server: method, path, body.
	 *
	 * @var array<int,array{0: string, 1: string, 2: string, 3: array<string,string>}>
	 */
	private array $sent = array();

	/** Empty objects stay objects, unknown fields stay here, and the key goes along. */
	public function test_a_pipeline_is_sent_as_it_was_made(): void {
		$this->act_as( 'author' );
		$this->serve( array( '/pipelines' => array( 201, array( 'id' => self::ID, 'tasks' => array( array( 'ref' => 'analysis', 'id' => 'T' ) ) ) ) ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound -- short.
		$answer = $this->ask( 'POST', '/analysis', '{"kind":"pipeline","key":"' . self::KEY . '","request":{"name":"N","priority":9,"tasks":[{"ref":"analysis","operation_code":300,"runner_id":"R","params":{"model":"kmeans","params":{},"features":[]}}]}}' );
		$this->assertSame( 201, $answer->get_status() );
		$this->assertSame( 'T', $answer->get_data()['tasks']->analysis );
		$this->assertSame( '{"name":"N","tasks":[{"ref":"analysis","operation_code":300,"params":{"model":"kmeans","params":{},"features":[]}}]}', $this->sent[0][2] );
		$this->assertSame( self::KEY, $this->sent[0][3]['Idempotency-Key'] );
	}

	/** Places, messages and suggestions of a refusal come through. */
	public function test_a_refusal_keeps_its_places(): void {
		$this->act_as( 'author' );
		$problem = array(
			'code'   => 'invalid_params',
			'detail' => 'wrong',
			'errors' => array(
				array(
					'path'       => 'tasks[0].params.where.all[0].value',
					'message'    => 'must be text',
					'suggestion' => 'x',
				),
			),
		);
		$this->serve( array( '/pipelines' => array( 422, $problem ) ) );
		$answer = $this->ask( 'POST', '/analysis', '{"kind":"pipeline","key":"' . self::KEY . '","request":{"name":"N","tasks":[{"ref":"a","operation_code":100,"params":{}}]}}' );
		$this->assertSame( 422, $answer->get_status() );
		$this->assertSame( array( 'tasks[0].params.where.all[0].value' => 'must be text' ), $answer->get_data()['data']['fields'] );
		$this->assertSame( array( 'tasks[0].params.where.all[0].value' => 'x' ), $answer->get_data()['data']['suggestions'] );
	}

	/**
	 * What the form never sends is refused before anything is asked.
	 *
	 * @dataProvider malformed
	 * @param string $body The request.
	 */
	public function test_what_is_no_analysis_is_refused( string $body ): void {
		$this->act_as( 'author' );
		$this->serve( array() );
		$this->assertSame( 400, $this->ask( 'POST', '/analysis', $body )->get_status() );
		$this->assertSame( array(), $this->sent );
	}

	/**
	 * Requests that no form sends.
	 *
	 * @return array<string,array<string>>
	 */
	public static function malformed(): array {
		$key = '"key":"' . self::KEY . '"';
		return array(
			'nothing'         => array( '{}' ),
			'no JSON'         => array( '{' ),
			'no steps'        => array( '{"kind":"pipeline",' . $key . ',"request":{"name":"N","tasks":[]}}' ),
			'a step as text'  => array( '{"kind":"pipeline",' . $key . ',"request":{"name":"N","tasks":["x"]}}' ),
			'no parameters'   => array( '{"kind":"pipeline",' . $key . ',"request":{"name":"N","tasks":[{"ref":"a","operation_code":100}]}}' ),
			'another kind'    => array( '{"kind":"task",' . $key . ',"request":{}}' ),
			'a key too short' => array( '{"kind":"pipeline","key":"x","request":{"tasks":[{"operation_code":100,"params":{}}]}}' ),
			'an empty plan'   => array( '{"kind":"schedule",' . $key . ',"request":{"name":"N"}}' ),
		);
	}

	/** Who sees only what is their own reads nothing else through an analysis, however deep it is named. */
	public function test_nobody_reads_what_is_somebody_elses(): void {
		$foreign = '{"kind":"pipeline","key":"' . self::KEY . '","request":{"name":"N","tasks":[{"ref":"a","operation_code":200,"params":{"source":{"dataset":"d"},"join":{"right":{"task":"' . self::ID . '"}}}},{"ref":"b","operation_code":100,"params":{"source":{"task":"a"}}}]}}';
		$this->act_as( 'author' );
		$this->serve( array( '/tasks/' . self::ID => array( 200, array( 'creator' => 'K;999' ) ) ) );
		$this->assertSame( 'ddap_foreign_source', $this->ask( 'POST', '/analysis', $foreign )->get_data()['code'] );
		$this->assertSame( array( 'GET' ), array_column( $this->sent, 0 ) );
		$this->assertSame( 404, $this->ask( 'GET', '/analysis/preview/' . self::ID )->get_status() );

		$editor = $this->act_as( 'editor' );
		$this->sent = array();
		$this->serve( array( '/pipelines' => array( 201, array( 'id' => self::ID ) ) ) );
		$this->assertSame( 201, $this->ask( 'POST', '/analysis', $foreign )->get_status(), "{$editor->user_login} sees everybody's" );
	}

	/** Schedules of others are not there for who sees only their own, and not to be changed by who only sees. */
	public function test_schedules_are_their_owners(): void {
		$this->serve( array( '/schedules/' . self::ID => array( 200, array( 'id' => self::ID, 'creator' => 'K;999' ) ) ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound -- short.
		$change = fn(): int => $this->ask( 'PATCH', '/schedules/' . self::ID, '{"paused":true}' )->get_status();
		$this->act_as( 'author' );
		$this->assertSame( 404, $this->ask( 'GET', '/schedules/' . self::ID )->get_status() );
		$this->assertSame( 404, $change() );
		$this->act_as( 'editor' );
		$this->assertSame( 200, $this->ask( 'GET', '/schedules/' . self::ID )->get_status() );
		$this->assertSame( 403, $change() );
		$this->assertNotContains( 'PATCH', array_column( $this->sent, 0 ) );
		$this->act_as( 'administrator' );
		$this->assertSame( 200, $change() );
		$this->act_as( 'subscriber' );
		$this->assertSame( 403, $this->ask( 'GET', '/schedules' )->get_status() );
	}

	/**
	 * Lets the server answer.
	 *
	 * @param array<string,array{0: int, 1: mixed}> $answers By the end of the path.
	 */
	private function serve( array $answers ): void {
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0123456789abcdefghijAB_c0ffee' );
		$this->answer_requests(
			function ( array $arguments, string $url ) use ( $answers ): array {
				$path         = (string) preg_replace( '~^.*/v1|\?.*$~', '', $url );
				$this->sent[] = array( $arguments['method'], $path, (string) $arguments['body'], $arguments['headers'] );
				list( $status, $body ) = $answers[ $path ] ?? array( 404, array( 'code' => 'not_found' ) );
				return $this->json_answer( $status, $body );
			}
		);
	}

	/**
	 * Asks a route.
	 *
	 * @param string $method HTTP's.
	 * @param string $path   Below the namespace.
	 * @param string $body   JSON.
	 */
	private function ask( string $method, string $path, string $body = '' ): WP_REST_Response {
		$request = new WP_REST_Request( $method, '/ddap/v1' . $path );
		$request->set_header( 'Content-Type', 'application/json' );
		$request->set_body( $body );
		return rest_do_request( $request );
	}
}
