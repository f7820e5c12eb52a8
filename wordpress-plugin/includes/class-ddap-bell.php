<?php
/**
 * The bell in the admin bar.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows how many analyses have ended unread, and the last of them. All of it is
 * local: no page waits for the server.
 */
final class DDAP_Bell {

	/** The node in the admin bar. */
	private const NODE = 'ddap-bell';

	/** So many are listed. */
	private const LISTED = 8;

	/**
	 * Adds the bell; an action of admin_bar_menu.
	 *
	 * @param WP_Admin_Bar $bar The bar.
	 */
	public static function add( WP_Admin_Bar $bar ): void {
		if ( ! self::is_shown() ) {
			return;
		}
		$rows = DDAP_Notifications::of_user( get_current_user_id(), self::LISTED );
		$bar->add_node(
			array(
				'id'     => self::NODE,
				'parent' => 'top-secondary',
				'title'  => self::title( $rows ),
				'href'   => DDAP_Menu::url( DDAP_Menu::TASKS ),
				'meta'   => array( 'menu_title' => __( 'Analyses that have ended', 'ddap-data-analysis' ) ),
			)
		);
		foreach ( $rows as $row ) {
			$bar->add_node(
				array(
					'id'     => self::NODE . '-' . $row['id'],
					'parent' => self::NODE,
					'title'  => self::entry( $row ),
					'href'   => self::action_url( 'ddap_open_notification', (int) $row['id'] ),
					'meta'   => array( 'class' => null === $row['read_at'] ? 'ddap-unread' : 'ddap-read' ),
				)
			);
		}
		self::add_last( $bar, $rows );
	}

