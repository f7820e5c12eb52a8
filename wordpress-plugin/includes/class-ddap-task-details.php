<?php
/**
 * What was asked for exactly.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The parameters of a task, its attempts, and what an operator asks for.
 */
final class DDAP_Task_Details {

	/**
	 * Makes the panel.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public function __construct( private array $task ) {}

	/** The panel. */
	public function html(): string {
		return '<div class="ddap-columns"><section><h2>' . esc_html__( 'What was asked for', 'ddap-data-analysis' ) . '</h2>' . DDAP_Params_View::html( (array) ( $this->task['params'] ?? array() ) ) . '</section>'
			. '<section><h2>' . esc_html__( 'About this task', 'ddap-data-analysis' ) . '</h2>' . self::facts( $this->about() ) . '</section></div>'
			. $this->attempts()
			. '<h2>' . esc_html__( 'For whoever runs the server', 'ddap-data-analysis' ) . '</h2>' . self::facts( $this->ids() );
	}

	/**
	 * A list of facts; empty ones are left out.
	 *
	 * @param array<string,string> $facts HTML by name.
	 */
	private static function facts( array $facts ): string {
		$html = '<dl class="ddap-facts">';
		foreach ( array_filter( $facts, static fn( string $fact ): bool => '' !== $fact ) as $name => $fact ) {
			$html .= '<dt>' . esc_html( $name ) . '</dt><dd>' . $fact . '</dd>';
		}
		return $html . '</dl>';
	}

	/**
	 * What people ask about a task.
	 *
	 * @return array<string,string> HTML by name.
	 */
	private function about(): array {
		$task = $this->task;
		$text = static fn( string $words ): string => '' === $words ? '' : '<bdi>' . esc_html( $words ) . '</bdi>';
		$time = static fn( string $name ): string => esc_html( empty( $task[ $name ] ) ? '' : DDAP_Words::moment( (string) $task[ $name ] ) );
		return array(
			__( 'Analysis', 'ddap-data-analysis' )           => esc_html( DDAP_Task_Words::operation( $task ) ),
			__( 'Data', 'ddap-data-analysis' )               => $text( DDAP_Task_Words::source( $task ) ),
			__( 'Computer', 'ddap-data-analysis' )           => $text( (string) ( $task['runner_name'] ?? '' ) ),
			__( 'Asked by', 'ddap-data-analysis' )           => $text( DDAP_Task_Words::creator( $task ) ),
			__( 'Created', 'ddap-data-analysis' )            => $time( 'created_at' ),
			__( 'Not before', 'ddap-data-analysis' )         => $time( 'run_at' ),
			__( 'Started', 'ddap-data-analysis' )            => $time( 'started_at' ),
			__( 'Ended', 'ddap-data-analysis' )              => $time( 'finished_at' ),
			__( 'Took', 'ddap-data-analysis' )               => esc_html( DDAP_Task_Words::duration( $task ) ),
			__( 'Given up after', 'ddap-data-analysis' )     => $time( 'deadline' ),
			__( 'Priority', 'ddap-data-analysis' )           => esc_html( number_format_i18n( (int) ( $task['priority'] ?? 0 ) ) ),
			/* translators: 1: how often it was tried, 2: how often it may be. */
			__( 'Attempts', 'ddap-data-analysis' )           => esc_html( sprintf( __( '%1$s of at most %2$s', 'ddap-data-analysis' ), number_format_i18n( (int) ( $task['attempt'] ?? 0 ) ), number_format_i18n( (int) ( $task['max_attempts'] ?? 0 ) ) ) ),
			__( 'Time for one attempt', 'ddap-data-analysis' ) => esc_html( DDAP_Words::duration( (float) ( $task['timeout_seconds'] ?? 0 ) ) ),
		);
	}

	/**
	 * What an operator is asked with.
	 *
	 * @return array<string,string> HTML by name.
	 */
	private function ids(): array {
		$names = array(
			'id'          => __( 'Task', 'ddap-data-analysis' ),
			'pipeline_id' => __( 'Pipeline', 'ddap-data-analysis' ),
			'ref'         => __( 'Step', 'ddap-data-analysis' ),
			'retry_of'    => __( 'Tries again', 'ddap-data-analysis' ),
			'schedule_id' => __( 'Schedule', 'ddap-data-analysis' ),
			'runner_id'   => __( 'Computer', 'ddap-data-analysis' ),
			'reason'      => __( 'Reason', 'ddap-data-analysis' ),
		);
		$facts = array();
		foreach ( $names as $field => $name ) {
			$value          = (string) ( $this->task[ $field ] ?? '' );
			$facts[ $name ] = '' === $value ? '' : '<code>' . esc_html( $value ) . '</code>';
		}
		return $facts;
	}

	/** The attempts as a table; nothing where there is none. */
	private function attempts(): string {
		$attempts = (array) ( $this->task['attempts'] ?? array() );
		if ( array() === $attempts ) {
			return '';
		}
		$html = '<div class="ddap-scroll"><table class="widefat striped"><caption>' . esc_html__( 'Attempts', 'ddap-data-analysis' ) . '</caption><thead><tr>';
		foreach ( array( __( 'Attempt', 'ddap-data-analysis' ), __( 'Computer', 'ddap-data-analysis' ), __( 'Started', 'ddap-data-analysis' ), __( 'Took', 'ddap-data-analysis' ), __( 'Outcome', 'ddap-data-analysis' ) ) as $head ) {
			$html .= '<th scope="col">' . esc_html( $head ) . '</th>';
		}
		$html .= '</tr></thead><tbody>';
		foreach ( $attempts as $attempt ) {
			$html .= sprintf(
				'<tr><th scope="row">%1$s</th><td>%2$s</td><td>%3$s</td><td>%4$s</td><td>%5$s</td></tr>',
				esc_html( number_format_i18n( (int) $attempt['attempt'] ) ),
				DDAP_Task_Cells::isolated_html( (string) ( $attempt['runner_name'] ?? '' ) ),
				esc_html( DDAP_Words::moment( (string) $attempt['started_at'] ) ),
				esc_html( DDAP_Task_Words::duration( $attempt ) ),
				self::outcome( $attempt )
			);
		}
		return $html . '</tbody></table></div>';
	}

	/**
	 * How an attempt ended, as HTML.
	 *
	 * @param array<string,mixed> $attempt Of the task.
	 */
	private static function outcome( array $attempt ): string {
		$words   = array(
			''          => __( 'Goes on', 'ddap-data-analysis' ),
			'released'  => __( 'Given back', 'ddap-data-analysis' ),
			'reclaimed' => __( 'Taken back by the server', 'ddap-data-analysis' ),
		);
		$outcome = (string) ( $attempt['outcome'] ?? '' );
		$html    = isset( $words[ $outcome ] ) ? esc_html( $words[ $outcome ] ) : DDAP_Task_Cells::badge_html( $outcome );
		if ( ! empty( $attempt['reason'] ) ) {
			$html .= ' ' . esc_html( DDAP_Words::reason( (string) $attempt['reason'] ) );
		}
		return $html . ( empty( $attempt['message'] ) ? '' : ' <bdi>' . esc_html( (string) $attempt['message'] ) . '</bdi>' );
	}
}
