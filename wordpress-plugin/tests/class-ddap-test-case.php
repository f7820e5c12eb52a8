<?php
/**
 * What every test of a unit stands on.
 *
 * @package DDAP
 */

use PHPUnit\Framework\TestCase;

/**
 * Leaves the site after each test as it was: what it wrote into the database is
 * rolled back, its hooks are gone, and nobody is logged in.
 */
abstract class DDAP_Test_Case extends TestCase {

	/**
	 * The hooks before the test.
	 *
	 * @var array<string,WP_Hook>
	 */
	private array $hooks = array();

	/** Opens a transaction around the test. */
	protected function setUp(): void {
		parent::setUp();
		foreach ( $GLOBALS['wp_filter'] as $name => $hook ) {
			$this->hooks[ $name ] = clone $hook;
		}
		$GLOBALS['wpdb']->query( 'SET autocommit = 0' );
		$GLOBALS['wpdb']->query( 'START TRANSACTION' );
		// Whether a server was silent a test before is no business of this one.
		DDAP_Circuit::reset();
	}

	/** Undoes what the test did. */
	protected function tearDown(): void {
		$GLOBALS['wpdb']->query( 'ROLLBACK' );
		$GLOBALS['wpdb']->query( 'SET autocommit = 1' );
		wp_cache_flush();
		$GLOBALS['wp_filter'] = $this->hooks;
		$GLOBALS['wp_roles']  = null;
		wp_roles();
		wp_set_current_user( 0 );
		$_GET     = array();
		$_POST    = array();
		$_REQUEST = array();
		parent::tearDown();
	}

	/**
	 * Logs somebody in.
	 *
	 * @param string $role One of WordPress's roles.
	 */
	protected function act_as( string $role ): WP_User {
		$login = 'administrator' === $role ? 'admin' : $role;
		$user  = get_user_by( 'login', $login );
		$this->assertInstanceOf( WP_User::class, $user, "the site has a user $login" );
		return wp_set_current_user( $user->ID );
	}

	/**
	 * Answers the plugin's requests in the server's stead; for what a real server
	 * cannot be brought to say.
	 *
	 * @param callable $answer Gets arguments and address of a request, and gives what wp_remote_request() would.
	 */
	protected function answer_requests( callable $answer ): void {
		add_filter( 'pre_http_request', static fn( $early, array $arguments, string $url ) => $answer( $arguments, $url ), 10, 3 );
	}

	/**
	 * An answer of a server.
	 *
	 * @param int   $status Of HTTP.
	 * @param mixed $body   Sent as JSON.
	 * @return array<string,mixed>
	 */
	protected function json_answer( int $status, $body ): array {
		return array(
			'headers'  => new WpOrg\Requests\Utility\CaseInsensitiveDictionary( array( 'content-type' => 'application/json' ) ),
			'body'     => (string) wp_json_encode( $body ),
			'response' => array(
				'code'    => $status,
				'message' => '',
			),
			'cookies'  => array(),
			'filename' => null,
		);
	}
}
