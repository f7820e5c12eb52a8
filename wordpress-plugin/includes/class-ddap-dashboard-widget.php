<?php
/**
 * The widget on WordPress's dashboard.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows one's own analyses that run, and the last that ended. It is filled after
 * the dashboard is there, so that a slow server slows nothing.
 */
final class DDAP_Dashboard_Widget {

	/** So many of each are shown. */
	private const SHOWN = 5;

	/** So many tasks are read to find them: an analysis has several. */
	private const READ = 50;

	/** Adds the widget. */
	public static function add(): void {
		if ( current_user_can( DDAP_Capabilities::ENTER ) ) {
			wp_add_dashboard_widget( 'ddap_dashboard', __( 'Data Analysis', 'ddap-data-analysis' ), array( self::class, 'render' ) );
		}
	}

	/**
	 * Loads its script.
	 *
	 * @param string $page The page that is shown.
	 */
	public static function enqueue( string $page ): void {
		if ( 'index.php' !== $page || ! current_user_can( DDAP_Capabilities::ENTER ) ) {
			return;
		}
		wp_enqueue_style( 'ddap-dashboard', DDAP_Assets::url( 'css/dashboard.css' ), array(), DDAP_VERSION );
		wp_enqueue_script( 'ddap-dashboard', DDAP_Assets::url( 'js/dashboard.js' ), array( 'wp-api-fetch', 'wp-dom-ready', 'wp-i18n' ), DDAP_VERSION, true );
		wp_set_script_translations( 'ddap-dashboard', 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
	}

	/** Prints the widget before it is filled. */
	public static function render(): void {
		?>
		<div id="ddap-dashboard-list" aria-live="polite" aria-busy="true">
			<p><?php esc_html_e( 'Asking the server…', 'ddap-data-analysis' ); ?></p>
		</div>
		<p class="ddap-dashboard-links">
			<?php if ( current_user_can( DDAP_Capabilities::CREATE ) ) : ?>
				<a class="button" href="<?php echo esc_url( DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS ) ); ?>"><?php esc_html_e( 'New analysis', 'ddap-data-analysis' ); ?></a>
			<?php endif; ?>
			<a href="<?php echo esc_url( DDAP_Menu::url( DDAP_Menu::TASKS ) ); ?>"><?php esc_html_e( 'All tasks', 'ddap-data-analysis' ); ?></a>
		</p>
		<?php
	}

	/**
	 * What the widget shows.
	 *
	 * @return array{running: array<int,array<string,mixed>>, ended: array<int,array<string,mixed>>, trouble: string}
	 */
	public static function content(): array {
		$running = self::running();
		return array(
			'running' => is_wp_error( $running ) ? array() : $running,
			'ended'   => array_map( array( self::class, 'ended' ), DDAP_Notifications::of_user( get_current_user_id(), self::SHOWN ) ),
			'trouble' => is_wp_error( $running ) ? $running->get_error_message() : '',
		);
	}

	/**
	 * The current user's tasks that have not ended, of each pipeline the one that is furthest.
	 *
	 * @return array<int,array<string,mixed>>|WP_Error
	 */
	private static function running(): array|WP_Error {
		$key    = DDAP_Key::id( DDAP_Settings::api_key() );
		$answer = DDAP_Client::for_current_user()->get(
			'/tasks',
			array(
				'creator' => '' === $key ? '' : $key . ';' . get_current_user_id(),
				'state'   => array( 'running', 'leased', 'queued', 'scheduled', 'blocked' ),
				'limit'   => self::READ,
			)
		);
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$furthest = array();
		foreach ( (array) ( $answer['tasks'] ?? array() ) as $task ) {
			$of = $task['pipeline_id'] ?? $task['id'];
			if ( ! isset( $furthest[ $of ] ) || self::rank( $task ) < self::rank( $furthest[ $of ] ) ) {
				$furthest[ $of ] = $task;
			}
		}
		return array_map( array( self::class, 'line' ), array_slice( array_values( $furthest ), 0, self::SHOWN ) );
	}

	/**
	 * How soon there is something to see of a task.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	private static function rank( array $task ): int {
		return (int) array_search( $task['state'], array( 'running', 'leased', 'queued', 'scheduled', 'blocked' ), true );
	}

	/**
	 * A line about a task that has not ended.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 * @return array<string,mixed>
	 */
	private static function line( array $task ): array {
		$waits = in_array( $task['state'], array( 'queued', 'scheduled', 'blocked' ), true );
		return self::state_words( (string) $task['state'] ) + array(
			'name'     => (string) $task['name'],
			'detail'   => $waits && isset( $task['reason'] ) ? DDAP_Words::reason( (string) $task['reason'] ) : '',
			'fraction' => $task['progress']['fraction'] ?? null,
			'url'      => DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => (string) $task['id'] ) ),
		);
	}

	/**
	 * A line about one that has ended.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 * @return array<string,mixed>
	 */
	private static function ended( array $row ): array {
		$reason = 'succeeded' === $row['state'] || '' === $row['reason'] ? '' : DDAP_Words::reason( (string) $row['reason'] );
		/* translators: %s: a duration, as in "5 mins". */
		$age = sprintf( __( '%s ago', 'ddap-data-analysis' ), human_time_diff( (int) strtotime( $row['ended_at'] . ' UTC' ) ) );
		return self::state_words( (string) $row['state'] ) + array(
			'name'     => (string) $row['name'],
			'detail'   => trim( $reason . ' ' . DDAP_Advice::of( (string) $row['state'], (string) $row['reason'] ) ),
			'age'      => $age,
			'fraction' => null,
			'url'      => DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => (string) $row['task_id'] ) ),
		);
	}

	/**
	 * Glyph, colour and word.
	 *
	 * @param string $state The task's.
	 * @return array{glyph: string, color: string, word: string}
	 */
	private static function state_words( string $state ): array {
		$words = DDAP_Words::state( $state );
		return array(
			'glyph' => $words['glyph'],
			'color' => $words['light'],
			'word'  => $words['word'],
		);
	}
}
