<?php
/**
 * WP-CLI: wp ddap webhook.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Looks after the webhook by which the DDAP server tells this site its news.
 */
final class DDAP_CLI_Webhook {

	/**
	 * Sets the webhook up, or sets it up again.
	 *
	 * ## EXAMPLES
	 *
	 *     wp ddap webhook set-up
	 *
	 * @subcommand set-up
	 */
	public function set_up(): void {
		$made = DDAP_Webhook::set_up( DDAP_Client::for_site() );
		if ( is_wp_error( $made ) ) {
			$refusal = DDAP_Webhook_Report::refusal( $made );
			WP_CLI::error( $refusal->get_error_message() . ' (' . $refusal->get_error_code() . ')' );
		}
		DDAP_Webhook::test( DDAP_Client::for_site() );
		/* translators: %s: an address. */
		WP_CLI::success( sprintf( __( 'The server sends its news to %s. A test is on its way; see "wp ddap status".', 'ddap-data-analysis' ), DDAP_Webhook::address() ) );
	}

	/**
	 * Removes the webhook.
	 *
	 * ## EXAMPLES
	 *
	 *     wp ddap webhook remove
	 */
	public function remove(): void {
		$removed = DDAP_Webhook::remove( DDAP_Client::for_site() );
		if ( is_wp_error( $removed ) ) {
			/* translators: %s: why the server could not be told. */
			WP_CLI::warning( sprintf( __( 'This site takes no more deliveries, but the server could not be told: %s It gives up by itself after some days.', 'ddap-data-analysis' ), $removed->get_error_message() ) );
		}
		WP_CLI::success( __( 'The webhook is removed. This site asks the server for news every five minutes.', 'ddap-data-analysis' ) );
	}
}
