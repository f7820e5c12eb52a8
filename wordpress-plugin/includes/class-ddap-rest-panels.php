<?php
/**
 * REST route of what screens load after they are there.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * GET /ddap/v1/panels/NAME answers {html}. A screen that waits for a slow server
 * is there at once and fills its panels one by one (assets/js/panels.js).
 */
final class DDAP_Rest_Panels {

	/**
	 * Every panel: what prints it, and who may see it.
	 *
	 * @return array<string,array{0: callable, 1: string}> By name.
	 */
	private static function panels(): array {
		$overview = DDAP_Overview_Panels::class;
		return array(
			'steps'       => array( array( $overview, 'steps' ), DDAP_Capabilities::ENTER ),
			'running'     => array( array( $overview, 'running' ), DDAP_Capabilities::ENTER ),
			'waiting'     => array( array( $overview, 'waiting' ), DDAP_Capabilities::ENTER ),
			'ended'       => array( array( $overview, 'ended' ), DDAP_Capabilities::ENTER ),
			'shared'      => array( array( $overview, 'shared' ), DDAP_Capabilities::ENTER ),
			'datasets'    => array( array( DDAP_Datasets_Panel::class, 'render' ), DDAP_Capabilities::ENTER ),
			'runners'     => array( array( DDAP_Runners_Panel::class, 'render' ), DDAP_Capabilities::ENTER ),
			'why'         => array( array( DDAP_Runners_Panel::class, 'render_why' ), DDAP_Capabilities::ENTER ),
			'publish'     => array( array( DDAP_Publish_Control::class, 'render_panel' ), DDAP_Capabilities::CREATE ),
			'invitations' => array( array( DDAP_Invitations_Panel::class, 'render' ), DDAP_Capabilities::SETTINGS ),
		);
	}

	/** Registers a route for each. */
	public static function register_routes(): void {
		foreach ( self::panels() as $name => list( $print, $capability ) ) {
			register_rest_route(
				DDAP_Rest::NAMESPACE,
				'/panels/' . $name,
				array(
					'methods'             => 'GET',
					'callback'            => static fn( WP_REST_Request $request ): WP_REST_Response|WP_Error => self::answer( $print, $request ),
					'permission_callback' => DDAP_Rest::allow( $capability ),
					'args'                => self::args(),
				)
			);
		}
	}

	/**
	 * The element that assets/js/panels.js fills.
	 *
	 * @param string $name  Of the panel.
	 * @param int    $every Seconds after which it is asked for again; 0 for never.
	 * @param string $id    Of what it shows, where that needs one.
	 */
	public static function placeholder( string $name, int $every = 0, string $id = '' ): void {
		printf(
			'<div class="ddap-async" data-ddap-panel="%1$s" data-ddap-every="%2$d" data-ddap-id="%3$s" aria-busy="true"><p class="ddap-loading">%4$s</p><noscript><p>%5$s</p></noscript></div>',
			esc_attr( $name ),
			(int) $every,
			esc_attr( $id ),
			esc_html__( 'Asking the server…', 'ddap-data-analysis' ),
			esc_html__( 'This part needs JavaScript, which is switched off in your browser.', 'ddap-data-analysis' )
		);
	}

	/**
	 * Prints a panel into an answer.
	 *
	 * @param callable        $print   Takes the client and the request; gives an error of the client or null.
	 * @param WP_REST_Request $request With what the panel is to show.
	 */
	private static function answer( callable $print, WP_REST_Request $request ): WP_REST_Response|WP_Error {
		ob_start();
		$error = $print( DDAP_Client::for_current_user(), $request );
		$html  = (string) ob_get_clean();
		return is_wp_error( $error ) ? DDAP_Rest::answer( $error ) : new WP_REST_Response( array( 'html' => $html ) );
	}

	/**
	 * What panels may be asked for.
	 *
	 * @return array<string,array<string,mixed>>
	 */
	private static function args(): array {
		return array(
			'search' => array(
				'type'      => 'string',
				'maxLength' => 200,
				'default'   => '',
			),
			'id'     => array(
				'type'   => 'string',
				'format' => 'uuid',
			),
		);
	}
}
