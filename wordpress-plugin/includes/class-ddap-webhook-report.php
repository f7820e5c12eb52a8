<?php
/**
 * How notifications fare, in words.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Says whether the server tells this site its news or has to be asked, since when,
 * and what can be done about it. Settings, Site Health and WP-CLI show the same.
 */
final class DDAP_Webhook_Report {

	/** So many deliveries are listed. */
	private const LISTED = 5;

	/**
	 * What is known without asking the server.
	 *
	 * @return array{state: string, tone: string, headline: string, advice: string, address: string, last: string, polling: string}
	 */
	public static function local(): array {
		$state = self::state();
		$seen  = DDAP_Webhook::seen();
		/* translators: %s: a duration, as in "5 mins". */
		$last = 0 === $seen['at'] ? __( 'None has come yet.', 'ddap-data-analysis' ) : sprintf( __( '%s ago', 'ddap-data-analysis' ), human_time_diff( $seen['at'] ) );
		return self::words( $state ) + array(
			'state'   => $state,
			'address' => DDAP_Webhook::address(),
			'last'    => $last,
			'polling' => self::polling(),
		);
	}

	/**
	 * The same after asking the server, with the last deliveries.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return array<string,mixed> As local(), with deliveries and trouble, why the server could not be asked.
	 */
	public static function asked( DDAP_Client $client ): array {
		$deliveries = array();
		$trouble    = '';
		if ( DDAP_Webhook::is_set_up() ) {
			$webhook = DDAP_Webhook::look( $client );
			$answer  = is_wp_error( $webhook ) ? $webhook : $client->get( '/webhooks/' . DDAP_Webhook::stored()['id'] . '/deliveries', array( 'limit' => self::LISTED ) );
			if ( ! is_wp_error( $answer ) ) {
				$deliveries = array_map( array( self::class, 'delivery' ), array_values( (array) ( $answer['deliveries'] ?? array() ) ) );
			} elseif ( 'lost' !== DDAP_Webhook::trouble() ) {
				$trouble = $answer->get_error_message();
			}
		}
		return self::local() + array(
			'deliveries' => $deliveries,
			'trouble'    => $trouble,
		);
	}

	/**
	 * Why the webhook could not be set up, and what that means.
	 *
	 * @param WP_Error $error Of the client.
	 */
	public static function refusal( WP_Error $error ): WP_Error {
		$data   = (array) $error->get_error_data();
		$status = (int) ( $data['status'] ?? 0 );
		if ( 403 === $status ) {
			$message = __( 'The key may not set up notifications. Ask the server\'s administrator for one made with --grant webhooks:own. Until then this site asks the server for news every five minutes.', 'ddap-data-analysis' );
		} elseif ( isset( $data['fields']['url'] ) ) {
			/* translators: 1: the address of the site, 2: what the server says of it. */
			$message = sprintf( __( 'The server cannot send to %1$s: it %2$s. This site asks the server for news every five minutes instead.', 'ddap-data-analysis' ), DDAP_Webhook::address(), $data['fields']['url'] );
		} else {
			return $error;
		}
		return new WP_Error( $error->get_error_code(), $message, $data );
	}

	/** In which state notifications are: none, new, works, or DDAP_Webhook::trouble(). */
	private static function state(): string {
		if ( ! DDAP_Webhook::is_set_up() ) {
			return 'none';
		}
		$trouble = DDAP_Webhook::trouble();
		if ( '' !== $trouble ) {
			return $trouble;
		}
		return DDAP_Webhook::works() ? 'works' : 'new';
	}

	/**
	 * The words for a state.
	 *
	 * @param string $state See state().
	 * @return array{tone: string, headline: string, advice: string}
	 */
	private static function words( string $state ): array {
		$again = __( 'Press "Set up again".', 'ddap-data-analysis' );
		$table = array(
			'none'       => array( 'info', __( 'Not set up: this site asks the server for news every five minutes.', 'ddap-data-analysis' ), __( 'Press "Set up" to be told at once.', 'ddap-data-analysis' ) ),
			'new'        => array( 'info', __( 'Set up, but nothing has come from the server yet.', 'ddap-data-analysis' ), __( 'Press "Send a test" to see whether the server reaches this site.', 'ddap-data-analysis' ) ),
			'works'      => array( 'success', __( 'Works: the server tells this site at once.', 'ddap-data-analysis' ), '' ),
			'failing'    => array( 'warning', __( 'The server cannot reach this site, so this site asks for news every five minutes.', 'ddap-data-analysis' ), __( 'See below what the server got. A site on a private network, behind a login or with the REST API turned off cannot be told.', 'ddap-data-analysis' ) ),
			'disabled'   => array( 'error', __( 'The server has given up sending, so this site asks for news every five minutes.', 'ddap-data-analysis' ), __( 'Mend what stands below, then press "Set up again".', 'ddap-data-analysis' ) ),
			'lost'       => array( 'error', __( 'The server does not know this webhook: it was removed there, or made with another key.', 'ddap-data-analysis' ), $again ),
			'moved'      => array( 'error', __( 'This site\'s address has changed since the webhook was set up.', 'ddap-data-analysis' ), $again ),
			'unreadable' => array( 'error', __( 'The webhook\'s secret cannot be read any more, because the site\'s salts have changed.', 'ddap-data-analysis' ), $again ),
		);
		list( $tone, $headline, $advice ) = $table[ $state ];
		return array(
			'tone'     => $tone,
			'headline' => $headline,
			'advice'   => $advice,
		);
	}

	/** When the server was last asked, and what came of it. */
	private static function polling(): string {
		$state = DDAP_Poll::state();
		if ( 0 === $state['ran_at'] ) {
			return __( 'The server has not been asked yet.', 'ddap-data-analysis' );
		}
		$ago = human_time_diff( $state['ran_at'] );
		if ( '' !== $state['trouble'] ) {
			/* translators: 1: a duration, as in "5 mins", 2: a code, as in ddap_timeout. */
			return sprintf( __( 'Last asked %1$s ago, in vain (%2$s).', 'ddap-data-analysis' ), $ago, $state['trouble'] );
		}
		/* translators: %s: a duration, as in "5 mins". */
		return sprintf( __( 'Last asked %s ago.', 'ddap-data-analysis' ), $ago );
	}

	/**
	 * A delivery in words.
	 *
	 * @param array<string,mixed> $delivery As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function delivery( array $delivery ): array {
		$state = (string) ( $delivery['state'] ?? '' );
		$words = array(
			'succeeded' => array( '✓', __( 'Arrived', 'ddap-data-analysis' ) ),
			'failed'    => array( '✕', __( 'Given up', 'ddap-data-analysis' ) ),
			'pending'   => array( '…', isset( $delivery['error'] ) ? __( 'Failed, is tried again', 'ddap-data-analysis' ) : __( 'On its way', 'ddap-data-analysis' ) ),
		);
		list( $glyph, $word ) = $words[ $state ] ?? array( '?', $state );
		/* translators: %s: a duration, as in "5 mins". */
		$age = sprintf( __( '%s ago', 'ddap-data-analysis' ), human_time_diff( (int) strtotime( (string) ( $delivery['created_at'] ?? 'now' ) ) ) );
		return array(
			'id'       => (string) ( $delivery['id'] ?? '' ),
			'type'     => (string) ( $delivery['event_type'] ?? '' ),
			'state'    => $state,
			'glyph'    => $glyph,
			'word'     => $word,
			'attempts' => (int) ( $delivery['attempts'] ?? 0 ),
			'error'    => (string) ( $delivery['error'] ?? '' ),
			'age'      => $age,
		);
	}
}
