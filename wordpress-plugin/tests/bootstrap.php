<?php
/**
 * Loads the WordPress in which the plugin's units are tested: a whole site with
 * its database, whose folder DDAP_SITE names. The Go test that makes one is
 * packaging/wordpress/units_test.go.
 *
 * @package DDAP
 */

if ( ! is_readable( getenv( 'DDAP_SITE' ) . '/wp-load.php' ) ) {
	fwrite( STDERR, "DDAP_SITE should name the folder of a WordPress; ./task test -- -run TestUnits ./packaging/wordpress makes one and runs this.\n" );
	exit( 1 );
}

// PHPUnit includes this file inside a function, and WordPress means to be global.
global $table_prefix, $wpdb, $wp, $wp_query, $wp_the_query, $wp_rewrite, $wp_locale, $wp_roles, $wp_version, $wp_object_cache, $current_user, $shortcode_tags;

$_SERVER['HTTP_HOST']       = (string) getenv( 'DDAP_SITE_HOST' );
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';

require getenv( 'DDAP_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require __DIR__ . '/class-ddap-test-case.php';
