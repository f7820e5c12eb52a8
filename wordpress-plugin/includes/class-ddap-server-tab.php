<?php
/**
 * Settings > Data Analysis > Server.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The form for the server and its key.
 */
final class DDAP_Server_Tab implements DDAP_Settings_Tab {

	private const ACTION = 'ddap_save_server';

	/** The tab's title. */
	public function title(): string {
		return __( 'Server', 'ddap-data-analysis' );
	}

	/** Prints the tab. */
	public function render(): void {
		$this->render_notices();
		?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" novalidate>
			<input type="hidden" name="action" value="<?php echo esc_attr( self::ACTION ); ?>">
			<?php wp_nonce_field( self::ACTION ); ?>
			<table class="form-table" role="presentation">
				<?php
				$this->render_url_row();
				$this->render_key_row();
				?>
			</table>
			<p class="submit">
				<button type="submit" class="button button-primary"><?php esc_html_e( 'Save and test', 'ddap-data-analysis' ); ?></button>
				<button type="button" class="button" id="ddap-test" <?php disabled( ! DDAP_Settings::are_complete() ); ?>><?php esc_html_e( 'Test connection', 'ddap-data-analysis' ); ?></button>
			</p>
		</form>
		<div id="ddap-verdict" role="status" aria-live="polite"></div>
		<?php
	}

	/** Explains the tab, as HTML. */
	public function help(): string {
		return '<p>' . esc_html__( 'The server hands your questions to the computers that share data. Its administrator tells you the address, and makes an API key for this site.', 'ddap-data-analysis' ) . '</p>'
			. '<p>' . esc_html__( 'The key is stored encrypted with this site\'s salts and never shown again. It is sent to this address and nowhere else, and when the address changes it has to be entered anew.', 'ddap-data-analysis' ) . '</p>'
			. '<p>' . wp_kses( __( 'In wp-config.php, <code>DDAP_SERVER_URL</code> and <code>DDAP_API_KEY</code> win over what is entered here.', 'ddap-data-analysis' ), array( 'code' => array() ) ) . '</p>';
	}

