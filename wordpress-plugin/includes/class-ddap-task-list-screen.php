<?php
/**
 * The list of tasks as a page.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The table with its views, search and filters, and what is done with many tasks.
 */
final class DDAP_Task_List_Screen implements DDAP_Screen {

	/** The screen option: tasks on a page. */
	public const PER_PAGE = 'ddap_tasks_per_page';

	/**
	 * The table.
	 *
	 * @var DDAP_Tasks_List_Table
	 */
	private DDAP_Tasks_List_Table $table;

	/**
	 * What is shown.
	 *
	 * @var DDAP_Task_Query
	 */
	private DDAP_Task_Query $query;

	/**
	 * The tasks on it.
	 *
	 * @var DDAP_Task_Page
	 */
	private DDAP_Task_Page $page;

	/**
	 * Why there are none.
	 *
	 * @var WP_Error|null
	 */
	private ?WP_Error $error = null;

	/** Does what was chosen for many, and gets what the table shows. */
	public function load(): void {
		add_screen_option(
			'per_page',
			array(
				'label'   => __( 'Tasks per page', 'ddap-data-analysis' ),
				'default' => 20,
				'option'  => self::PER_PAGE,
			)
		);
		self::add_help();
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a list that is only read.
		$this->query = new DDAP_Task_Query( wp_unslash( $_GET ), self::per_page() );
		$this->page  = new DDAP_Task_Page( $this->query );
		$this->table = new DDAP_Tasks_List_Table( $this->query, $this->page );
		$this->act( (string) $this->table->current_action() );
		$this->error = $this->page->load( DDAP_Client::for_current_user() );
		$this->table->prepare_items();
	}

	/** How many tasks this person wants on a page. */
	public static function per_page(): int {
		$chosen = (int) get_user_option( self::PER_PAGE );
		return $chosen >= 1 && $chosen <= 200 ? $chosen : 20;
	}

	/**
	 * Lets the screen option be kept; a filter of set_screen_option_ddap_tasks_per_page.
	 *
	 * @param mixed  $kept   What another filter decided.
	 * @param string $option The option's name.
	 * @param mixed  $value  What was entered.
	 */
	public static function keep_per_page( mixed $kept, string $option, mixed $value ): int {
		return max( 1, min( 200, (int) $value ) );
	}

	/**
	 * The columns that are hidden until somebody wants them; a filter of default_hidden_columns.
	 *
	 * @param string[]  $hidden Of WordPress.
	 * @param WP_Screen $screen That is shown.
	 * @return string[]
	 */
	public static function hide_by_default( array $hidden, WP_Screen $screen ): array {
		return str_ends_with( $screen->id, '_' . DDAP_Menu::TASKS ) ? array( 'finished', 'priority' ) : $hidden;
	}

	/** Prints the page. */
	public function render(): void {
		?>
		<div class="wrap ddap">
			<h1 class="wp-heading-inline"><?php esc_html_e( 'Tasks', 'ddap-data-analysis' ); ?></h1>
			<?php
			$this->render_first_step( 'page-title-action' );
			$this->render_subtitle();
			echo '<hr class="wp-header-end">';
			DDAP_Task_Notice::render_kept();
			?>
			<p id="ddap-bulk-error" class="ddap-field-error"></p>
			<p id="ddap-stale" class="ddap-stale" hidden><?php esc_html_e( 'The list is not renewed at the moment, because the server does not answer. It goes on by itself.', 'ddap-data-analysis' ); ?></p>
			<?php $this->render_content(); ?>
			<div id="ddap-live" class="screen-reader-text" role="status" aria-live="polite"></div>
		</div>
		<?php
	}

