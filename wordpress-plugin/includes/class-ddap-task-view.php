<?php
/**
 * One task as HTML.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The head of a task's page and the panels beneath it. The page prints them, and
 * its REST route gives them anew while the task goes on.
 */
final class DDAP_Task_View {

	/** The panels, in their order. */
	public const PANELS = array( 'result', 'steps', 'log', 'details' );

	/**
	 * Makes a view.
	 *
	 * @param array<string,mixed> $task As the server gave it, ownership checked.
	 */
	public function __construct( private array $task ) {}

	/**
	 * A panel's name.
	 *
	 * @param string $panel One of PANELS.
	 */
	public static function title( string $panel ): string {
		switch ( $panel ) {
			case 'result':
				return __( 'Result', 'ddap-data-analysis' );
			case 'steps':
				return __( 'Steps', 'ddap-data-analysis' );
			case 'log':
				return __( 'Log', 'ddap-data-analysis' );
			default:
				return __( 'Details', 'ddap-data-analysis' );
		}
	}

	/** The state in a sentence, for those who hear the page. */
	public function said(): string {
		$word = DDAP_Words::state( (string) $this->task['state'] )['word'];
		return trim( $word . '. ' . ( empty( $this->task['reason'] ) ? '' : DDAP_Words::reason( (string) $this->task['reason'] ) ) );
	}

	/** The state, what it means, and what can be done. */
	public function head_html(): string {
		$html    = '<div class="ddap-task-state">' . DDAP_Task_Cells::state( $this->task );
		$message = (string) ( $this->task['message'] ?? '' );
		if ( '' !== $message ) {
			$html .= '<p class="ddap-message"><bdi>' . esc_html( $message ) . '</bdi></p>';
		}
		$hint = $this->hint();
		if ( '' !== $hint ) {
			$html .= '<p class="ddap-hint">' . esc_html( $hint ) . '</p>';
		}
		return $html . '</div><div class="ddap-task-actions">' . $this->actions_html() . '</div>';
	}

	/**
	 * One of the panels; the result is drawn by the page's script.
	 *
	 * @param string $panel  One of PANELS.
	 * @param string $cursor Where the log goes on.
	 */
	public function panel_html( string $panel, string $cursor = '' ): string {
		switch ( $panel ) {
			case 'steps':
				return ( new DDAP_Task_Steps( $this->task ) )->html();
			case 'log':
				return ( new DDAP_Task_Log( $this->task ) )->html( $cursor );
			case 'details':
				return ( new DDAP_Task_Details( $this->task ) )->html();
			default:
				return '';
		}
	}

	/** What whoever reads the state can do, or need not do. */
	private function hint(): string {
		switch ( (string) $this->task['state'] ) {
			case 'scheduled':
			case 'blocked':
			case 'queued':
				return __( 'It starts by itself; you need not stay on this page.', 'ddap-data-analysis' );
			case 'failed':
				return __( 'Retry asks the same again. Clone opens it in the form, so that you can change it first.', 'ddap-data-analysis' );
			default:
				return '';
		}
	}

	/** The buttons. */
	private function actions_html(): string {
		$buttons = DDAP_Task_Actions::links( $this->task, 'button' );
		if ( 'succeeded' === $this->task['state'] ) {
			$buttons['compare'] = sprintf(
				'<a class="button" href="%1$s">%2$s</a>',
				esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'compare' => $this->task['id'] ) ) ),
				esc_html__( 'Compare …', 'ddap-data-analysis' )
			);
		}
		return implode( ' ', $buttons );
	}
}
