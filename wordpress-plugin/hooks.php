<?php
/**
 * Every hook of the plugin, and nothing else: what happens when.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

// Life of the plugin.
register_activation_hook( DDAP_PLUGIN_FILE, array( DDAP_Lifecycle::class, 'activate' ) );
register_deactivation_hook( DDAP_PLUGIN_FILE, array( DDAP_Lifecycle::class, 'deactivate' ) );
add_action( 'wp_initialize_site', array( DDAP_Lifecycle::class, 'prepare_new_site' ), 20 );
add_filter( 'wpmu_drop_tables', array( DDAP_Lifecycle::class, 'add_tables_of_site' ), 10, 2 );
add_action( 'admin_init', array( DDAP_Lifecycle::class, 'catch_up' ) );
add_action( 'init', array( DDAP_Words::class, 'load_textdomain' ) );

// Published results.
add_action( 'init', array( DDAP_Snapshots::class, 'register_post_type' ) );
add_action( 'init', array( DDAP_Snapshot_Block::class, 'register' ) );
add_shortcode( DDAP_Snapshot_Block::SHORTCODE, array( DDAP_Snapshot_Block::class, 'render_shortcode' ) );
add_action( 'ddap_after_task', array( DDAP_Publish_Control::class, 'place' ) );
add_action( DDAP_Snapshot_Check::EVENT, array( DDAP_Snapshot_Check::class, 'check' ) );

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
add_action( 'admin_post_ddap_save_server', array( DDAP_Server_Tab::class, 'save' ) );
add_action( 'admin_post_ddap_save_roles', array( DDAP_Roles_Tab::class, 'save' ) );
add_action( 'admin_post_ddap_task', array( DDAP_Task_Actions::class, 'handle' ) );
add_action( 'admin_post_ddap_download', array( DDAP_Artifact_Download::class, 'send' ) );

// REST routes.
add_action( 'rest_api_init', array( DDAP_Rest_Server::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Tasks::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Analysis::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Uploads::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Templates::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Schedules::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Webhook::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Webhook_Settings::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Notifications::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Site_Health::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Panels::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Snapshots::class, 'register_routes' ) );
add_action( 'rest_api_init', array( DDAP_Rest_Invitations::class, 'register_routes' ) );

// Notifications.
add_filter( 'cron_schedules', array( DDAP_Poll::class, 'add_interval' ) );
add_action( DDAP_Poll::HOOK, array( DDAP_Poll::class, 'run' ) );
add_action( DDAP_Mail::HOOK, array( DDAP_Mail::class, 'run' ) );
add_action( 'admin_bar_menu', array( DDAP_Bell::class, 'add' ), 60 );
add_action( 'admin_enqueue_scripts', array( DDAP_Bell::class, 'enqueue' ) );
add_action( 'wp_enqueue_scripts', array( DDAP_Bell::class, 'enqueue' ) );
add_filter( 'heartbeat_received', array( DDAP_Bell::class, 'beat' ), 10, 2 );
add_action( 'admin_post_ddap_open_notification', array( DDAP_Bell::class, 'open' ) );
add_action( 'admin_post_ddap_read_notifications', array( DDAP_Bell::class, 'read_all' ) );
add_action( 'wp_dashboard_setup', array( DDAP_Dashboard_Widget::class, 'add' ) );
add_action( 'admin_enqueue_scripts', array( DDAP_Dashboard_Widget::class, 'enqueue' ) );
add_action( 'show_user_profile', array( DDAP_Preferences::class, 'render' ) );
add_action( 'edit_user_profile', array( DDAP_Preferences::class, 'render' ) );
add_action( 'personal_options_update', array( DDAP_Preferences::class, 'save' ) );
add_action( 'edit_user_profile_update', array( DDAP_Preferences::class, 'save' ) );

// Health and privacy.
add_filter( 'site_status_tests', array( DDAP_Site_Health::class, 'add_tests' ) );
add_filter( 'debug_information', array( DDAP_Site_Health::class, 'add_information' ) );
add_filter( 'wp_privacy_personal_data_exporters', array( DDAP_Privacy::class, 'add_exporter' ) );
add_filter( 'wp_privacy_personal_data_erasers', array( DDAP_Privacy::class, 'add_eraser' ) );
add_action( 'admin_init', array( DDAP_Privacy::class, 'add_policy' ) );
add_action( 'deleted_user', array( DDAP_Privacy::class, 'forget_user' ) );
add_action( 'remove_user_from_blog', array( DDAP_Privacy::class, 'forget_user' ) );

// Command line.
if ( defined( 'WP_CLI' ) && WP_CLI ) {
	DDAP_CLI::register();
}
