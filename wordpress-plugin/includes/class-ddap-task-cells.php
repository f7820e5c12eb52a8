<?php
/**
 * The cells of the list of tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Turns a task into HTML, cell by cell. What comes from the server stands in a
 * bdi, so that text of another direction, or with control characters, stays
 * inside its cell.
 */
final class DDAP_Task_Cells {

	/** The columns, in their order. */
	public const COLUMNS = array( 'name', 'state', 'operation', 'source', 'runner', 'creator', 'created', 'duration', 'finished', 'priority' );

	/**
	 * A state with its glyph, its word and its colour.
	 *
	 * @param string $state As the server names it.
	 */
	public static function badge_html( string $state ): string {
		$look = DDAP_Words::state( $state );
		return sprintf(
			'<span class="ddap-state" style="--ddap-light:%1$s;--ddap-dark:%2$s"><span class="ddap-glyph wp-exclude-emoji" aria-hidden="true">%3$s</span> %4$s</span>',
			esc_attr( $look['light'] ),
			esc_attr( $look['dark'] ),
			esc_html( $look['glyph'] ),
			esc_html( $look['word'] )
		);
	}

	/**
	 * Text of the server, kept apart from what stands around it.
	 *
	 * @param string $text Anything.
	 */
	public static function isolated_html( string $text ): string {
		return '' === $text ? self::nothing() : '<bdi>' . esc_html( $text ) . '</bdi>';
	}

	/**
	 * A moment as an age.
	 *
	 * @param string $time RFC 3339.
	 */
	public static function age_html( string $time ): string {
		return DDAP_Words::age( $time );
	}

	/**
	 * A cell.
	 *
	 * @param string              $column One of COLUMNS.
	 * @param array<string,mixed> $task   As the server gave it.
	 */
	public static function cell( string $column, array $task ): string {
		$text = static fn( string $field ): string => (string) ( $task[ $field ] ?? '' );
		switch ( $column ) {
			case 'state':
				return self::state( $task );
			case 'name':
				return self::name( $task );
			case 'operation':
				return self::isolated_html( DDAP_Task_Words::operation( $task ) );
			case 'source':
				return self::isolated_html( DDAP_Task_Words::source( $task ) );
			case 'runner':
				return self::narrowing( 'runner', $text( 'runner_id' ), $text( 'runner_name' ) );
			case 'creator':
				return self::narrowing( 'creator', $text( 'creator' ), DDAP_Task_Words::creator( $task ) );
			case 'created':
			case 'finished':
				return self::age_html( $text( $column . '_at' ) );
			case 'duration':
				return self::isolated_html( DDAP_Task_Words::duration( $task ) );
			case 'priority':
				return esc_html( number_format_i18n( (int) $text( 'priority' ) ) );
			default:
				return '';
		}
	}

	/**
	 * The state with its reason, or with how far the work is.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	public static function state( array $task ): string {
		$html     = self::badge_html( (string) ( $task['state'] ?? '' ) );
		$progress = is_array( $task['progress'] ?? null ) ? $task['progress'] : array();
		if ( in_array( $task['state'] ?? '', DDAP_Task_Query::VIEWS['running'], true ) ) {
			$html .= self::progress_bar( $progress, (string) ( $task['name'] ?? '' ) );
		}
		if ( '' !== (string) ( $task['reason'] ?? '' ) ) {
			$html .= '<div class="ddap-reason">' . esc_html( DDAP_Words::reason( (string) $task['reason'] ) ) . '</div>';
		}
		return $html;
	}

	/**
	 * A bar with what it says beneath it.
	 *
	 * @param array<string,mixed> $progress Of a task.
	 * @param string              $name     The task's.
	 */
	public static function progress_bar( array $progress, string $name ): string {
		$html = '';
		if ( isset( $progress['fraction'] ) ) {
			$html = sprintf(
				'<div class="ddap-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="%1$d" aria-label="%2$s"><span style="inline-size:%1$d%%"></span></div>',
				(int) floor( 100 * max( 0, min( 1, (float) $progress['fraction'] ) ) ),
				/* translators: %s: the name of a task. */
				esc_attr( sprintf( __( 'Progress of %s', 'ddap-data-analysis' ), $name ) )
			);
		}
		$words = DDAP_Task_Words::progress( $progress );
		return $html . ( '' === $words ? '' : '<div class="ddap-progress-words"><bdi>' . esc_html( $words ) . '</bdi></div>' );
	}

	/**
	 * The name, which opens the task, with what can be done with it.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 */
	private static function name( array $task ): string {
		$links = array();
		foreach ( DDAP_Task_Actions::links( $task ) as $action => $link ) {
			$links[] = sprintf( '<span class="%s">%s</span>', esc_attr( $action ), $link );
		}
		return sprintf(
			'<strong><a class="row-title" href="%1$s">%2$s</a></strong><div class="row-actions">%3$s</div>',
			esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => $task['id'] ) ) ),
			self::isolated_html( (string) ( $task['name'] ?? '' ) ),
			implode( ' | ', $links )
		);
	}

	/**
	 * A link that narrows the list, as WordPress's authors and categories do.
	 *
	 * @param string $filter The parameter's name.
	 * @param string $value  Its value; empty makes no link.
	 * @param string $text   What is read.
	 */
	private static function narrowing( string $filter, string $value, string $text ): string {
		if ( '' === $value || '' === $text || ( 'creator' === $filter && ! DDAP_Capabilities::sees_everybody() ) ) {
			return self::isolated_html( $text );
		}
		return sprintf( '<a href="%s">%s</a>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS, array( $filter => $value ) ) ), self::isolated_html( $text ) );
	}

	/** An empty cell, which says nothing aloud. */
	private static function nothing(): string {
		return '<span aria-hidden="true">–</span>';
	}
}
