<?php
/**
 * Files of a task.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Hands a file of the server on to the browser, as an attachment and never as a
 * page: a report may hold anything that a computer put into it.
 */
final class DDAP_Artifact_Download {

	/** The name of the action of admin-post.php. */
	public const ACTION = 'ddap_download';

	/**
	 * The address of a file, for whoever is logged in.
	 *
	 * @param string $id   The task's.
	 * @param string $name The file's.
	 */
	public static function url( string $id, string $name ): string {
		return add_query_arg(
			array(
				'action'   => self::ACTION,
				'task'     => $id,
				'file'     => rawurlencode( $name ),
				'_wpnonce' => wp_create_nonce( self::ACTION . $id ),
			),
			admin_url( 'admin-post.php' )
		);
	}

	/** Sends the file; admin-post.php's. */
	public static function send(): void {
		if ( ! current_user_can( DDAP_Capabilities::ENTER ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		$id   = sanitize_text_field( wp_unslash( $_GET['task'] ?? '' ) );
		$name = sanitize_text_field( wp_unslash( $_GET['file'] ?? '' ) );
		check_admin_referer( self::ACTION . $id );
		$task = DDAP_Task_Access::find( $id );
		$got  = is_wp_error( $task ) ? $task : self::fetch( $id, $name );
		if ( is_wp_error( $got ) ) {
			wp_die( wp_kses_post( DDAP_Trouble::html( $got ) ), esc_html__( 'No file', 'ddap-data-analysis' ), array( 'response' => 404, 'back_link' => true ) );
		}
		self::stream( $got['file'], $got['content_type'], $name );
		exit;
	}

	/**
	 * Gets the file.
	 *
	 * @param string $id   The task's.
	 * @param string $name The file's.
	 * @return array{file: string, content_type: string}|WP_Error
	 */
	private static function fetch( string $id, string $name ): array|WP_Error {
		if ( 1 !== preg_match( '/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/D', $name ) ) {
			return new WP_Error( 'ddap_bad_file_name', __( 'There is no file of this name.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
		}
		return DDAP_Client::for_current_user()->download( "/tasks/$id/artifacts/$name" );
	}

	/**
	 * Sends a file and removes it, also where whoever asked has gone away.
	 *
	 * @param string $file         Its path.
	 * @param string $content_type Its media type.
	 * @param string $name         What it is to be called; letters, digits, dots and dashes.
	 */
	private static function stream( string $file, string $content_type, string $name ): void {
		ignore_user_abort( true );
		while ( ob_get_level() > 0 ) {
			ob_end_clean();
		}
		nocache_headers();
		header( 'Content-Type: ' . ( 1 === preg_match( '#^[\w.+-]+/[\w.+-]+(;\s*charset=[\w-]+)?$#', $content_type ) ? $content_type : 'application/octet-stream' ) );
		header( 'Content-Disposition: attachment; filename="' . $name . '"' );
		header( 'Content-Length: ' . (string) filesize( $file ) );
		header( 'X-Content-Type-Options: nosniff' );
		header( "Content-Security-Policy: default-src 'none'; sandbox" );
		readfile( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_readfile -- a local file, as it is.
		wp_delete_file( $file );
	}
}
