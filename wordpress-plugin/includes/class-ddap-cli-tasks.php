<?php
/**
 * WP-CLI: wp ddap tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Lists tasks of the DDAP server.
 */
final class DDAP_CLI_Tasks {

	/**
	 * Lists tasks, the newest first.
	 *
	 * ## OPTIONS
	 *
	 * [--state=<state>]
	 * : Only those in this state, as in failed; several with commas between.
	 *
	 * [--mine]
	 * : Only those of the user of --user.
	 *
	 * [--limit=<number>]
	 * : So many at most, up to 200.
	 * ---
	 * default: 20
	 * ---
	 *
	 * [--format=<format>]
	 * : table, json, yaml, csv or ids.
	 * ---
	 * default: table
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp ddap tasks list --state=failed
	 *
	 * @subcommand list
	 *
	 * @param string[]             $args    None.
	 * @param array<string,string> $options state, mine, limit, format.
	 */
	public function list_tasks( array $args, array $options ): void {
		$answer = DDAP_Client::for_site()->get(
			'/tasks',
			array(
				'state'   => array_filter( explode( ',', (string) ( $options['state'] ?? '' ) ) ),
				'creator' => isset( $options['mine'] ) ? DDAP_Key::id( DDAP_Settings::api_key() ) . ';' . get_current_user_id() : '',
				'limit'   => max( 1, min( 200, (int) ( $options['limit'] ?? 20 ) ) ),
			)
		);
		if ( is_wp_error( $answer ) ) {
			WP_CLI::error( $answer->get_error_message() . ' (' . $answer->get_error_code() . ')' );
		}
		$rows = array_map( array( self::class, 'row' ), (array) ( $answer['tasks'] ?? array() ) );
		if ( 'ids' === ( $options['format'] ?? '' ) ) {
			WP_CLI::line( implode( ' ', array_column( $rows, 'id' ) ) );
			return;
		}
		WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, array( 'id', 'state', 'name', 'created_by', 'created_at', 'reason' ) );
	}

	/**
	 * A task as a row.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 * @return array<string,string>
	 */
	private static function row( array $task ): array {
		// A name comes from people, and a terminal obeys control characters.
		$clean = static fn( string $text ): string => trim( (string) preg_replace( '/[\x00-\x1f\x7f]+/u', ' ', $text ) );
		return array(
			'id'         => (string) $task['id'],
			'state'      => (string) $task['state'],
			'name'       => $clean( (string) $task['name'] ),
			'created_by' => $clean( (string) $task['created_by'] ),
			'created_at' => (string) $task['created_at'],
			'reason'     => (string) ( $task['reason'] ?? '' ),
		);
	}
}
