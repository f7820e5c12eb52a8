<?php
/**
 * Where published parts of results are kept.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Keeps snapshots as posts of a type of their own that no address, search, feed
 * or REST route of WordPress shows, and no export carries away. A snapshot is
 * array{id: int, title: string, kind: string, part: array, published_at: string,
 * task_id: string, sources: array<int,array{dataset_id: string, name: string}>, publisher: int}.
 */
final class DDAP_Snapshots {

	/** The type of the posts. */
	public const POST_TYPE = 'ddap_snapshot';

	/** Everything but title, date and publisher, as JSON. */
	private const META = '_ddap_snapshot';

	/** Which task it came from, to find all of one task. */
	private const TASK_META = '_ddap_task';

	/** Registers the type. */
	public static function register_post_type(): void {
		register_post_type(
			self::POST_TYPE,
			array(
				'labels'              => array( 'name' => __( 'Published results', 'ddap-data-analysis' ) ),
				'public'              => false,
				'publicly_queryable'  => false,
				'exclude_from_search' => true,
				'show_ui'             => false,
				'show_in_rest'        => false,
				'can_export'          => false,
				'delete_with_user'    => false,
				'rewrite'             => false,
				'query_var'           => false,
				'supports'            => array( 'title' ),
				'capability_type'     => self::POST_TYPE,
				'map_meta_cap'        => false,
			)
		);
	}

	/**
	 * Keeps a snapshot; the current user is its publisher.
	 *
	 * @param string                                                 $title   What readers see above it.
	 * @param string                                                 $kind    One of DDAP_Snapshot_Part::kinds().
	 * @param array<string,mixed>                                    $part    What DDAP_Snapshot_Part::cut() gave.
	 * @param string                                                 $task_id The task that it is a result of.
	 * @param array<int,array{dataset_id: string, name: string}>     $sources The datasets that it tells of.
	 * @return int|WP_Error Its id.
	 */
	public static function store( string $title, string $kind, array $part, string $task_id, array $sources ): int|WP_Error {
		$kept = wp_json_encode( compact( 'kind', 'part', 'sources' ) );
		if ( false === $kept ) {
			return new WP_Error( 'ddap_not_stored', __( 'This part of the result cannot be stored.', 'ddap-data-analysis' ), array( 'status' => 500 ) );
		}
		return wp_insert_post(
			wp_slash(
				array(
					'post_type'   => self::POST_TYPE,
					'post_status' => 'private',
					'post_title'  => $title,
					'post_author' => get_current_user_id(),
					'meta_input'  => array(
						self::META      => $kept,
						self::TASK_META => $task_id,
					),
				)
			),
			true
		);
	}

	/**
	 * One snapshot.
	 *
	 * @param int $id Its id.
	 * @return array<string,mixed>|null Null where nothing is published under it.
	 */
	public static function find( int $id ): ?array {
		$post = $id > 0 ? get_post( $id ) : null;
		return $post instanceof WP_Post && self::POST_TYPE === $post->post_type ? self::read( $post ) : null;
	}

	/**
	 * Snapshots, newest first.
	 *
	 * @param array{author?: int, task_id?: string, page?: int, per_page?: int} $filter Per page -1 gives all.
	 * @return array{snapshots: array<int,array<string,mixed>>, total: int}
	 */
	public static function search( array $filter = array() ): array {
		$query = new WP_Query(
			array(
				'post_type'      => self::POST_TYPE,
				'post_status'    => 'private',
				'author'         => $filter['author'] ?? '',
				'paged'          => $filter['page'] ?? 1,
				'posts_per_page' => $filter['per_page'] ?? -1,
				'orderby'        => array(
					'date' => 'DESC',
					'ID'   => 'DESC',
				),
			) + ( isset( $filter['task_id'] ) ? array(
				'meta_key'   => self::TASK_META, // phpcs:ignore WordPress.DB.SlowDBQuery.slow_db_query_meta_key -- only among snapshots, which are few.
				'meta_value' => $filter['task_id'], // phpcs:ignore WordPress.DB.SlowDBQuery.slow_db_query_meta_value -- the same.
			) : array() )
		);
		return array(
			'snapshots' => array_values( array_filter( array_map( array( self::class, 'read' ), $query->posts ) ) ),
			'total'     => (int) $query->found_posts,
		);
	}

	/**
	 * Removes a snapshot and the data in it.
	 *
	 * @param int $id Its id.
	 */
	public static function remove( int $id ): void {
		if ( self::POST_TYPE === get_post_type( $id ) ) {
			wp_delete_post( $id, true );
		}
	}

	/** Removes all snapshots of this site. */
	public static function remove_all(): void {
		global $wpdb;
		// Where the plugin is not loaded, the type is not known to WP_Query.
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE post_type = %s", self::POST_TYPE ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		foreach ( $ids as $id ) {
			wp_delete_post( (int) $id, true );
		}
	}

	/**
	 * Reads a snapshot out of its post.
	 *
	 * @param WP_Post $post Of the type.
	 * @return array<string,mixed>|null Null where it is damaged.
	 */
	private static function read( WP_Post $post ): ?array {
		$kept = json_decode( (string) get_post_meta( $post->ID, self::META, true ), true );
		if ( ! is_array( $kept ) || ! isset( $kept['kind'], $kept['part'] ) ) {
			return null;
		}
		return array(
			'id'           => $post->ID,
			'title'        => $post->post_title,
			'kind'         => (string) $kept['kind'],
			'part'         => (array) $kept['part'],
			'sources'      => (array) ( $kept['sources'] ?? array() ),
			'task_id'      => (string) get_post_meta( $post->ID, self::TASK_META, true ),
			'published_at' => get_post_datetime( $post, 'date', 'gmt' )->format( DATE_ATOM ),
			'publisher'    => (int) $post->post_author,
		);
	}
}
