<?php
/**
 * The REST route to which the server sends its news.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * POST /ddap/v1/webhook. Whoever sends has no account here: the signature is all
 * that counts, and nothing is done before it was judged.
 */
final class DDAP_Rest_Webhook {

	/** An event is a few kilobytes; its longest part, a runner's message, is bounded by the server. */
	private const MAX_BODY = 256 * KB_IN_BYTES;

	/** How each refusal is answered: HTTP's status and a sentence for the server's log of deliveries. */
	private const REFUSALS = array(
		'ddap_no_webhook'        => array( 404, 'No webhook is set up on this site.' ),
		'ddap_webhook_unread'    => array( 503, 'The secret of the webhook cannot be read; it has to be set up again.' ),
		'ddap_webhook_too_large' => array( 413, 'The body is too large.' ),
		'ddap_webhook_headers'   => array( 400, 'webhook-id, webhook-timestamp or webhook-signature is absent or malformed.' ),
		'ddap_webhook_signature' => array( 401, 'No signature fits.' ),
		'ddap_webhook_timestamp' => array( 401, 'The timestamp is more than five minutes off; compare the clocks.' ),
		'ddap_webhook_under_way' => array( 409, 'This delivery is being worked on.' ),
		'ddap_webhook_body'      => array( 400, 'The body is no event.' ),
		'ddap_webhook_later'     => array( 503, 'The pipeline of this task could not be read; send it again.' ),
	);

	/** Registers the route. */
	public static function register_routes(): void {
		register_rest_route(
			DDAP_Rest::NAMESPACE,
			'/webhook',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'receive' ),
				'permission_callback' => array( self::class, 'judge' ),
				'args'                => array(),
				'show_in_index'       => false,
			)
		);
	}

	/**
	 * Judges who sends.
	 *
	 * @param WP_REST_Request $request What came.
	 * @return true|WP_Error
	 */
	public static function judge( WP_REST_Request $request ): bool|WP_Error {
		if ( ! DDAP_Webhook::is_set_up() ) {
			return self::refuse( 'ddap_no_webhook' );
		}
		if ( array() === DDAP_Webhook::secrets() ) {
			return self::refuse( 'ddap_webhook_unread' );
		}
		if ( strlen( $request->get_body() ) > self::MAX_BODY ) {
			return self::refuse( 'ddap_webhook_too_large' );
		}
		$trouble = DDAP_Webhook_Signature::trouble(
			(string) $request->get_header( 'webhook-id' ),
			(string) $request->get_header( 'webhook-timestamp' ),
			(string) $request->get_header( 'webhook-signature' ),
			$request->get_body(),
			DDAP_Webhook::secrets(),
			time()
		);
		return '' === $trouble ? true : self::refuse( $trouble );
	}

	/**
	 * Takes a delivery whose signature is good, once. A copy is answered as the
	 * first one was and does nothing, so that a server whose answer got lost is content.
	 *
	 * @param WP_REST_Request $request What came.
	 */
	public static function receive( WP_REST_Request $request ): WP_REST_Response|WP_Error {
		$id    = (string) $request->get_header( 'webhook-id' );
		$claim = DDAP_Deliveries::claim( $id );
		if ( DDAP_Deliveries::CLAIMED !== $claim ) {
			return DDAP_Deliveries::DONE === $claim ? self::received( false ) : self::refuse( 'ddap_webhook_under_way' );
		}
		$event = json_decode( $request->get_body(), true );
		if ( ! is_array( $event ) || ! is_string( $event['type'] ?? null ) || ! is_array( $event['data'] ?? null ) ) {
			DDAP_Deliveries::finish( $id );
			return self::refuse( 'ddap_webhook_body' );
		}
		$told = DDAP_Notifier::for_site()->task_ended( self::task_of( $event['data'] ) );
		if ( is_wp_error( $told ) ) {
			DDAP_Deliveries::release( $id );
			return self::refuse( 'ddap_webhook_later' );
		}
		DDAP_Deliveries::finish( $id );
		DDAP_Webhook::note_delivery( mb_substr( sanitize_text_field( $event['type'] ), 0, 50 ) );
		return self::received( true );
	}

	/**
	 * What an event tells of a task, in the form that the list of tasks has.
	 *
	 * @param array<string,mixed> $data The event's.
	 * @return array<string,mixed>
	 */
	private static function task_of( array $data ): array {
		return array(
			'id'          => 'task' === ( $data['subject_kind'] ?? '' ) ? $data['subject_id'] ?? '' : '',
			'name'        => $data['subject_name'] ?? '',
			'creator'     => $data['creator'] ?? '',
			'pipeline_id' => $data['pipeline_id'] ?? '',
			'state'       => $data['state'] ?? '',
			'reason'      => $data['reason'] ?? '',
			'message'     => $data['message'] ?? '',
			'finished_at' => $data['at'] ?? '',
		);
	}

	/**
	 * The answer to what was taken.
	 *
	 * @param bool $is_new Whether it came for the first time.
	 */
	private static function received( bool $is_new ): WP_REST_Response {
		return new WP_REST_Response( array( 'received' => $is_new ) );
	}

	/**
	 * A refusal.
	 *
	 * @param string $code One of the table's.
	 */
	private static function refuse( string $code ): WP_Error {
		list( $status, $sentence ) = self::REFUSALS[ $code ];
		return new WP_Error( $code, $sentence, array( 'status' => $status ) );
	}
}
