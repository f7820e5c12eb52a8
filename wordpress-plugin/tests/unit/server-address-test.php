<?php
/**
 * Tests of DDAP_Server_Address.
 *
 * @package DDAP
 */

/**
 * Where requests may go, and where they may not.
 *
 * @covers DDAP_Server_Address
 */
final class Server_Address_Test extends DDAP_Test_Case {

	/**
	 * Addresses that a server may have.
	 *
	 * @return array<string,string[]>
	 */
	public function good(): array {
		return array(
			'encrypted'                => array( 'https://8.8.8.8' ),
			'with a port'              => array( 'https://8.8.8.8:8443' ),
			'below a path'             => array( 'https://8.8.8.8/ddap' ),
			'in a private network'     => array( 'https://192.168.1.20' ),
			'on this machine, plainly' => array( 'http://127.0.0.1:8080' ),
			'the same as IPv6'         => array( 'http://[::1]:8080' ),
			'by the name of this'      => array( 'http://localhost:8080' ),
		);
	}

	/**
	 * They pass.
	 *
	 * @dataProvider good
	 * @param string $url The address.
	 */
	public function test_a_server_may_be_there( string $url ): void {
		$this->assertTrue( DDAP_Server_Address::check( $url ) );
	}

	/**
	 * Addresses that no server may have.
	 *
	 * @return array<string,string[]>
	 */
	public function bad(): array {
		return array(
			'nothing'                          => array( '' ),
			'a word'                           => array( 'analytics' ),
			'another protocol'                 => array( 'ftp://8.8.8.8' ),
			'a file'                           => array( 'file:///etc/passwd' ),
			'a script'                         => array( 'javascript:alert(1)' ),
			'plain to elsewhere'               => array( 'http://8.8.8.8' ),
			'with a name and a password'       => array( 'https://a:b@8.8.8.8' ),
			'with a question'                  => array( 'https://8.8.8.8/?a=b' ),
			'with a fragment'                  => array( 'https://8.8.8.8/#a' ),
			'the same in hexadecimal digits'   => array( 'https://0xa9fea9fe' ),
			'the same, compatible with IPv6'   => array( 'https://[::169.254.169.254]' ),
			'the same behind NAT64'            => array( 'https://[64:ff9b::a9fe:a9fe]' ),
			'the same by 6to4'                 => array( 'https://[2002:a9fe:a9fe::1]' ),
			'the same in wide digits'          => array( 'https://１６９.254.169.254' ),
			'the same with a dot behind it'    => array( 'https://169.254.169.254.' ),
			'link-local with a zone'           => array( 'https://[fe80::1%25eth0]' ),
			'loopback with numbers too large'  => array( 'http://127.999.999.999' ),
			'where clouds keep credentials'    => array( 'https://169.254.169.254' ),
			'the same as a number'             => array( 'https://2852039166' ),
			'the same in octal'                => array( 'https://0251.0376.0251.0376' ),
			'the same as IPv6'                 => array( 'https://[::ffff:169.254.169.254]' ),
			'their place in IPv6'              => array( 'https://[fd00:ec2::254]' ),
			'link-local in IPv6'               => array( 'https://[fe80::1]' ),
			'nowhere'                          => array( 'https://0.0.0.0' ),
			'nowhere in IPv6'                  => array( 'https://[::]' ),
			'for many at once'                 => array( 'https://224.0.0.1' ),
			'a name that begins as loopback'   => array( 'http://127.0.0.1.example.org' ),
			'a host that looks like loopback'  => array( 'http://localhost.example.org' ),
		);
	}

	/**
	 * They do not pass, and the sentence is there to be shown.
	 *
	 * @dataProvider bad
	 * @param string $url The address.
	 */
	public function test_no_server_may_be_there( string $url ): void {
		$refusal = DDAP_Server_Address::check( $url );
		$this->assertInstanceOf( WP_Error::class, $refusal );
		$this->assertSame( 'ddap_bad_address', $refusal->get_error_code() );
		$this->assertNotSame( '', $refusal->get_error_message() );
	}
}
