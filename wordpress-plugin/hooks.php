<?php
/**
 * Every hook of the plugin, and nothing else: what happens when.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

// Life of the plugin.
register_activation_hook( DDAP_PLUGIN_FILE, array( DDAP_Capabilities::class, 'grant_defaults' ) );
add_action( 'wp_initialize_site', array( DDAP_Capabilities::class, 'grant_defaults_on_new_site' ), 20 );
add_action( 'init', array( DDAP_Words::class, 'load_textdomain' ) );

// Rights.
add_filter( 'map_meta_cap', array( DDAP_Capabilities::class, 'map_enter' ), 10, 3 );

// Screens.
add_action( 'admin_menu', array( DDAP_Menu::class, 'register' ) );
add_action( 'admin_enqueue_scripts', array( DDAP_Assets::class, 'enqueue' ) );
add_action( 'admin_enqueue_scripts', array( DDAP_Result_Assets::class, 'enqueue' ) );
add_filter( 'plugin_action_links_' . plugin_basename( DDAP_PLUGIN_FILE ), array( DDAP_Menu::class, 'add_settings_link' ) );
add_filter( 'set_screen_option_ddap_tasks_per_page', array( DDAP_Task_List_Screen::class, 'keep_per_page' ), 10, 3 );
add_filter( 'default_hidden_columns', array( DDAP_Task_List_Screen::class, 'hide_by_default' ), 10, 2 );

// Forms.
add_action( 'admin_post_ddap_save_server', array( DDAP_Settings_Screen::class, 'save_server' ) );
add_action( 'admin_post_ddap_task', array( DDAP_Task_Actions::class, 'handle' ) );
add_action( 'admin_post_ddap_download', array( DDAP_Artifact_Download::class, 'send' ) );

// REST routes.
add_action( 'rest_api_init', array( DDAP_Rest_Server::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Tasks::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Analysis::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Uploads::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Templates::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Schedules::class, 'register_routes' ) );
