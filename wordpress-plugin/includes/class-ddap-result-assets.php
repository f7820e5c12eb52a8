<?php
/**
 * Scripts that draw results.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Registers each script with what it needs, so that whoever shows a part of a
 * result enqueues one handle, ddap-document, ddap-table or ddap-chart.
 */
final class DDAP_Result_Assets {

	/** The version of Chart.js in assets/vendor. */
	private const CHART_JS = '4.6.1';

	/** Scripts by name: where they stand below assets/js/, and the handles that they need. */
	private const SCRIPTS = array(
		'speech'     => array( 'result/speech.js', array( 'wp-i18n' ) ),
		'order'      => array( 'result/order.js', array( 'ddap-speech' ) ),
		'csv'        => array( 'result/csv.js', array( 'ddap-speech' ) ),
		'element'    => array( 'result/element.js', array() ),
		'clipboard'  => array( 'result/clipboard.js', array( 'ddap-speech', 'ddap-element', 'wp-a11y' ) ),
		'table'      => array( 'result/table.js', array( 'ddap-order', 'ddap-csv', 'ddap-clipboard' ) ),
		'chart-data' => array( 'result/chart-data.js', array( 'ddap-speech' ) ),
		'chart'      => array( 'result/chart.js', array( 'ddap-chart-data', 'ddap-table', 'ddap-chart-js' ) ),
		'translate'  => array( 'result/translate.js', array( 'ddap-speech' ) ),
		'metrics'    => array( 'result/metrics.js', array( 'ddap-speech' ) ),
		'document'   => array( 'result/document.js', array( 'ddap-metrics', 'ddap-translate', 'ddap-chart', 'ddap-table' ) ),
		'difference' => array( 'result/difference.js', array( 'ddap-speech' ) ),
		'poll'       => array( 'poll.js', array() ),
		'tasks'      => array( 'tasks.js', array( 'ddap-poll', 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-dom-ready', 'wp-url' ) ),
		'task'       => array( 'task.js', array( 'ddap-poll', 'ddap-document', 'wp-api-fetch', 'wp-i18n', 'wp-dom-ready', 'wp-url' ) ),
		'compare'    => array( 'compare.js', array( 'ddap-difference', 'ddap-chart', 'wp-api-fetch', 'wp-i18n', 'wp-dom-ready' ) ),
	);

	/** What each page of tasks enqueues. */
	private const PAGES = array(
		'list'    => 'ddap-tasks',
		'task'    => 'ddap-task',
		'compare' => 'ddap-compare',
	);

	/** Registers the scripts and their style. */
	public static function register(): void {
		wp_register_script( 'ddap-chart-js', DDAP_Assets::url( 'vendor/chart.js/chart.umd.min.js' ), array(), self::CHART_JS, true );
		foreach ( self::SCRIPTS as $name => list( $file, $needs ) ) {
			wp_register_script( 'ddap-' . $name, DDAP_Assets::url( 'js/' . $file ), $needs, DDAP_VERSION, true );
			wp_set_script_translations( 'ddap-' . $name, 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
		}
		wp_register_style( 'ddap-tasks', DDAP_Assets::url( 'css/tasks.css' ), array(), DDAP_VERSION );
	}

	/** Loads what the page of tasks that is being shown needs. */
	public static function enqueue(): void {
		if ( DDAP_Menu::TASKS !== filter_input( INPUT_GET, 'page' ) ) {
			return;
		}
		self::register();
		DDAP_Result_Words::pass_to_scripts();
		wp_enqueue_style( 'ddap-tasks' );
		wp_enqueue_script( self::PAGES[ DDAP_Tasks_Screen::shown() ] );
	}
}
