<?php
/**
 * The server's API. Nothing else in the plugin speaks HTTP.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends requests to the server that the settings name, and to no other. Every
 * method gives the decoded answer or a WP_Error whose data is
 * array{status: int, code: string, fields: array<string,string>, suggestions: array<string,string>, request_id: string},
 * with status 0 where there was no answer.
 */
class DDAP_Client {

	/** Seconds for an answer that a page waits for: it has to say what is wrong within five. */
	private const TIMEOUT = 4;

	/** The largest answer that is read, in bytes: a result document has one MiB at most, a page of tasks less than 16. */
	private const MAX_ANSWER = 16 * MB_IN_BYTES;

	/**
	 * Makes a client.
	 *
	 * @param string       $url  The server's address.
	 * @param string       $key  The API key.
	 * @param WP_User|null $user For whom it acts; null acts for the site itself.
	 */
	public function __construct( private string $url, private string $key, private ?WP_User $user = null ) {}

	/** A client that acts for whoever is logged in. */
	public static function for_current_user(): self {
		$user = wp_get_current_user();
		return new self( DDAP_Settings::server_url(), DDAP_Settings::api_key(), $user->exists() ? $user : null );
	}

	/** A client that acts for the site: webhooks, scheduled polls, tests of the connection. */
	public static function for_site(): self {
		return new self( DDAP_Settings::server_url(), DDAP_Settings::api_key() );
	}

	/**
	 * Reads.
	 *
	 * @param string               $path  Below /v1, as in '/tasks'.
	 * @param array<string,mixed>  $query Parameters; null and '' are left out, lists are repeated.
	 * @param array<string,string> $headers Headers besides.
	 * @return array<string,mixed>|WP_Error
	 */
	public function get( string $path, array $query = array(), array $headers = array() ): array|WP_Error {
		return $this->exchange( 'GET', $path . self::query( $query ), null, $headers );
	}

	/**
	 * Creates or acts.
	 *
	 * @param string               $path            Below /v1.
	 * @param array|object         $body            Sent as JSON; an empty array sends none. Inside, an empty
	 *                                              object has to be a stdClass: PHP writes an empty array as [].
	 * @param string               $idempotency_key Makes a request that is sent twice take effect once; '' where the route takes none.
	 * @param array<string,string> $headers         Headers besides.
	 * @return array<string,mixed>|WP_Error
	 */
	public function post( string $path, array|object $body = array(), string $idempotency_key = '', array $headers = array() ): array|WP_Error {
		if ( '' !== $idempotency_key ) {
			$headers['Idempotency-Key'] = $idempotency_key;
		}
		return $this->exchange( 'POST', $path, $body, $headers );
	}

	/**
	 * Changes.
	 *
	 * @param string               $path    Below /v1.
	 * @param array|object         $body    What changes; see post().
	 * @param array<string,string> $headers Headers besides.
	 * @return array<string,mixed>|WP_Error
	 */
	public function patch( string $path, array|object $body, array $headers = array() ): array|WP_Error {
		return $this->exchange( 'PATCH', $path, $body, $headers );
	}

	/**
	 * Deletes.
	 *
	 * @param string $path Below /v1.
	 * @return array<string,mixed>|WP_Error
	 */
	public function delete( string $path ): array|WP_Error {
		return $this->exchange( 'DELETE', $path, null, array() );
	}

