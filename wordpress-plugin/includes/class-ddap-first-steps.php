<?php
/**
 * The way from an empty site to a first result.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows the three first steps, which of them are done, and the next one as a button.
 */
final class DDAP_First_Steps {

	/**
	 * Prints the steps.
	 *
	 * @param bool $connected Whether the settings work.
	 * @param bool $shared    Whether a computer shares data.
	 * @param bool $asked     Whether there has been an analysis.
	 */
	public static function render( bool $connected, bool $shared, bool $asked ): void {
		$steps = array(
			array( $connected, __( 'Connect to your DDAP server', 'ddap-data-analysis' ), __( 'Enter its address and this site\'s key.', 'ddap-data-analysis' ), DDAP_Menu::url( DDAP_Menu::SETTINGS ), __( 'Open the settings', 'ddap-data-analysis' ), DDAP_Capabilities::SETTINGS ),
			array( $shared, __( 'Invite a computer that has data', 'ddap-data-analysis' ), __( 'Its owner chooses what to share, and how much of it may leave.', 'ddap-data-analysis' ), DDAP_Menu::url( DDAP_Menu::RUNNERS ) . '#ddap-invite', __( 'Invite a computer', 'ddap-data-analysis' ), DDAP_Capabilities::SETTINGS ),
			array( $asked, __( 'Ask for a first analysis', 'ddap-data-analysis' ), __( 'Choose the data, what you want to know, and press "Run analysis".', 'ddap-data-analysis' ), DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS ), __( 'New analysis', 'ddap-data-analysis' ), DDAP_Capabilities::CREATE ),
		);
		printf( '<section class="ddap-steps" aria-labelledby="ddap-steps-title"><h2 id="ddap-steps-title">%s</h2><ol>', esc_html__( 'First steps', 'ddap-data-analysis' ) );
		$is_next = true;
		foreach ( $steps as $step ) {
			self::render_step( $step, $is_next && ! $step[0] );
			$is_next = $is_next && $step[0];
		}
		echo '</ol></section>';
	}

	/**
	 * Prints one step.
	 *
	 * @param array{0: bool, 1: string, 2: string, 3: string, 4: string, 5: string} $step    Done, title, sentence, address, button, who may.
	 * @param bool                                                                   $is_next Whether it is to be done now.
	 */
	private static function render_step( array $step, bool $is_next ): void {
		list( $done, $title, $sentence, $url, $button, $capability ) = $step;
		printf(
			'<li class="%1$s"><strong>%2$s</strong>%3$s<br>%4$s',
			$done ? 'is-done' : ( $is_next ? 'is-next' : 'is-later' ),
			esc_html( $title ),
			$done ? ' <span class="ddap-done">✓ ' . esc_html__( 'Done', 'ddap-data-analysis' ) . '</span>' : '',
			esc_html( $sentence )
		);
		if ( $is_next && current_user_can( $capability ) ) {
			printf( '<p><a class="button button-primary" href="%s">%s</a></p>', esc_url( $url ), esc_html( $button ) );
		} elseif ( $is_next ) {
			printf( '<p><em>%s</em></p>', esc_html__( 'An administrator of this site does this.', 'ddap-data-analysis' ) );
		}
		echo '</li>';
	}
}
