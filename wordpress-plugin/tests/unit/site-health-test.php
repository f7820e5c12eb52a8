<?php
/**
 * Tests of DDAP_Site_Health and DDAP_Webhook_Report.
 *
 * @package DDAP
 */

/**
 * Site Health says what is ill, and what cures it.
 *
 * @covers DDAP_Site_Health
 * @covers DDAP_Webhook_Report
 */
final class Site_Health_Test extends DDAP_Test_Case {

	/** Stores a webhook whose address, secret and deliveries are fine. */
	private function set_up_webhook(): void {
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_s' );
		update_option(
			DDAP_Webhook::OPTION,
			array(
				'id'      => 'one',
				'url'     => DDAP_Webhook::address(),
				'secret'  => DDAP_Secret_Box::seal( 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' ),
				'made_at' => time(),
			)
		);
	}

	/** All tests are there, and those that ask the server run after the page. */
	public function test_all_tests_are_added(): void {
		$tests = apply_filters(
			'site_status_tests',
			array(
				'direct' => array(),
				'async'  => array(),
			)
		);
		$this->assertSame( array( 'ddap_settings', 'ddap_key' ), array_keys( $tests['direct'] ) );
		$this->assertSame( array( 'ddap_connection', 'ddap_webhook', 'ddap_cron' ), array_keys( $tests['async'] ) );
		$this->act_as( 'editor' );
		$this->assertSame( 403, rest_do_request( new WP_REST_Request( 'GET', '/ddap/v1/site-health/connection' ) )->get_status() );
		$this->act_as( 'administrator' );
		$this->assertSame( 'recommended', rest_do_request( new WP_REST_Request( 'GET', '/ddap/v1/site-health/connection' ) )->get_data()['status'] );
	}

	/** Settings and key are judged without asking. */
	public function test_settings_and_key_are_judged(): void {
		$this->assertSame( array( 'recommended', 'recommended' ), array( DDAP_Site_Health::settings()['status'], DDAP_Site_Health::key()['status'] ) );
		$this->set_up_webhook();
		$this->assertSame( array( 'good', 'good' ), array( DDAP_Site_Health::settings()['status'], DDAP_Site_Health::key()['status'] ) );
		add_filter( 'salt', static fn(): string => 'other salts' );
		$this->assertSame( 'critical', DDAP_Site_Health::key()['status'] );
		$this->assertStringContainsString( 'Enter the key again', DDAP_Site_Health::key()['description'] );
	}

	/**
	 * States of the webhook: what makes it, the state's name, and Site Health's status.
	 *
	 * @return array<string,array{callable,array{int,mixed},string,string}>
	 */
	public function states(): array {
		$fine    = array(
			'id'      => 'one',
			'enabled' => true,
		);
		$nothing = static function (): void {};
		$seen    = static function (): void {
			DDAP_Webhook::note_delivery( 'webhook.test' );
		};
		return array(
			'nothing came yet' => array( $nothing, array( 200, $fine ), 'new', 'recommended' ),
			'works'            => array( $seen, array( 200, $fine ), 'works', 'good' ),
			'failing'          => array( $seen, array( 200, array( 'failing_since' => '2026-11-25T16:00:00Z' ) + $fine ), 'failing', 'recommended' ),
			'disabled'         => array( $seen, array( 200, array( 'enabled' => false ) + $fine ), 'disabled', 'critical' ),
			'lost'             => array( $seen, array( 404, array( 'code' => 'not_found' ) ), 'lost', 'critical' ),
			'moved'            => array(
				static function (): void {
					DDAP_Webhook::note_delivery( 'webhook.test' );
					add_filter( 'rest_url', static fn(): string => 'https://elsewhere.example/wp-json/ddap/v1/webhook' );
				},
				array( 200, $fine ),
				'moved',
				'critical',
			),
		);
	}

	/**
	 * Each is told, and where it does not work the site asks for itself.
	 *
	 * @dataProvider states
	 * @param callable         $make   Makes it so.
	 * @param array{int,mixed} $answer What the server says of the webhook.
	 * @param string           $state  The state's name.
	 * @param string           $status Site Health's.
	 */
	public function test_each_state_of_the_webhook_is_told( callable $make, array $answer, string $state, string $status ): void {
		$this->set_up_webhook();
		$make();
		$this->answer_requests( fn( array $arguments, string $url ): array => str_contains( $url, '/deliveries' ) ? $this->json_answer( 200, array( 'deliveries' => array() ) ) : $this->json_answer( ...$answer ) );
		$health = DDAP_Site_Health::webhook();
		$this->assertSame( $state, DDAP_Webhook_Report::local()['state'] );
		$this->assertSame( $status, $health['status'] );
		$this->assertSame( 'works' === $state, DDAP_Webhook::works() );
	}

	/** A poll that stands still is noticed. */
	public function test_a_poll_that_stands_still_is_noticed(): void {
		$this->assertSame( 'good', DDAP_Site_Health::cron()['status'] );
		wp_clear_scheduled_hook( DDAP_Poll::HOOK );
		$this->assertSame( 'recommended', DDAP_Site_Health::cron()['status'] );
		wp_schedule_event( time() - HOUR_IN_SECONDS, DDAP_Poll::INTERVAL, DDAP_Poll::HOOK );
		$this->assertSame( 'recommended', DDAP_Site_Health::cron()['status'] );
	}

	/** Whoever helps gets to know what there is, and no secret. */
	public function test_information_has_no_secret(): void {
		$this->set_up_webhook();
		$text = (string) wp_json_encode( DDAP_Site_Health::add_information( array() ) );
		$this->assertStringContainsString( 'ddap_key_0000000000000000000001_', $text );
		$this->assertStringNotContainsString( 'whsec_', $text );
	}
}
