<?php
/**
 * Who publishes what, and when it is taken down.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Publishes a part of a result where every owner of its data allows that, and
 * takes it down again.
 */
final class DDAP_Publishing {

	/**
	 * Publishes. The server is asked anew: an owner may have changed their mind
	 * since the page with the button was made.
	 *
	 * @param DDAP_Client $client  Acts for the current user.
	 * @param string      $task_id The task.
	 * @param string      $kind    One of DDAP_Snapshot_Part::kinds().
	 * @param string      $name    The part's name.
	 * @param string      $title   What readers see above it; empty takes the part's own.
	 * @return array<string,mixed>|WP_Error The snapshot.
	 */
	public static function publish( DDAP_Client $client, string $task_id, string $kind, string $name, string $title ): array|WP_Error {
		$task = $client->get( '/tasks/' . rawurlencode( $task_id ) );
		if ( is_wp_error( $task ) ) {
			return $task;
		}
		if ( ! DDAP_Capabilities::may_change( $task ) ) {
			return new WP_Error( 'ddap_forbidden', __( 'You may publish results of your own tasks only. Ask whoever made this one, or an administrator of this site.', 'ddap-data-analysis' ), array( 'status' => 403 ) );
		}
		$answer = $client->get( '/result/' . rawurlencode( $task_id ) );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		if ( ! self::is_allowed( $answer ) ) {
			return new WP_Error( 'ddap_owner_forbids', self::refusal( $answer ), array( 'status' => 403 ) );
		}
		$document = (array) ( $answer['result'] ?? array() );
		$part     = DDAP_Snapshot_Part::cut( $document, $kind, $name );
		if ( null === $part ) {
			return new WP_Error( 'ddap_no_such_part', __( 'The result has no such part any more. Load the page again.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
		}
		$id = DDAP_Snapshots::store( '' === $title ? DDAP_Snapshot_Part::choices( $document )[ $kind ][ $name ] : $title, $kind, $part, $task_id, self::sources( $document ) );
		return is_wp_error( $id ) ? $id : DDAP_Snapshots::find( $id );
	}

	/**
	 * Takes a snapshot down.
	 *
	 * @param int $id Its id.
	 */
	public static function unpublish( int $id ): bool|WP_Error {
		$snapshot = DDAP_Snapshots::find( $id );
		if ( null === $snapshot ) {
			return new WP_Error( 'ddap_not_published', __( 'This is not published any more.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
		}
		if ( ! self::may_unpublish( $snapshot ) ) {
			return new WP_Error( 'ddap_forbidden', __( 'You may unpublish only what you have published. Ask whoever published it, or an administrator of this site.', 'ddap-data-analysis' ), array( 'status' => 403 ) );
		}
		self::take_down( $snapshot );
		return true;
	}

	/**
	 * Removes a snapshot, and what caches keep of the pages that show it.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 */
	public static function take_down( array $snapshot ): void {
		$posts = DDAP_Snapshot_Usage::posts_with( $snapshot['id'] );
		DDAP_Snapshots::remove( $snapshot['id'] );
		// After it is gone: a visit in between would keep a page with it.
		foreach ( $posts as $post ) {
			clean_post_cache( $post );
		}
	}

	/**
	 * Whether the server says that every owner allows publishing. A server that
	 * says nothing does not know this right, so nobody has given it.
	 *
	 * @param array<string,mixed> $answer Of GET /result/{id}.
	 */
	public static function is_allowed( array $answer ): bool {
		return true === ( $answer['may_publish'] ?? false );
	}

	/**
	 * Why something is not published, and who can change that.
	 *
	 * @param array<string,mixed> $answer Of GET /result/{id}.
	 */
	public static function refusal( array $answer ): string {
		$reasons = array_filter( (array) ( $answer['publish_refused'] ?? array() ), 'is_array' );
		$names   = implode( ', ', array_unique( array_filter( array_map( static fn( array $reason ): string => (string) ( $reason['name'] ?? '' ), $reasons ) ) ) );
		$codes   = array_column( $reasons, 'code' );
		if ( array() === $codes || in_array( 'publish_off', $codes, true ) ) {
			return '' === $names
				? __( 'The owner of the data does not allow publishing, so nothing of this result can be shown to visitors. They can switch on "May be published" for the dataset in their DDAP app.', 'ddap-data-analysis' )
				/* translators: %s: names of datasets. */
				: sprintf( __( 'The owner of the data (%s) does not allow publishing, so nothing of this result can be shown to visitors. They can switch on "May be published" for the dataset in their DDAP app.', 'ddap-data-analysis' ), $names );
		}
		if ( in_array( 'not_shared', $codes, true ) ) {
			/* translators: %s: names of datasets. */
			return sprintf( __( 'The data (%s) is not shared any more, so nothing of this result can be published.', 'ddap-data-analysis' ), $names );
		}
		if ( in_array( 'upload_of_other', $codes, true ) ) {
			return __( 'Somebody else has uploaded the data. Only they may publish what comes of it.', 'ddap-data-analysis' );
		}
		return __( 'Nothing of this result can be published: what it was made from is not known any more. Run the analysis again and publish the new result.', 'ddap-data-analysis' );
	}

	/**
	 * Whether the current user may take it down.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 */
	public static function may_unpublish( array $snapshot ): bool {
		return current_user_can( DDAP_Capabilities::MANAGE )
			|| ( current_user_can( DDAP_Capabilities::CREATE ) && get_current_user_id() === $snapshot['publisher'] );
	}

	/**
	 * The datasets that a result tells of.
	 *
	 * @param array<string,mixed> $document A result document.
	 * @return array<int,array{dataset_id: string, name: string}>
	 */
	private static function sources( array $document ): array {
		$sources = array();
		foreach ( array_filter( (array) ( $document['sources'] ?? array() ), 'is_array' ) as $source ) {
			$sources[] = array(
				'dataset_id' => (string) ( $source['dataset_id'] ?? '' ),
				'name'       => (string) ( $source['name'] ?? '' ),
			);
		}
		return $sources;
	}
}
