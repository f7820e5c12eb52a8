<?php
/**
 * Data Analysis > Datasets.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What can be asked about. The list comes when the page is there already.
 */
final class DDAP_Datasets_Screen implements DDAP_Screen {

	/** Adds the help. */
	public function load(): void {
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'ddap-datasets',
				'title'   => __( 'What may leave', 'ddap-data-analysis' ),
				'content' => '<p>' . esc_html__( 'The owner of each dataset decides. "Rows may leave" means that single rows can be seen here. "Summaries only" means that every number tells of at least so many rows as stand there; smaller groups are withheld. "May be published" means that you may show parts of results to visitors.', 'ddap-data-analysis' ) . '</p>',
			)
		);
	}

	/** Prints the page. */
	public function render(): void {
		$search = sanitize_text_field( (string) filter_input( INPUT_GET, 's' ) );
		?>
		<div class="wrap ddap">
			<h1><?php esc_html_e( 'Datasets', 'ddap-data-analysis' ); ?></h1>
			<?php
			if ( ! DDAP_Settings::are_complete() ) {
				DDAP_First_Steps::render( false, false, false );
				echo '</div>';
				return;
			}
			?>
			<form class="ddap-search" role="search" method="get">
				<input type="hidden" name="page" value="<?php echo esc_attr( DDAP_Menu::DATASETS ); ?>">
				<label for="ddap-search"><?php esc_html_e( 'Search datasets', 'ddap-data-analysis' ); ?></label>
				<input type="search" id="ddap-search" name="s" value="<?php echo esc_attr( $search ); ?>" maxlength="200" data-ddap-search="datasets" aria-describedby="ddap-search-help">
				<button type="submit" class="button"><?php esc_html_e( 'Search', 'ddap-data-analysis' ); ?></button>
				<span class="description" id="ddap-search-help"><?php esc_html_e( 'In names, columns, descriptions and computers.', 'ddap-data-analysis' ); ?></span>
			</form>
			<?php DDAP_Rest_Panels::placeholder( 'datasets' ); ?>
		</div>
		<?php
	}
}
