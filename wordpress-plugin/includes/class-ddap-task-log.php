<?php
/**
 * What happened to a task.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The timeline of a task and the lines of its log, a page at a time.
 */
final class DDAP_Task_Log {

	/** Lines on a page. */
	private const PAGE = 200;

	/**
	 * Makes the panel.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public function __construct( private array $task ) {}

	/**
	 * The panel.
	 *
	 * @param string $cursor Where it goes on; empty begins.
	 */
	public function html( string $cursor = '' ): string {
		$answer = DDAP_Client::for_current_user()->get(
			'/tasks/' . $this->task['id'] . '/events',
			array(
				'limit'  => self::PAGE,
				'cursor' => $cursor,
			)
		);
		if ( is_wp_error( $answer ) ) {
			return '<div class="notice notice-error inline">' . DDAP_Trouble::html( $answer ) . '</div>';
		}
		$html = '<div class="ddap-scroll" tabindex="0" role="region" aria-labelledby="ddap-log-title"><table class="widefat striped ddap-log"><caption id="ddap-log-title" class="screen-reader-text">'
			. esc_html__( 'What happened to this task, oldest first', 'ddap-data-analysis' ) . '</caption><thead><tr>';
		foreach ( array( __( 'Time', 'ddap-data-analysis' ), __( 'What happened', 'ddap-data-analysis' ), __( 'More', 'ddap-data-analysis' ), __( 'Attempt', 'ddap-data-analysis' ) ) as $head ) {
			$html .= '<th scope="col">' . esc_html( $head ) . '</th>';
		}
		$html .= '</tr></thead><tbody>' . implode( '', array_map( array( self::class, 'line' ), (array) ( $answer['events'] ?? array() ) ) ) . '</tbody></table></div>';
		return $html . $this->pages( $cursor, (string) ( $answer['next_cursor'] ?? '' ) );
	}

	/**
	 * One line.
	 *
	 * @param array<string,mixed> $event Of the server.
	 */
	private static function line( array $event ): string {
		$more = array();
		if ( ! empty( $event['reason'] ) ) {
			$more[] = esc_html( DDAP_Words::reason( (string) $event['reason'] ) );
		}
		if ( ! empty( $event['message'] ) ) {
			$more[] = '<bdi>' . esc_html( (string) $event['message'] ) . '</bdi>';
		}
		return sprintf(
			'<tr><td><time datetime="%1$s">%2$s</time></td><td>%3$s</td><td>%4$s</td><td>%5$s</td></tr>',
			esc_attr( (string) $event['at'] ),
			esc_html( self::clock( (string) $event['at'] ) ),
			self::what( $event ),
			implode( ' ', $more ),
			empty( $event['attempt'] ) ? '' : esc_html( number_format_i18n( (int) $event['attempt'] ) )
		);
	}

	/**
	 * What happened, in a word, as HTML.
	 *
	 * @param array<string,mixed> $event Of the server.
	 */
	private static function what( array $event ): string {
		$type  = (string) ( $event['type'] ?? '' );
		$words = array(
			'created' => __( 'Created', 'ddap-data-analysis' ),
			'stopped' => __( 'Stopped on the computer', 'ddap-data-analysis' ),
			'stage'   => __( 'Next part of the work', 'ddap-data-analysis' ),
			'changed' => __( 'Changed', 'ddap-data-analysis' ),
			'leased'  => __( 'Handed to a computer', 'ddap-data-analysis' ),
		);
		return isset( $words[ $type ] ) ? esc_html( $words[ $type ] ) : DDAP_Task_Cells::badge_html( $type );
	}

	/**
	 * A moment with its seconds.
	 *
	 * @param string $time RFC 3339.
	 */
	private static function clock( string $time ): string {
		$then = strtotime( $time );
		return false === $then ? '' : (string) wp_date( get_option( 'date_format' ) . ' H:i:s', $then );
	}

	/**
	 * Links to the pages before and after.
	 *
	 * @param string $cursor That of this page.
	 * @param string $next   That of the next.
	 */
	private function pages( string $cursor, string $next ): string {
		$links = array();
		if ( '' !== $cursor ) {
			$links[ __( 'From the beginning', 'ddap-data-analysis' ) ] = '';
		}
		if ( '' !== $next ) {
			$links[ __( 'Later lines', 'ddap-data-analysis' ) ] = $next;
		}
		$html = '';
		foreach ( $links as $text => $to ) {
			$query = array(
				'task' => $this->task['id'],
				'tab'  => 'log',
			) + ( '' === $to ? array() : array( 'cursor' => $to ) );
			$html .= sprintf( '<a class="button" href="%1$s">%2$s</a> ', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, $query ) ), esc_html( $text ) );
		}
		return '' === $html ? '' : '<p class="ddap-pages">' . $html . '</p>';
	}
}
