<?php
/*
 * What a site that is made for looking at needs beside WordPress: letters go to
 * files, and nothing asks the internet.
 */

defined( 'ABSPATH' ) || exit;

// Each letter becomes a file of its own, in the order in which they were sent.
add_filter(
	'pre_wp_mail',
	static function ( $sent, array $letter ): bool {
		$name = sprintf( '%s/%.6f-%s.json', DDAP_MAIL_FOLDER, microtime( true ), bin2hex( random_bytes( 4 ) ) );
		file_put_contents( $name . '.part', wp_json_encode( $letter ) );
		return rename( $name . '.part', $name );
	},
	10,
	2
);

// Looking for updates ends with a warning in the log where there is no internet.
foreach ( array( '_maybe_update_core', '_maybe_update_plugins', '_maybe_update_themes' ) as $check ) {
	remove_action( 'admin_init', $check );
}
foreach ( array( 'wp_version_check', 'wp_update_plugins', 'wp_update_themes' ) as $check ) {
	remove_all_actions( $check );
}
foreach ( array( 'update-core.php', 'update.php', 'plugins.php', 'themes.php' ) as $screen ) {
	remove_action( 'load-' . $screen, 'wp_update_plugins' );
	remove_action( 'load-' . $screen, 'wp_update_themes' );
}
add_filter(
	'translations_api',
	static fn() => array( 'translations' => array() )
);
add_filter( 'pre_site_transient_browser_' . md5( $_SERVER['HTTP_USER_AGENT'] ?? '' ), '__return_empty_array' );
add_filter( 'pre_site_transient_php_check_' . md5( PHP_VERSION ), '__return_empty_array' );

// No screen between the login and the dashboard.
add_filter( 'admin_email_check_interval', '__return_zero' );

// Pictures of people and of emoji come from the internet. In the dashboard emoji
// stay on: there the plugin sees to it that its glyphs become no pictures.
remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
add_filter( 'pre_option_show_avatars', '__return_zero' );
