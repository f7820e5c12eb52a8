<?php
/**
 * Settings > Data Analysis > Notifications.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows how this site learns that analyses have ended. What is known here is
 * printed at once; the server is asked afterwards.
 */
final class DDAP_Notifications_Tab implements DDAP_Settings_Tab {

	/** The tab's title. */
	public function title(): string {
		return __( 'Notifications', 'ddap-data-analysis' );
	}

	/** Prints the tab. */
	public function render(): void {
		if ( ! DDAP_Settings::are_complete() ) {
			wp_admin_notice( esc_html__( 'Set up the server first; notifications come from it.', 'ddap-data-analysis' ), array( 'type' => 'info' ) );
			return;
		}
		$report = DDAP_Webhook_Report::local();
		?>
		<p><?php esc_html_e( 'Users are told by the bell at the top of each page when what they asked for has ended, and by e-mail if they choose so in their profiles. For that, the server can tell this site at once, by a webhook; where it cannot reach this site, this site asks it every five minutes.', 'ddap-data-analysis' ); ?></p>
		<div id="ddap-webhook" data-state="<?php echo esc_attr( $report['state'] ); ?>">
			<div id="ddap-webhook-state" role="status" aria-live="polite">
				<div class="notice inline notice-<?php echo esc_attr( $report['tone'] ); ?>">
					<p><strong><?php echo esc_html( $report['headline'] ); ?></strong> <?php echo esc_html( $report['advice'] ); ?></p>
				</div>
			</div>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><?php esc_html_e( 'Address of this site', 'ddap-data-analysis' ); ?></th>
					<td><code><?php echo esc_html( $report['address'] ); ?></code></td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Last delivery', 'ddap-data-analysis' ); ?></th>
					<td id="ddap-webhook-last"><?php echo esc_html( $report['last'] ); ?></td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Asking the server', 'ddap-data-analysis' ); ?></th>
					<td id="ddap-webhook-polling"><?php echo esc_html( $report['polling'] ); ?></td>
				</tr>
			</table>
			<p class="submit ddap-webhook-actions">
				<button type="button" class="button button-primary" data-action="set-up" aria-describedby="ddap-webhook-state"><?php echo 'none' === $report['state'] ? esc_html__( 'Set up', 'ddap-data-analysis' ) : esc_html__( 'Set up again', 'ddap-data-analysis' ); ?></button>
				<button type="button" class="button" data-action="test"><?php esc_html_e( 'Send a test', 'ddap-data-analysis' ); ?></button>
				<button type="button" class="button" data-action="rotate"><?php esc_html_e( 'Replace the secret', 'ddap-data-analysis' ); ?></button>
				<button type="button" class="button button-link-delete" data-action="remove"><?php esc_html_e( 'Remove', 'ddap-data-analysis' ); ?></button>
			</p>
			<div id="ddap-webhook-deliveries" hidden>
				<h3><?php esc_html_e( 'Last deliveries, as the server tells it', 'ddap-data-analysis' ); ?></h3>
				<table class="widefat striped ddap-deliveries">
					<thead>
						<tr>
							<th scope="col"><?php esc_html_e( 'Outcome', 'ddap-data-analysis' ); ?></th>
							<th scope="col"><?php esc_html_e( 'Event', 'ddap-data-analysis' ); ?></th>
							<th scope="col"><?php esc_html_e( 'When', 'ddap-data-analysis' ); ?></th>
							<th scope="col"><?php esc_html_e( 'What the server got', 'ddap-data-analysis' ); ?></th>
						</tr>
					</thead>
					<tbody></tbody>
				</table>
			</div>
			<noscript><p><?php esc_html_e( 'The buttons need JavaScript. Without it, use wp ddap webhook set-up on the command line.', 'ddap-data-analysis' ); ?></p></noscript>
		</div>
		<?php
	}

	/** Explains the tab, as HTML. */
	public function help(): string {
		return '<p>' . esc_html__( 'The server signs each delivery with a secret that only it and this site know. What is not signed, is older than five minutes or comes a second time is refused.', 'ddap-data-analysis' ) . '</p>'
			. '<p>' . esc_html__( 'To be told, this site has to be reachable from the server over https. A site on the server\'s private network works if the server\'s operator allows its address (--webhook-allow-private).', 'ddap-data-analysis' ) . '</p>'
			. '<p>' . esc_html__( 'Asking by WP-Cron goes on once an hour beside a webhook that works, so that nothing is lost.', 'ddap-data-analysis' ) . '</p>';
	}
}
