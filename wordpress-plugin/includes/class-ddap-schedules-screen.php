<?php
/**
 * Data Analysis > Schedules.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What repeats, when it runs next, and how it went. The list is made in the
 * browser (assets/js/schedules.js), so that the page is there at once.
 */
final class DDAP_Schedules_Screen implements DDAP_Screen {

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-schedules-help',
				'title'   => __( 'How it works', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'A schedule asks for the same analysis again and again. Each run is an analysis of its own, with its own result. A paused schedule does not make up for the times that pass. Deleting a schedule keeps what it has made.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		$config = array(
			'language' => DDAP_Words::language(),
			'siteZone' => DDAP_New_Analysis_Screen::zone(),
			'tasks'    => DDAP_Menu::url( DDAP_Menu::TASKS ),
			'new'      => current_user_can( DDAP_Capabilities::CREATE ) ? DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS ) : '',
			'everyone' => DDAP_Capabilities::sees_everybody(),
		);
		?>
		<div class="wrap ddap ddap-schedules">
			<h1 class="wp-heading-inline"><?php esc_html_e( 'Schedules', 'ddap-data-analysis' ); ?></h1>
			<?php if ( '' !== $config['new'] ) : ?>
				<a class="page-title-action" href="<?php echo esc_url( $config['new'] ); ?>"><?php esc_html_e( 'New analysis', 'ddap-data-analysis' ); ?></a>
			<?php endif; ?>
			<hr class="wp-header-end">
			<noscript><div class="notice notice-error"><p><?php esc_html_e( 'This page needs JavaScript.', 'ddap-data-analysis' ); ?></p></div></noscript>
			<div id="ddap-notices"></div>
			<div id="ddap-schedules" data-config="<?php echo esc_attr( (string) wp_json_encode( $config ) ); ?>">
				<p><?php esc_html_e( 'Loading…', 'ddap-data-analysis' ); ?></p>
			</div>
		</div>
		<?php
	}
}
