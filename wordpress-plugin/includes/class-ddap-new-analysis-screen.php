<?php
/**
 * Data Analysis > New analysis.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * One page with four steps that stay visible. What stands in them is made in
 * the browser (assets/js/new-analysis) from what the server offers.
 */
final class DDAP_New_Analysis_Screen implements DDAP_Screen {

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-new-help',
				'title'   => __( 'How it works', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'The question travels to the data: you choose data that somebody shares, and what should be computed. Their computer computes it and sends back the result. The sentence at the end of the page says what will happen and what leaves that computer, before anything is sent.', 'ddap-data-analysis' ) . '</p>'
					. '<p>' . esc_html__( 'Save the form as a template to use it again. What you have typed is kept in this browser tab until it is sent.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		?>
		<div class="wrap ddap ddap-new">
			<h1 class="wp-heading-inline"><?php esc_html_e( 'New analysis', 'ddap-data-analysis' ); ?></h1>
			<div id="ddap-templates" class="ddap-templates"></div>
			<hr class="wp-header-end">
			<noscript><div class="notice notice-error"><p><?php esc_html_e( 'This page needs JavaScript.', 'ddap-data-analysis' ); ?></p></div></noscript>
			<div id="ddap-notices"></div>
			<form id="ddap-form" novalidate data-config="<?php echo esc_attr( (string) wp_json_encode( self::config() ) ); ?>">
				<?php
				foreach ( self::steps() as $id => $title ) {
					printf(
						'<section class="ddap-step" aria-labelledby="ddap-step-%1$s"><h2 id="ddap-step-%1$s">%2$s</h2><div class="ddap-step-body" id="ddap-%1$s"><p>%3$s</p></div></section>',
						esc_attr( $id ),
						esc_html( $title ),
						esc_html__( 'Loading…', 'ddap-data-analysis' )
					);
				}
				?>
				<section class="ddap-sentence" aria-labelledby="ddap-step-summary">
					<h2 id="ddap-step-summary"><?php esc_html_e( 'In words', 'ddap-data-analysis' ); ?></h2>
					<div id="ddap-summary" aria-live="polite"></div>
					<div id="ddap-send" class="ddap-send"></div>
				</section>
			</form>
		</div>
		<?php
	}

	/**
	 * The steps, in their order.
	 *
	 * @return array<string,string> Titles by id.
	 */
	private static function steps(): array {
		return array(
			'data'     => __( '1. Data', 'ddap-data-analysis' ),
			'filter'   => __( '2. Filter', 'ddap-data-analysis' ),
			'analysis' => __( '3. Analysis', 'ddap-data-analysis' ),
			'report'   => __( '4. Report and time', 'ddap-data-analysis' ),
		);
	}

	/**
	 * What the scripts need to know of the site, the reader and the address.
	 *
	 * @return array<string,mixed>
	 */
	private static function config(): array {
		return array(
			'language'  => DDAP_Words::language(),
			'siteZone'  => self::zone(),
			'user'      => get_current_user_id() . '@' . get_current_blog_id(),
			'clone'     => self::id_from_query( 'clone' ),
			'dataset'   => self::id_from_query( 'dataset' ),
			'template'  => self::id_from_query( 'template' ),
			'model'     => self::id_from_query( 'model' ),
			'endings'   => DDAP_Rest_Uploads::endings(),
			'mayBrowse' => current_user_can( 'upload_files' ),
			'tasks'     => DDAP_Menu::url( DDAP_Menu::TASKS ),
			'schedules' => DDAP_Menu::url( DDAP_Menu::SCHEDULES ),
			'runners'   => DDAP_Menu::url( DDAP_Menu::RUNNERS ),
		);
	}

	/**
	 * An id that the address names.
	 *
	 * @param string $name The parameter's.
	 */
	private static function id_from_query( string $name ): string {
		$id = filter_input( INPUT_GET, $name );
		return is_string( $id ) && wp_is_uuid( $id ) ? $id : '';
	}

	/**
	 * The site's time zone as the server knows it: one of the IANA database. A
	 * site that is set to an offset gets that of the ships' zones, which count
	 * the other way round.
	 */
	public static function zone(): string {
		$zone = wp_timezone_string();
		if ( 1 !== preg_match( '/^([+-])(\d{2}):(\d{2})$/', $zone, $parts ) ) {
			return $zone;
		}
		if ( '00' !== $parts[3] || (int) $parts[2] > 12 || '00' === $parts[2] ) {
			return 'UTC';
		}
		return 'Etc/GMT' . ( '+' === $parts[1] ? '-' : '+' ) . (int) $parts[2];
	}
}
