<?php
/**
 * Tests and information for Tools > Site Health.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What of the plugin may be ill. Direct tests ask nobody; those that ask the
 * server run after the page is there.
 */
final class DDAP_Site_Health {

	/** WP-Cron counts as standing still when the poll is so late, in seconds. */
	private const LATE = 30 * MINUTE_IN_SECONDS;

	/** The asynchronous tests, by their names in addresses. */
	public const ASYNC = array( 'connection', 'webhook', 'cron' );

	/**
	 * Adds the tests; a filter of site_status_tests.
	 *
	 * @param array<string,array<string,mixed>> $tests Those that there are.
	 * @return array<string,array<string,mixed>>
	 */
	public static function add_tests( array $tests ): array {
		$tests['direct']['ddap_settings'] = array(
			'label' => __( 'Data Analysis: settings', 'ddap-data-analysis' ),
			'test'  => array( self::class, 'settings' ),
		);
		$tests['direct']['ddap_key']      = array(
			'label' => __( 'Data Analysis: key', 'ddap-data-analysis' ),
			'test'  => array( self::class, 'key' ),
		);
		$labels = array(
			'connection' => __( 'Data Analysis: connection', 'ddap-data-analysis' ),
			'webhook'    => __( 'Data Analysis: notifications', 'ddap-data-analysis' ),
			'cron'       => __( 'Data Analysis: asking by WP-Cron', 'ddap-data-analysis' ),
		);
		foreach ( self::ASYNC as $name ) {
			$tests['async'][ 'ddap_' . $name ] = array(
				'label'             => $labels[ $name ],
				'test'              => rest_url( DDAP_Rest::NAMESPACE . '/site-health/' . $name ),
				'has_rest'          => true,
				'async_direct_test' => array( self::class, $name ),
			);
		}
		return $tests;
	}

	/** Registers the routes of the asynchronous tests. */
	public static function register_routes(): void {
		foreach ( self::ASYNC as $name ) {
			register_rest_route(
				DDAP_Rest::NAMESPACE,
				'/site-health/' . $name,
				array(
					'methods'             => 'GET',
					'callback'            => static fn(): WP_REST_Response => new WP_REST_Response( call_user_func( array( self::class, $name ) ) ),
					'permission_callback' => DDAP_Rest::allow( 'view_site_health_checks' ),
					'args'                => array(),
				)
			);
		}
	}

	/**
	 * Whether the server is set up.
	 *
	 * @return array<string,mixed>
	 */
	public static function settings(): array {
		$checked = DDAP_Server_Address::check( DDAP_Settings::server_url() );
		if ( '' === DDAP_Settings::server_url() ) {
			return self::result( 'settings', 'recommended', __( 'Data Analysis has no server yet', 'ddap-data-analysis' ), __( 'Enter the address of a DDAP server and an API key.', 'ddap-data-analysis' ) );
		}
		if ( is_wp_error( $checked ) ) {
			return self::result( 'settings', 'critical', __( 'Data Analysis has an address that it may not use', 'ddap-data-analysis' ), $checked->get_error_message() );
		}
		return self::result( 'settings', 'good', __( 'Data Analysis has a server', 'ddap-data-analysis' ), DDAP_Settings::server_url() );
	}

	/**
	 * Whether the key can be read.
	 *
	 * @return array<string,mixed>
	 */
	public static function key(): array {
		if ( DDAP_Settings::key_is_unreadable() ) {
			return self::result( 'key', 'critical', __( 'Data Analysis cannot read its key any more', 'ddap-data-analysis' ), __( 'It was encrypted with salts that this site does not have now. Enter the key again.', 'ddap-data-analysis' ) );
		}
		if ( '' === DDAP_Settings::api_key() ) {
			return self::result( 'key', 'recommended', __( 'Data Analysis has no key yet', 'ddap-data-analysis' ), __( 'Enter the API key that the server\'s administrator made for this site.', 'ddap-data-analysis' ) );
		}
		return self::result( 'key', 'good', __( 'Data Analysis can read its key', 'ddap-data-analysis' ), DDAP_Settings::masked_key() );
	}

	/**
	 * Whether the server answers and takes the key.
	 *
	 * @return array<string,mixed>
	 */
	public static function connection(): array {
		$verdict = DDAP_Connection_Test::run( DDAP_Client::for_site() );
		if ( ! $verdict['ok'] ) {
			$code = '' === $verdict['code'] ? '' : ' (' . $verdict['code'] . ')';
			return self::result( 'connection', 'ddap_not_configured' === $verdict['code'] ? 'recommended' : 'critical', __( 'Data Analysis cannot work with its server', 'ddap-data-analysis' ), $verdict['verdict'] . $code );
		}
		$status = array() === $verdict['warnings'] ? 'good' : 'recommended';
		return self::result( 'connection', $status, __( 'Data Analysis works with its server', 'ddap-data-analysis' ), implode( ' ', array_merge( array( $verdict['verdict'] ), $verdict['warnings'] ) ) );
	}

