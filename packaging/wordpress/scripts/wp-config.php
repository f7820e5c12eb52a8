<?php
// The constants stand in a file of their own, so that whoever runs the site can
// change them while it runs.
foreach ( json_decode( file_get_contents( dirname( __DIR__ ) . '/constants.json' ), true ) as $name => $value ) {
	define( $name, $value );
}
$table_prefix = 'wp_';

defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
