<?php
/**
 * The list of tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';

/**
 * A page of tasks, as the server gives it: one request for rows, counts and total.
 */
final class DDAP_Tasks_List_Table extends WP_List_Table {

	/**
	 * Makes the table.
	 *
	 * @param DDAP_Task_Query $query What is shown.
	 * @param DDAP_Task_Page  $page  The tasks, loaded.
	 */
	public function __construct( private DDAP_Task_Query $query, private DDAP_Task_Page $page ) {
		parent::__construct(
			array(
				'singular' => 'task',
				'plural'   => 'tasks',
				'ajax'     => false,
			)
		);
	}

	/** Takes what the server gave. */
	public function prepare_items(): void {
		$this->items = $this->page->tasks();
		$this->set_pagination_args(
			array(
				'total_items' => $this->page->total(),
				'per_page'    => $this->query->per_page(),
			)
		);
	}

	/**
	 * The columns' heads.
	 *
	 * @return array<string,string>
	 */
	public function get_columns(): array {
		return array(
			'cb'        => '<input type="checkbox">',
			'name'      => __( 'Name', 'ddap-data-analysis' ),
			'state'     => __( 'State', 'ddap-data-analysis' ),
			'operation' => __( 'Analysis', 'ddap-data-analysis' ),
			'source'    => __( 'Data', 'ddap-data-analysis' ),
			'runner'    => __( 'Computer', 'ddap-data-analysis' ),
			'creator'   => __( 'Asked by', 'ddap-data-analysis' ),
			'created'   => __( 'Age', 'ddap-data-analysis' ),
			'duration'  => __( 'Duration', 'ddap-data-analysis' ),
			'finished'  => __( 'Ended', 'ddap-data-analysis' ),
			'priority'  => __( 'Priority', 'ddap-data-analysis' ),
		);
	}

	/**
	 * The columns by which the server sorts.
	 *
	 * @return array<string,array{0: string, 1: bool}>
	 */
	protected function get_sortable_columns(): array {
		return array(
			'name'     => array( 'name', false ),
			'created'  => array( 'created', true ),
			'finished' => array( 'finished', true ),
			'priority' => array( 'priority', true ),
		);
	}

	/** The column that opens the row on a phone. */
	protected function get_default_primary_column_name(): string {
		return 'name';
	}

	/**
	 * What can be done with many.
	 *
	 * @return array<string,string>
	 */
	protected function get_bulk_actions(): array {
		$actions = array( 'compare' => __( 'Compare two', 'ddap-data-analysis' ) );
		if ( current_user_can( DDAP_Capabilities::CREATE ) || current_user_can( DDAP_Capabilities::MANAGE ) ) {
			foreach ( DDAP_Task_Actions::ALL as $action ) {
				$actions[ $action ] = DDAP_Task_Actions::label( $action );
			}
		}
		return $actions;
	}

	/**
	 * The views by state, with how many there are in each.
	 *
	 * @return array<string,string>
	 */
	protected function get_views(): array {
		$words = array(
			'all'       => __( 'All', 'ddap-data-analysis' ),
			'waiting'   => __( 'Waiting', 'ddap-data-analysis' ),
			'running'   => __( 'Running', 'ddap-data-analysis' ),
			'succeeded' => __( 'Done', 'ddap-data-analysis' ),
			'failed'    => __( 'Failed', 'ddap-data-analysis' ),
			'canceled'  => __( 'Canceled', 'ddap-data-analysis' ),
		);
		$views = array();
		foreach ( $this->page->counts() as $view => $count ) {
			$query          = array_diff_key( $this->query->to_url(), array( 'paged' => 1 ) );
			$query['view']  = $view;
			$views[ $view ] = sprintf(
				'<a href="%1$s"%2$s>%3$s <span class="count" data-ddap-count="%4$s">(%5$s)</span></a>',
				esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, $query ) ),
				$view === $this->query->view() ? ' class="current" aria-current="page"' : '',
				esc_html( $words[ $view ] ),
				esc_attr( $view ),
				esc_html( $count )
			);
		}
		return $views;
	}

	/**
	 * The filters above the table.
	 *
	 * @param string $which top or bottom.
	 */
	protected function extra_tablenav( $which ): void {
		if ( 'top' === $which ) {
			( new DDAP_Task_Filters( $this->query, $this->items ?? array() ) )->render();
		}
	}

	/**
	 * The pages, and that there are more than can be paged through.
	 *
	 * @param string $which top or bottom.
	 */
	protected function pagination( $which ): void {
		if ( ! $this->page->total_is_exact() && 'bottom' === $which ) {
			echo '<p class="ddap-capped">' . esc_html__( 'The list ends after 10,000 tasks. Search or filter to find older ones.', 'ddap-data-analysis' ) . '</p>';
		}
		ob_start();
		parent::pagination( $which );
		echo self::counted_html( (string) ob_get_clean(), $this->page->total_words() );
	}

	/**
	 * WordPress's HTML of the pages with our number of items, which may be "10,000+".
	 *
	 * @param string $pages What WordPress would print.
	 * @param string $total The number in words.
	 */
	private static function counted_html( string $pages, string $total ): string {
		return (string) preg_replace( '#<span class="displaying-num">[^<]*</span>#', '<span class="displaying-num">' . esc_html( $total ) . '</span>', $pages );
	}

	/**
	 * A row, by which a later answer is matched to it.
	 *
	 * @param array<string,mixed> $item A task.
	 */
	public function single_row( $item ): void {
		printf( '<tr data-task="%1$s" data-state="%2$s">', esc_attr( (string) $item['id'] ), esc_attr( (string) $item['state'] ) );
		$this->single_row_columns( $item );
		echo '</tr>';
	}

	/**
	 * The checkbox of a row.
	 *
	 * @param array<string,mixed> $item A task.
	 */
	protected function column_cb( $item ): string {
		return sprintf(
			'<input type="checkbox" name="tasks[]" value="%1$s" id="cb-%1$s"><label for="cb-%1$s"><span class="screen-reader-text">%2$s</span></label>',
			esc_attr( (string) $item['id'] ),
			/* translators: %s: the name of a task. */
			esc_html( sprintf( __( 'Select %s', 'ddap-data-analysis' ), (string) $item['name'] ) )
		);
	}

	/**
	 * Any other cell.
	 *
	 * @param array<string,mixed> $item        A task.
	 * @param string              $column_name The column's.
	 */
	protected function column_default( $item, $column_name ): string {
		return DDAP_Task_Cells::cell( $column_name, $item );
	}

	/** What stands in place of rows. */
	public function no_items(): void {
		if ( $this->query->is_narrowed() || 'all' !== $this->query->view() ) {
			esc_html_e( 'No task matches. Change the search or the filters, or look at all tasks.', 'ddap-data-analysis' );
			return;
		}
		esc_html_e( 'No tasks yet.', 'ddap-data-analysis' );
	}
}
