<?php
/**
 * The server's webhook to this site.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sets the webhook up, looks after it, and knows its secrets. Which route takes
 * what it sends is DDAP_Rest_Webhook's.
 */
final class DDAP_Webhook {

	/** The webhook: id, url, secret, former_secret (both sealed), former_until, made_at. */
	public const OPTION = 'ddap_webhook';
	/** The last delivery that came: at, type. */
	public const SEEN = 'ddap_webhook_seen';
	/** What the server last said about it: checked_at, trouble. */
	public const HEALTH = 'ddap_webhook_health';

	/** What the site wants to hear of: tasks that have ended. */
	private const TYPES = array( 'task.succeeded', 'task.failed', 'task.canceled' );

	/** So long the secret before signs as well, in seconds. */
	private const OVERLAP = HOUR_IN_SECONDS;

	/** Where the server is to send. */
	public static function address(): string {
		return rest_url( DDAP_Rest::NAMESPACE . '/webhook' );
	}

	/** Whether one is set up, as far as this site knows. */
	public static function is_set_up(): bool {
		return '' !== self::stored()['id'];
	}

	/** Whether deliveries have come, and the server says nothing of trouble: then nobody has to ask for news. */
	public static function works(): bool {
		return self::is_set_up() && array() !== self::secrets() && '' === self::trouble() && self::seen()['at'] >= self::stored()['made_at'];
	}

	/**
	 * The secrets that are good now: two for a while after one was replaced.
	 *
	 * @return string[]
	 */
	public static function secrets(): array {
		$stored  = self::stored();
		$secrets = array( DDAP_Secret_Box::open( $stored['secret'] ) );
		if ( $stored['former_until'] > time() ) {
			$secrets[] = DDAP_Secret_Box::open( $stored['former_secret'] );
		}
		return array_values( array_filter( $secrets ) );
	}

	/**
	 * Has the server send its news here. One that was set up before is replaced.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return true|WP_Error
	 */
	public static function set_up( DDAP_Client $client ): bool|WP_Error {
		DDAP_Schema::install();
		$made = $client->post(
			'/webhooks',
			array(
				'name'  => self::name(),
				'url'   => self::address(),
				'types' => self::TYPES,
			),
			wp_generate_uuid4()
		);
		if ( is_wp_error( $made ) ) {
			return $made;
		}
		self::remove_others( $client, (string) $made['id'] );
		self::store(
			array(
				'id'      => (string) $made['id'],
				'url'     => (string) $made['url'],
				'secret'  => DDAP_Secret_Box::seal( (string) ( $made['secret'] ?? '' ) ),
				'made_at' => time(),
			)
		);
		self::keep_health( '' );
		return true;
	}

	/**
	 * Replaces the secret. What is on its way with the one before is still taken.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return true|WP_Error
	 */
	public static function rotate( DDAP_Client $client ): bool|WP_Error {
		$stored  = self::stored();
		$rotated = $client->post( "/webhooks/{$stored['id']}/rotate", array( 'overlap_seconds' => self::OVERLAP ) );
		if ( is_wp_error( $rotated ) ) {
			return $rotated;
		}
		self::store(
			array(
				'secret'        => DDAP_Secret_Box::seal( (string) ( $rotated['secret'] ?? '' ) ),
				'former_secret' => $stored['secret'],
				'former_until'  => time() + self::OVERLAP,
			) + $stored
		);
		return true;
	}

	/**
	 * Has the server send a delivery that says nothing.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return array<string,mixed>|WP_Error The delivery.
	 */
	public static function test( DDAP_Client $client ): array|WP_Error {
		return $client->post( '/webhooks/' . self::stored()['id'] . '/test' );
	}

	/**
	 * Ends the webhook. This site forgets it in any case: what still comes is refused,
	 * and a server that is refused gives up by itself.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return true|WP_Error
	 */
	public static function remove( DDAP_Client $client ): bool|WP_Error {
		$answer = self::is_set_up() ? $client->delete( '/webhooks/' . self::stored()['id'] ) : array();
		self::forget();
		$is_gone = ! is_wp_error( $answer ) || 404 === ( $answer->get_error_data()['status'] ?? 0 );
		return $is_gone ? true : $answer;
	}

	/** Forgets the webhook here; the server is not told. */
	public static function forget(): void {
		foreach ( array( self::OPTION, self::SEEN, self::HEALTH ) as $option ) {
			delete_option( $option );
		}
	}

