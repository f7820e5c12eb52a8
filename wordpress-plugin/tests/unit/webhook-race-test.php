<?php
/**
 * Tests of DDAP_Deliveries with real requests at the same moment.
 *
 * @package DDAP
 */

/**
 * However many copies come at once, one takes effect.
 *
 * @covers DDAP_Deliveries
 * @covers DDAP_Rest_Webhook
 */
final class Webhook_Race_Test extends DDAP_Test_Case {

	private const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

	/** So many copies come. */
	private const COPIES = 6;

	/** Removes what the site itself, outside of the test's transaction, had to see. */
	protected function tearDown(): void {
		DDAP_Webhook::forget();
		DDAP_Notifications::delete_of_user( get_user_by( 'login', 'author' )->ID );
		$GLOBALS['wpdb']->query( 'DELETE FROM ' . DDAP_Schema::table( 'ddap_deliveries' ) ); // phpcs:ignore WordPress.DB -- a table of the plugin.
		DDAP_Settings::store_api_key( '' );
		delete_option( 'ddap_api_key' );
		delete_option( 'ddap_former_key_ids' );
		$GLOBALS['wpdb']->query( 'COMMIT' );
		parent::tearDown();
	}

	/** One of them is told to have been received, and one notification is there. */
	public function test_one_of_many_takes_effect(): void {
		$author = get_user_by( 'login', 'author' )->ID;
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
		$GLOBALS['wpdb']->query( 'COMMIT' );
		$answers = $this->send_copies(
			(string) wp_json_encode(
				array(
					'type'      => 'task.succeeded',
					'timestamp' => '2026-11-25T16:00:00Z',
					'data'      => array(
						'at'           => '2026-11-25T16:00:00Z',
						'subject_kind' => 'task',
						'subject_id'   => '01a21399-56a9-7249-8425-e4b8ea2eca0d',
						'subject_name' => 'Many copies',
						'creator'      => '00000000-0000-0000-0000-000000000001;' . $author,
						'state'        => 'succeeded',
					),
				)
			)
		);
		$this->assertCount( self::COPIES, $answers );
		$taken = array_filter( $answers, static fn( string $answer ): bool => '200 {"received":true}' === $answer );
		$this->assertCount( 1, $taken, implode( "\n", $answers ) );
		foreach ( array_diff_key( $answers, $taken ) as $answer ) {
			$this->assertMatchesRegularExpression( '/^(200 \{"received":false\}|409 .*ddap_webhook_under_way)/', $answer );
		}
		$GLOBALS['wpdb']->query( 'COMMIT' );
		$this->assertCount( 1, DDAP_Notifications::of_user( $author ) );
	}

	/**
	 * Sends copies of a delivery to the site, all at once.
	 *
	 * @param string $body The body.
	 * @return string[] Status and body of each answer.
	 */
	private function send_copies( string $body ): array {
		$time    = (string) time();
		$key     = (string) base64_decode( substr( self::SECRET, 6 ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- a signature's key.
		$headers = array( 'Content-Type: application/json', 'webhook-id: race', "webhook-timestamp: $time", 'webhook-signature: v1,' . base64_encode( hash_hmac( 'sha256', "race.$time.$body", $key, true ) ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- a signature.
		// phpcs:disable WordPress.WP.AlternativeFunctions -- WordPress sends one after the other.
		$all     = curl_multi_init();
		$handles = array();
		for ( $i = 0; $i < self::COPIES; $i++ ) {
			$handle = curl_init( 'http://' . getenv( 'DDAP_SITE_HOST' ) . '/?rest_route=/ddap/v1/webhook' );
			curl_setopt_array(
				$handle,
				array(
					CURLOPT_POSTFIELDS     => $body,
					CURLOPT_HTTPHEADER     => $headers,
					CURLOPT_RETURNTRANSFER => true,
					CURLOPT_TIMEOUT        => 60,
				)
			);
			curl_multi_add_handle( $all, $handle );
			$handles[] = $handle;
		}
		do {
			curl_multi_exec( $all, $running );
			curl_multi_select( $all );
		} while ( $running > 0 );
		return array_map( static fn( $handle ): string => curl_getinfo( $handle, CURLINFO_RESPONSE_CODE ) . ' ' . curl_multi_getcontent( $handle ), $handles );
		// phpcs:enable
	}
}
