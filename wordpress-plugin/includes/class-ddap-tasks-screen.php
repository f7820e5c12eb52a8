<?php
/**
 * Data Analysis > Tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * The list of tasks; with task=ID one of them, with compare=ID,ID two of them.
 */
final class DDAP_Tasks_Screen implements DDAP_Screen {

	/**
	 * The page that the address asks for.
	 *
	 * @var DDAP_Screen
	 */
	private DDAP_Screen $page;

	/** Finds the page. */
	public function load(): void {
		$this->page = self::page( self::parameter( 'task' ), self::parameter( 'compare' ) );
		$this->page->load();
	}

	/** Prints the page. */
	public function render(): void {
		$this->page->render();
	}

	/** Which of the pages is shown: list, task or compare. */
	public static function shown(): string {
		if ( '' !== self::parameter( 'compare' ) ) {
			return 'compare';
		}
		return '' === self::parameter( 'task' ) ? 'list' : 'task';
	}

	/**
	 * The page for an address.
	 *
	 * @param string $task    The id of a task, or ''.
	 * @param string $compare The ids of two, or ''.
	 */
	private static function page( string $task, string $compare ): DDAP_Screen {
		if ( '' !== $compare ) {
			return new DDAP_Compare_Screen( explode( ',', $compare ) );
		}
		return '' === $task ? new DDAP_Task_List_Screen() : new DDAP_Task_Screen( $task );
	}

	/**
	 * A parameter of the address.
	 *
	 * @param string $name Its name.
	 */
	private static function parameter( string $name ): string {
		return (string) filter_input( INPUT_GET, $name );
	}
}