	/**
	 * Asks the server how the webhook fares, and keeps what it says.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @return array<string,mixed>|WP_Error The webhook as the server has it.
	 */
	public static function look( DDAP_Client $client ): array|WP_Error {
		$webhook = $client->get( '/webhooks/' . self::stored()['id'] );
		if ( is_wp_error( $webhook ) ) {
			if ( 404 === ( $webhook->get_error_data()['status'] ?? 0 ) ) {
				self::keep_health( 'lost' );
			}
			return $webhook;
		}
		$trouble = '';
		if ( empty( $webhook['enabled'] ) ) {
			$trouble = 'disabled';
		} elseif ( isset( $webhook['failing_since'] ) ) {
			$trouble = 'failing';
		}
		self::keep_health( $trouble );
		return $webhook;
	}

	/**
	 * What is wrong, as far as is known without asking: '', lost, disabled, failing,
	 * unreadable (the salts have changed), moved (this site has another address now).
	 */
	public static function trouble(): string {
		if ( ! self::is_set_up() ) {
			return '';
		}
		if ( array() === self::secrets() ) {
			return 'unreadable';
		}
		if ( self::stored()['url'] !== self::address() ) {
			return 'moved';
		}
		$health = get_option( self::HEALTH, array() );
		return is_array( $health ) ? (string) ( $health['trouble'] ?? '' ) : '';
	}

	/**
	 * Keeps that a delivery came.
	 *
	 * @param string $type Of the event.
	 */
	public static function note_delivery( string $type ): void {
		$seen = array(
			'at'   => time(),
			'type' => $type,
		);
		update_option( self::SEEN, $seen, false );
		// What has just come is not failing, whatever was known before.
		if ( 'failing' === self::trouble() ) {
			self::keep_health( '' );
		}
	}

	/**
	 * The last delivery that came.
	 *
	 * @return array{at: int, type: string} Zero where none has come.
	 */
	public static function seen(): array {
		$seen = get_option( self::SEEN, array() );
		return array(
			'at'   => (int) ( $seen['at'] ?? 0 ),
			'type' => (string) ( $seen['type'] ?? '' ),
		);
	}

	/**
	 * What is stored of the webhook.
	 *
	 * @return array{id: string, url: string, secret: string, former_secret: string, former_until: int, made_at: int}
	 */
	public static function stored(): array {
		$stored = get_option( self::OPTION, array() );
		return array_merge(
			array(
				'id'            => '',
				'url'           => '',
				'secret'        => '',
				'former_secret' => '',
				'former_until'  => 0,
				'made_at'       => 0,
			),
			is_array( $stored ) ? $stored : array()
		);
	}

	/**
	 * Stores the webhook.
	 *
	 * @param array<string,mixed> $webhook See stored().
	 */
	private static function store( array $webhook ): void {
		update_option( self::OPTION, $webhook, false );
	}

	/**
	 * Keeps what the server says of the webhook.
	 *
	 * @param string $trouble See trouble().
	 */
	private static function keep_health( string $trouble ): void {
		$health = array(
			'checked_at' => time(),
			'trouble'    => $trouble,
		);
		update_option( self::HEALTH, $health, false );
	}

	/**
	 * Removes webhooks that this one replaces: that which was set up before, and any
	 * whose making was never answered.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 * @param string      $id     The new one.
	 */
	private static function remove_others( DDAP_Client $client, string $id ): void {
		$others = self::is_set_up() ? array( self::stored()['id'] ) : array();
		$list   = $client->get( '/webhooks' );
		foreach ( is_wp_error( $list ) ? array() : (array) ( $list['webhooks'] ?? array() ) as $webhook ) {
			if ( self::address() === ( $webhook['url'] ?? '' ) ) {
				$others[] = (string) $webhook['id'];
			}
		}
		foreach ( array_diff( array_unique( $others ), array( $id ) ) as $other ) {
			$client->delete( '/webhooks/' . $other );
		}
	}

	/** How the server's people recognise the webhook. */
	private static function name(): string {
		$name = trim( (string) preg_replace( '/[\x00-\x1f\x7f]+/u', ' ', wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES ) ) );
		/* translators: %s: the name of the site. */
		return mb_substr( sprintf( __( 'WordPress: %s', 'ddap-data-analysis' ), '' === $name ? home_url() : $name ), 0, 200 );
	}
}
