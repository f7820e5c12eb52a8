<?php
/**
 * What is removed with the plugin.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Cleans up. Tasks and results stay: they are the server's. Each thing that the
 * plugin stores has its place in one of these lists; a test compares them with
 * what is stored after everything was used.
 */
final class DDAP_Uninstaller {

	/** Options of a site. */
	public const OPTIONS = array(
		'ddap_server_url',
		'ddap_api_key',
		'ddap_former_key_ids',
		'ddap_schema',
		'ddap_webhook',
		'ddap_webhook_seen',
		'ddap_webhook_health',
		'ddap_poll',
		'ddap_poll.lock',
		'ddap_shared_templates',
	);

	/** User meta of each site, behind the site's prefix. */
	public const USER_OPTIONS = array( 'ddap_templates' );

	/** User meta, which the sites of a network share. */
	public const USER_META = array( 'ddap_mail', 'ddap_tasks_per_page' );

	/** Beginnings of the names of transients; what follows is a user's number. */
	public const TRANSIENTS = array( 'ddap_circuit', 'ddap_dataset_names', 'ddap_saved_server_', 'ddap_task_notice_' );

	/** Events of WP-Cron. */
	public const CRON = array( 'ddap_poll', 'ddap_send_mail', 'ddap_check_snapshots' );

	/** Cleans up this site, or every site of the network. */
	public static function run(): void {
		DDAP_Sites::each( array( self::class, 'clean_this_site' ) );
		foreach ( self::USER_META as $key ) {
			delete_metadata( 'user', 0, $key, '', true );
		}
	}

	/** Removes what one site has stored, and the webhook that the server has for it. */
	public static function clean_this_site(): void {
		if ( DDAP_Webhook::is_set_up() ) {
			// A server that is not there is not waited for again on the next site of a network.
			DDAP_Webhook::remove( DDAP_Client::for_site() );
		}
		foreach ( self::CRON as $hook ) {
			wp_unschedule_hook( $hook );
		}
		foreach ( self::USER_OPTIONS as $option ) {
			delete_metadata( 'user', 0, $GLOBALS['wpdb']->get_blog_prefix() . $option, '', true );
		}
		DDAP_Schema::drop();
		self::delete_transients();
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		DDAP_Snapshots::remove_all();
		DDAP_Capabilities::revoke_all();
	}

	/** Deletes the transients, which have a user's number in their names. */
	private static function delete_transients(): void {
		global $wpdb;
		foreach ( self::TRANSIENTS as $prefix ) {
			$names = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( '_transient_' . $prefix ) . '%' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress has no way to list them.
			foreach ( $names as $name ) {
				delete_transient( substr( $name, strlen( '_transient_' ) ) );
			}
		}
	}
}
