<?php
/**
 * Tests of DDAP_Rest_Webhook.
 *
 * @package DDAP
 */

/**
 * What the server sends takes effect once.
 *
 * @covers DDAP_Rest_Webhook
 * @covers DDAP_Deliveries
 * @covers DDAP_Webhook
 * @covers DDAP_Notifier
 */
final class Rest_Webhook_Test extends DDAP_Test_Case {

	private const KEY_ID = '00000000-0000-0000-0000-000000000001';
	private const TASK   = '01a21399-56a9-7249-8425-e4b8ea2eca0d';
	private const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

	/** Sets a webhook up as the server would answer. */
	protected function setUp(): void {
		parent::setUp();
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_s' );
		update_option(
			DDAP_Webhook::OPTION,
			array(
				'id'      => 'one',
				'url'     => DDAP_Webhook::address(),
				'secret'  => DDAP_Secret_Box::seal( self::SECRET ),
				'made_at' => time(),
			)
		);
	}

	/**
	 * Delivers an event.
	 *
	 * @param array<string,mixed> $data   The event's.
	 * @param string              $id     The webhook-id.
	 * @param string              $secret What it is signed with.
	 */
	private function deliver( array $data, string $id = 'a', string $secret = self::SECRET ): WP_REST_Response {
		return $this->send(
			(string) wp_json_encode(
				array(
					'type'      => 'task.failed',
					'timestamp' => '2026-11-25T16:00:00Z',
					'data'      => $data,
				)
			),
			$id,
			$secret
		);
	}

