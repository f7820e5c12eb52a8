<?php
/**
 * Activation, new sites, deactivation.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prepares a site for the plugin, and lets it rest.
 */
final class DDAP_Lifecycle {

	/**
	 * Prepares the sites on which the plugin is activated.
	 *
	 * @param bool $network_wide Whether those are all of a network.
	 */
	public static function activate( bool $network_wide = false ): void {
		if ( $network_wide ) {
			DDAP_Sites::each( array( self::class, 'prepare_this_site' ) );
		} else {
			self::prepare_this_site();
		}
	}

	/**
	 * Prepares a site that a network gets.
	 *
	 * @param WP_Site $site The site.
	 */
	public static function prepare_new_site( WP_Site $site ): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		if ( is_plugin_active_for_network( plugin_basename( DDAP_PLUGIN_FILE ) ) ) {
			DDAP_Sites::on( (int) $site->blog_id, array( self::class, 'prepare_this_site' ) );
		}
	}

	/** Makes what a site needs; nothing where it is there. */
	public static function prepare_this_site(): void {
		DDAP_Schema::install();
		DDAP_Capabilities::grant_on_this_site();
		DDAP_Poll::schedule();
		DDAP_Snapshot_Check::schedule();
	}

	/**
	 * Makes up for what activation would have done: after an update, which runs
	 * no activation, and on sites that joined a network of old.
	 */
	public static function catch_up(): void {
		if ( ! DDAP_Schema::is_current() ) {
			self::prepare_this_site();
		}
		if ( ! wp_next_scheduled( DDAP_Poll::HOOK ) ) {
			DDAP_Poll::schedule();
		}
		DDAP_Snapshot_Check::schedule();
	}

	/**
	 * Stops what runs by itself.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated on all sites of a network.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( $network_wide ) {
			DDAP_Sites::each( array( self::class, 'rest_this_site' ) );
		} else {
			self::rest_this_site();
		}
	}

	/** Stops what runs by itself on this site. */
	public static function rest_this_site(): void {
		DDAP_Poll::unschedule();
		DDAP_Mail::unschedule();
		DDAP_Snapshot_Check::unschedule();
	}

	/**
	 * Adds the tables of a site to those that go with it.
	 *
	 * @param string[] $tables What WordPress drops.
	 * @param int      $site   The site's id.
	 * @return string[]
	 */
	public static function add_tables_of_site( array $tables, int $site ): array {
		global $wpdb;
		foreach ( DDAP_Schema::TABLES as $table ) {
			$tables[] = $wpdb->get_blog_prefix( $site ) . $table;
		}
		return $tables;
	}
}