	/** Prints the table, or what stands in its place. */
	private function render_content(): void {
		if ( null !== $this->error ) {
			DDAP_Trouble::render( $this->error );
			return;
		}
		if ( $this->page->is_empty() && ! $this->query->is_narrowed() ) {
			$this->render_welcome();
			return;
		}
		$this->table->views();
		?>
		<form id="ddap-tasks" method="get" action="<?php echo esc_url( admin_url( 'admin.php' ) ); ?>"
			data-ddap-per-page="<?php echo esc_attr( (string) $this->query->per_page() ); ?>" data-ddap-unnamed="<?php echo $this->has_unnamed() ? '1' : ''; ?>"
			data-ddap-query="<?php echo esc_attr( (string) wp_json_encode( (object) $this->query->to_url() ) ); ?>">
			<input type="hidden" name="page" value="<?php echo esc_attr( DDAP_Menu::TASKS ); ?>">
			<?php
			foreach ( array_intersect_key( $this->query->to_url(), array_flip( array( 'view', 'orderby', 'order' ) ) ) as $name => $value ) {
				printf( '<input type="hidden" name="%1$s" value="%2$s">', esc_attr( $name ), esc_attr( $value ) );
			}
			$this->table->search_box( __( 'Search tasks', 'ddap-data-analysis' ), 'ddap-tasks' );
			$this->table->display();
			?>
		</form>
		<?php
	}

	/** Whether a dataset's name is not known yet, so that the page's script should ask at once. */
	private function has_unnamed(): bool {
		foreach ( $this->page->tasks() as $task ) {
			if ( isset( $task['params']['source']['dataset_id'] ) && '' === DDAP_Task_Words::source( $task ) ) {
				return true;
			}
		}
		return false;
	}

	/** Prints what the search looks for. */
	private function render_subtitle(): void {
		if ( '' !== $this->query->get( 's' ) ) {
			/* translators: %s: what is searched for. */
			printf( ' <span class="subtitle">%s</span>', wp_kses( sprintf( __( 'Search results for: %s', 'ddap-data-analysis' ), '<strong><bdi>' . esc_html( $this->query->get( 's' ) ) . '</bdi></strong>' ), array( 'strong' => array(), 'bdi' => array() ) ) );
		}
	}

	/** Prints what this page is for, to somebody who has no task yet. */
	private function render_welcome(): void {
		?>
		<div class="ddap-welcome">
			<h2><?php esc_html_e( 'Here you will see your analyses', 'ddap-data-analysis' ); ?></h2>
			<p><?php esc_html_e( 'Each analysis is a task: it waits for a computer that shares the data, runs there, and ends with a result that you can open here.', 'ddap-data-analysis' ); ?></p>
			<?php $this->render_first_step( 'button button-primary button-hero' ); ?>
		</div>
		<?php
	}

	/**
	 * Prints the link to a new analysis, for those who may ask for one.
	 *
	 * @param string $class_name The link's.
	 */
	private function render_first_step( string $class_name ): void {
		if ( current_user_can( DDAP_Capabilities::CREATE ) ) {
			printf( '<a href="%1$s" class="%2$s">%3$s</a>', esc_url( DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS ) ), esc_attr( $class_name ), esc_html__( 'New analysis', 'ddap-data-analysis' ) );
		}
	}

	/**
	 * Does what was chosen for many tasks, and comes back without it in the address.
	 *
	 * @param string $action Of the table's.
	 */
	private function act( string $action ): void {
		if ( 'compare' !== $action && ! in_array( $action, DDAP_Task_Actions::ALL, true ) ) {
			return;
		}
		if ( ! current_user_can( DDAP_Capabilities::ENTER ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( 'bulk-tasks' );
		$ids = array_values( array_filter( array_map( 'sanitize_text_field', array_filter( (array) wp_unslash( $_GET['tasks'] ?? array() ), 'is_string' ) ), 'wp_is_uuid' ) );
		if ( 'compare' === $action ) {
			wp_safe_redirect( DDAP_Menu::url( DDAP_Menu::TASKS, array() === $ids ? $this->query->to_url() : array( 'compare' => implode( ',', array_slice( $ids, 0, 2 ) ) ) ) );
			exit;
		}
		if ( array() !== $ids ) {
			DDAP_Task_Actions::perform_all( $action, $ids )->keep();
		}
		wp_safe_redirect( DDAP_Menu::url( DDAP_Menu::TASKS, $this->query->to_url() ) );
		exit;
	}

	/** Adds the help tab. */
	private static function add_help(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-tasks',
				'title'   => __( 'Tasks', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'The list renews itself every few seconds while you look at it; what you have selected stays selected. A task that waits or failed says why beneath its state.', 'ddap-data-analysis' ) . '</p><p>'
					. esc_html__( 'Cancel ends a task at once. Retry asks again for one that failed. Clone opens the form with the same choices. Delete removes a task with its result. Select two and choose "Compare two" to see their results side by side.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}
}
