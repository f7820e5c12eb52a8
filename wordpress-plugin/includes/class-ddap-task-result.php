<?php
/**
 * A result as the page's script takes it.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prepares what the server gave for a browser: addresses for the files, and whole
 * numbers that JavaScript would round as text.
 */
final class DDAP_Task_Result {

	/** The largest whole number that JavaScript keeps exactly. */
	private const MAX_EXACT = 9007199254740991;

	/**
	 * A result for the browser.
	 *
	 * @param array<string,mixed> $answer Of GET /result/ID.
	 * @return array<string,mixed>
	 */
	public static function for_browser( array $answer ): array {
		$id        = (string) ( $answer['task_id'] ?? '' );
		$artifacts = array();
		foreach ( (array) ( $answer['artifacts'] ?? array() ) as $artifact ) {
			$name        = (string) ( $artifact['name'] ?? '' );
			$artifacts[] = array(
				'name' => $name,
				'size' => DDAP_Words::size( (float) ( $artifact['size_bytes'] ?? 0 ) ),
				'url'  => DDAP_Artifact_Download::url( $id, $name ),
			);
		}
		$document = is_array( $answer['result'] ?? null ) ? self::exact( $answer['result'] ) : null;
		return array(
			'task_id'     => $id,
			'state'       => (string) ( $answer['state'] ?? '' ),
			'may_publish' => ! empty( $answer['may_publish'] ),
			'artifacts'   => $artifacts,
			'document'    => $document,
			'predict_url' => isset( $document['model'] ) && current_user_can( DDAP_Capabilities::CREATE ) ? DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS, array( 'model' => $id ) ) : null,
		);
	}

	/**
	 * A document whose whole numbers keep their digits.
	 *
	 * @param array<string,mixed> $document Of the server.
	 * @return array<string,mixed>
	 */
	private static function exact( array $document ): array {
		$tables = array();
		foreach ( (array) ( $document['tables'] ?? array() ) as $table ) {
			foreach ( (array) ( $table['rows'] ?? array() ) as $i => $row ) {
				foreach ( (array) $row as $j => $cell ) {
					if ( is_int( $cell ) && abs( $cell ) > self::MAX_EXACT ) {
						$table['rows'][ $i ][ $j ] = (string) $cell;
					}
				}
			}
			$tables[] = $table;
		}
		$document['tables'] = $tables;
		return $document;
	}
}