	/**
	 * Sends a body.
	 *
	 * @param string $body   What is sent.
	 * @param string $id     The webhook-id.
	 * @param string $secret What it is signed with.
	 */
	private function send( string $body, string $id, string $secret = self::SECRET ): WP_REST_Response {
		$request = new WP_REST_Request( 'POST', '/ddap/v1/webhook' );
		$key     = (string) base64_decode( substr( $secret, 6 ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- a signature's key.
		$time    = (string) time();
		$request->set_header( 'content-type', 'application/json' );
		$request->set_header( 'webhook-id', $id );
		$request->set_header( 'webhook-timestamp', $time );
		$request->set_header( 'webhook-signature', 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$time.$body", $key, true ) ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- a signature.
		$request->set_body( $body );
		return rest_do_request( $request );
	}

	/**
	 * An event about a task of the author that has failed.
	 *
	 * @param array<string,mixed> $changed What differs.
	 * @return array<string,mixed>
	 */
	private function event( array $changed = array() ): array {
		return $changed + array(
			'at'           => '2026-11-25T16:00:00Z',
			'type'         => 'task.failed',
			'subject_kind' => 'task',
			'subject_id'   => self::TASK,
			'subject_name' => 'Late flights',
			'creator'      => self::KEY_ID . ';' . $this->author()->ID,
			'state'        => 'failed',
			'reason'       => 'source_unreadable',
			'message'      => 'the file was moved',
		);
	}

	/** The site's author. */
	private function author(): WP_User {
		return get_user_by( 'login', 'author' );
	}

	/** The first delivery tells, copies of it do nothing, and the server is content with both. */
	public function test_each_delivery_takes_effect_once(): void {
		$this->assertSame( 200, $this->deliver( $this->event() )->get_status() );
		$rows = DDAP_Notifications::of_user( $this->author()->ID );
		$this->assertCount( 1, $rows );
		$this->assertSame( array( 'Late flights', 'failed', 'source_unreadable', '2026-11-25 16:00:00', null ), array( $rows[0]['name'], $rows[0]['state'], $rows[0]['reason'], $rows[0]['ended_at'], $rows[0]['read_at'] ) );

		DDAP_Notifications::delete_of_user( $this->author()->ID );
		$again = $this->deliver( $this->event() );
		$this->assertSame( array( 200, array( 'received' => false ) ), array( $again->get_status(), $again->get_data() ) );
		$this->assertCount( 0, DDAP_Notifications::of_user( $this->author()->ID ), 'a copy has no effect' );
	}

	/** The same task by another delivery is not told twice. */
	public function test_a_task_is_told_once(): void {
		$this->deliver( $this->event(), 'a' );
		$this->deliver( $this->event(), 'b' );
		$this->assertCount( 1, DDAP_Notifications::of_user( $this->author()->ID ) );
	}

	/** Of two at the same moment one works and the other is told to come again. */
	public function test_at_the_same_moment_one_is_taken(): void {
		$this->assertSame( DDAP_Deliveries::CLAIMED, DDAP_Deliveries::claim( 'a' ) );
		$second = $this->deliver( $this->event() );
		$this->assertSame( array( 409, 'ddap_webhook_under_way' ), array( $second->get_status(), $second->get_data()['code'] ) );
		$this->assertCount( 0, DDAP_Notifications::of_user( $this->author()->ID ) );
	}

	/** What died while it worked is taken over. */
	public function test_what_died_is_taken_over(): void {
		DDAP_Deliveries::claim( 'a' );
		$GLOBALS['wpdb']->query( 'UPDATE ' . DDAP_Schema::table( 'ddap_deliveries' ) . ' SET received_at = UTC_TIMESTAMP() - INTERVAL 61 SECOND' ); // phpcs:ignore WordPress.DB -- a table of the plugin.
		$this->assertSame( 200, $this->deliver( $this->event() )->get_status() );
		$this->assertCount( 1, DDAP_Notifications::of_user( $this->author()->ID ) );
	}

	/** Who does not know the secret is refused; while it is being replaced both are good, for a time. */
	public function test_signatures_are_judged(): void {
		$other = 'whsec_' . str_repeat( 'B', 32 );
		$this->assertSame( 401, $this->deliver( $this->event(), 'a', $other )->get_status() );
		update_option(
			DDAP_Webhook::OPTION,
			array(
				'former_secret' => DDAP_Secret_Box::seal( $other ),
				'former_until'  => time() + 60,
			) + DDAP_Webhook::stored()
		);
		$this->assertSame( 200, $this->deliver( $this->event(), 'a', $other )->get_status() );
		$this->assertSame( 200, $this->deliver( $this->event(), 'b' )->get_status() );
		update_option( DDAP_Webhook::OPTION, array( 'former_until' => time() - 1 ) + DDAP_Webhook::stored() );
		$this->assertSame( 401, $this->deliver( $this->event(), 'c', $other )->get_status() );
	}

	/**
	 * Bodies and states that are refused.
	 *
	 * @return array<string,array{int,callable}>
	 */
	public function refusals(): array {
		return array(
			'no JSON'              => array( 400, fn(): WP_REST_Response => $this->send( '{"type":', 'a' ) ),
			'no event'             => array( 400, fn(): WP_REST_Response => $this->send( '[1]', 'a' ) ),
			'far too large'        => array( 413, fn(): WP_REST_Response => $this->send( '{"x":"' . str_repeat( 'x', 300000 ) . '"}', 'a' ) ),
			'after it was removed' => array(
				404,
				function (): WP_REST_Response {
					DDAP_Webhook::forget();
					return $this->deliver( $this->event() );
				},
			),
			'with other salts'     => array(
				503,
				function (): WP_REST_Response {
					add_filter( 'salt', static fn(): string => 'other salts' );
					return $this->deliver( $this->event() );
				},
			),
		);
	}

	/**
	 * They are refused, and nobody is told anything.
	 *
	 * @dataProvider refusals
	 * @param int      $status HTTP's.
	 * @param callable $send   Sends it.
	 */
	public function test_what_is_no_event_is_refused( int $status, callable $send ): void {
		$this->assertSame( $status, Closure::bind( $send, $this, self::class )()->get_status() );
		$this->assertCount( 0, DDAP_Notifications::of_user( $this->author()->ID ) );
	}

	/**
	 * Events that tell nobody here anything.
	 *
	 * @return array<string,array{array<string,mixed>}>
	 */
	public function strangers(): array {
		return array(
			'of another key'      => array( array( 'creator' => '00000000-0000-0000-0000-000000000002;1' ) ),
			'of the key itself'   => array( array( 'creator' => self::KEY_ID ) ),
			'of an unknown user'  => array( array( 'creator' => self::KEY_ID . ';999999' ) ),
			'that goes on'        => array( array( 'state' => 'running' ) ),
			'about a runner'      => array( array( 'subject_kind' => 'runner' ) ),
			'with an id to forge' => array( array( 'subject_id' => '../../etc' ) ),
		);
	}

	/**
	 * They are taken and leave nothing.
	 *
	 * @dataProvider strangers
	 * @param array<string,mixed> $changed What differs.
	 */
	public function test_others_business_is_not_told( array $changed ): void {
		$this->assertSame( 200, $this->deliver( $this->event( $changed ) )->get_status() );
		$this->assertSame( '0', $GLOBALS['wpdb']->get_var( 'SELECT COUNT(*) FROM ' . DDAP_Schema::table( 'ddap_notifications' ) ) ); // phpcs:ignore WordPress.DB -- a table of the plugin.
	}

	/** Whoever may not use the plugin any more is told nothing. */
	public function test_who_lost_their_rights_is_not_told(): void {
		get_role( 'author' )->remove_cap( DDAP_Capabilities::CREATE );
		$this->deliver( $this->event() );
		$this->assertCount( 0, DDAP_Notifications::of_user( $this->author()->ID ) );
	}

	/** A pipeline is told when all of it has ended, by the step that failed first; when it is retried, again. */
	public function test_a_pipeline_is_told_once_and_again_when_it_is_retried(): void {
		$pipeline = '01a21399-0000-7249-8425-e4b8ea2eca0d';
		$steps    = array( 'failed', 'running' );
		$retry    = 'd';
		$this->answer_requests(
			function () use ( $pipeline, &$steps, &$retry ): array {
				$tasks = array();
				foreach ( $steps as $i => $state ) {
					$tasks[] = array(
						'id'             => "01a21399-56a9-7249-8425-e4b8ea2eca0$retry",
						'name'           => "Step $i",
						'operation_code' => 100 + 100 * $i,
						'creator'        => self::KEY_ID . ';' . $this->author()->ID,
						'state'          => $state,
						'reason'         => 0 === $i ? 'policy_refused' : 'input_failed',
						'finished_at'    => "2026-11-25T16:00:0$i.5Z",
					);
				}
				return $this->json_answer(
					200,
					array(
						'id'    => $pipeline,
						'name'  => 'All of it',
						'tasks' => $tasks,
					)
				);
			}
		);
		$this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ), 'a' );
		$this->assertCount( 0, DDAP_Notifications::of_user( $this->author()->ID ), 'a step runs still' );
		$steps = array( 'failed', 'failed' );
		$this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ), 'b' );
		$this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ), 'c' );
		$rows = DDAP_Notifications::of_user( $this->author()->ID );
		$this->assertCount( 1, $rows );
		$this->assertSame( array( 'All of it', 'policy_refused', '2026-11-25 16:00:01' ), array( $rows[0]['name'], $rows[0]['reason'], $rows[0]['ended_at'] ) );
		$retry = 'e';
		$steps = array( 'succeeded', 'succeeded' );
		$this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ), 'd' );
		$this->assertSame( array( 'failed', 'succeeded' ), array_reverse( array_column( DDAP_Notifications::of_user( $this->author()->ID ), 'state' ) ) );
	}

	/** Where the pipeline cannot be read the server is asked to send it again, and then it is told. */
	public function test_a_server_that_is_away_loses_nothing(): void {
		$pipeline = '01a21399-0000-7249-8425-e4b8ea2eca0d';
		$away     = true;
		$this->answer_requests(
			function () use ( &$away ) {
				return $away ? new WP_Error( 'http_request_failed', 'cURL error 7: Failed to connect' ) : $this->json_answer( 404, array( 'code' => 'not_found' ) );
			}
		);
		$this->assertSame( 503, $this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ) )->get_status() );
		$away = false;
		DDAP_Circuit::reset();
		$this->assertSame( 200, $this->deliver( $this->event( array( 'pipeline_id' => $pipeline ) ) )->get_status() );
		$this->assertCount( 1, DDAP_Notifications::of_user( $this->author()->ID ), 'a task whose pipeline is gone is told by itself' );
	}
}
