<?php
/**
 * The block "Analysis result" and the shortcode.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows a published part of a result inside a page. Both ask for the snapshot
 * when the page is shown, so that what is unpublished is nowhere.
 */
final class DDAP_Snapshot_Block {

	/** The name of the shortcode, as in [ddap_result id="12" caption="…" view="table"]. */
	public const SHORTCODE = 'ddap_result';

	/** Registers the block, and what it and the shortcode load. */
	public static function register(): void {
		wp_register_style( 'ddap-result', DDAP_Assets::url( 'css/result.css' ), array(), DDAP_VERSION );
		wp_register_script( 'ddap-result', DDAP_Assets::url( 'js/result.js' ), array( 'wp-i18n' ), DDAP_VERSION, array( 'in_footer' => true ) );
		wp_register_script( 'ddap-block-analysis-result', plugins_url( 'blocks/analysis-result/editor.js', DDAP_PLUGIN_FILE ), array( 'wp-blocks', 'wp-element', 'wp-components', 'wp-block-editor', 'wp-server-side-render', 'wp-api-fetch', 'wp-i18n' ), DDAP_VERSION, true );
		wp_set_script_translations( 'ddap-result', 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
		wp_set_script_translations( 'ddap-block-analysis-result', 'ddap-data-analysis', DDAP_PLUGIN_DIR . '/languages' );
		register_block_type( DDAP_PLUGIN_DIR . '/blocks/analysis-result', array( 'render_callback' => array( self::class, 'render_block' ) ) );
	}

	/**
	 * The block's HTML.
	 *
	 * @param array<string,mixed> $attributes Of block.json.
	 */
	public static function render_block( array $attributes ): string {
		$inner = self::render( (int) ( $attributes['snapshot'] ?? 0 ), (string) ( $attributes['caption'] ?? '' ), (string) ( $attributes['view'] ?? '' ) );
		return '' === $inner ? '' : sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $inner );
	}

	/**
	 * The shortcode's HTML.
	 *
	 * @param array<string,string>|string $attributes As somebody wrote them.
	 */
	public static function render_shortcode( array|string $attributes ): string {
		$given = shortcode_atts(
			array(
				'id'      => '0',
				'caption' => '',
				'view'    => '',
			),
			$attributes,
			self::SHORTCODE
		);
		return self::render( absint( $given['id'] ), (string) $given['caption'], (string) $given['view'] );
	}

	/**
	 * The HTML of a snapshot; nothing for visitors where there is none.
	 *
	 * @param int    $id      The snapshot's.
	 * @param string $caption In place of its title.
	 * @param string $view    See DDAP_Snapshot_View::html().
	 */
	private static function render( int $id, string $caption, string $view ): string {
		$snapshot = DDAP_Snapshots::find( $id );
		if ( null === $snapshot ) {
			return self::note_to_editors( $id );
		}
		wp_enqueue_style( 'ddap-result' );
		self::enqueue_scripts( $snapshot, $view );
		return DDAP_Snapshot_View::html( $snapshot, $caption, $view );
	}

	/**
	 * Loads what pages long tables and draws charts, where there is one.
	 *
	 * @param array<string,mixed> $snapshot Of DDAP_Snapshots.
	 * @param string              $view     See DDAP_Snapshot_View::html().
	 */
	private static function enqueue_scripts( array $snapshot, string $view ): void {
		if ( DDAP_Snapshot_View::is_drawn( $snapshot, $view ) ) {
			DDAP_Result_Assets::register();
			wp_enqueue_script( 'ddap-chart-js' );
			wp_enqueue_script( 'ddap-chart-data' );
		}
		if ( DDAP_Snapshot_Part::NUMBER !== $snapshot['kind'] ) {
			wp_enqueue_script( 'ddap-result' );
		}
	}

	/**
	 * What those who can change the page see where nothing is shown.
	 *
	 * @param int $id The snapshot's.
	 */
	private static function note_to_editors( int $id ): string {
		if ( 0 === $id || ! current_user_can( 'edit_posts' ) ) {
			return '';
		}
		return sprintf(
			'<p class="ddap-result-gone"><em>%s</em></p>',
			esc_html__( 'The analysis result that stood here is no longer published. Visitors see nothing. Choose another one, or remove this block.', 'ddap-data-analysis' )
		);
	}
}
