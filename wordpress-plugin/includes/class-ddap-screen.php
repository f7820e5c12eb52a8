<?php
/**
 * A page of the dashboard.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What DDAP_Menu asks of a page. One instance lives for one request.
 */
interface DDAP_Screen {

	/** Runs before anything is printed: actions, screen options, help tabs. */
	public function load(): void;

	/** Prints the page. The capability of the menu's table has been checked. */
	public function render(): void;
}