	/** Loads the bell's style and script wherever the bar is shown. */
	public static function enqueue(): void {
		if ( ! is_admin_bar_showing() || ! self::is_shown() ) {
			return;
		}
		wp_enqueue_style( 'ddap-bell', DDAP_Assets::url( 'css/bell.css' ), array( 'admin-bar', 'dashicons' ), DDAP_VERSION );
		$needs = array( 'wp-api-fetch', 'wp-a11y', 'wp-dom-ready', 'wp-i18n' );
		wp_enqueue_script( 'ddap-bell', DDAP_Assets::url( 'js/bell.js' ), is_admin() ? array_merge( $needs, array( 'heartbeat' ) ) : $needs, DDAP_VERSION, true );
		wp_set_script_translations( 'ddap-bell', 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
	}

	/**
	 * Tells open pages the news; a filter of heartbeat_received.
	 *
	 * @param array<string,mixed> $response What WordPress answers.
	 * @param array<string,mixed> $data     What the page sent: ddap_bell is the last number that it knows.
	 * @return array<string,mixed>
	 */
	public static function beat( array $response, array $data ): array {
		if ( isset( $data['ddap_bell'] ) ) {
			$response['ddap_bell'] = self::news( absint( $data['ddap_bell'] ) );
		}
		return $response;
	}

	/**
	 * The bell as it is now.
	 *
	 * @param int $known The last number that the page knows.
	 * @return array{latest: int, html: string, news: string[]}
	 */
	public static function news( int $known ): array {
		if ( ! self::is_shown() ) {
			return array(
				'latest' => 0,
				'html'   => '',
				'news'   => array(),
			);
		}
		require_once ABSPATH . WPINC . '/class-wp-admin-bar.php';
		$bar = new WP_Admin_Bar();
		$bar->add_group( array( 'id' => 'top-secondary' ) );
		self::add( $bar );
		ob_start();
		$bar->render();
		$html = (string) ob_get_clean();
		$rows = DDAP_Notifications::of_user( get_current_user_id(), self::LISTED );
		return array(
			'latest' => self::latest( $rows ),
			'html'   => $html,
			'news'   => array_values( array_map( array( self::class, 'headline' ), array_filter( $rows, static fn( array $row ): bool => (int) $row['id'] > $known ) ) ),
		);
	}

	/** Marks one as read and goes to its task; the address of an entry. */
	public static function open(): void {
		$id = isset( $_GET['notification'] ) ? absint( $_GET['notification'] ) : 0;
		self::check( 'ddap_open_notification', $id );
		$row = DDAP_Notifications::find( get_current_user_id(), $id );
		DDAP_Notifications::mark_read( get_current_user_id(), $id );
		wp_safe_redirect( DDAP_Menu::url( DDAP_Menu::TASKS, null === $row ? array() : array( 'task' => (string) $row['task_id'] ) ) );
		exit;
	}

	/** Marks all as read and goes back; for those without scripts. */
	public static function read_all(): void {
		self::check( 'ddap_read_notifications', 0 );
		DDAP_Notifications::mark_read( get_current_user_id() );
		$back = wp_get_referer();
		wp_safe_redirect( false === $back ? admin_url() : $back );
		exit;
	}

	/**
	 * Adds what stands below the entries.
	 *
	 * @param WP_Admin_Bar                     $bar  The bar.
	 * @param array<int,array<string,?string>> $rows The entries.
	 */
	private static function add_last( WP_Admin_Bar $bar, array $rows ): void {
		if ( array() === $rows ) {
			$bar->add_node(
				array(
					'id'     => self::NODE . '-none',
					'parent' => self::NODE,
					'title'  => esc_html__( 'When an analysis that you asked for has ended, it is told here.', 'ddap-data-analysis' ),
				)
			);
			return;
		}
		$bar->add_node(
			array(
				'id'     => self::NODE . '-read-all',
				'parent' => self::NODE,
				'title'  => esc_html__( 'Mark all as read', 'ddap-data-analysis' ),
				'href'   => self::action_url( 'ddap_read_notifications', 0 ),
			)
		);
		$bar->add_node(
			array(
				'id'     => self::NODE . '-all',
				'parent' => self::NODE,
				'title'  => esc_html__( 'All tasks', 'ddap-data-analysis' ),
				'href'   => DDAP_Menu::url( DDAP_Menu::TASKS ),
			)
		);
	}

	/** Whether the current user has a bell. */
	private static function is_shown(): bool {
		return DDAP_Schema::is_current() && current_user_can( DDAP_Capabilities::ENTER );
	}

	/**
	 * What the bar itself shows: a bell and a number, in words for those who hear it.
	 *
	 * @param array<int,array<string,?string>> $rows The entries.
	 */
	private static function title( array $rows ): string {
		$unread = DDAP_Notifications::count_unread( get_current_user_id() );
		/* translators: %s: a number of analyses. */
		$words = 0 === $unread ? __( 'Analyses: nothing new', 'ddap-data-analysis' ) : sprintf( _n( 'Analyses: %s has ended that you have not seen', 'Analyses: %s have ended that you have not seen', $unread, 'ddap-data-analysis' ), number_format_i18n( $unread ) );
		return sprintf(
			'<span class="ab-icon dashicons-bell" aria-hidden="true"></span><span class="ddap-bell-count" aria-hidden="true" data-latest="%1$d">%2$s</span><span class="screen-reader-text">%3$s</span>',
			self::latest( $rows ),
			0 === $unread ? '' : esc_html( number_format_i18n( $unread ) ),
			esc_html( $words )
		);
	}

	/**
	 * One entry: glyph, word, name; why it failed; when.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 */
	private static function entry( array $row ): string {
		$state  = DDAP_Words::state( (string) $row['state'] );
		$reason = 'succeeded' === $row['state'] || '' === $row['reason'] ? '' : DDAP_Words::reason( (string) $row['reason'] );
		/* translators: %s: a duration, as in "5 mins". */
		$age    = sprintf( __( '%s ago', 'ddap-data-analysis' ), human_time_diff( (int) strtotime( $row['ended_at'] . ' UTC' ) ) );
		$unread = null === $row['read_at'] ? '<span class="screen-reader-text">' . esc_html__( '(new)', 'ddap-data-analysis' ) . '</span>' : '';
		return sprintf(
			'<span class="ddap-bell-headline"><span class="ddap-bell-glyph wp-exclude-emoji" aria-hidden="true" style="color:%1$s">%2$s</span> <strong>%3$s:</strong> <span dir="auto">%4$s</span> %5$s</span>%6$s<span class="ddap-bell-age">%7$s</span>',
			esc_attr( $state['dark'] ),
			esc_html( $state['glyph'] ),
			esc_html( $state['word'] ),
			esc_html( (string) $row['name'] ),
			$unread,
			'' === $reason ? '' : '<span class="ddap-bell-reason">' . esc_html( $reason ) . '</span>',
			esc_html( $age )
		);
	}

	/**
	 * What is said of one aloud.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 */
	private static function headline( array $row ): string {
		return DDAP_Words::state( (string) $row['state'] )['word'] . ': ' . $row['name'];
	}

	/**
	 * The highest number among the entries.
	 *
	 * @param array<int,array<string,?string>> $rows The entries.
	 */
	private static function latest( array $rows ): int {
		return (int) max( array( 0, ...array_column( $rows, 'id' ) ) );
	}

	/**
	 * The address of an action, with its nonce.
	 *
	 * @param string $action The action.
	 * @param int    $id     The notification's number; zero for all.
	 */
	private static function action_url( string $action, int $id ): string {
		return wp_nonce_url( admin_url( 'admin-post.php?action=' . $action . '&notification=' . $id ), $action . $id );
	}

	/**
	 * Ends the request where it may not do what it asks for.
	 *
	 * @param string $action The action.
	 * @param int    $id     The notification's number; zero for all.
	 */
	private static function check( string $action, int $id ): void {
		if ( ! current_user_can( DDAP_Capabilities::ENTER ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( $action . $id );
	}
}
