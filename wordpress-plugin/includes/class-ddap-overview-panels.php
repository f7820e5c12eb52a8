<?php
/**
 * The panels of the overview.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints what runs, what waits and why, the last results, and what is shared.
 * Each asks the server once or twice and gives its error where that failed.
 */
final class DDAP_Overview_Panels {

	/** How many lines a panel has. */
	private const LINES = 5;

	/**
	 * The first steps, until there has been an analysis.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function steps( DDAP_Client $client ): ?WP_Error {
		$tasks = $client->get( '/tasks', array( 'limit' => 1 ) );
		if ( is_wp_error( $tasks ) ) {
			return $tasks;
		}
		if ( array() !== ( $tasks['tasks'] ?? array() ) ) {
			return null;
		}
		$datasets = $client->get( '/datasets', array( 'limit' => 1 ) );
		if ( is_wp_error( $datasets ) ) {
			return $datasets;
		}
		DDAP_First_Steps::render( true, array() !== ( $datasets['datasets'] ?? array() ), false );
		return null;
	}

	/**
	 * What runs.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function running( DDAP_Client $client ): ?WP_Error {
		return self::tasks(
			$client,
			array( 'state' => array( 'leased', 'running' ) ),
			__( 'Nothing runs at the moment.', 'ddap-data-analysis' ),
			static function ( array $task ): string {
				$computer = (string) ( $task['runner_name'] ?? '' );
				$on       = '' === $computer ? '' : '<div class="ddap-reason">' . sprintf(
					/* translators: %s: name of a computer. */
					esc_html__( 'on %s', 'ddap-data-analysis' ),
					DDAP_Task_Cells::isolated_html( $computer )
				) . '</div>';
				return $on . DDAP_Task_Cells::progress_bar( (array) ( $task['progress'] ?? array() ), (string) $task['name'] );
			}
		);
	}

	/**
	 * What waits, and why.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function waiting( DDAP_Client $client ): ?WP_Error {
		return self::tasks(
			$client,
			array( 'state' => array( 'queued', 'blocked', 'scheduled' ) ),
			__( 'Nothing waits.', 'ddap-data-analysis' ),
			static function ( array $task ): string {
				$reason = (string) ( $task['reason'] ?? '' );
				return '' === $reason ? '' : '<div class="ddap-reason">' . esc_html( DDAP_Words::reason( $reason ) ) . '</div>';
			}
		);
	}

	/**
	 * What ended last.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function ended( DDAP_Client $client ): ?WP_Error {
		return self::tasks(
			$client,
			array(
				'state' => array( 'succeeded', 'failed', 'canceled' ),
				'sort'  => '-finished',
			),
			__( 'There are no results yet.', 'ddap-data-analysis' ),
			static function ( array $task ): string {
				$reason = (string) ( $task['reason'] ?? '' );
				return '<div class="ddap-reason">' . DDAP_Words::age( (string) ( $task['finished_at'] ?? '' ) ) . ( '' === $reason ? '' : ' · ' . esc_html( DDAP_Words::reason( $reason ) ) ) . '</div>';
			}
		);
	}

	/**
	 * How many computers and datasets there are.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function shared( DDAP_Client $client ): ?WP_Error {
		$datasets = DDAP_Datasets::all( $client );
		if ( is_wp_error( $datasets ) ) {
			return $datasets;
		}
		$computers = DDAP_Runners::of_datasets( $datasets['datasets'] );
		$online    = count( array_filter( array_column( $computers, 'online' ) ) );
		$groups    = DDAP_Datasets::group( $datasets['datasets'] );
		$ready     = count( array_filter( $groups, static fn( array $group ): bool => array() !== array_filter( array_column( $group, 'online' ) ) ) );
		self::render_count(
			DDAP_Menu::url( DDAP_Menu::RUNNERS ),
			/* translators: 1: number of computers that are online, 2: number of all computers. */
			sprintf( _n( '%1$s of %2$s computer is online', '%1$s of %2$s computers are online', count( $computers ), 'ddap-data-analysis' ), number_format_i18n( $online ), number_format_i18n( count( $computers ) ) )
		);
		self::render_count(
			DDAP_Menu::url( DDAP_Menu::DATASETS ),
			/* translators: 1: number of datasets that can be read now, 2: number of all datasets. */
			sprintf( _n( '%1$s of %2$s dataset can be read now', '%1$s of %2$s datasets can be read now', count( $groups ), 'ddap-data-analysis' ), number_format_i18n( $ready ), number_format_i18n( count( $groups ) ) )
		);
		return null;
	}

	/**
	 * Prints a count that leads to a list.
	 *
	 * @param string $url  Of the list.
	 * @param string $text The sentence.
	 */
	private static function render_count( string $url, string $text ): void {
		printf( '<p class="ddap-count"><a href="%s">%s</a></p>', esc_url( $url ), esc_html( $text ) );
	}

	/**
	 * Prints a short list of tasks: those of everybody, or one's own.
	 *
	 * @param DDAP_Client         $client Of whoever looks.
	 * @param array<string,mixed> $query  Which tasks.
	 * @param string              $empty  What is said where there are none.
	 * @param callable            $more   Gives the HTML beneath a task's name.
	 */
	private static function tasks( DDAP_Client $client, array $query, string $empty, callable $more ): ?WP_Error {
		$answer = $client->get(
			'/tasks',
			$query + array(
				'limit'   => self::LINES,
				'creator' => DDAP_Capabilities::sees_everybody() ? '' : 'me',
			)
		);
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$tasks = (array) ( $answer['tasks'] ?? array() );
		if ( array() === $tasks ) {
			printf( '<p>%s</p>', esc_html( $empty ) );
			return null;
		}
		echo '<ul class="ddap-lines">';
		foreach ( $tasks as $task ) {
			printf(
				'<li>%1$s <a href="%2$s">%3$s</a>%4$s</li>',
				DDAP_Task_Cells::badge_html( (string) $task['state'] ),
				esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => $task['id'] ) ) ),
				DDAP_Task_Cells::isolated_html( (string) $task['name'] ),
				$more( $task ) // phpcs:ignore DDAP.Security.EscapeOutput.Unescaped -- it is HTML, escaped inside.
			);
		}
		echo '</ul>';
		self::render_rest( (int) ( $answer['total'] ?? 0 ), ! empty( $answer['total_is_exact'] ), (array) $query['state'] );
		return null;
	}

	/**
	 * Prints how many more there are, and where.
	 *
	 * @param int      $total    How many the server found.
	 * @param bool     $is_exact Whether there are just so many.
	 * @param string[] $states   Of the list.
	 */
	private static function render_rest( int $total, bool $is_exact, array $states ): void {
		if ( $total <= self::LINES ) {
			return;
		}
		/* translators: %s: number of tasks. */
		$text = $is_exact ? sprintf( __( 'All %s', 'ddap-data-analysis' ), number_format_i18n( $total ) ) : sprintf( __( 'All, more than %s', 'ddap-data-analysis' ), number_format_i18n( $total ) );
		$view = array(
			'leased'    => 'running',
			'queued'    => 'waiting',
			'succeeded' => '',
		)[ $states[0] ];
		printf( '<p><a href="%s">%s</a></p>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array_filter( array( 'view' => $view ) ) ) ), esc_html( $text ) );
	}
}
