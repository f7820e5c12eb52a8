<?php
/**
 * One task as a page.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Title and state, then Result, Steps, Log and Details.
 */
final class DDAP_Task_Screen implements DDAP_Screen {

	/**
	 * The task, or why it is not shown.
	 *
	 * @var array<string,mixed>|WP_Error
	 */
	private array|WP_Error $task = array();

	/**
	 * Makes the page.
	 *
	 * @param string $id The task's.
	 */
	public function __construct( private string $id ) {}

	/** Gets the task. */
	public function load(): void {
		$this->task = DDAP_Task_Access::find( $this->id );
		if ( is_wp_error( $this->task ) && 404 === (int) ( $this->task->get_error_data()['status'] ?? 0 ) ) {
			status_header( 404 );
		}
	}

	/** Prints the page. */
	public function render(): void {
		echo '<div class="wrap ddap">';
		printf( '<p class="ddap-back"><a href="%1$s">%2$s</a></p>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS ) ), esc_html__( 'All tasks', 'ddap-data-analysis' ) );
		if ( is_wp_error( $this->task ) ) {
			echo '<h1>' . esc_html__( 'Task', 'ddap-data-analysis' ) . '</h1>';
			DDAP_Trouble::render( $this->task );
		} else {
			$this->render_task( new DDAP_Task_View( $this->task ) );
		}
		echo '</div>';
	}

	/**
	 * Prints the task.
	 *
	 * @param DDAP_Task_View $view Of the task.
	 */
	private function render_task( DDAP_Task_View $view ): void {
		$tab    = self::tab();
		$cursor = (string) filter_input( INPUT_GET, 'cursor' );
		?>
		<h1 class="ddap-title"><?php echo DDAP_Task_Cells::isolated_html( (string) $this->task['name'] ); ?></h1>
		<hr class="wp-header-end">
		<?php DDAP_Task_Notice::render_kept(); ?>
		<div id="ddap-head" class="ddap-head"><?php echo $view->head_html(); ?></div>
		<nav class="nav-tab-wrapper" aria-label="<?php esc_attr_e( 'Parts of this task', 'ddap-data-analysis' ); ?>">
			<?php
			foreach ( DDAP_Task_View::PANELS as $panel ) {
				$query = array( 'task' => $this->id ) + ( 'result' === $panel ? array() : array( 'tab' => $panel ) );
				printf(
					'<a class="nav-tab%1$s" href="%2$s"%3$s>%4$s</a>',
					$panel === $tab ? ' nav-tab-active' : '',
					esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, $query ) ),
					$panel === $tab ? ' aria-current="page"' : '',
					esc_html( DDAP_Task_View::title( $panel ) )
				);
			}
			?>
		</nav>
		<div id="ddap-task" class="ddap-panel" data-task="<?php echo esc_attr( $this->id ); ?>" data-panel="<?php echo esc_attr( $tab ); ?>" data-cursor="<?php echo esc_attr( $cursor ); ?>"
			data-state="<?php echo esc_attr( (string) $this->task['state'] ); ?>" data-ended="<?php echo DDAP_Task_Words::has_ended( $this->task ) ? '1' : ''; ?>">
			<?php echo $view->panel_html( $tab, $cursor ); ?>
		</div>
		<div id="ddap-live" class="screen-reader-text" role="status" aria-live="polite"></div>
		<?php
		if ( 'result' === $tab ) {
			printf( '<noscript><p>%s</p></noscript>', esc_html__( 'Tables and charts need JavaScript. The files of the result can be downloaded from the server.', 'ddap-data-analysis' ) );
		}
		/**
		 * Lets other parts add to the page of a task, beneath everything else.
		 *
		 * @param array<string,mixed> $task As the server gave it; the current user may see it.
		 */
		do_action( 'ddap_after_task', $this->task );
	}

	/** The panel that the address names. */
	private static function tab(): string {
		$asked = (string) filter_input( INPUT_GET, 'tab' );
		return in_array( $asked, DDAP_Task_View::PANELS, true ) ? $asked : 'result';
	}
}
