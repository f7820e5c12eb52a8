<?php
/**
 * Tests of DDAP_Poll.
 *
 * @package DDAP
 */

/**
 * Asking goes on where it stopped, tells each thing once, and never runs twice at a time.
 *
 * @covers DDAP_Poll
 */
final class Poll_Test extends DDAP_Test_Case {

	private const KEY_ID = '00000000-0000-0000-0000-000000000001';

	/**
	 * What the server was asked.
	 *
	 * @var string[]
	 */
	private array $asked = array();

	/** Knows a server. */
	protected function setUp(): void {
		parent::setUp();
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_s' );
	}

	/**
	 * Answers as a server with so many tasks that ended one second after another.
	 *
	 * @param int $count How many.
	 */
	private function serve( int $count ): void {
		$author = get_user_by( 'login', 'author' )->ID;
		$this->answer_requests(
			function ( array $arguments, string $url ) use ( $count, $author ): array {
				$this->asked[] = $url;
				parse_str( (string) wp_parse_url( $url, PHP_URL_QUERY ), $query );
				$from  = isset( $query['finished_from'] ) ? (int) strtotime( $query['finished_from'] ) - 1790000000 : 0;
				$start = max( 1, $from, (int) ( $query['cursor'] ?? 0 ) );
				$tasks = array();
				$i     = '-finished' === ( $query['sort'] ?? '' ) ? $count : $start;
				$end   = min( $count, $i + (int) ( $query['limit'] ?? 1 ) - 1 );
				for ( ; $i <= $end; $i++ ) {
					$tasks[] = array(
						'id'          => sprintf( '01a21399-0000-7000-8000-%012d', $i ),
						'name'        => "Number $i",
						'creator'     => self::KEY_ID . ';' . $author,
						'state'       => 'succeeded',
						'finished_at' => gmdate( 'Y-m-d\TH:i:s.5\Z', 1790000000 + $i ),
					);
				}
				return $this->json_answer( 200, array( 'tasks' => $tasks ) + ( $i <= $count ? array( 'next_cursor' => (string) $i ) : array() ) );
			}
		);
	}

	/** Names of what the author was told, the latest first. */
	private function told(): array {
		return array_column( DDAP_Notifications::of_user( get_user_by( 'login', 'author' )->ID ), 'name' );
	}

	/** The first time begins at the end of the last task, and the next goes on from there. */
	public function test_it_goes_on_where_it_stopped(): void {
		$this->serve( 1000 );
		DDAP_Poll::run();
		$this->assertStringContainsString( 'sort=-finished', $this->asked[0] );
		$this->assertSame( 'Number 1000', $this->told()[0] );
		$told = count( $this->told() );
		$this->assertLessThan( 40, $told, 'what ended long before is not told' );
		$this->serve( 1000 );
		DDAP_Poll::run();
		$this->assertCount( $told, $this->told(), 'nothing is told twice' );
		$this->assertSame( '2026', substr( DDAP_Poll::state()['cursor'], 0, 4 ) );
	}

	/** More than one run reads is read by the next. */
	public function test_it_is_bounded_and_loses_nothing(): void {
		update_option( DDAP_Poll::OPTION, array( 'cursor' => gmdate( 'Y-m-d\TH:i:s\Z', 1790000000 ) ) );
		$this->serve( 1500 );
		DDAP_Poll::run();
		$this->assertCount( 10, $this->asked );
		$this->assertSame( 'Number 1000', $this->told()[0] );
		DDAP_Poll::run();
		$this->assertSame( 'Number 1500', $this->told()[0] );
	}

	/** A server that is away moves nothing. */
	public function test_a_server_that_is_away_moves_nothing(): void {
		update_option( DDAP_Poll::OPTION, array( 'cursor' => '2026-09-21T15:33:20Z' ) );
		$this->answer_requests( static fn(): WP_Error => new WP_Error( 'http_request_failed', 'cURL error 7: Failed to connect' ) );
		DDAP_Poll::run();
		$this->assertSame( array( '2026-09-21T15:33:20Z', 'ddap_refused' ), array( DDAP_Poll::state()['cursor'], DDAP_Poll::state()['trouble'] ) );
	}

	/** While one runs, no other does. */
	public function test_two_never_run_at_once(): void {
		require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
		$this->serve( 1 );
		WP_Upgrader::create_lock( DDAP_Poll::LOCK, 60 );
		DDAP_Poll::run();
		$this->assertSame( array(), $this->asked );
		WP_Upgrader::release_lock( DDAP_Poll::LOCK );
		DDAP_Poll::run();
		$this->assertNotSame( array(), $this->asked );
	}

	/** Beside a webhook that works it seldom asks, and then looks how that fares. */
	public function test_beside_a_webhook_it_seldom_asks(): void {
		update_option(
			DDAP_Webhook::OPTION,
			array(
				'id'      => 'one',
				'url'     => DDAP_Webhook::address(),
				'secret'  => DDAP_Secret_Box::seal( 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' ),
				'made_at' => time(),
			)
		);
		DDAP_Webhook::note_delivery( 'webhook.test' );
		update_option( DDAP_Poll::OPTION, array( 'ran_at' => time() - 10 * MINUTE_IN_SECONDS ) );
		$this->serve( 1 );
		DDAP_Poll::run();
		$this->assertSame( array(), $this->asked );
		update_option( DDAP_Poll::OPTION, array( 'ran_at' => time() - HOUR_IN_SECONDS ) );
		DDAP_Poll::run();
		$this->assertNotSame( array(), $this->asked );
	}
}
