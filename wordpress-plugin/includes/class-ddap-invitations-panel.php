<?php
/**
 * The list of invitations.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints the invitations that this site's key has made. Their codes are nowhere:
 * the server showed each once.
 */
final class DDAP_Invitations_Panel {

	/**
	 * Prints the list.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function render( DDAP_Client $client ): ?WP_Error {
		$answer = $client->get( '/enrollments', array( 'limit' => 100 ) );
		if ( is_wp_error( $answer ) ) {
			return 403 === ( $answer->get_error_data()['status'] ?? 0 ) ? self::render_refusal() : $answer;
		}
		$open = array_filter( (array) ( $answer['enrollments'] ?? array() ), array( self::class, 'is_open' ) );
		if ( array() === $open ) {
			printf( '<p>%s</p>', esc_html__( 'No invitation is open.', 'ddap-data-analysis' ) );
			return null;
		}
		?>
		<table class="widefat striped ddap-stacked">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Made', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Used', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Valid until', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><span class="screen-reader-text"><?php esc_html_e( 'Actions', 'ddap-data-analysis' ); ?></span></th>
				</tr>
			</thead>
			<tbody><?php array_walk( $open, array( self::class, 'render_row' ) ); ?></tbody>
		</table>
		<?php
		return null;
	}

	/** Prints that the key may not invite, which is no failure of the page. */
	private static function render_refusal(): ?WP_Error {
		printf( '<p>%s</p>', esc_html__( 'This site\'s key may not invite computers. The server\'s administrator can make one with --grant enrollments:create.', 'ddap-data-analysis' ) );
		return null;
	}

	/**
	 * Whether a computer can still come in with it.
	 *
	 * @param array<string,mixed> $invitation Of the server.
	 */
	private static function is_open( array $invitation ): bool {
		return empty( $invitation['revoked_at'] ) && $invitation['uses'] < $invitation['max_uses'] && strtotime( $invitation['expires_at'] ) > time();
	}

	/**
	 * Prints a row.
	 *
	 * @param array<string,mixed> $invitation Of the server.
	 */
	private static function render_row( array $invitation ): void {
		// phpcs:disable DDAP.Security.EscapeOutput.Unescaped -- DDAP_Task_Cells::age_html() gives HTML, escaped inside.
		?>
		<tr>
			<td data-label="<?php esc_attr_e( 'Made', 'ddap-data-analysis' ); ?>"><?php echo DDAP_Task_Cells::age_html( $invitation['created_at'] ); ?></td>
			<td data-label="<?php esc_attr_e( 'Used', 'ddap-data-analysis' ); ?>">
				<?php
				/* translators: 1: how many computers came in, 2: how many may. */
				echo esc_html( sprintf( __( '%1$s of %2$s', 'ddap-data-analysis' ), number_format_i18n( $invitation['uses'] ), number_format_i18n( $invitation['max_uses'] ) ) );
				?>
			</td>
			<td data-label="<?php esc_attr_e( 'Valid until', 'ddap-data-analysis' ); ?>"><?php echo esc_html( DDAP_Words::moment( $invitation['expires_at'] ) ); ?></td>
			<td><button type="button" class="button button-link-delete" data-ddap-revoke="<?php echo esc_attr( $invitation['id'] ); ?>"><?php esc_html_e( 'Withdraw', 'ddap-data-analysis' ); ?></button></td>
		</tr>
		<?php
		// phpcs:enable
	}
}
