<?php
/**
 * "Publish" on the page of a task.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Lets its reader choose a part of a result and publish it, or says why that
 * cannot be. assets/js/publish.js does the rest.
 */
final class DDAP_Publish_Control {

	/**
	 * Prints where it comes on the page of a task, for those who may publish.
	 *
	 * @param array<string,mixed> $task Of GET /tasks/{id}.
	 */
	public static function place( array $task ): void {
		if ( DDAP_Capabilities::may_change( $task ) ) {
			DDAP_Rest_Panels::placeholder( 'publish', 0, (string) $task['id'] );
		}
	}

	/**
	 * Prints the control into the page, once there is a result.
	 *
	 * @param DDAP_Client     $client  Of whoever looks.
	 * @param WP_REST_Request $request With the task's id.
	 */
	public static function render_panel( DDAP_Client $client, WP_REST_Request $request ): ?WP_Error {
		$task = $client->get( '/tasks/' . rawurlencode( (string) $request['id'] ) );
		if ( is_wp_error( $task ) ) {
			return $task;
		}
		if ( 'succeeded' !== ( $task['state'] ?? '' ) || ! DDAP_Capabilities::may_change( $task ) ) {
			return null;
		}
		$answer = $client->get( '/result/' . rawurlencode( (string) $request['id'] ) );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		self::render( $task, $answer );
		return null;
	}

	/**
	 * Prints the control.
	 *
	 * @param array<string,mixed> $task   Of GET /tasks/{id}.
	 * @param array<string,mixed> $answer Of GET /result/{id}.
	 */
	public static function render( array $task, array $answer ): void {
		$document = (array) ( $answer['result'] ?? array() );
		$choices  = DDAP_Snapshot_Part::choices( $document );
		if ( array() === $choices || ! DDAP_Capabilities::may_change( $task ) ) {
			return;
		}
		$id = (string) ( $task['id'] ?? $answer['task_id'] ?? '' );
		?>
		<section class="ddap-publish" aria-labelledby="ddap-publish-title">
			<h2 id="ddap-publish-title"><?php esc_html_e( 'Publish', 'ddap-data-analysis' ); ?></h2>
			<?php
			if ( DDAP_Publishing::is_allowed( $answer ) ) {
				self::render_form( $id, $choices );
			} else {
				printf( '<p>%s</p>', esc_html( DDAP_Publishing::refusal( $answer ) ) );
			}
			?>
			<ul id="ddap-published">
				<?php
				foreach ( DDAP_Snapshots::search( array( 'task_id' => $id ) )['snapshots'] as $snapshot ) {
					self::render_published( $snapshot );
				}
				?>
			</ul>
		</section>
		<?php
	}

	/**
	 * Prints the form.
	 *
	 * @param string                             $task_id The task.
	 * @param array<string,array<string,string>> $choices Of DDAP_Snapshot_Part.
	 */
	private static function render_form( string $task_id, array $choices ): void {
		?>
		<p id="ddap-publish-help"><?php esc_html_e( 'Visitors of this site will see only the part that you choose, as it is today. You can take it down at any time.', 'ddap-data-analysis' ); ?></p>
		<form id="ddap-publish-form" data-task="<?php echo esc_attr( $task_id ); ?>" aria-describedby="ddap-publish-help">
			<p>
				<label for="ddap-publish-part"><?php esc_html_e( 'What', 'ddap-data-analysis' ); ?></label>
				<select id="ddap-publish-part" name="part">
					<?php
					foreach ( $choices as $kind => $titles ) {
						printf( '<optgroup label="%s">', esc_attr( self::kind_title( $kind ) ) );
						foreach ( $titles as $name => $title ) {
							printf( '<option value="%s" dir="auto">%s</option>', esc_attr( "$kind:$name" ), esc_html( $title ) );
						}
						echo '</optgroup>';
					}
					?>
				</select>
			</p>
			<p>
				<label for="ddap-publish-as"><?php esc_html_e( 'Title for visitors', 'ddap-data-analysis' ); ?></label>
				<input type="text" class="regular-text" id="ddap-publish-as" name="title" maxlength="200" aria-describedby="ddap-publish-as-help">
				<span class="description" id="ddap-publish-as-help"><?php esc_html_e( 'Empty takes its own title.', 'ddap-data-analysis' ); ?></span>
			</p>
			<p><button type="submit" class="button"><?php esc_html_e( 'Publish', 'ddap-data-analysis' ); ?></button></p>
			<div id="ddap-publish-verdict" role="status" aria-live="polite"></div>
		</form>
		<?php
	}

	/**
	 * Prints what is published of this task.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 */
	private static function render_published( array $snapshot ): void {
		printf(
			'<li><strong dir="auto">%1$s</strong> <code>[ddap_result id="%2$d"]</code> %3$s</li>',
			esc_html( $snapshot['title'] ),
			(int) $snapshot['id'],
			DDAP_Publishing::may_unpublish( $snapshot ) ? sprintf( '<button type="button" class="button-link button-link-delete" data-ddap-unpublish="%d">%s</button>', (int) $snapshot['id'], esc_html__( 'Unpublish', 'ddap-data-analysis' ) ) : ''
		);
	}

	/**
	 * What a kind of part is called.
	 *
	 * @param string $kind One of DDAP_Snapshot_Part::kinds().
	 */
	public static function kind_title( string $kind ): string {
		switch ( $kind ) {
			case DDAP_Snapshot_Part::CHART:
				return __( 'Chart', 'ddap-data-analysis' );
			case DDAP_Snapshot_Part::TABLE:
				return __( 'Table', 'ddap-data-analysis' );
			default:
				return __( 'Number', 'ddap-data-analysis' );
		}
	}
}
