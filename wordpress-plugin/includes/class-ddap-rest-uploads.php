<?php
/**
 * REST route that sends a file to the server, for analyses to read.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * POST /ddap/v1/analysis/uploads, with a file of the reader's disk or one of
 * the media library. WordPress keeps no copy of the first.
 */
final class DDAP_Rest_Uploads {

	/** What the server reads, with its media types, by the ending of the name. */
	private const TYPES = array(
		'csv'     => 'text/csv',
		'tsv'     => 'text/tab-separated-values',
		'txt'     => 'text/csv',
		'json'    => 'application/json',
		'ndjson'  => 'application/x-ndjson',
		'xlsx'    => 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
		'parquet' => 'application/vnd.apache.parquet',
	);

	/** Registers the route. */
	public static function register_routes(): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/analysis/uploads',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'upload' ),
				'permission_callback' => DDAP_Rest::allow( DDAP_Capabilities::CREATE ),
				'args'                => array(
					'attachment_id' => array(
						'type'    => 'integer',
						'minimum' => 1,
					),
					'key'           => DDAP_Rest_Analysis::key_schema(),
				),
			)
		);
	}

	/**
	 * The endings of the files that can be read, for the chooser.
	 *
	 * @return string[]
	 */
	public static function endings(): array {
		return array_keys( self::TYPES );
	}

	/**
	 * Sends the file on.
	 *
	 * @param WP_REST_Request $request With attachment_id, or with a file called file.
	 */
	public static function upload( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$file = null === $request['attachment_id'] ? self::from_disk( $request->get_file_params() ) : self::from_library( (int) $request['attachment_id'] );
		if ( is_wp_error( $file ) ) {
			return $file;
		}
		$type = self::TYPES[ strtolower( pathinfo( $file['name'], PATHINFO_EXTENSION ) ) ] ?? '';
		if ( '' === $type ) {
			/* translators: %s: endings of names of files. */
			return self::refuse( 'ddap_wrong_type', sprintf( __( 'Files of this type cannot be read. Choose one of these: %s.', 'ddap-data-analysis' ), implode( ', ', self::endings() ) ) );
		}
		$answer = DDAP_Client::for_current_user()->send_file( '/uploads?name=' . rawurlencode( $file['name'] ), $file['path'], $type, (string) $request['key'] );
		if ( is_wp_error( $answer ) ) {
			return DDAP_Rest::answer( $answer );
		}
		return new WP_REST_Response( array_intersect_key( $answer, array_flip( array( 'id', 'name', 'size_bytes', 'expires_at' ) ) ), 201 );
	}

	/**
	 * A file that came with the request.
	 *
	 * @param array<string,mixed> $files As PHP names them.
	 * @return array{name: string, path: string}|WP_Error
	 */
	private static function from_disk( array $files ): array|WP_Error {
		$file  = $files['file'] ?? null;
		$error = is_array( $file ) ? (int) ( $file['error'] ?? UPLOAD_ERR_NO_FILE ) : UPLOAD_ERR_NO_FILE;
		if ( in_array( $error, array( UPLOAD_ERR_INI_SIZE, UPLOAD_ERR_FORM_SIZE ), true ) ) {
			/* translators: %s: a size, as in "64 MB". */
			return self::refuse( 'ddap_file_too_large', sprintf( __( 'The file is too large for this site, which takes %s at most. Ask the owner of a computer to share it there instead.', 'ddap-data-analysis' ), size_format( wp_max_upload_size() ) ) );
		}
		if ( UPLOAD_ERR_OK !== $error || ! is_uploaded_file( (string) $file['tmp_name'] ) ) {
			return self::refuse( 'ddap_no_file', __( 'No file has arrived. Choose it again.', 'ddap-data-analysis' ) );
		}
		return array(
			'name' => sanitize_file_name( (string) $file['name'] ),
			'path' => (string) $file['tmp_name'],
		);
	}

	/**
	 * A file of the media library.
	 *
	 * @param int $id The attachment's.
	 * @return array{name: string, path: string}|WP_Error
	 */
	private static function from_library( int $id ): array|WP_Error {
		$path = current_user_can( 'upload_files' ) && 'attachment' === get_post_type( $id ) && current_user_can( 'read_post', $id ) ? get_attached_file( $id ) : false;
		if ( false === $path || ! is_readable( $path ) ) {
			return self::refuse( 'ddap_no_file', __( 'This file of the media library is not there any more, or is not yours to read.', 'ddap-data-analysis' ) );
		}
		return array(
			'name' => wp_basename( $path ),
			'path' => $path,
		);
	}

	/**
	 * A refusal.
	 *
	 * @param string $code    To quote.
	 * @param string $message What would be right.
	 */
	private static function refuse( string $code, string $message ): WP_Error {
		return new WP_Error( $code, $message, array( 'status' => 422 ) );
	}
}
