<?php
/**
 * How a task is told: what it does, with what, for whom, for how long.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Plain text about tasks as the server gives them. Whoever prints it escapes it.
 */
final class DDAP_Task_Words {

	/** States after which nothing happens any more. */
	private const ENDED = array( 'succeeded', 'failed', 'canceled' );

	/**
	 * Whether a task has ended.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public static function has_ended( array $task ): bool {
		return in_array( (string) ( $task['state'] ?? '' ), self::ENDED, true );
	}

	/**
	 * Every operation's name, by its code.
	 *
	 * @return array<int,string>
	 */
	public static function operations(): array {
		return array(
			100 => __( 'Show data', 'ddap-data-analysis' ),
			200 => __( 'Filter and group', 'ddap-data-analysis' ),
			300 => __( 'Analyze', 'ddap-data-analysis' ),
			400 => __( 'Report', 'ddap-data-analysis' ),
		);
	}

	/**
	 * What a task does, with its model or its format.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public static function operation( array $task ): string {
		$code = (int) ( $task['operation_code'] ?? 0 );
		$name = self::operations()[ $code ] ?? (string) $code;
		if ( 300 === $code && is_string( $task['params']['model'] ?? null ) ) {
			return self::model( $task['params']['model'] );
		}
		if ( 400 === $code && is_string( $task['params']['format'] ?? null ) ) {
			/* translators: 1: an operation, as in "Report", 2: a file format, as in "PDF". */
			return sprintf( __( '%1$s (%2$s)', 'ddap-data-analysis' ), $name, strtoupper( $task['params']['format'] ) );
		}
		return $name;
	}

	/**
	 * A model's name; a newer server's as it comes.
	 *
	 * @param string $model As the server names it.
	 */
	public static function model( string $model ): string {
		$names = array(
			'describe'            => __( 'Describe', 'ddap-data-analysis' ),
			'auto'                => __( 'Best model', 'ddap-data-analysis' ),
			'correlation'         => __( 'Correlation', 'ddap-data-analysis' ),
			'tests'               => __( 'Compare groups', 'ddap-data-analysis' ),
			'linear_regression'   => __( 'Linear regression', 'ddap-data-analysis' ),
			'ridge'               => __( 'Ridge regression', 'ddap-data-analysis' ),
			'lasso'               => __( 'Lasso', 'ddap-data-analysis' ),
			'elastic_net'         => __( 'Elastic net', 'ddap-data-analysis' ),
			'logistic_regression' => __( 'Logistic regression', 'ddap-data-analysis' ),
			'decision_tree'       => __( 'Decision tree', 'ddap-data-analysis' ),
			'random_forest'       => __( 'Random forest', 'ddap-data-analysis' ),
			'gradient_boosting'   => __( 'Gradient boosting', 'ddap-data-analysis' ),
			'kmeans'              => __( 'K-means groups', 'ddap-data-analysis' ),
			'dbscan'              => __( 'DBSCAN groups', 'ddap-data-analysis' ),
			'pca'                 => __( 'Principal components', 'ddap-data-analysis' ),
			'isolation_forest'    => __( 'Unusual rows', 'ddap-data-analysis' ),
			'holt_winters'        => __( 'Forecast', 'ddap-data-analysis' ),
			'predict'             => __( 'Predict', 'ddap-data-analysis' ),
		);
		return $names[ $model ] ?? ucfirst( str_replace( '_', ' ', $model ) );
	}

	/**
	 * What a task reads.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public static function source( array $task ): string {
		$params = is_array( $task['params'] ?? null ) ? $task['params'] : array();
		if ( is_array( $params['inputs'] ?? null ) ) {
			/* translators: %s: a number of results that a report is made of. */
			return sprintf( _n( '%s result', '%s results', count( $params['inputs'] ), 'ddap-data-analysis' ), number_format_i18n( count( $params['inputs'] ) ) );
		}
		$source = is_array( $params['source'] ?? null ) ? $params['source'] : array();
		if ( is_string( $source['dataset'] ?? null ) ) {
			return $source['dataset'];
		}
		if ( is_string( $source['dataset_id'] ?? null ) ) {
			return DDAP_Dataset_Names::of( $source['dataset_id'] );
		}
		return is_string( $source['connection'] ?? null ) ? $source['connection'] : self::unnamed_source( $source );
	}

	/**
	 * What kind of thing without a name of its own is read.
	 *
	 * @param array<string,mixed> $source Of a task's parameters.
	 */
	private static function unnamed_source( array $source ): string {
		$kinds = array(
			'task'   => __( 'An earlier step\'s output', 'ddap-data-analysis' ),
			'upload' => __( 'An uploaded file', 'ddap-data-analysis' ),
			'url'    => __( 'A file of the web', 'ddap-data-analysis' ),
		);
		return (string) current( array_intersect_key( $kinds, $source ) );
	}

	/**
	 * Who asked for a task.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public static function creator( array $task ): string {
		return DDAP_Capabilities::is_own( $task ) ? __( 'You', 'ddap-data-analysis' ) : (string) ( $task['created_by'] ?? '' );
	}

	/**
	 * How long a task took, or has taken so far; empty where it has not started.
	 *
	 * @param array<string,mixed> $task As the server gave it, or an attempt or a step.
	 */
	public static function duration( array $task ): string {
		$begun = strtotime( (string) ( $task['started_at'] ?? '' ) );
		if ( false === $begun ) {
			return '';
		}
		$ended = strtotime( (string) ( $task['finished_at'] ?? $task['ended_at'] ?? '' ) );
		if ( false === $ended ) {
			return self::has_ended( $task ) ? '' : DDAP_Words::duration( max( 0, time() - $begun ) );
		}
		return DDAP_Words::duration( max( 0.1, self::exact( (string) ( $task['finished_at'] ?? $task['ended_at'] ) ) - self::exact( (string) $task['started_at'] ) ) );
	}

	/**
	 * How far a running task is, as in "62 % · Grouping · 1,200 of 3,000 rows · about 20 s left".
	 *
	 * @param array<string,mixed> $progress Of a task.
	 */
	public static function progress( array $progress ): string {
		$parts = array();
		if ( isset( $progress['fraction'] ) ) {
			/* translators: %s: a number. */
			$parts[] = sprintf( __( '%s%%', 'ddap-data-analysis' ), number_format_i18n( floor( 100 * (float) $progress['fraction'] ) ) );
		}
		if ( '' !== (string) ( $progress['stage'] ?? '' ) ) {
			$parts[] = ucfirst( (string) $progress['stage'] );
		}
		if ( isset( $progress['rows_done'], $progress['rows_total'] ) ) {
			/* translators: 1: a number of rows, 2: the number of all rows. */
			$parts[] = sprintf( __( '%1$s of %2$s rows', 'ddap-data-analysis' ), number_format_i18n( (int) $progress['rows_done'] ), number_format_i18n( (int) $progress['rows_total'] ) );
		}
		if ( isset( $progress['remaining_seconds'] ) ) {
			/* translators: %s: a duration, as in "20 s". */
			$parts[] = sprintf( __( 'about %s left', 'ddap-data-analysis' ), DDAP_Words::duration( (float) $progress['remaining_seconds'] ) );
		}
		return implode( ' · ', $parts );
	}

	/**
	 * A moment in seconds, with their fraction, which strtotime() drops.
	 *
	 * @param string $time RFC 3339.
	 */
	private static function exact( string $time ): float {
		$moment = date_create_immutable( $time );
		return false === $moment ? 0.0 : (float) $moment->format( 'U.u' );
	}
}
