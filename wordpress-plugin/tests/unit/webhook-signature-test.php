<?php
/**
 * Tests of DDAP_Webhook_Signature.
 *
 * @package DDAP
 */

/**
 * What is signed is taken, and nothing else.
 *
 * @covers DDAP_Webhook_Signature
 */
final class Webhook_Signature_Test extends DDAP_Test_Case {

	/** The example of Standard Webhooks 1.0.0 and of its libraries. */
	private const SECRET    = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
	private const ID        = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
	private const TIMESTAMP = '1614265330';
	private const BODY      = '{"test": 2432232314}';
	private const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

	/**
	 * Deliveries that are good or bad.
	 *
	 * @return array<string,array{string,array<string,mixed>}> What is wrong, and what differs.
	 */
	public function deliveries(): array {
		$other = 'whsec_' . str_repeat( 'A', 32 );
		return array(
			'the example'                       => array( '', array() ),
			'one of several signatures'         => array( '', array( 'signed' => 'v1,AAAA v1a,xyz ' . self::SIGNATURE ) ),
			'one of two secrets, the first'     => array( '', array( 'secrets' => array( self::SECRET, $other ) ) ),
			'one of two secrets, the second'    => array( '', array( 'secrets' => array( $other, self::SECRET ) ) ),
			'nearly five minutes old'           => array( '', array( 'now' => 1614265330 + 300 ) ),
			'nearly five minutes in the future' => array( '', array( 'now' => 1614265330 - 300 ) ),
			'too old'                           => array( 'ddap_webhook_timestamp', array( 'now' => 1614265330 + 301 ) ),
			'too far in the future'             => array( 'ddap_webhook_timestamp', array( 'now' => 1614265330 - 301 ) ),
			'another body'                      => array( 'ddap_webhook_signature', array( 'body' => '{"test": 2432232315}' ) ),
			'another id'                        => array( 'ddap_webhook_signature', array( 'id' => 'msg_other' ) ),
			'another time'                      => array( 'ddap_webhook_signature', array( 'timestamp' => '1614265331' ) ),
			'another secret'                    => array( 'ddap_webhook_signature', array( 'secrets' => array( $other ) ) ),
			'no secret'                         => array( 'ddap_webhook_signature', array( 'secrets' => array() ) ),
			'an empty secret'                   => array( 'ddap_webhook_signature', array( 'secrets' => array( '', 'whsec_' ) ) ),
			'another version'                   => array( 'ddap_webhook_signature', array( 'signed' => str_replace( 'v1,', 'v2,', self::SIGNATURE ) ) ),
			'no signature'                      => array( 'ddap_webhook_headers', array( 'signed' => '' ) ),
			'no id'                             => array( 'ddap_webhook_headers', array( 'id' => '' ) ),
			'an id with a dot and a space'      => array( 'ddap_webhook_headers', array( 'id' => 'a. b' ) ),
			'a time that is none'               => array( 'ddap_webhook_headers', array( 'timestamp' => '1614265330x' ) ),
		);
	}

	/**
	 * Judges one.
	 *
	 * @dataProvider deliveries
	 * @param string              $trouble What is wrong.
	 * @param array<string,mixed> $changed What differs from the example.
	 */
	public function test_each_is_judged( string $trouble, array $changed ): void {
		$delivery = $changed + array(
			'id'        => self::ID,
			'timestamp' => self::TIMESTAMP,
			'signed'    => self::SIGNATURE,
			'body'      => self::BODY,
			'secrets'   => array( self::SECRET ),
			'now'       => 1614265330,
		);
		$this->assertSame( $trouble, DDAP_Webhook_Signature::trouble( $delivery['id'], $delivery['timestamp'], $delivery['signed'], $delivery['body'], $delivery['secrets'], $delivery['now'] ) );
	}

	/** Very many signatures are not all looked at. */
	public function test_signatures_are_bounded(): void {
		$this->assertSame( 'ddap_webhook_signature', DDAP_Webhook_Signature::trouble( self::ID, self::TIMESTAMP, str_repeat( 'v1,A ', 10 ) . self::SIGNATURE, self::BODY, array( self::SECRET ), 1614265330 ) );
	}
}
