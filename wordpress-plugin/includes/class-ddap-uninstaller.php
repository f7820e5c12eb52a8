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
	private const OPTIONS = array( 'ddap_server_url', 'ddap_api_key' );

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
		DDAP_Capabilities::revoke_all();
	}
}
