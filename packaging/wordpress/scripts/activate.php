<?php
// Makes the second site of a network, and activates the plugin.
$wanted = json_decode( getenv( 'DDAP_INSTALL' ), true );

$_SERVER['HTTP_HOST']   = $wanted['host'];
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
$_SERVER['REQUEST_URI'] = '/wp-admin/';
define( 'WP_ADMIN', true );

require $wanted['site'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

/**
 * Ends with what went wrong.
 *
 * @param mixed $made What WordPress answered.
 */
function require_made( $made ): void {
	if ( is_wp_error( $made ) ) {
		fwrite( STDERR, $made->get_error_message() . "\n" );
		exit( 1 );
	}
}

wp_set_current_user( 1 );
if ( is_multisite() ) {
	require_made( wpmu_create_blog( $wanted['host'], '/second/', 'Second', 1 ) );
}
flush_rewrite_rules();
if ( $wanted['activate'] ) {
	require_made( activate_plugin( 'ddap-data-analysis/ddap-data-analysis.php', '', is_multisite() ) );
}