	/**
	 * Whether the server tells this site its news.
	 *
	 * @return array<string,mixed>
	 */
	public static function webhook(): array {
		$report   = DDAP_Webhook_Report::asked( DDAP_Client::for_site() );
		$statuses = array(
			'success' => 'good',
			'error'   => 'critical',
		);
		$text     = '' === $report['trouble'] ? $report['headline'] . ' ' . $report['advice'] : $report['trouble'];
		$is_good  = 'success' === $report['tone'] && '' === $report['trouble'];
		$label    = $is_good ? __( 'Data Analysis is told at once what has ended', 'ddap-data-analysis' ) : __( 'Data Analysis is not told at once what has ended', 'ddap-data-analysis' );
		return self::result( 'webhook', '' === $report['trouble'] ? $statuses[ $report['tone'] ] ?? 'recommended' : 'recommended', $label, trim( $text ), DDAP_Settings_Screen::NOTIFICATIONS );
	}

	/**
	 * Whether the poll runs.
	 *
	 * @return array<string,mixed>
	 */
	public static function cron(): array {
		$next = wp_next_scheduled( DDAP_Poll::HOOK );
		if ( false === $next || $next < time() - self::LATE ) {
			return self::result( 'cron', 'recommended', __( 'Data Analysis waits for WP-Cron, which does not run', 'ddap-data-analysis' ), __( 'News that the webhook does not bring, and e-mail, wait for it. Where DISABLE_WP_CRON is set, have the system call wp-cron.php every five minutes.', 'ddap-data-analysis' ), DDAP_Settings_Screen::NOTIFICATIONS );
		}
		$state = DDAP_Poll::state();
		if ( '' !== $state['trouble'] ) {
			/* translators: %s: a code, as in ddap_timeout. */
			return self::result( 'cron', 'recommended', __( 'Data Analysis asked its server in vain', 'ddap-data-analysis' ), sprintf( __( 'It will try again in some minutes. Code: %s', 'ddap-data-analysis' ), $state['trouble'] ), DDAP_Settings_Screen::NOTIFICATIONS );
		}
		return self::result( 'cron', 'good', __( 'Data Analysis is run by WP-Cron', 'ddap-data-analysis' ), __( 'It reads news and sends e-mail from there.', 'ddap-data-analysis' ), DDAP_Settings_Screen::NOTIFICATIONS );
	}

	/**
	 * Adds what helps those who help; a filter of debug_information.
	 *
	 * @param array<string,mixed> $info What there is.
	 * @return array<string,mixed>
	 */
	public static function add_information( array $info ): array {
		$report = DDAP_Webhook_Report::local();
		$values = array(
			'version'       => array( __( 'Version', 'ddap-data-analysis' ), DDAP_VERSION ),
			'server'        => array( __( 'Server', 'ddap-data-analysis' ), DDAP_Settings::server_url() ),
			'key'           => array( __( 'Key', 'ddap-data-analysis' ), DDAP_Settings::masked_key() ),
			'notifications' => array( __( 'Notifications', 'ddap-data-analysis' ), $report['headline'] ),
			'polling'       => array( __( 'Asking the server', 'ddap-data-analysis' ), $report['polling'] ),
		);
		$info['ddap'] = array(
			'label'  => __( 'Data Analysis', 'ddap-data-analysis' ),
			'fields' => array_map(
				static fn( array $value ): array => array(
					'label' => $value[0],
					'value' => $value[1],
				),
				$values
			),
		);
		return $info;
	}

	/**
	 * A test's result.
	 *
	 * @param string $name   The test's.
	 * @param string $status good, recommended or critical.
	 * @param string $label  What is so.
	 * @param string $text   What that means, and what to do.
	 * @param string $tab    The tab of the settings where something can be done.
	 * @return array<string,mixed>
	 */
	private static function result( string $name, string $status, string $label, string $text, string $tab = DDAP_Settings_Screen::SERVER ): array {
		return array(
			'label'       => $label,
			'status'      => $status,
			'badge'       => array(
				'label' => __( 'Data Analysis', 'ddap-data-analysis' ),
				'color' => 'blue',
			),
			'description' => '<p>' . esc_html( $text ) . '</p>',
			'actions'     => 'good' === $status ? '' : sprintf( '<p><a href="%1$s">%2$s</a></p>', esc_url( DDAP_Settings_Screen::url( $tab ) ), esc_html__( 'Open the settings of Data Analysis', 'ddap-data-analysis' ) ),
			'test'        => 'ddap_' . $name,
		);
	}
}
