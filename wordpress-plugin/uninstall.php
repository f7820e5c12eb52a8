<?php
/**
 * Removes everything that the plugin has stored, on every site of a network.
 *
 * @package DDAP
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require __DIR__ . '/includes/class-ddap-capabilities.php';
require __DIR__ . '/includes/class-ddap-uninstaller.php';

DDAP_Uninstaller::run();
