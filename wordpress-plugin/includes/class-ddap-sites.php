<?php
/**
 * The sites of a network.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Does something on each site: every one has settings, roles and tables of its own.
 */
final class DDAP_Sites {

	/**
	 * Does something on every site, or on the only one.
	 *
	 * @param callable $act What is done there.
	 */
	public static function each( callable $act ): void {
		if ( ! is_multisite() ) {
			$act();
			return;
		}
		$sites = get_sites(
			array(
				'fields' => 'ids',
				'number' => 0,
			)
		);
		foreach ( $sites as $site ) {
			self::on( (int) $site, $act );
		}
	}

	/**
	 * Does something on one site.
	 *
	 * @param int      $site The site's id.
	 * @param callable $act  What is done there.
	 */
	public static function on( int $site, callable $act ): void {
		if ( ! is_multisite() || get_current_blog_id() === $site ) {
			$act();
			return;
		}
		switch_to_blog( $site );
		$act();
		restore_current_blog();
	}
}
