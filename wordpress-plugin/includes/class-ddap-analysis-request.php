<?php
/**
 * What the form for a new analysis may ask of the server.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Takes of a pipeline or a schedule just the fields that the form has, and
 * sees to it that it reads nothing that its sender may not see: the server
 * knows one key for the whole site.
 */
final class DDAP_Analysis_Request {

	/** The most steps: a filter, an analysis, and one for each format of a report. */
	private const MAX_STEPS = 20;

	/** How deep parameters may go: that of the server's conditions, and what is around them. */
	private const MAX_DEPTH = 80;

	/**
	 * Reads a request.
	 *
	 * @param stdClass $sent As it was sent.
	 * @param string   $kind pipeline or schedule.
	 */
	public static function read( stdClass $sent, string $kind ): stdClass|WP_Error {
		if ( 'pipeline' === $kind ) {
			return self::pipeline( $sent );
		}
		$pipeline = self::pipeline( is_object( $sent->pipeline ?? null ) ? $sent->pipeline : new stdClass() );
		if ( is_wp_error( $pipeline ) ) {
			return $pipeline;
		}
		return (object) array(
			'name'      => self::text( $sent->name ?? '' ),
			'cron'      => self::text( $sent->cron ?? '' ),
			'time_zone' => self::text( $sent->time_zone ?? '' ),
			'pipeline'  => $pipeline,
		);
	}

	/**
	 * Says no where a request reads a task or a file that is somebody else's.
	 *
	 * @param stdClass    $made   Of read(), or anything that holds sources.
	 * @param DDAP_Client $client Acts for the sender.
	 */
	public static function check_sources( stdClass $made, DDAP_Client $client ): bool|WP_Error {
		if ( DDAP_Capabilities::sees_everybody() ) {
			return true;
		}
		$steps = array_column( (array) ( $made->tasks ?? $made->pipeline->tasks ?? array() ), 'ref' );
		$named = array(
			'task'   => array(),
			'upload' => array(),
		);
		self::collect( $made, $named );
		foreach ( array( '/tasks/' => array_diff( array_keys( $named['task'] ), $steps ), '/uploads/' => array_keys( $named['upload'] ) ) as $path => $ids ) {
			foreach ( $ids as $id ) {
				$thing = $client->get( $path . rawurlencode( (string) $id ) );
				if ( is_wp_error( $thing ) && 404 !== ( $thing->get_error_data()['status'] ?? 0 ) ) {
					return $thing;
				}
				if ( is_wp_error( $thing ) || ! DDAP_Capabilities::may_see( $thing ) ) {
					return new WP_Error( 'ddap_foreign_source', __( 'The analysis reads a task or a file that is not there any more, or is somebody else\'s.', 'ddap-data-analysis' ), array( 'status' => 422 ) );
				}
			}
		}
		return true;
	}

	/**
	 * Reads a pipeline.
	 *
	 * @param stdClass $sent As it was sent.
	 */
	private static function pipeline( stdClass $sent ): stdClass|WP_Error {
		$steps = $sent->tasks ?? null;
		if ( ! is_array( $steps ) || array() === $steps || count( $steps ) > self::MAX_STEPS ) {
			return self::malformed();
		}
		$made = array();
		foreach ( $steps as $step ) {
			if ( ! is_object( $step ) || ! is_object( $step->params ?? null ) || ! is_int( $step->operation_code ?? null ) ) {
				return self::malformed();
			}
			$made[] = (object) array_filter(
				array(
					'ref'            => self::text( $step->ref ?? '' ),
					'name'           => self::text( $step->name ?? '' ),
					'operation_code' => $step->operation_code,
					'params'         => $step->params,
					'run_at'         => self::text( $step->run_at ?? '' ),
				),
				static fn( $value ): bool => '' !== $value
			);
		}
		return (object) array(
			'name'  => self::text( $sent->name ?? '' ),
			'tasks' => $made,
		);
	}

	/**
	 * Finds what tasks and uploads are named, however deep.
	 *
	 * @param mixed                             $value Any part of a request.
	 * @param array<string,array<string,true>>  $named What was found, by kind and id.
	 * @param int                               $depth How deep it stands.
	 */
	private static function collect( mixed $value, array &$named, int $depth = 0 ): void {
		if ( $depth > self::MAX_DEPTH || ! ( is_object( $value ) || is_array( $value ) ) ) {
			return;
		}
		foreach ( (array) $value as $name => $member ) {
			if ( isset( $named[ $name ] ) && is_string( $member ) ) {
				$named[ $name ][ $member ] = true;
			}
			self::collect( $member, $named, $depth + 1 );
		}
	}

	/**
	 * A text, or nothing where it is none.
	 *
	 * @param mixed $value As it was sent.
	 */
	private static function text( mixed $value ): string {
		return is_string( $value ) ? $value : '';
	}

	/** The refusal of what the form never sends. */
	private static function malformed(): WP_Error {
		return new WP_Error( 'ddap_malformed_request', __( 'The form has sent something that is no analysis. Reload the page; what you have typed is kept.', 'ddap-data-analysis' ), array( 'status' => 400 ) );
	}
}
