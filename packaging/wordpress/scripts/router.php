<?php
// Answers as a web server with WordPress's usual rewrite rules would: PHP's own
// server knows neither those of pretty links nor those of networks of sites.
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );

// In a network, the second site's files are those of the first.
if ( is_file( dirname( $root ) . '/network' ) ) {
	$path = preg_replace( '#^/(?!wp-(?:content|admin|includes)/)[_0-9a-zA-Z-]+(/(?:wp-(?:content|admin|includes)/.*|wp-admin/?|[^/]+\.php))$#', '$1', $path );
}
if ( str_contains( $path, '..' ) ) {
	http_response_code( 400 );
	return true;
}
$file = $root . $path;
if ( is_dir( $file ) && ! str_ends_with( $path, '/' ) && is_file( $file . '/index.php' ) ) {
	header( 'Location: ' . strtok( $_SERVER['REQUEST_URI'], '?' ) . '/' );
	return true;
}
if ( is_dir( $file ) ) {
	$path = rtrim( $path, '/' ) . '/index.php';
	$file = $root . $path;
}
if ( ! is_file( $file ) ) {
	$path = '/index.php';
	$file = $root . $path;
}
if ( str_ends_with( $file, '.php' ) ) {
	$_SERVER['SCRIPT_NAME']     = $path;
	$_SERVER['PHP_SELF']        = $path;
	$_SERVER['SCRIPT_FILENAME'] = $file;
	chdir( dirname( $file ) );
	require $file;
	return true;
}
$types = array(
	'css'   => 'text/css; charset=utf-8',
	'gif'   => 'image/gif',
	'jpg'   => 'image/jpeg',
	'js'    => 'text/javascript; charset=utf-8',
	'json'  => 'application/json',
	'mjs'   => 'text/javascript; charset=utf-8',
	'png'   => 'image/png',
	'svg'   => 'image/svg+xml',
	'woff2' => 'font/woff2',
);
header( 'Content-Type: ' . ( $types[ pathinfo( $file, PATHINFO_EXTENSION ) ] ?? 'application/octet-stream' ) );
header( 'Content-Length: ' . filesize( $file ) );
readfile( $file );
return true;
