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

	/** What assets/js/panels.js needs. */
	private const PANELS = array( 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-url', 'wp-dom-ready' );

	/** Scripts by screen: what stands in assets/js/NAME.js, and the handles that it needs. */
	private const SCRIPTS = array(
		DDAP_Menu::OVERVIEW  => array( 'panels' => self::PANELS ),
		DDAP_Menu::TASKS     => array(
			'panels'  => self::PANELS,
			'publish' => array( 'ddap-panels', 'wp-api-fetch', 'wp-i18n' ),
		),
		DDAP_Menu::DATASETS  => array( 'panels' => self::PANELS ),
		DDAP_Menu::RUNNERS   => array(
			'panels'  => self::PANELS,
			'runners' => array( 'ddap-panels', 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-url' ),
		),
		DDAP_Menu::PUBLISHED => array( 'publish' => array( 'wp-api-fetch', 'wp-i18n' ) ),
		DDAP_Menu::SETTINGS  => array(
			'settings'         => array( 'wp-api-fetch', 'wp-i18n', 'wp-dom-ready' ),
			'webhook-settings' => array( 'wp-api-fetch', 'wp-i18n', 'wp-dom-ready' ),
		),
	);

	/** The parts of the form for a new analysis, each needing those before it. */
	private const FORM_PARTS = array(
		'new-analysis/form',
		'new-analysis/datasets',
		'new-analysis/condition',
		'new-analysis/models',
		'new-analysis/repeat',
		'new-analysis/sentence',
		'new-analysis/pipeline',
		'new-analysis/clone',
		'new-analysis/draft',
		'new-analysis/dom',
		'new-analysis/preview',
		'new-analysis/uploads',
		'new-analysis/view-data',
		'new-analysis/view-filter',
		'new-analysis/view-analysis',
		'new-analysis/view-repeat',
		'new-analysis/view-report',
		'new-analysis/send',
		'new-analysis/templates',
		'new-analysis/main',
	);

	/** Those that the Schedules screen needs. */
	private const SCHEDULE_PARTS = array( 'new-analysis/repeat', 'new-analysis/draft', 'new-analysis/dom', 'new-analysis/view-repeat', 'schedules' );

	/** Loads the styles and scripts of the page that is being shown. */
	public static function enqueue(): void {
		if ( ! DDAP_Menu::is_current() ) {
			return;
		}
		// It would put pictures of another host in the place of glyphs.
		remove_action( 'admin_print_scripts', 'print_emoji_detection_script' );
		wp_enqueue_style( 'ddap-admin', self::url( 'css/admin.css' ), array(), DDAP_VERSION );
		$page = (string) filter_input( INPUT_GET, 'page' );
		if ( DDAP_Menu::OVERVIEW === $page ) {
			wp_enqueue_style( 'ddap-tasks', self::url( 'css/tasks.css' ), array(), DDAP_VERSION );
		}
		foreach ( self::SCRIPTS[ $page ] ?? array() as $name => $needs ) {
			wp_enqueue_script( 'ddap-' . $name, self::url( "js/$name.js" ), $needs, DDAP_VERSION, true );
			wp_set_script_translations( 'ddap-' . $name, 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
		}
		if ( in_array( $page, array( DDAP_Menu::NEW_ANALYSIS, DDAP_Menu::SCHEDULES ), true ) ) {
			self::enqueue_form( $page );
		}
	}

	/**
	 * Loads the form for a new analysis, or those parts of it that schedules need.
	 *
	 * @param string $page The screen's slug.
	 */
	private static function enqueue_form( string $page ): void {
		wp_enqueue_style( 'ddap-new-analysis', self::url( 'css/new-analysis.css' ), array( 'ddap-admin' ), DDAP_VERSION );
		$before = array( 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-dom-ready' );
		foreach ( DDAP_Menu::SCHEDULES === $page ? self::SCHEDULE_PARTS : self::FORM_PARTS as $name ) {
			$handle = 'ddap-' . str_replace( '/', '-', $name );
			wp_enqueue_script( $handle, self::url( "js/$name.js" ), $before, DDAP_VERSION, true );
			wp_set_script_translations( $handle, 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
			$before = array( $handle );
		}
		if ( DDAP_Menu::NEW_ANALYSIS === $page && current_user_can( 'upload_files' ) ) {
			wp_enqueue_media();
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
