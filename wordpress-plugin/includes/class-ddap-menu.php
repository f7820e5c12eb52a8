<?php
/**
 * The menu "Data Analysis" and the page under Settings.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Registers the screens. The table is the list of them.
 */
final class DDAP_Menu {

	/** The slug of the menu and of its first screen. */
	public const OVERVIEW = 'ddap-overview';
	/** The list of tasks; with task=ID, one of them. */
	public const TASKS = 'ddap-tasks';
	/** The form for a new analysis. */
	public const NEW_ANALYSIS = 'ddap-new';
	/** What is shared. */
	public const DATASETS = 'ddap-datasets';
	/** The computers that share it. */
	public const RUNNERS = 'ddap-runners';
	/** What repeats. */
	public const SCHEDULES = 'ddap-schedules';
	/** What visitors see. */
	public const PUBLISHED = 'ddap-published';
	/** The slug of the page at Settings > Data Analysis. */
	public const SETTINGS = 'ddap-settings';

	/**
	 * The screens below "Data Analysis", in the menu's order.
	 *
	 * @return array<string,array{title: string, capability: string, class: class-string<DDAP_Screen>}> By slug.
	 */
	public static function screens(): array {
		return array(
			self::OVERVIEW     => array(
				'title'      => __( 'Overview', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::ENTER,
				'class'      => DDAP_Overview_Screen::class,
			),
			self::TASKS        => array(
				'title'      => __( 'Tasks', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::ENTER,
				'class'      => DDAP_Tasks_Screen::class,
			),
			self::NEW_ANALYSIS => array(
				'title'      => __( 'New analysis', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::CREATE,
				'class'      => DDAP_New_Analysis_Screen::class,
			),
			self::DATASETS     => array(
				'title'      => __( 'Datasets', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::ENTER,
				'class'      => DDAP_Datasets_Screen::class,
			),
			self::RUNNERS      => array(
				'title'      => __( 'Runners', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::ENTER,
				'class'      => DDAP_Runners_Screen::class,
			),
			self::SCHEDULES    => array(
				'title'      => __( 'Schedules', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::ENTER,
				'class'      => DDAP_Schedules_Screen::class,
			),
			self::PUBLISHED    => array(
				'title'      => __( 'Published', 'ddap-data-analysis' ),
				'capability' => DDAP_Capabilities::CREATE,
				'class'      => DDAP_Published_Screen::class,
			),
		);
	}

	/** Adds the menu. */
	public static function register(): void {
		self::register_settings();
		foreach ( self::screens() as $slug => $screen ) {
			if ( self::OVERVIEW === $slug ) {
				add_menu_page( __( 'Data Analysis', 'ddap-data-analysis' ), __( 'Data Analysis', 'ddap-data-analysis' ), $screen['capability'], $slug, '', 'dashicons-chart-area', 58 );
			}
			self::add( self::OVERVIEW, $slug, $screen['title'], $screen['capability'], $screen['class'] );
		}
	}

	/**
	 * The address of a screen.
	 *
	 * @param string               $slug  One of the table's, or SETTINGS.
	 * @param array<string,scalar> $query Parameters besides.
	 */
	public static function url( string $slug, array $query = array() ): string {
		$page = self::SETTINGS === $slug ? 'options-general.php' : 'admin.php';
		return add_query_arg( array_map( 'rawurlencode', array_map( 'strval', array( 'page' => $slug ) + $query ) ), admin_url( $page ) );
	}

	/** Whether the page that is being shown is one of the plugin's. */
	public static function is_current(): bool {
		$page = filter_input( INPUT_GET, 'page' );
		return self::SETTINGS === $page || ( is_string( $page ) && isset( self::screens()[ $page ] ) );
	}

	/**
	 * Links the settings from the list of plugins.
	 *
	 * @param string[] $links The links of this plugin.
	 * @return string[]
	 */
	public static function add_settings_link( array $links ): array {
		if ( current_user_can( DDAP_Capabilities::SETTINGS ) ) {
			array_unshift( $links, sprintf( '<a href="%s">%s</a>', esc_url( self::url( self::SETTINGS ) ), esc_html__( 'Settings', 'ddap-data-analysis' ) ) );
		}
		return $links;
	}

	/** Adds Settings > Data Analysis. */
	private static function register_settings(): void {
		self::add( 'options-general.php', self::SETTINGS, __( 'Data Analysis', 'ddap-data-analysis' ), DDAP_Capabilities::SETTINGS, DDAP_Settings_Screen::class );
	}

	/**
	 * Adds one page, whose object is made only when it is shown.
	 *
	 * @param string                    $parent     The menu's slug.
	 * @param string                    $slug       The page's.
	 * @param string                    $title      Its title.
	 * @param string                    $capability Who may open it.
	 * @param class-string<DDAP_Screen> $class_name Its class.
	 */
	private static function add( string $parent, string $slug, string $title, string $capability, string $class_name ): void {
		$screen = null;
		$hook   = add_submenu_page(
			$parent,
			$title,
			$title,
			$capability,
			$slug,
			static function () use ( &$screen ): void {
				$screen->render();
			}
		);
		if ( false === $hook ) {
			return;
		}
		add_action(
			'load-' . $hook,
			static function () use ( &$screen, $class_name ): void {
				$screen = new $class_name();
				$screen->load();
			}
		);
	}
}
