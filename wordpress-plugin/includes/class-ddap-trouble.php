<?php
/**
 * An error as people read it.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints what went wrong, what it means, what to do, and a code to quote.
 */
final class DDAP_Trouble {

	/**
	 * Prints a notice.
	 *
	 * @param WP_Error $error Of DDAP_Client.
	 */
	public static function render( WP_Error $error ): void {
		wp_admin_notice(
			self::html( $error ),
			array(
				'type'               => 'error',
				'paragraph_wrap'     => false,
				'additional_classes' => array( 'ddap-trouble' ),
			)
		);
	}

	/**
	 * The notice's content.
	 *
	 * @param WP_Error $error Of DDAP_Client.
	 */
	public static function html( WP_Error $error ): string {
		$data  = (array) $error->get_error_data();
		$html  = '<p><strong><bdi>' . esc_html( $error->get_error_message() ) . '</bdi></strong></p>';
		$html .= DDAP_Connection_Error::is_one( $error ) ? '<p>' . esc_html__( 'Tasks go on where they run: nothing is lost. They can be seen here again as soon as the server answers.', 'ddap-data-analysis' ) . '</p>' : '';
		$html .= '<p>' . self::next_step( $error );
		/* translators: %s: a code that tells an administrator what happened. */
		$html .= ' ' . sprintf( esc_html__( 'Code: %s', 'ddap-data-analysis' ), '<code>' . esc_html( trim( $error->get_error_code() . ' ' . ( $data['request_id'] ?? '' ) ) ) . '</code>' );
		return $html . '</p>';
	}

	/**
	 * A link to what may help, as HTML.
	 *
	 * @param WP_Error $error Of DDAP_Client.
	 */
	private static function next_step( WP_Error $error ): string {
		$again = sprintf( '<a class="button" href="">%s</a> ', esc_html__( 'Try again', 'ddap-data-analysis' ) );
		if ( 'ddap_no_such_task' === $error->get_error_code() ) {
			return sprintf( '<a class="button" href="%s">%s</a>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS ) ), esc_html__( 'All tasks', 'ddap-data-analysis' ) );
		}
		if ( current_user_can( DDAP_Capabilities::SETTINGS ) ) {
			return $again . sprintf( '<a class="button" href="%s">%s</a>', esc_url( DDAP_Menu::url( DDAP_Menu::SETTINGS ) ), esc_html__( 'Check the settings', 'ddap-data-analysis' ) );
		}
		return $again . esc_html__( 'If it stays like this, tell an administrator of this site.', 'ddap-data-analysis' );
	}
}
