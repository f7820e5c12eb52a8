<?php
/**
 * Plugin Name:       DDAP Data Analysis
 * Description:       Ask for an analysis of data that stays on its owners' computers, and see the result as tables and charts.
 * Version:           0.1.0
 * Requires at least: 6.4
 * Requires PHP:      8.0
 * Author:            The DDAP authors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       ddap-data-analysis
 * Domain Path:       /languages
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

define( 'DDAP_VERSION', '0.1.0' );
define( 'DDAP_PLUGIN_FILE', __FILE__ );
define( 'DDAP_PLUGIN_DIR', __DIR__ );

/*
 * One class a file: DDAP_Server_Address stands in
 * includes/class-ddap-server-address.php.
 */
spl_autoload_register(
	static function ( string $name ): void {
		if ( str_starts_with( $name, 'DDAP_' ) ) {
			$file = __DIR__ . '/includes/class-' . strtolower( str_replace( '_', '-', $name ) ) . '.php';
			if ( is_readable( $file ) ) {
				require $file;
			}
		}
	}
);

require __DIR__ . '/hooks.php';
