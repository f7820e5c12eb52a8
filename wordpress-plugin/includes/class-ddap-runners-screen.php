<?php
/**
 * Data Analysis > Runners.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The computers that share data, and invitations for more of them.
 */
final class DDAP_Runners_Screen implements DDAP_Screen {

	/** Seconds between two looks at the list. */
	private const EVERY = 30;

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-runners',
				'title'   => __( 'Computers', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'Each computer here runs the DDAP app of its owner. The owner chooses what it shares, when it works, and can pause or leave at any time. Nobody can reach into it from here: it asks the server for work by itself.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		?>
		<div class="wrap ddap">
			<h1><?php esc_html_e( 'Computers that share data', 'ddap-data-analysis' ); ?></h1>
			<?php
			if ( ! DDAP_Settings::are_complete() ) {
				DDAP_First_Steps::render( false, false, false );
			} else {
				DDAP_Rest_Panels::placeholder( 'runners', self::EVERY );
				if ( current_user_can( DDAP_Capabilities::SETTINGS ) ) {
					$this->render_invite();
				}
			}
			?>
		</div>
		<?php
	}

	/** Prints the form that invites, and the invitations there are. */
	private function render_invite(): void {
		?>
		<h2 id="ddap-invite"><?php esc_html_e( 'Invite a computer', 'ddap-data-analysis' ); ?></h2>
		<p><?php esc_html_e( 'Make a code and give it to the owner, who pastes it into the DDAP app. What the computer shares is then for its owner to choose.', 'ddap-data-analysis' ); ?></p>
		<form id="ddap-invite-form">
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="ddap-invite-uses"><?php esc_html_e( 'For how many computers', 'ddap-data-analysis' ); ?></label></th>
					<td><input type="number" class="small-text" id="ddap-invite-uses" name="max_uses" value="1" min="1" max="1000" required></td>
				</tr>
				<tr>
					<th scope="row"><label for="ddap-invite-days"><?php esc_html_e( 'Valid for', 'ddap-data-analysis' ); ?></label></th>
					<td>
						<select id="ddap-invite-days" name="days">
							<?php
							foreach ( array( 1, 7, 30 ) as $days ) {
								/* translators: %s: number of days. */
								printf( '<option value="%d">%s</option>', (int) $days, esc_html( sprintf( _n( '%s day', '%s days', $days, 'ddap-data-analysis' ), number_format_i18n( $days ) ) ) );
							}
							?>
						</select>
					</td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Approval', 'ddap-data-analysis' ); ?></th>
					<td><label><input type="checkbox" name="require_approval"> <?php esc_html_e( 'The server\'s operator approves the computer before it gets work', 'ddap-data-analysis' ); ?></label></td>
				</tr>
			</table>
			<p class="submit"><button type="submit" class="button button-primary"><?php esc_html_e( 'Make a code', 'ddap-data-analysis' ); ?></button></p>
			<div id="ddap-invite-verdict" role="status" aria-live="polite"></div>
		</form>
		<h2><?php esc_html_e( 'Invitations of this site', 'ddap-data-analysis' ); ?></h2>
		<?php
		DDAP_Rest_Panels::placeholder( 'invitations' );
	}
}
