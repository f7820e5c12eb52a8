<?php
/**
 * WP-CLI commands.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Looks at DDAP Data Analysis from the command line.
 */
final class DDAP_CLI {

	/** Registers all commands; WP-CLI is there. */
	public static function register(): void {
		WP_CLI::add_command( 'ddap', self::class );
		WP_CLI::add_command( 'ddap tasks', DDAP_CLI_Tasks::class );
		WP_CLI::add_command( 'ddap webhook', DDAP_CLI_Webhook::class );
	}

	/**
	 * Shows the settings and how notifications fare, without asking the server.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, json, yaml or csv.
	 * ---
	 * default: table
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp ddap status
	 *
	 * @param string[]             $args    None.
	 * @param array<string,string> $options format.
	 */
	public function status( array $args, array $options ): void {
		$report = DDAP_Webhook_Report::local();
		$values = array(
			'version'       => DDAP_VERSION,
			'server'        => DDAP_Settings::server_url(),
			'key'           => DDAP_Settings::key_is_unreadable() ? __( 'cannot be read: the salts have changed', 'ddap-data-analysis' ) : DDAP_Settings::masked_key(),
			'notifications' => trim( $report['headline'] . ' ' . $report['advice'] ),
			'last delivery' => $report['last'],
			'polling'       => $report['polling'],
		);
		$rows   = array();
		foreach ( $values as $name => $value ) {
			$rows[] = array(
				'name'  => $name,
				'value' => $value,
			);
		}
		WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, array( 'name', 'value' ) );
	}

	/**
	 * Tries the connection. Ends with 1 where it does not work.
	 *
	 * ## EXAMPLES
	 *
	 *     wp ddap test-connection
	 *
	 * @subcommand test-connection
	 */
	public function test_connection(): void {
		$verdict = DDAP_Connection_Test::run( DDAP_Client::for_site() );
		foreach ( $verdict['warnings'] as $warning ) {
			WP_CLI::warning( $warning );
		}
		if ( ! $verdict['ok'] ) {
			WP_CLI::error( $verdict['verdict'] . ' (' . $verdict['code'] . ')' );
		}
		WP_CLI::success( $verdict['verdict'] );
	}
}
