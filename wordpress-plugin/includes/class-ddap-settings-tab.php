<?php
/**
 * A tab of the settings.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What DDAP_Settings_Screen asks of its tabs.
 */
interface DDAP_Settings_Tab {

	/** The tab's title. */
	public function title(): string;

	/** Prints the tab. Whoever sees it may change the settings. */
	public function render(): void;

	/** Explains the tab, as HTML. */
	public function help(): string;
}