	/** Keeps what the form sent, or shows beside each field what is wrong with it. */
	public static function save(): void {
		if ( ! current_user_can( DDAP_Capabilities::SETTINGS ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::ACTION );
		$url    = isset( $_POST['server_url'] ) ? untrailingslashit( trim( sanitize_text_field( wp_unslash( $_POST['server_url'] ) ) ) ) : '';
		$key    = isset( $_POST['api_key'] ) ? trim( sanitize_text_field( wp_unslash( $_POST['api_key'] ) ) ) : '';
		$errors = self::store( $url, $key );
		set_transient(
			self::transient(),
			array(
				'url'    => $url,
				'errors' => $errors,
			),
			MINUTE_IN_SECONDS
		);
		wp_safe_redirect( DDAP_Menu::url( DDAP_Menu::SETTINGS, array( 'saved' => array() === $errors ? 1 : 0 ) ) );
		exit;
	}

	/**
	 * Keeps address and key where both are right.
	 *
	 * @param string $url As entered.
	 * @param string $key As entered; empty keeps the one that is stored.
	 * @return array<string,string> What is wrong, by field.
	 */
	private static function store( string $url, string $key ): array {
		$errors = array();
		if ( DDAP_Settings::address_is_missing() ) {
			return array( 'server_url' => self::address_is_missing() );
		}
		if ( ! DDAP_Settings::url_is_constant() ) {
			$checked = DDAP_Server_Address::check( $url );
			if ( is_wp_error( $checked ) ) {
				$errors['server_url'] = $checked->get_error_message();
			}
		}
		if ( '' !== $key && 1 !== preg_match( '/^ddap_key_[A-Za-z0-9]+_[A-Za-z0-9]+$/', $key ) ) {
			$errors['api_key'] = __( 'This is not an API key. It should begin with ddap_key_ and have been copied whole.', 'ddap-data-analysis' );
		}
		// A key must not go to another server than that for which it was entered.
		$moves = ! DDAP_Settings::url_is_constant() && DDAP_Settings::server_url() !== $url;
		if ( array() === $errors && $moves && '' === $key && ! DDAP_Settings::key_is_constant() && '' !== DDAP_Settings::api_key() ) {
			$errors['api_key'] = __( 'Enter the key of the new server. The one that is stored belongs to the server before.', 'ddap-data-analysis' );
		}
		if ( array() === $errors ) {
			if ( ! DDAP_Settings::url_is_constant() ) {
				DDAP_Settings::store_server_url( $url );
			}
			if ( '' !== $key && ! DDAP_Settings::key_is_constant() ) {
				DDAP_Settings::store_api_key( $key );
			}
		}
		return $errors;
	}

	/** Where the outcome of saving waits for the page that shows it. */
	private static function transient(): string {
		return 'ddap_saved_server_' . get_current_user_id();
	}

	/**
	 * What saving said, once.
	 *
	 * @return array{url: string, errors: array<string,string>}
	 */
	private function outcome(): array {
		static $outcome = null;
		if ( null === $outcome ) {
			$stored  = get_transient( self::transient() );
			$outcome = is_array( $stored ) ? $stored : array(
				'url'    => DDAP_Settings::server_url(),
				'errors' => array(),
			);
			delete_transient( self::transient() );
		}
		return $outcome;
	}

	/** Prints what the reader has to know first. */
	private function render_notices(): void {
		if ( array() !== $this->outcome()['errors'] ) {
			wp_admin_notice( esc_html__( 'Nothing was saved. What is wrong stands beside the fields.', 'ddap-data-analysis' ), array( 'type' => 'error' ) );
		} elseif ( '1' === filter_input( INPUT_GET, 'saved' ) ) {
			wp_admin_notice(
				esc_html__( 'Saved.', 'ddap-data-analysis' ),
				array(
					'type'       => 'success',
					'attributes' => array( 'data-ddap-test' => '1' ),
				)
			);
		}
		if ( DDAP_Settings::key_is_unreadable() ) {
			wp_admin_notice( esc_html__( 'The stored key cannot be read any more, because the site\'s salts have changed. Enter it again.', 'ddap-data-analysis' ), array( 'type' => 'warning' ) );
		}
	}

	/** What to do where wp-config.php has the key alone. */
	private static function address_is_missing(): string {
		return __( 'The key is set in wp-config.php. Set DDAP_SERVER_URL there as well, so that the key goes to this server and to no other.', 'ddap-data-analysis' );
	}

	/** Prints the field of the address. */
	private function render_url_row(): void {
		$fixed = DDAP_Settings::url_is_constant() || DDAP_Settings::address_is_missing();
		$error = DDAP_Settings::address_is_missing() ? self::address_is_missing() : ( $this->outcome()['errors']['server_url'] ?? '' );
		?>
		<tr>
			<th scope="row"><label for="ddap-server-url"><?php esc_html_e( 'Address', 'ddap-data-analysis' ); ?></label></th>
			<td>
				<input type="url" class="regular-text code" id="ddap-server-url" name="server_url" value="<?php echo esc_attr( $fixed ? DDAP_Settings::server_url() : $this->outcome()['url'] ); ?>"
					placeholder="https://analytics.example.org" aria-describedby="ddap-server-url-help" <?php disabled( $fixed ); ?> <?php self::render_invalid( $error ); ?>>
				<?php self::render_error( 'ddap-server-url', $error ); ?>
				<p class="description" id="ddap-server-url-help">
					<?php
					echo DDAP_Settings::url_is_constant()
						? esc_html__( 'Set by DDAP_SERVER_URL in wp-config.php.', 'ddap-data-analysis' )
						: esc_html__( 'Whoever runs the DDAP server knows it.', 'ddap-data-analysis' );
					?>
				</p>
			</td>
		</tr>
		<?php
	}

	/** Prints the field of the key, which never shows the one that is stored. */
	private function render_key_row(): void {
		$fixed  = DDAP_Settings::key_is_constant();
		$masked = DDAP_Settings::masked_key();
		$error  = $this->outcome()['errors']['api_key'] ?? '';
		?>
		<tr>
			<th scope="row"><label for="ddap-api-key"><?php esc_html_e( 'API key', 'ddap-data-analysis' ); ?></label></th>
			<td>
				<input type="password" class="regular-text code" id="ddap-api-key" name="api_key" value="" autocomplete="off" spellcheck="false"
					placeholder="<?php echo esc_attr( $masked ); ?>" aria-describedby="ddap-api-key-help" <?php disabled( $fixed ); ?> <?php self::render_invalid( $error ); ?>>
				<?php self::render_error( 'ddap-api-key', $error ); ?>
				<p class="description" id="ddap-api-key-help">
					<?php
					if ( $fixed ) {
						/* translators: %s: the masked key. */
						echo esc_html( sprintf( __( 'Set by DDAP_API_KEY in wp-config.php: %s', 'ddap-data-analysis' ), $masked ) );
					} elseif ( '' !== $masked ) {
						/* translators: %s: the masked key. */
						echo esc_html( sprintf( __( 'Stored, encrypted: %s. Leave this empty to keep it.', 'ddap-data-analysis' ), $masked ) );
					} else {
						echo wp_kses( __( 'The server\'s administrator makes one with <code>ddap-admin keys create --name "This site" --role analyst --delegate --grant webhooks:own --grant enrollments:create</code>.', 'ddap-data-analysis' ), array( 'code' => array() ) );
					}
					?>
				</p>
			</td>
		</tr>
		<?php
	}

	/**
	 * Marks a field that is wrong, for those who do not see its colour.
	 *
	 * @param string $error What is wrong; empty where nothing is.
	 */
	private static function render_invalid( string $error ): void {
		echo '' === $error ? '' : 'aria-invalid="true"';
	}

	/**
	 * Prints what is wrong with a field, beside it.
	 *
	 * @param string $id    The field's.
	 * @param string $error What is wrong; empty where nothing is.
	 */
	private static function render_error( string $id, string $error ): void {
		if ( '' !== $error ) {
			printf( '<p class="ddap-field-error" id="%1$s-error">%2$s</p>', esc_attr( $id ), esc_html( $error ) );
		}
	}
}
