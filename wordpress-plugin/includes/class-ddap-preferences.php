<?php
/**
 * Of what a user wants e-mail.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The choice in each user's profile.
 */
final class DDAP_Preferences {

	/** The user meta that holds the choice. */
	public const META = 'ddap_mail';

	public const NONE     = 'none';
	public const FAILURES = 'failures';
	public const ALL      = 'all';

	/**
	 * A user's choice.
	 *
	 * @param int $user_id Whose.
	 */
	public static function mail( int $user_id ): string {
		$choice = get_user_meta( $user_id, self::META, true );
		return in_array( $choice, array( self::FAILURES, self::ALL ), true ) ? $choice : self::NONE;
	}

	/**
	 * Whether a user wants an e-mail about something that has ended so.
	 *
	 * @param int    $user_id Whose choice.
	 * @param string $state   succeeded, failed or canceled.
	 */
	public static function wants_mail( int $user_id, string $state ): bool {
		$choice = self::mail( $user_id );
		return self::ALL === $choice || ( self::FAILURES === $choice && 'failed' === $state );
	}

	/**
	 * Prints the choice in a profile.
	 *
	 * @param WP_User $user Whose profile it is.
	 */
	public static function render( WP_User $user ): void {
		if ( ! user_can( $user, DDAP_Capabilities::ENTER ) ) {
			return;
		}
		$choices = array(
			self::NONE     => __( 'No e-mail', 'ddap-data-analysis' ),
			self::FAILURES => __( 'When one has failed', 'ddap-data-analysis' ),
			self::ALL      => __( 'Whenever one has ended', 'ddap-data-analysis' ),
		);
		?>
		<h2 id="ddap-preferences"><?php esc_html_e( 'Data Analysis', 'ddap-data-analysis' ); ?></h2>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><?php esc_html_e( 'E-mail about your analyses', 'ddap-data-analysis' ); ?></th>
				<td>
					<fieldset>
						<legend class="screen-reader-text"><?php esc_html_e( 'E-mail about your analyses', 'ddap-data-analysis' ); ?></legend>
						<?php foreach ( $choices as $value => $label ) : ?>
							<label><input type="radio" name="ddap_mail" value="<?php echo esc_attr( $value ); ?>" <?php checked( self::mail( $user->ID ), $value ); ?>> <?php echo esc_html( $label ); ?></label><br>
						<?php endforeach; ?>
						<p class="description"><?php esc_html_e( 'The bell at the top of each page tells of all of them.', 'ddap-data-analysis' ); ?></p>
					</fieldset>
				</td>
			</tr>
		</table>
		<?php
	}

	/**
	 * Keeps the choice.
	 *
	 * @param int $user_id Whose profile was saved.
	 */
	public static function save( int $user_id ): void {
		// The form is WordPress's own, and so is its nonce.
		check_admin_referer( 'update-user_' . $user_id );
		if ( ! current_user_can( 'edit_user', $user_id ) ) {
			return;
		}
		$choice = isset( $_POST['ddap_mail'] ) ? sanitize_key( wp_unslash( $_POST['ddap_mail'] ) ) : '';
		if ( in_array( $choice, array( self::NONE, self::FAILURES, self::ALL ), true ) ) {
			update_user_meta( $user_id, self::META, $choice );
		}
	}
}
