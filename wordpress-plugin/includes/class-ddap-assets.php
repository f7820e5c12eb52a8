<?php
/**
 * Styles and scripts.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Loads what the plugin's own pages need, and on other pages nothing.
 */
final class DDAP_Assets {

	/** Scripts by screen: what stands in assets/js/NAME.js, and the handles that it needs. */
	private const SCRIPTS = array(
		DDAP_Menu::SETTINGS => array( 'settings' => array( 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-dom-ready' ) ),
	);

	/** Loads the styles and scripts of the page that is being shown. */
	public static function enqueue(): void {
		if ( ! DDAP_Menu::is_current() ) {
			return;
		}
		wp_enqueue_style( 'ddap-admin', self::url( 'css/admin.css' ), array(), DDAP_VERSION );
		$page = (string) filter_input( INPUT_GET, 'page' );
		foreach ( self::SCRIPTS[ $page ] ?? array() as $name => $needs ) {
			wp_enqueue_script( 'ddap-' . $name, self::url( "js/$name.js" ), $needs, DDAP_VERSION, true );
			wp_set_script_translations( 'ddap-' . $name, 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
		}
	}

	/**
	 * The address of a file in assets/.
	 *
	 * @param string $path Below assets/.
	 */
	public static function url( string $path ): string {
		return plugins_url( 'assets/' . $path, DDAP_PLUGIN_FILE );
	}
}
