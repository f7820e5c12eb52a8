<?php
// Installs WordPress as its own installer does, and makes a user for each role.
// What it needs to know comes as JSON in DDAP_INSTALL.
$wanted = json_decode( getenv( 'DDAP_INSTALL' ), true );

define( 'WP_INSTALLING', true );
define( 'WP_SITEURL', 'http://' . $wanted['host'] );
$_SERVER['HTTP_HOST']   = $wanted['host'];
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
$_SERVER['REQUEST_URI'] = '/';

[ $address, $port ] = explode( ':', $wanted['database_address'] );
$database           = new mysqli( $address, 'root', '', '', (int) $port );
$database->query( 'CREATE DATABASE ' . $wanted['database'] . ' CHARACTER SET utf8mb4' );

require $wanted['site'] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install( 'Analysis', 'admin', 'admin@example.org', true, '', $wanted['password'], $wanted['language'] );
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'timezone_string', 'Europe/London' );

foreach ( array( 'editor', 'author', 'subscriber' ) as $role ) {
	$made = wp_insert_user(
		array(
			'user_login'   => $role,
			'user_pass'    => $wanted['password'],
			'user_email'   => $role . '@example.org',
			'display_name' => ucfirst( $role ),
			'role'         => $role,
		)
	);
	if ( is_wp_error( $made ) ) {
		fwrite( STDERR, $made->get_error_message() . "\n" );
		exit( 1 );
	}
}

if ( $wanted['multisite'] ) {
	require ABSPATH . 'wp-admin/includes/network.php';
	foreach ( $wpdb->tables( 'ms_global' ) as $table => $prefixed ) {
		$wpdb->$table = $prefixed;
	}
	install_network();
	$made = populate_network( 1, $wanted['host'], 'admin@example.org', 'Network', '/', false );
	if ( is_wp_error( $made ) ) {
		fwrite( STDERR, $made->get_error_message() . "\n" );
		exit( 1 );
	}
	update_site_option( 'site_admins', array( 'admin' ) );
}
