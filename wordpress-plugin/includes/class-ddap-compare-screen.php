<?php
/**
 * Two results beside each other.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * With one task, lets choose the other; with two, the page's script compares
 * their results.
 */
final class DDAP_Compare_Screen implements DDAP_Screen {

	/** How many tasks are offered. */
	private const OFFERED = 30;

	/**
	 * The tasks, as far as they may be seen.
	 *
	 * @var array<int,array<string,mixed>|WP_Error>
	 */
	private array $tasks = array();

	/**
	 * What the first one may be compared with.
	 *
	 * @var array<int,array<string,mixed>>
	 */
	private array $others = array();

	/**
	 * Makes the page.
	 *
	 * @param string[] $ids The tasks', one or two.
	 */
	public function __construct( private array $ids ) {}

	/** Gets the tasks. */
	public function load(): void {
		foreach ( array_slice( array_values( array_unique( array_filter( $this->ids ) ) ), 0, 2 ) as $id ) {
			$task          = DDAP_Task_Access::find( trim( $id ) );
			$this->tasks[] = $task;
			if ( is_wp_error( $task ) ) {
				return;
			}
		}
		if ( 1 === count( $this->tasks ) ) {
			$this->others = $this->offered( $this->tasks[0] );
		}
	}

	/** Prints the page. */
	public function render(): void {
		echo '<div class="wrap ddap">';
		printf( '<p class="ddap-back"><a href="%1$s">%2$s</a></p>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS ) ), esc_html__( 'All tasks', 'ddap-data-analysis' ) );
		echo '<h1>' . esc_html__( 'Compare two results', 'ddap-data-analysis' ) . '</h1><hr class="wp-header-end">';
		foreach ( array_filter( $this->tasks, 'is_wp_error' ) as $error ) {
			DDAP_Trouble::render( $error );
			echo '</div>';
			return;
		}
		if ( 2 === count( $this->tasks ) ) {
			$this->render_two();
		} else {
			$this->render_choice();
		}
		echo '</div>';
	}

	/** Prints the two tasks, and the place for what the script makes of them. */
	private function render_two(): void {
		echo '<div class="ddap-two">';
		foreach ( $this->tasks as $i => $task ) {
			printf(
				'<div class="ddap-one"><span class="ddap-letter" aria-hidden="true">%1$s</span> <a href="%2$s">%3$s</a> <span class="ddap-when-made">%4$s</span> %5$s</div>',
				esc_html( 0 === $i ? 'A' : 'B' ),
				esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => $task['id'] ) ) ),
				DDAP_Task_Cells::isolated_html( (string) $task['name'] ),
				DDAP_Task_Cells::age_html( (string) $task['created_at'] ),
				DDAP_Task_Cells::badge_html( (string) $task['state'] )
			);
		}
		echo '</div>';
		$asked = array_map(
			static fn( array $task ): array => array(
				'id'     => (string) $task['id'],
				'params' => (object) ( $task['params'] ?? array() ),
			),
			$this->tasks
		);
		printf( '<div id="ddap-compare" data-tasks="%s"><p class="ddap-loading">%s</p></div>', esc_attr( (string) wp_json_encode( $asked ) ), esc_html__( 'Getting both results …', 'ddap-data-analysis' ) );
	}

	/** Prints what the first one can be compared with. */
	private function render_choice(): void {
		if ( array() === $this->tasks ) {
			printf( '<p>%s</p>', esc_html__( 'Select two tasks in the list and choose "Compare two".', 'ddap-data-analysis' ) );
			return;
		}
		/* translators: %s: the name of a task. */
		printf( '<p>' . esc_html__( 'Choose what to compare %s with:', 'ddap-data-analysis' ) . '</p>', '<strong>' . DDAP_Task_Cells::isolated_html( (string) $this->tasks[0]['name'] ) . '</strong>' );
		if ( array() === $this->others ) {
			printf( '<p>%s</p>', esc_html__( 'No other task of this kind is done. Clone this one, change something, and come back.', 'ddap-data-analysis' ) );
			return;
		}
		echo '<ul class="ddap-choice">';
		foreach ( $this->others as $task ) {
			printf(
				'<li><a href="%1$s">%2$s</a> · %3$s · %4$s</li>',
				esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'compare' => $this->tasks[0]['id'] . ',' . $task['id'] ) ) ),
				DDAP_Task_Cells::isolated_html( (string) $task['name'] ),
				esc_html( DDAP_Task_Words::operation( $task ) ),
				DDAP_Task_Cells::age_html( (string) $task['created_at'] )
			);
		}
		echo '</ul>';
	}

	/**
	 * Tasks of the same kind that are done, newest first.
	 *
	 * @param array<string,mixed> $task The first one.
	 * @return array<int,array<string,mixed>>
	 */
	private function offered( array $task ): array {
		$query = new DDAP_Task_Query(
			array(
				'view'      => 'succeeded',
				'operation' => (string) ( $task['operation_code'] ?? '' ),
			),
			self::OFFERED
		);
		$page  = new DDAP_Task_Page( $query );
		$page->load( DDAP_Client::for_current_user() );
		return array_values( array_filter( $page->tasks(), static fn( array $other ): bool => $other['id'] !== $task['id'] ) );
	}
}
