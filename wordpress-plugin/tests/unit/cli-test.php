<?php
/**
 * Tests of DDAP_CLI and its groups.
 *
 * @package DDAP
 */

require_once dirname( __DIR__ ) . '/wp-cli/class-wp-cli.php';
require_once dirname( __DIR__ ) . '/wp-cli/format-items.php';

/**
 * The command line says what the screens say.
 *
 * @covers DDAP_CLI
 * @covers DDAP_CLI_Tasks
 * @covers DDAP_CLI_Webhook
 */
final class CLI_Test extends DDAP_Test_Case {

	/** Registers the commands and knows a server. */
	protected function setUp(): void {
		parent::setUp();
		DDAP_CLI::register();
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_secret' );
	}

	/**
	 * Answers requests by the ends of their paths.
	 *
	 * @param array<string,array{int,mixed}> $answers Status and body, by "METHOD /path".
	 */
	private function serve( array $answers ): void {
		$this->answer_requests(
			function ( array $arguments, string $url ) use ( $answers ): array {
				$asked = $arguments['method'] . ' ' . str_replace( '/v1', '', (string) wp_parse_url( $url, PHP_URL_PATH ) );
				$this->assertArrayHasKey( $asked, $answers );
				return $this->json_answer( ...$answers[ $asked ] );
			}
		);
	}

	/** The state is told without asking, and without the secret. */
	public function test_status_asks_nobody(): void {
		$this->serve( array() );
		$this->assertSame( 0, WP_CLI::run( 'ddap status' ) );
		$said = implode( "\n", WP_CLI::$said );
		$this->assertStringContainsString( 'server | http://127.0.0.1:9', $said );
		$this->assertStringContainsString( 'Not set up: this site asks', $said );
		$this->assertStringNotContainsString( '_secret', $said );
	}

	/** The verdict on the connection ends with its exit code. */
	public function test_the_connection_is_tried(): void {
		$who = array(
			'workspace' => 'default',
			'name'      => 'Site',
			'role'      => 'analyst',
		);
		$this->serve( array( 'GET /whoami' => array( 200, $who ) ) );
		$this->assertSame( 0, WP_CLI::run( 'ddap test-connection' ) );
		$this->assertStringStartsWith( 'Warning: The key may not name', WP_CLI::$said[0] );
		$this->assertStringStartsWith( 'Success: Connected to the workspace "default"', (string) end( WP_CLI::$said ) );
		remove_all_filters( 'pre_http_request' );
		$this->serve( array( 'GET /whoami' => array( 401, array( 'code' => 'unknown_credential' ) ) ) );
		$this->assertSame( 1, WP_CLI::run( 'ddap test-connection' ) );
		$this->assertStringContainsString( 'does not know this key', WP_CLI::$said[0] );
	}

	/** Tasks are listed, and what they are called cannot steer a terminal. */
	public function test_tasks_are_listed(): void {
		$task = array(
			'id'         => '01a21399-56a9-7249-8425-e4b8ea2eca0d',
			'state'      => 'failed',
			'name'       => "Red \x1b[31m text",
			'created_by' => 'Ann via Site',
			'created_at' => '2026-11-25T16:00:00Z',
			'reason'     => 'timeout',
		);
		$this->serve( array( 'GET /tasks' => array( 200, array( 'tasks' => array( $task ) ) ) ) );
		$this->assertSame( 0, WP_CLI::run( 'ddap tasks list --state=failed,canceled --limit=5' ) );
		$this->assertSame( array( '01a21399-56a9-7249-8425-e4b8ea2eca0d | failed | Red  [31m text | Ann via Site | 2026-11-25T16:00:00Z | timeout' ), WP_CLI::$said );
		WP_CLI::run( 'ddap tasks list --format=ids' );
		$this->assertSame( array( $task['id'] ), WP_CLI::$said );
	}

	/** The webhook is set up and removed, and a refusal says what that means. */
	public function test_the_webhook_is_set_up_and_removed(): void {
		$made = array(
			'id'     => 'one',
			'url'    => DDAP_Webhook::address(),
			'secret' => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		);
		// One whose making was never answered goes, another site's stays.
		$orphan = array( 'id' => 'orphan' ) + $made;
		$other  = array(
			'id'  => 'other',
			'url' => 'https://other.example/wp-json/ddap/v1/webhook',
		);
		$this->serve(
			array(
				'POST /webhooks'             => array( 201, $made ),
				'GET /webhooks'              => array( 200, array( 'webhooks' => array( $made, $orphan, $other ) ) ),
				'DELETE /webhooks/orphan'    => array( 204, '' ),
				'POST /webhooks/one/test'    => array( 201, array( 'id' => 'delivery' ) ),
				'DELETE /webhooks/one'       => array( 204, '' ),
			)
		);
		$this->assertSame( 0, WP_CLI::run( 'ddap webhook set-up' ), implode( "\n", WP_CLI::$said ) );
		$this->assertSame( array( 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' ), DDAP_Webhook::secrets() );
		$this->assertSame( 0, WP_CLI::run( 'ddap webhook remove' ) );
		$this->assertFalse( DDAP_Webhook::is_set_up() );
		remove_all_filters( 'pre_http_request' );
		$this->serve( array( 'POST /webhooks' => array( 403, array( 'code' => 'forbidden' ) ) ) );
		$this->assertSame( 1, WP_CLI::run( 'ddap webhook set-up' ) );
		$this->assertStringContainsString( '--grant webhooks:own', WP_CLI::$said[0] );
	}

	/** What is no command is none. */
	public function test_other_words_are_no_command(): void {
		$this->assertSame( 1, WP_CLI::run( 'ddap register' ) );
	}
}
