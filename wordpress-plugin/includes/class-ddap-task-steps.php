<?php
/**
 * The steps of an analysis.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * A pipeline's steps in their order, each with its state and reason and with a
 * bar for when it ran; a task that stands alone is its only step.
 */
final class DDAP_Task_Steps {

	/**
	 * Makes the panel.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public function __construct( private array $task ) {}

	/** The panel. */
	public function html(): string {
		$steps = $this->steps();
		if ( is_wp_error( $steps ) ) {
			return '<div class="notice notice-error inline">' . DDAP_Trouble::html( $steps ) . '</div>';
		}
		$span = self::span( $steps );
		$html = '<ol class="ddap-steps">';
		foreach ( $steps as $step ) {
			$html .= $this->step( $step, $span );
		}
		return $html . '</ol>';
	}

	/**
	 * The steps that this person may see.
	 *
	 * @return array<int,array<string,mixed>>|WP_Error
	 */
	private function steps(): array|WP_Error {
		if ( empty( $this->task['pipeline_id'] ) ) {
			return array( $this->task );
		}
		$pipeline = DDAP_Client::for_current_user()->get( '/pipelines/' . $this->task['pipeline_id'] );
		if ( is_wp_error( $pipeline ) ) {
			return $pipeline;
		}
		return array_values( array_filter( (array) ( $pipeline['tasks'] ?? array() ), array( DDAP_Capabilities::class, 'may_see' ) ) );
	}

	/**
	 * One step.
	 *
	 * @param array<string,mixed>            $step A task.
	 * @param array{0: float, 1: float}|null $span When all of them ran.
	 */
	private function step( array $step, ?array $span ): string {
		$is_this = $step['id'] === $this->task['id'];
		$facts   = array_filter( array( DDAP_Task_Words::operation( $step ), DDAP_Task_Words::source( $step ), (string) ( $step['runner_name'] ?? '' ), DDAP_Task_Words::duration( $step ) ) );
		return sprintf(
			'<li%1$s><div class="ddap-step-name"><a href="%2$s">%3$s</a></div><div class="ddap-step-facts">%4$s</div>%5$s%6$s</li>',
			$is_this ? ' aria-current="step"' : '',
			esc_url(
				DDAP_Menu::url(
					DDAP_Menu::TASKS,
					array(
						'task' => $step['id'],
						'tab'  => 'steps',
					)
				)
			),
			DDAP_Task_Cells::isolated_html( (string) $step['name'] ),
			implode( ' · ', array_map( array( DDAP_Task_Cells::class, 'isolated_html' ), $facts ) ),
			DDAP_Task_Cells::state( $step ) . $this->waits_for( $step ),
			self::bar( $step, $span )
		);
	}

	/**
	 * What a step waits for, which the server says of one task at a time.
	 *
	 * @param array<string,mixed> $step A task.
	 */
	private function waits_for( array $step ): string {
		if ( $step['id'] !== $this->task['id'] || empty( $this->task['waiting_for'] ) ) {
			return '';
		}
		$names = array_map( static fn( array $input ): string => DDAP_Task_Cells::isolated_html( (string) ( $input['name'] ?? '' ) ), (array) $this->task['waiting_for'] );
		/* translators: %s: names of steps. */
		return '<div class="ddap-reason">' . sprintf( esc_html__( 'Waits for: %s', 'ddap-data-analysis' ), implode( ', ', $names ) ) . '</div>';
	}

	/**
	 * From when to when the steps ran.
	 *
	 * @param array<int,array<string,mixed>> $steps Tasks.
	 * @return array{0: float, 1: float}|null In seconds since 1970; null where none has started.
	 */
	private static function span( array $steps ): ?array {
		$begun = array();
		$ended = array();
		foreach ( $steps as $step ) {
			if ( ! empty( $step['started_at'] ) ) {
				$begun[] = self::seconds( (string) $step['started_at'] );
				$ended[] = empty( $step['finished_at'] ) ? microtime( true ) : self::seconds( (string) $step['finished_at'] );
			}
		}
		return array() === $begun || count( $steps ) < 2 ? null : array( min( $begun ), max( $ended ) );
	}

	/**
	 * A bar that shows when a step ran; its duration stands in words beside it.
	 *
	 * @param array<string,mixed>            $step A task.
	 * @param array{0: float, 1: float}|null $span When all of them ran.
	 */
	private static function bar( array $step, ?array $span ): string {
		if ( null === $span || empty( $step['started_at'] ) ) {
			return '';
		}
		$whole = max( 0.001, $span[1] - $span[0] );
		$from  = self::seconds( (string) $step['started_at'] ) - $span[0];
		$to    = ( empty( $step['finished_at'] ) ? $span[1] : self::seconds( (string) $step['finished_at'] ) ) - $span[0];
		return sprintf(
			'<div class="ddap-when" aria-hidden="true"><span style="margin-inline-start:%1$.1F%%;inline-size:%2$.1F%%"></span></div>',
			min( 99, 100 * $from / $whole ),
			max( 1, 100 * ( $to - $from ) / $whole )
		);
	}

	/**
	 * A moment in seconds since 1970, with their fraction.
	 *
	 * @param string $time RFC 3339.
	 */
	private static function seconds( string $time ): float {
		$moment = date_create_immutable( $time );
		return false === $moment ? 0.0 : (float) $moment->format( 'U.u' );
	}
}
