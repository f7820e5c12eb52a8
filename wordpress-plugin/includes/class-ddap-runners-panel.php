<?php
/**
 * The list of computers.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints the computers that share data, with what each is doing, and why one
 * does nothing.
 */
final class DDAP_Runners_Panel {

	/**
	 * Prints the list.
	 *
	 * @param DDAP_Client $client Of whoever looks.
	 */
	public static function render( DDAP_Client $client ): ?WP_Error {
		$answer = DDAP_Runners::all( $client );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		if ( array() === $answer['runners'] ) {
			printf( '<p>%s</p>', esc_html__( 'No computer shares data yet. Invite one: its owner chooses what to share.', 'ddap-data-analysis' ) );
			return null;
		}
		?>
		<table class="widefat striped ddap-stacked">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Computer', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'State', 'ddap-data-analysis' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Datasets', 'ddap-data-analysis' ); ?></th>
					<?php if ( $answer['whole'] ) : ?>
						<th scope="col"><?php esc_html_e( 'System', 'ddap-data-analysis' ); ?></th>
					<?php endif; ?>
				</tr>
			</thead>
			<tbody>
				<?php
				foreach ( $answer['runners'] as $runner ) {
					self::render_row( $runner, $answer['whole'] );
				}
				?>
			</tbody>
		</table>
		<?php
		if ( ! $answer['whole'] ) {
			printf( '<p class="description">%s</p>', esc_html__( 'This site\'s key sees the computers that share data, whether they are online and whether they work. Whether one is paused, and why, the server tells operators only: ask its administrator.', 'ddap-data-analysis' ) );
		}
		return null;
	}

	/**
	 * Prints why a computer gets no work.
	 *
	 * @param DDAP_Client     $client  Of whoever looks.
	 * @param WP_REST_Request $request With id.
	 */
	public static function render_why( DDAP_Client $client, WP_REST_Request $request ): ?WP_Error {
		$why = $client->get( '/runners/' . rawurlencode( (string) $request['id'] ) . '/why' );
		if ( is_wp_error( $why ) ) {
			return $why;
		}
		$language = DDAP_Words::language();
		echo '<ul class="ul-disc">';
		foreach ( (array) ( $why['reasons'] ?? array() ) as $reason ) {
			printf( '<li>%s%s</li>', esc_html( (string) ( $reason['message'][ $language ] ?? $reason['code'] ?? '' ) ), empty( $reason['detail'] ) ? '' : ' <bdi>' . esc_html( $reason['detail'] ) . '</bdi>' );
		}
		echo '</ul>';
		return null;
	}

	/**
	 * Prints a row.
	 *
	 * @param array<string,mixed> $runner Of the server.
	 * @param bool                $whole  Whether all of it is known.
	 */
	private static function render_row( array $runner, bool $whole ): void {
		?>
		<tr>
			<th scope="row" data-label="<?php esc_attr_e( 'Computer', 'ddap-data-analysis' ); ?>"><bdi><?php echo esc_html( $runner['name'] ); ?></bdi></th>
			<td data-label="<?php esc_attr_e( 'State', 'ddap-data-analysis' ); ?>">
				<?php
				self::render_state( $runner );
				if ( $whole ) {
					self::render_reason( $runner );
				}
				?>
			</td>
			<td data-label="<?php esc_attr_e( 'Datasets', 'ddap-data-analysis' ); ?>"><bdi><?php echo esc_html( implode( ', ', (array) $runner['datasets'] ) ); ?></bdi></td>
			<?php if ( $whole ) : ?>
				<td data-label="<?php esc_attr_e( 'System', 'ddap-data-analysis' ); ?>">
					<?php
					echo esc_html(
						sprintf(
							/* translators: 1: operating system, 2: number of processors, 3: size of its memory. */
							_n( '%1$s, %2$s processor, %3$s', '%1$s, %2$s processors, %3$s', (int) $runner['cpus'], 'ddap-data-analysis' ),
							$runner['os'],
							number_format_i18n( (int) $runner['cpus'] ),
							DDAP_Words::size( (int) $runner['memory_bytes'] )
						)
					);
					?>
				</td>
			<?php endif; ?>
		</tr>
		<?php
	}

	/**
	 * Prints a computer's state: one truth, the strongest first.
	 *
	 * @param array<string,mixed> $runner Of the server.
	 */
	private static function render_state( array $runner ): void {
		$busy   = (int) ( $runner['busy_slots'] ?? 0 );
		$paused = ! empty( $runner['paused'] ) || ! empty( $runner['drained'] ) || 'paused' === ( $runner['activity'] ?? '' );
		if ( 'pending' === ( $runner['state'] ?? '' ) ) {
			$look = array( 'waiting', '…', __( 'Waits for approval', 'ddap-data-analysis' ) );
		} elseif ( 'revoked' === ( $runner['state'] ?? '' ) ) {
			$look = array( 'off', '⊘', __( 'Removed', 'ddap-data-analysis' ) );
		} elseif ( empty( $runner['online'] ) ) {
			$look = array( 'off', '○', __( 'Offline', 'ddap-data-analysis' ) );
		} elseif ( $paused ) {
			$look = array( 'off', '❚❚', __( 'Paused', 'ddap-data-analysis' ) );
		} elseif ( $busy > 0 ) {
			/* translators: %s: number of tasks. */
			$look = array( 'working', '▶', sprintf( _n( 'Works on %s task', 'Works on %s tasks', $busy, 'ddap-data-analysis' ), number_format_i18n( $busy ) ) );
		} else {
			$look = array( 'online', '●', __( 'Online, free', 'ddap-data-analysis' ) );
		}
		printf( '<span class="ddap-computer ddap-computer-%1$s"><span aria-hidden="true">%2$s</span> %3$s</span>', esc_attr( $look[0] ), esc_html( $look[1] ), esc_html( $look[2] ) );
		if ( empty( $runner['online'] ) && ! empty( $runner['last_seen_at'] ) ) {
			printf( '<br>%s %s', esc_html__( 'Last seen', 'ddap-data-analysis' ), DDAP_Task_Cells::age_html( $runner['last_seen_at'] ) );
		}
		if ( ! empty( $runner['note'] ) ) {
			printf( '<br><bdi>%s</bdi>', esc_html( $runner['note'] ) );
		}
	}

	/**
	 * Prints the way to the reason, which is asked for when somebody opens it.
	 *
	 * @param array<string,mixed> $runner Of the server.
	 */
	private static function render_reason( array $runner ): void {
		printf(
			'<details class="ddap-why" data-ddap-why="%1$s"><summary>%2$s<span class="screen-reader-text">: %3$s</span></summary><div aria-live="polite"></div></details>',
			esc_attr( $runner['id'] ),
			esc_html__( 'Why does it do nothing?', 'ddap-data-analysis' ),
			esc_html( $runner['name'] )
		);
	}
}
