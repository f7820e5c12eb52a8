<?php
/**
 * What is said after something was done with tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Collects what came of one action on one or many tasks, and says it on the
 * page that follows.
 */
final class DDAP_Task_Notice {

	/** How many refusals are told one by one. */
	private const TOLD = 5;

	/** The action. @var string */
	private string $action = '';

	/** How often it was done. @var int */
	private int $done = 0;

	/**
	 * Why it was not done.
	 *
	 * @var array<int,array{task: string, message: string, code: string}>
	 */
	private array $refusals = array();

	/**
	 * Adds what came of one task.
	 *
	 * @param string                       $action One of DDAP_Task_Actions::ALL.
	 * @param string                       $id     The task's.
	 * @param array<string,mixed>|WP_Error $made   What the server said.
	 */
	public function add( string $action, string $id, array|WP_Error $made ): void {
		$this->action = $action;
		if ( ! is_wp_error( $made ) ) {
			++$this->done;
			return;
		}
		$this->refusals[] = array(
			'task'    => $id,
			'message' => $made->get_error_message(),
			'code'    => (string) $made->get_error_code(),
		);
	}

	/** Keeps it for the page that follows. */
	public function keep(): void {
		set_transient( self::transient(), array( $this->action, $this->done, $this->refusals ), MINUTE_IN_SECONDS );
	}

	/** Prints what was kept for this person, once. */
	public static function render_kept(): void {
		$kept = get_transient( self::transient() );
		if ( ! is_array( $kept ) || 3 !== count( $kept ) ) {
			return;
		}
		delete_transient( self::transient() );
		$notice                                                = new self();
		list( $notice->action, $notice->done, $notice->refusals ) = $kept;
		$notice->render();
	}

	/** Prints it. */
	private function render(): void {
		if ( $this->done > 0 ) {
			wp_admin_notice(
				esc_html( $this->success() ),
				array(
					'type'        => 'success',
					'dismissible' => true,
				)
			);
		}
		foreach ( array_slice( $this->refusals, 0, self::TOLD ) as $refusal ) {
			wp_admin_notice( self::refusal_html( $refusal ), array( 'type' => 'error' ) );
		}
		if ( count( $this->refusals ) > self::TOLD ) {
			$more = count( $this->refusals ) - self::TOLD;
			/* translators: %s: a number of tasks. */
			wp_admin_notice( esc_html( sprintf( _n( '%s more task was refused.', '%s more tasks were refused.', $more, 'ddap-data-analysis' ), number_format_i18n( $more ) ) ), array( 'type' => 'error' ) );
		}
	}

	/** What was done. */
	private function success(): string {
		switch ( $this->action ) {
			case 'cancel':
				/* translators: %s: a number of tasks. */
				return sprintf( _n( '%s task canceled.', '%s tasks canceled.', $this->done, 'ddap-data-analysis' ), number_format_i18n( $this->done ) );
			case 'retry':
				/* translators: %s: a number of tasks. */
				return sprintf( _n( '%s task is tried again.', '%s tasks are tried again.', $this->done, 'ddap-data-analysis' ), number_format_i18n( $this->done ) );
			default:
				/* translators: %s: a number of tasks. */
				return sprintf( _n( '%s task deleted.', '%s tasks deleted.', $this->done, 'ddap-data-analysis' ), number_format_i18n( $this->done ) );
		}
	}

	/**
	 * A refusal, as HTML, with what can be done about it.
	 *
	 * @param array{task: string, message: string, code: string} $refusal One of those collected.
	 */
	private static function refusal_html( array $refusal ): string {
		$html = sprintf( '<bdi>%1$s</bdi> (<code>%2$s</code>)', esc_html( $refusal['message'] ), esc_html( $refusal['code'] ) );
		if ( 'ddap_input_lost' === $refusal['code'] ) {
			$html .= sprintf(
				' <a class="button" href="%1$s">%2$s</a>',
				esc_url( DDAP_Task_Actions::url( 'retry', $refusal['task'], true ) ),
				esc_html__( 'Run the lost steps again too', 'ddap-data-analysis' )
			);
		}
		return $html;
	}

	/** Where it is kept for this person. */
	private static function transient(): string {
		return 'ddap_task_notice_' . get_current_user_id();
	}
}
