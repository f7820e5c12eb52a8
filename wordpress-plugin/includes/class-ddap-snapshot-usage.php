<?php
/**
 * Where published results are shown.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Finds the block and the shortcode in posts, pages and templates.
 */
final class DDAP_Snapshot_Usage {

	/** How many posts are looked at; only those that have the block or the shortcode count. */
	private const MOST = 500;

	/**
	 * The posts that show each snapshot.
	 *
	 * @return array<int,int[]> Ids of posts by id of the snapshot.
	 */
	public static function all(): array {
		$usage = array();
		foreach ( self::candidates() as $post ) {
			foreach ( self::shown_in( $post->post_content ) as $id ) {
				$usage[ $id ][] = (int) $post->ID;
			}
		}
		return $usage;
	}

	/**
	 * The posts that show one snapshot.
	 *
	 * @param int $id The snapshot's.
	 * @return int[]
	 */
	public static function posts_with( int $id ): array {
		return self::all()[ $id ] ?? array();
	}

	/**
	 * The snapshots that a text shows.
	 *
	 * @param string $content With blocks and shortcodes.
	 * @return int[]
	 */
	public static function shown_in( string $content ): array {
		preg_match_all( '/<!-- wp:ddap\/analysis-result \{[^>]*?"snapshot":(\d+)/', $content, $blocks );
		preg_match_all( '/\[ddap_result\b[^\]]*?\bid=["\']?(\d+)/', $content, $shortcodes );
		return array_values( array_unique( array_map( 'intval', array_merge( $blocks[1], $shortcodes[1] ) ) ) );
	}

	/**
	 * The posts that show any snapshot.
	 *
	 * @return object[] With ID and post_content.
	 */
	private static function candidates(): array {
		global $wpdb;
		return $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WP_Query cannot look for one of two texts.
			$wpdb->prepare(
				"SELECT ID, post_content FROM {$wpdb->posts}
				WHERE ( post_content LIKE %s OR post_content LIKE %s ) AND post_type <> 'revision' AND post_status NOT IN ( 'trash', 'auto-draft', 'inherit' )
				ORDER BY ID DESC LIMIT %d",
				'%' . $wpdb->esc_like( '<!-- wp:ddap/analysis-result ' ) . '%',
				'%' . $wpdb->esc_like( '[ddap_result' ) . '%',
				self::MOST
			)
		);
	}
}
