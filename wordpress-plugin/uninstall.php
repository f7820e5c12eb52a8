<?php
/**
 * Removes everything that the plugin has stored, on every site of a network.
 *
 * @package DDAP
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

// WordPress does not load a plugin that it removes.
defined( 'DDAP_VERSION' ) || require __DIR__ . '/ddap-data-analysis.php';

DDAP_Uninstaller::run();