	/**
	 * Sends a file as it is, for uploads.
	 *
	 * @param string $path            Below /v1, with its query.
	 * @param string $file            The file's path.
	 * @param string $content_type    Its media type.
	 * @param string $idempotency_key See post().
	 * @return array<string,mixed>|WP_Error
	 */
	public function send_file( string $path, string $file, string $content_type, string $idempotency_key ): array|WP_Error {
		$content = file_get_contents( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents -- a local file.
		if ( false === $content ) {
			return new WP_Error( 'ddap_unreadable_file', __( 'The file cannot be read any more. Upload it again.', 'ddap-data-analysis' ), self::details() );
		}
		$answer = $this->request(
			'POST',
			$path,
			array(
				'timeout' => 120,
				'body'    => $content,
				'headers' => array(
					'Content-Type'    => $content_type,
					'DDAP-SHA256'     => hash( 'sha256', $content ),
					'Idempotency-Key' => $idempotency_key,
				),
			)
		);
		return is_wp_error( $answer ) ? $answer : self::decode( $answer );
	}

	/**
	 * Fetches a file into a temporary one, which the caller removes.
	 *
	 * @param string $path Below /v1.
	 * @return array{file: string, content_type: string}|WP_Error
	 */
	public function download( string $path ): array|WP_Error {
		require_once ABSPATH . 'wp-admin/includes/file.php';
		$file   = wp_tempnam( 'ddap-artifact' );
		$answer = $this->request(
			'GET',
			$path,
			array(
				'timeout'  => 300,
				'stream'   => true,
				'filename' => $file,
			)
		);
		$failed = is_wp_error( $answer ) || 200 !== wp_remote_retrieve_response_code( $answer );
		if ( ! $failed ) {
			return array(
				'file'         => $file,
				'content_type' => (string) wp_remote_retrieve_header( $answer, 'content-type' ),
			);
		}
		if ( ! is_wp_error( $answer ) ) {
			$answer['body'] = (string) file_get_contents( $file, false, null, 0, self::MAX_ANSWER ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents -- a local file.
			$answer         = self::decode( $answer );
		}
		wp_delete_file( $file );
		return $answer;
	}

	/**
	 * One request with JSON both ways.
	 *
	 * @param string                   $method  HTTP's.
	 * @param string                   $path    Below /v1, with its query.
	 * @param array|object|null        $body    What is sent; null and an empty array send nothing.
	 * @param array<string,string>     $headers Headers besides.
	 * @return array<string,mixed>|WP_Error
	 */
	private function exchange( string $method, string $path, array|object|null $body, array $headers ): array|WP_Error {
		$args = array( 'headers' => $headers );
		if ( null !== $body && array() !== $body ) {
			$args['body']                    = wp_json_encode( $body );
			$args['headers']['Content-Type'] = 'application/json';
		}
		$answer = $this->request( $method, $path, $args );
		return is_wp_error( $answer ) ? $answer : self::decode( $answer );
	}

	/**
	 * Sends a request, and says why there was no answer.
	 *
	 * @param string              $method HTTP's.
	 * @param string              $path   Below /v1, with its query.
	 * @param array<string,mixed> $args   Those of wp_remote_request() that differ.
	 * @return array<string,mixed>|WP_Error
	 */
	private function request( string $method, string $path, array $args ): array|WP_Error {
		if ( '' === $this->url || '' === $this->key ) {
			return new WP_Error( 'ddap_not_configured', __( 'No server is set up yet.', 'ddap-data-analysis' ), self::details() );
		}
		$silent = DDAP_Circuit::code( $this->url );
		if ( '' !== $silent ) {
			return DDAP_Connection_Error::of( $silent, self::details() );
		}
		// Looking the name up, which check() does, counts as waiting too.
		$began   = microtime( true );
		$allowed = DDAP_Server_Address::check( $this->url );
		if ( is_wp_error( $allowed ) ) {
			$allowed->add_data( self::details() );
			return $allowed;
		}
		return $this->send(
			$path,
			$began,
			array_merge(
				array(
					'method'              => $method,
					'timeout'             => 'GET' === $method ? DDAP_Circuit::timeout( self::TIMEOUT ) : self::TIMEOUT,
					// A redirect would carry the key to where the settings do not point.
					'redirection'         => 0,
					'limit_response_size' => isset( $args['stream'] ) ? null : self::MAX_ANSWER,
				),
				$args,
				array( 'headers' => array_merge( $this->headers(), $args['headers'] ?? array() ) )
			)
		);
	}

	/**
	 * Sends a request that may be sent.
	 *
	 * @param string              $path  Below /v1, with its query.
	 * @param float               $began When the caller began to wait.
	 * @param array<string,mixed> $args  Those of wp_remote_request().
	 * @return array<string,mixed>|WP_Error
	 */
	private function send( string $path, float $began, array $args ): array|WP_Error {
		$answer = wp_remote_request( $this->url . '/v1' . $path, $args );
		$error  = is_wp_error( $answer ) ? DDAP_Connection_Error::from_transport( $answer, self::details() ) : null;
		DDAP_Circuit::note( $this->url, null === $error ? '' : (string) $error->get_error_code(), microtime( true ) - $began );
		return $error ?? $answer;
	}

	/**
	 * The headers of every request.
	 *
	 * @return array<string,string>
	 */
	private function headers(): array {
		$headers = array(
			'Authorization' => 'Bearer ' . $this->key,
			'Accept'        => 'application/json',
			'User-Agent'    => 'ddap-data-analysis/' . DDAP_VERSION,
		);
		if ( null !== $this->user ) {
			$headers['DDAP-Acting-User'] = $this->user->ID . ';' . self::header_text( $this->user->display_name );
		}
		return $headers;
	}

	/**
	 * A display name as it may stand in a header.
	 *
	 * @param string $text Anything that a profile may hold.
	 */
	private static function header_text( string $text ): string {
		return mb_strcut( trim( (string) preg_replace( '/[\x00-\x1f\x7f]+/u', ' ', $text ) ), 0, 200, 'UTF-8' );
	}

	/**
	 * Reads an answer.
	 *
	 * @param array<string,mixed> $answer What wp_remote_request() gave.
	 * @return array<string,mixed>|WP_Error
	 */
	private static function decode( array $answer ): array|WP_Error {
		$status  = (int) wp_remote_retrieve_response_code( $answer );
		$decoded = json_decode( (string) wp_remote_retrieve_body( $answer ), true );
		if ( $status >= 300 && $status < 400 ) {
			return DDAP_Connection_Error::redirected( (string) wp_remote_retrieve_header( $answer, 'location' ), self::details( $status ) );
		}
		if ( $status >= 200 && $status < 300 ) {
			if ( is_array( $decoded ) || 204 === $status || '' === wp_remote_retrieve_body( $answer ) ) {
				return is_array( $decoded ) ? $decoded : array();
			}
			return DDAP_Connection_Error::not_a_server( self::details( $status ) );
		}
		return self::problem( $status, is_array( $decoded ) ? $decoded : array(), $answer );
	}

	/**
	 * A refusal of the server (RFC 9457).
	 *
	 * @param int                 $status  HTTP's.
	 * @param array<string,mixed> $problem The body.
	 * @param array<string,mixed> $answer  The answer that carried it.
	 */
	private static function problem( int $status, array $problem, array $answer ): WP_Error {
		if ( ! isset( $problem['code'] ) ) {
			return DDAP_Connection_Error::not_a_server( self::details( $status ) );
		}
		$fields      = array();
		$suggestions = array();
		foreach ( (array) ( $problem['errors'] ?? array() ) as $error ) {
			if ( is_array( $error ) && isset( $error['path'], $error['message'] ) ) {
				$fields[ (string) $error['path'] ] = (string) $error['message'];
				if ( is_string( $error['suggestion'] ?? null ) && '' !== $error['suggestion'] ) {
					$suggestions[ (string) $error['path'] ] = $error['suggestion'];
				}
			}
		}
		$details = array(
			'status'      => $status,
			'code'        => (string) $problem['code'],
			'fields'      => $fields,
			'suggestions' => $suggestions,
			'request_id'  => (string) ( $problem['request_id'] ?? '' ),
			'retry_after' => (int) wp_remote_retrieve_header( $answer, 'retry-after' ),
		);
		return new WP_Error( 'ddap_' . $details['code'], (string) ( $problem['detail'] ?? $problem['title'] ?? $details['code'] ), $details );
	}

	/**
	 * The data of an error without an answer that can be read.
	 *
	 * @param int $status HTTP's, 0 where there was no answer.
	 * @return array{status: int, code: string, fields: array<string,string>, suggestions: array<string,string>, request_id: string}
	 */
	private static function details( int $status = 0 ): array {
		return array(
			'status'      => $status,
			'code'        => '',
			'fields'      => array(),
			'suggestions' => array(),
			'request_id'  => '',
		);
	}

	/**
	 * A query string.
	 *
	 * @param array<string,mixed> $query Parameters.
	 */
	private static function query( array $query ): string {
		$pairs = array();
		foreach ( $query as $name => $values ) {
			foreach ( (array) $values as $value ) {
				if ( null !== $value && '' !== $value ) {
					$pairs[] = rawurlencode( $name ) . '=' . rawurlencode( is_bool( $value ) ? ( $value ? 'true' : 'false' ) : (string) $value );
				}
			}
		}
		return array() === $pairs ? '' : '?' . implode( '&', $pairs );
	}
}
