<?php
/**
 * What is removed with the plugin.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Cleans up. Tasks and results stay: they are the server's.
 */
final class DDAP_Uninstaller {

	/** Options of a site. */
	private const OPTIONS = array( 'ddap_server_url', 'ddap_api_key', 'ddap_shared_templates' );

	/** What is kept of users, for each site. */
	private const USER_OPTIONS = array( 'ddap_templates' );

	/** Cleans up this site, or every site of the network. */
	public static function run(): void {
		if ( ! is_multisite() ) {
			self::clean_this_site();
			return;
		}
		$sites = get_sites(
			array(
				'fields' => 'ids',
				'number' => 0,
			)
		);
		foreach ( $sites as $site ) {
			switch_to_blog( (int) $site );
			self::clean_this_site();
			restore_current_blog();
		}
	}

	/** Removes what one site has stored. */
	private static function clean_this_site(): void {
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		global $wpdb;
		foreach ( self::USER_OPTIONS as $option ) {
			delete_metadata( 'user', 0, $wpdb->get_blog_prefix() . $option, '', true );
		}
		DDAP_Capabilities::revoke_all();
	}
}
