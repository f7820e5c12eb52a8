<?php
/**
 * Data Analysis > Published.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Lists what visitors can see, where it is used, and takes it down. It needs no
 * server: what is published is on this site.
 */
final class DDAP_Published_Screen implements DDAP_Screen {

	private const PER_PAGE = 50;

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-published',
				'title'   => __( 'Published results', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'To publish, open a task, choose a chart, a table or a number under "Publish", and put it on a page with the block "Analysis result" or the shortcode. The owner of the data has to allow it. Once a day this site asks the server whether they still do, and takes down what they do not allow any more.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		$page   = max( 1, (int) filter_input( INPUT_GET, 'paged', FILTER_VALIDATE_INT ) );
		$filter = array(
			'page'     => $page,
			'per_page' => self::PER_PAGE,
		);
		// Those who act on their own tasks see what they themselves have published.
		$found = DDAP_Snapshots::search( current_user_can( DDAP_Capabilities::MANAGE ) ? $filter : $filter + array( 'author' => get_current_user_id() ) );
		?>
		<div class="wrap ddap">
			<h1><?php esc_html_e( 'Published results', 'ddap-data-analysis' ); ?></h1>
			<div id="ddap-publish-verdict" role="status" aria-live="polite"></div>
			<?php
			if ( array() === $found['snapshots'] ) {
				printf( '<p>%s</p>', esc_html__( 'Nothing is published. Open a task that is done and choose under "Publish" what visitors may see.', 'ddap-data-analysis' ) );
			} else {
				$this->render_table( $found['snapshots'] );
				$this->render_pages( $page, $found['total'] );
			}
			?>
		</div>
		<?php
	}

	/**
	 * Prints the table.
	 *
	 * @param array<int,array<string,mixed>> $snapshots Of DDAP_Snapshots.
	 */
	private function render_table( array $snapshots ): void {
		$usage = DDAP_Snapshot_Usage::all();
		?>
		<table class="widefat striped ddap-stacked">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Title', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Data', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Published', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Shown on', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><span class="screen-reader-text"><?php esc_html_e( 'Actions', 'ddap-data-analysis' ); ?></span></th>
				</tr>
			</thead>
			<tbody>
				<?php
				foreach ( $snapshots as $snapshot ) {
					$this->render_row( $snapshot, $usage[ $snapshot['id'] ] ?? array() );
				}
				?>
			</tbody>
		</table>
		<?php
	}

	/**
	 * Prints a row.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @param int[]               $posts    That show it.
	 */
	private function render_row( array $snapshot, array $posts ): void {
		$user = get_userdata( $snapshot['publisher'] );
		?>
		<tr>
			<th scope="row" data-label="<?php esc_attr_e( 'Title', 'ddap-data-analysis' ); ?>">
				<a href="<?php echo esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => $snapshot['task_id'] ) ) ); ?>" dir="auto"><?php echo esc_html( $snapshot['title'] ); ?></a>
				<br><?php echo esc_html( DDAP_Publish_Control::kind_title( $snapshot['kind'] ) ); ?> · <code>[ddap_result id="<?php echo (int) $snapshot['id']; ?>"]</code>
			</th>
			<td data-label="<?php esc_attr_e( 'Data', 'ddap-data-analysis' ); ?>" dir="auto"><?php echo esc_html( implode( ', ', array_unique( array_filter( array_column( $snapshot['sources'], 'name' ) ) ) ) ); ?></td>
			<td data-label="<?php esc_attr_e( 'Published', 'ddap-data-analysis' ); ?>">
				<?php echo DDAP_Task_Cells::age_html( $snapshot['published_at'] ); ?>
				<br><span dir="auto"><?php echo esc_html( false === $user ? __( 'a user who is gone', 'ddap-data-analysis' ) : $user->display_name ); ?></span>
			</td>
			<td data-label="<?php esc_attr_e( 'Shown on', 'ddap-data-analysis' ); ?>"><?php $this->render_usage( $posts ); ?></td>
			<td>
				<?php if ( DDAP_Publishing::may_unpublish( $snapshot ) ) : ?>
					<button type="button" class="button button-link-delete" data-ddap-unpublish="<?php echo (int) $snapshot['id']; ?>">
						<?php esc_html_e( 'Unpublish', 'ddap-data-analysis' ); ?><span class="screen-reader-text">: <?php echo esc_html( $snapshot['title'] ); ?></span>
					</button>
				<?php endif; ?>
			</td>
		</tr>
		<?php
	}

	/**
	 * Prints the pages that show a snapshot. Of those that the reader may not
	 * edit, only how many there are.
	 *
	 * @param int[] $posts Their ids.
	 */
	private function render_usage( array $posts ): void {
		$others = 0;
		foreach ( $posts as $post ) {
			$link = get_edit_post_link( $post );
			if ( null === $link || ! current_user_can( 'edit_post', $post ) ) {
				++$others;
				continue;
			}
			$title = get_the_title( $post );
			printf( '<a href="%s" dir="auto">%s</a><br>', esc_url( $link ), esc_html( '' === $title ? __( '(no title)', 'ddap-data-analysis' ) : $title ) );
		}
		if ( $others > 0 ) {
			/* translators: %s: number of pages. */
			echo esc_html( sprintf( _n( '%s page of somebody else', '%s pages of others', $others, 'ddap-data-analysis' ), number_format_i18n( $others ) ) );
		}
		if ( array() === $posts ) {
			esc_html_e( 'No page yet', 'ddap-data-analysis' );
		}
	}

	/**
	 * Prints links to the other pages of the list.
	 *
	 * @param int $page  This one.
	 * @param int $total How many snapshots there are.
	 */
	private function render_pages( int $page, int $total ): void {
		$links = paginate_links(
			array(
				'base'    => add_query_arg( 'paged', '%#%' ),
				'format'  => '',
				'current' => $page,
				'total'   => (int) ceil( $total / self::PER_PAGE ),
			)
		);
		if ( is_string( $links ) ) {
			printf( '<nav class="tablenav-pages" aria-label="%s">%s</nav>', esc_attr__( 'Pages of the list', 'ddap-data-analysis' ), wp_kses_post( $links ) );
		}
	}
}
