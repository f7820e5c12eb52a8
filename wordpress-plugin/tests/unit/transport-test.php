<?php
/**
 * Tests of DDAP_Client on real connections.
 *
 * @package DDAP
 */

/**
 * What cURL says of real servers is understood, and silence ends in time.
 *
 * @covers DDAP_Client
 * @covers DDAP_Connection_Error
 */
final class Transport_Test extends DDAP_Test_Case {

	/**
	 * A server that speaks TLS, while there is one.
	 *
	 * @var resource|null
	 */
	private $server = null;

	/** The folder with its certificate. */
	private string $folder = '';

	/** The site may ask other machines. */
	protected function setUp(): void {
		parent::setUp();
		add_filter( 'block_local_requests', '__return_false' );
		add_filter(
			'http_request_args',
			function ( array $arguments ): array {
				return '' === $this->folder ? $arguments : array( 'sslcertificates' => $this->folder . '/ca.pem' ) + $arguments;
			}
		);
	}

	/** Ends the server. */
	protected function tearDown(): void {
		if ( null !== $this->server ) {
			proc_terminate( $this->server );
			proc_close( $this->server );
		}
		foreach ( '' === $this->folder ? array() : (array) glob( $this->folder . '/*' ) as $file ) {
			unlink( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- the test's own file.
		}
		if ( '' !== $this->folder ) {
			rmdir( $this->folder ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- the test's own folder.
		}
		parent::tearDown();
	}

	/**
	 * The code of the error that a server is answered with.
	 *
	 * @param string $url The server's address.
	 */
	private function code( string $url ): string {
		$answer = ( new DDAP_Client( $url, 'ddap_key_1_s' ) )->get( '/whoami' );
		$this->assertWPError( $answer );
		return (string) $answer->get_error_code();
	}

	/**
	 * Requires an error.
	 *
	 * @param mixed $answer What was given.
	 */
	private function assertWPError( $answer ): void {
		$this->assertInstanceOf( WP_Error::class, $answer );
	}

	/**
	 * Certificates that are not valid, by how they are made and what is said of them.
	 *
	 * @return array<string,array{string,int,bool,string}> Name in it, days for which it is valid, whether by the authority, code.
	 */
	public function certificates(): array {
		return array(
			'expired'        => array( 'localhost', 0, true, 'ddap_certificate_expired' ),
			'self-signed'    => array( 'localhost', 1, false, 'ddap_certificate_self_signed' ),
			'for other name' => array( 'other.example', 1, true, 'ddap_certificate_name' ),
		);
	}

	/**
	 * Each is told apart, and nothing is sent.
	 *
	 * @dataProvider certificates
	 * @param string $name The name in the certificate.
	 * @param int    $days How long it is valid.
	 * @param bool   $is_issued Whether the authority that the site trusts has issued it.
	 * @param string $code What is said.
	 */
	public function test_certificates_are_told_apart( string $name, int $days, bool $is_issued, string $code ): void {
		$this->make_certificates( $name, $days, $is_issued );
		$this->assertSame( $code, $this->code( 'https://localhost:' . $this->start() ) );
	}

	/** A server without a certificate is told so. */
	public function test_a_server_without_https_is_told_apart(): void {
		$socket = stream_socket_server( 'tcp://127.0.0.1:0' );
		$port   = (int) substr( (string) strrchr( (string) stream_socket_get_name( $socket, false ), ':' ), 1 );
		$child  = proc_open( array( PHP_BINARY, '-r', '$s = fopen( "php://fd/3", "r+" ); $c = stream_socket_accept( $s ); fwrite( $c, "HTTP/1.1 400 Bad Request\r\n\r\n" ); fclose( $c );' ), array( 3 => $socket ), $pipes );
		$code   = $this->code( "https://127.0.0.1:$port" );
		proc_terminate( $child );
		proc_close( $child );
		$this->assertSame( 'ddap_not_https', $code );
	}

	/** Where nothing listens that is said, and so is a name that nobody has. */
	public function test_nobody_there_is_told_apart(): void {
		$socket = stream_socket_server( 'tcp://127.0.0.1:0' );
		$port   = (int) substr( (string) strrchr( (string) stream_socket_get_name( $socket, false ), ':' ), 1 );
		fclose( $socket ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a socket.
		$this->assertSame( 'ddap_refused', $this->code( "http://127.0.0.1:$port" ) );
		add_filter( 'http_request_host_is_external', '__return_true' );
		$this->assertContains( $this->code( 'https://nowhere.invalid' ), array( 'ddap_name_unknown', 'ddap_blocked' ) );
	}

	/** A server that takes the connection and says nothing is given up on within five seconds. */
	public function test_silence_ends_in_time(): void {
		$socket = stream_socket_server( 'tcp://127.0.0.1:0' );
		$port   = (int) substr( (string) strrchr( (string) stream_socket_get_name( $socket, false ), ':' ), 1 );
		$began  = microtime( true );
		$this->assertSame( 'ddap_timeout', $this->code( "http://127.0.0.1:$port" ) );
		$this->assertLessThan( 5.0, microtime( true ) - $began );
		$this->assertSame( 'ddap_timeout', $this->code( "http://127.0.0.1:$port" ) );
		$this->assertLessThan( 5.0, microtime( true ) - $began, 'the second question did not wait' );
	}

	/**
	 * Makes an authority that the site trusts, and a server's certificate.
	 *
	 * @param string $name      The name in it.
	 * @param int    $days      How long it is valid.
	 * @param bool   $is_issued Whether the authority issues it.
	 */
	private function make_certificates( string $name, int $days, bool $is_issued ): void {
		$this->folder = get_temp_dir() . 'ddap-' . bin2hex( random_bytes( 6 ) );
		mkdir( $this->folder ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- the test's own folder.
		$config = array( 'digest_alg' => 'sha256' );
		$bits   = array( 'private_key_bits' => 2048 );
		$issuer = openssl_pkey_new( $bits );
		$key    = openssl_pkey_new( $bits );
		$root   = openssl_csr_sign( openssl_csr_new( array( 'commonName' => 'Authority' ), $issuer, $config ), null, $issuer, 2, $config );
		$asked  = openssl_csr_new( array( 'commonName' => $name ), $key, $config );
		$made   = openssl_csr_sign( $asked, $is_issued ? $root : null, $is_issued ? $issuer : $key, $days, $config, random_int( 1, 1000000 ) );
		// One of no days expires with the second in which it was made.
		$until = openssl_x509_parse( $made )['validTo_time_t'];
		while ( time() <= $until && 0 === $days ) {
			usleep( 10000 );
		}
		openssl_x509_export_to_file( $root, $this->folder . '/ca.pem' );
		openssl_x509_export_to_file( $made, $this->folder . '/server.pem' );
		openssl_pkey_export_to_file( $key, $this->folder . '/key.pem' );
	}

	/**
	 * Starts a server with that certificate.
	 *
	 * @return int Its port.
	 */
	private function start(): int {
		$command      = array( 'openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', $this->folder . '/server.pem', '-key', $this->folder . '/key.pem', '-www' );
		$this->server = proc_open( $command, array( 1 => array( 'pipe', 'w' ), 2 => array( 'file', '/dev/null', 'w' ) ), $pipes ); // phpcs:ignore WordPress.Arrays -- pipes of a process.
		while ( is_string( $line = fgets( $pipes[1] ) ) ) { // phpcs:ignore -- one line after the other.
			if ( 1 === preg_match( '/^ACCEPT .*:(\d+)$/', trim( $line ), $found ) ) {
				return (int) $found[1];
			}
		}
		$this->fail( 'openssl s_server does not start' );
	}
}
