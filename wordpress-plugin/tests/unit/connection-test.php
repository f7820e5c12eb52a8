<?php
/**
 * Tests of DDAP_Connection_Error, DDAP_Connection_Test and DDAP_Circuit.
 *
 * @package DDAP
 */

/**
 * Each way in which a server cannot be used has its own sentence, and a server
 * that is silent is not asked by everybody.
 *
 * @covers DDAP_Connection_Error
 * @covers DDAP_Connection_Test
 * @covers DDAP_Circuit
 * @covers DDAP_Client
 */
final class Connection_Test extends DDAP_Test_Case {

	/**
	 * What cURL says, by the code that the plugin gives.
	 *
	 * @return array<string,array{string,string}>
	 */
	public function transports(): array {
		return array(
			'name'        => array( 'cURL error 6: Could not resolve host: nowhere.example', 'ddap_name_unknown' ),
			'refused'     => array( 'cURL error 7: Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn\'t connect to server', 'ddap_refused' ),
			'timeout'     => array( 'cURL error 28: Operation timed out after 4001 milliseconds with 0 bytes received', 'ddap_timeout' ),
			'expired'     => array( 'cURL error 60: SSL certificate problem: certificate has expired', 'ddap_certificate_expired' ),
			'self-signed' => array( 'cURL error 60: SSL certificate problem: self-signed certificate', 'ddap_certificate_self_signed' ),
			'older cURL'  => array( 'cURL error 60: SSL certificate problem: self signed certificate in certificate chain', 'ddap_certificate_self_signed' ),
			'issuer'      => array( 'cURL error 60: SSL certificate problem: unable to get local issuer certificate', 'ddap_certificate_unknown' ),
			'other name'  => array( "cURL error 60: SSL: no alternative certificate subject name matches target host name 'other.example'", 'ddap_certificate_name' ),
			'no https'    => array( 'cURL error 35: error:0A00010B:SSL routines::wrong version number', 'ddap_not_https' ),
			'handshake'   => array( 'cURL error 28: SSL connection timeout', 'ddap_timeout' ),
			'no answer'   => array( 'cURL error 52: Empty reply from server', 'ddap_not_a_server' ),
			'unknown'     => array( 'cURL error 99: something new', 'ddap_unreachable' ),
		);
	}

	/**
	 * Each has its code and a sentence of its own.
	 *
	 * @dataProvider transports
	 * @param string $said What the transport says.
	 * @param string $code The plugin's code.
	 */
	public function test_transports_are_told_apart( string $said, string $code ): void {
		$error = DDAP_Connection_Error::from_transport( new WP_Error( 'http_request_failed', $said ), array( 'status' => 0 ) );
		$this->assertSame( $code, $error->get_error_code() );
		$this->assertStringNotContainsString( 'cURL', $error->get_error_message() );
		$this->assertTrue( DDAP_Connection_Error::is_one( $error ) );
	}

	/**
	 * Answers to /whoami, by how the verdict begins.
	 *
	 * @return array<string,array{int,mixed,bool,string,int}>
	 */
	public function answers(): array {
		$who = array(
			'kind'      => 'key',
			'id'        => '1',
			'name'      => 'Site',
			'workspace' => 'default',
			'role'      => 'analyst',
			'delegate'  => true,
			'grants'    => array( 'webhooks:own', 'enrollments:create' ),
		);
		return array(
			'all is well'    => array( 200, $who, true, 'Connected to the workspace "default"', 0 ),
			'no delegate'    => array( 200, array( 'delegate' => false ) + $who, true, 'Connected', 1 ),
			'no grants'      => array( 200, array( 'grants' => null ) + $who, true, 'Connected', 2 ),
			'an admin'       => array( 200, array( 'role' => 'admin', 'grants' => array() ) + $who, true, 'Connected', 0 ), // phpcs:ignore
			'too weak'       => array( 200, array( 'role' => 'viewer' ) + $who, false, 'The server knows this key, but', 0 ),
			'wrong key'      => array( 401, array( 'code' => 'unknown_credential' ), false, 'The server is there, but it does not know this key', 0 ),
			'no DDAP server' => array( 404, array( 'error' => 'nothing here' ), false, 'Something answers at this address, but', 0 ),
			'a page'         => array( 200, 'hello', false, 'Something answers at this address, but', 0 ),
		);
	}

	/**
	 * Each has its verdict.
	 *
	 * @dataProvider answers
	 * @param int    $status   HTTP's.
	 * @param mixed  $body     The answer.
	 * @param bool   $ok       Whether analyses work.
	 * @param string $verdict  How it begins.
	 * @param int    $warnings How many things do not work.
	 */
	public function test_each_answer_has_its_verdict( int $status, $body, bool $ok, string $verdict, int $warnings ): void {
		$this->answer_requests( fn(): array => $this->json_answer( $status, $body ) );
		$said = DDAP_Connection_Test::run( new DDAP_Client( 'http://127.0.0.1:9', 'ddap_key_1_s' ) );
		$this->assertSame( $ok, $said['ok'] );
		$this->assertStringStartsWith( $verdict, $said['verdict'] );
		$this->assertCount( $warnings, $said['warnings'] );
	}

	/** A redirect is named and not followed. */
	public function test_a_redirect_is_not_followed(): void {
		$asked = 0;
		$this->answer_requests(
			function () use ( &$asked ): array {
				++$asked;
				$answer                        = $this->json_answer( 301, '' );
				$answer['headers']['location'] = 'https://elsewhere.example/v1/whoami';
				return $answer;
			}
		);
		$said = DDAP_Connection_Test::run( new DDAP_Client( 'http://127.0.0.1:9', 'ddap_key_1_s' ) );
		$this->assertSame( 'ddap_redirected', $said['code'] );
		$this->assertStringContainsString( 'https://elsewhere.example', $said['verdict'] );
		$this->assertSame( 1, $asked );
	}

	/** After silence nobody asks for a while, and whoever tests the connection does. */
	public function test_a_silent_server_is_asked_once(): void {
		$asked = 0;
		$this->answer_requests(
			static function () use ( &$asked ): WP_Error {
				++$asked;
				return new WP_Error( 'http_request_failed', 'cURL error 28: Operation timed out' );
			}
		);
		$client = new DDAP_Client( 'http://127.0.0.1:9', 'ddap_key_1_s' );
		foreach ( array( 1, 2, 3 ) as $time ) {
			$answer = $client->get( '/tasks' );
			$this->assertSame( 'ddap_timeout', $answer->get_error_code(), "question $time" );
		}
		$this->assertSame( 1, $asked );
		$other = new DDAP_Client( 'http://127.0.0.1:10', 'ddap_key_1_s' );
		$other->get( '/tasks' );
		$this->assertSame( 2, $asked, 'another server is another matter' );
		DDAP_Connection_Test::run( $client );
		$this->assertSame( 3, $asked );
	}

	/** Where constants leave the settings open, nothing is sent to where it may not go. */
	public function test_nothing_is_sent_to_forbidden_addresses(): void {
		$this->answer_requests( fn(): array => $this->fail( 'nothing may be sent' ) );
		foreach ( array( 'http://169.254.169.254', 'https://[fe80::1]', 'http://example.org', 'file:///etc/passwd' ) as $url ) {
			$answer = ( new DDAP_Client( $url, 'ddap_key_1_s' ) )->get( '/whoami' );
			$this->assertSame( 'ddap_bad_address', $answer->get_error_code(), $url );
		}
	}
}
