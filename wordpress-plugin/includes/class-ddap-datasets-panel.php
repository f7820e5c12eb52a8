<?php
/**
 * The list of datasets.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints what is shared, one card for what is the same on several computers.
 */
final class DDAP_Datasets_Panel {

	/** So many columns are listed at first; the others open. */
	private const COLUMNS = 12;

	/**
	 * Prints the list.
	 *
	 * @param DDAP_Client     $client  Of whoever looks.
	 * @param WP_REST_Request $request With search.
	 */
	public static function render( DDAP_Client $client, WP_REST_Request $request ): ?WP_Error {
		$answer = DDAP_Datasets::all( $client );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$search = trim( (string) $request['search'] );
		$groups = DDAP_Datasets::search( DDAP_Datasets::group( $answer['datasets'] ), $search );
		if ( array() === $groups ) {
			self::render_empty( $search );
			return null;
		}
		/* translators: %s: number of datasets. */
		printf( '<p>%s</p>', esc_html( sprintf( _n( '%s dataset', '%s datasets', count( $groups ), 'ddap-data-analysis' ), number_format_i18n( count( $groups ) ) ) ) );
		echo '<ul class="ddap-datasets">';
		array_walk( $groups, array( self::class, 'render_group' ) );
		echo '</ul>';
		if ( $answer['more'] ) {
			printf( '<p>%s</p>', esc_html__( 'There are more datasets than this list shows.', 'ddap-data-analysis' ) );
		}
		return null;
	}

	/**
	 * Prints what is said where there is none.
	 *
	 * @param string $search What was looked for.
	 */
	private static function render_empty( string $search ): void {
		if ( '' !== $search ) {
			/* translators: %s: what was looked for. */
			printf( '<p>%s</p>', esc_html( sprintf( __( 'No dataset has "%s" in its name, its description or its columns.', 'ddap-data-analysis' ), $search ) ) );
			return;
		}
		printf( '<p>%s</p>', esc_html__( 'Nobody shares data yet. Invite a computer whose owner has some; what they share appears here.', 'ddap-data-analysis' ) );
		if ( current_user_can( DDAP_Capabilities::SETTINGS ) ) {
			printf( '<p><a class="button button-primary" href="%s">%s</a></p>', esc_url( DDAP_Menu::url( DDAP_Menu::RUNNERS ) . '#ddap-invite' ), esc_html__( 'Invite a computer', 'ddap-data-analysis' ) );
		}
	}

	/**
	 * Prints one dataset.
	 *
	 * @param array<int,array<string,mixed>> $group The same on one or more computers.
	 */
	private static function render_group( array $group ): void {
		$dataset = $group[0];
		?>
		<li class="ddap-card ddap-dataset">
			<h2><bdi><?php echo esc_html( $dataset['name'] ); ?></bdi></h2>
			<?php
			foreach ( array_unique( array_filter( array_column( $group, 'description' ) ) ) as $description ) {
				printf( '<p dir="auto">%s</p>', esc_html( $description ) );
			}
			?>
			<dl>
				<dt><?php esc_html_e( 'Computers', 'ddap-data-analysis' ); ?></dt>
				<dd><?php self::render_computers( $group ); ?></dd>
				<dt><?php esc_html_e( 'Rows', 'ddap-data-analysis' ); ?></dt>
				<dd><?php self::render_rows( $group ); ?></dd>
				<dt><?php esc_html_e( 'What may leave', 'ddap-data-analysis' ); ?></dt>
				<dd><?php echo esc_html( DDAP_Datasets::policy( $dataset ) ); ?></dd>
				<dt><?php esc_html_e( 'Publishing', 'ddap-data-analysis' ); ?></dt>
				<dd>
					<?php
					echo true === ( $dataset['publish'] ?? false )
						? '✓ ' . esc_html__( 'May be published', 'ddap-data-analysis' )
						: '⊘ ' . esc_html__( 'Not for visitors', 'ddap-data-analysis' );
					?>
				</dd>
				<?php self::render_readings( $group ); ?>
			</dl>
			<?php self::render_columns( array_values( array_filter( (array) $dataset['columns'], 'is_array' ) ) ); ?>
			<?php self::render_link( $group ); ?>
		</li>
		<?php
	}

	/**
	 * Prints on which computers it is.
	 *
	 * @param array<int,array<string,mixed>> $group Of one dataset.
	 */
	private static function render_computers( array $group ): void {
		$online = count( array_filter( array_column( $group, 'online' ) ) );
		printf(
			'%1$s<br><span class="ddap-reason">',
			esc_html(
				sprintf(
					/* translators: 1: number of computers, 2: how many of them are online. */
					_n( 'On %1$s computer, %2$s online', 'On %1$s computers, %2$s online', count( $group ), 'ddap-data-analysis' ),
					number_format_i18n( count( $group ) ),
					number_format_i18n( $online )
				)
			)
		);
		foreach ( array_slice( $group, 0, 5 ) as $i => $dataset ) {
			printf( '%s<bdi>%s</bdi>', $i > 0 ? ', ' : '', esc_html( $dataset['runner_name'] ) );
		}
		echo count( $group ) > 5 ? ', …</span>' : '</span>';
	}

	/**
	 * Prints how many rows there are; computers may have different ones.
	 *
	 * @param array<int,array<string,mixed>> $group Of one dataset.
	 */
	private static function render_rows( array $group ): void {
		$rows = array_filter( array_column( $group, 'rows' ), 'is_int' );
		if ( array() === $rows ) {
			esc_html_e( 'not known', 'ddap-data-analysis' );
			return;
		}
		echo esc_html( number_format_i18n( min( $rows ) ) . ( min( $rows ) === max( $rows ) ? '' : ' – ' . number_format_i18n( max( $rows ) ) ) );
	}

	/**
	 * Prints how its files are taken.
	 *
	 * @param array<int,array<string,mixed>> $group Of one dataset.
	 */
	private static function render_readings( array $group ): void {
		$readings = array_unique( array_filter( array_column( $group, 'reading' ) ) );
		if ( array() !== $readings ) {
			printf( '<dt>%s</dt><dd><bdi>%s</bdi></dd>', esc_html__( 'Files', 'ddap-data-analysis' ), esc_html( implode( '; ', array_map( array( self::class, 'reading' ), $readings ) ) ) );
		}
	}

	/**
	 * How a computer took a file, in words; what a newer one says stays as it is.
	 *
	 * @param string $reading As the computer says it, in parts with commas between.
	 */
	private static function reading( string $reading ): string {
		$words = array(
			'separator comma'            => __( 'values separated by commas', 'ddap-data-analysis' ),
			'separator semicolon'        => __( 'values separated by semicolons', 'ddap-data-analysis' ),
			'separator tab'              => __( 'values separated by tabs', 'ddap-data-analysis' ),
			'separator bar'              => __( 'values separated by vertical bars', 'ddap-data-analysis' ),
			'no header'                  => __( 'no names of columns', 'ddap-data-analysis' ),
			'decimal comma'              => __( 'numbers with a decimal comma', 'ddap-data-analysis' ),
			'thousands separators'       => __( 'numbers with thousands separators', 'ddap-data-analysis' ),
			'dates with the day first'   => __( 'dates with the day first', 'ddap-data-analysis' ),
			'dates with the month first' => __( 'dates with the month first', 'ddap-data-analysis' ),
		);
		return implode( ', ', array_map( static fn( string $part ): string => $words[ $part ] ?? $part, explode( ', ', $reading ) ) );
	}

	/**
	 * Prints the columns with their types.
	 *
	 * @param array<int,array<string,mixed>> $columns Of a dataset.
	 */
	private static function render_columns( array $columns ): void {
		/* translators: %s: number of columns. */
		$title = sprintf( _n( '%s column', '%s columns', count( $columns ), 'ddap-data-analysis' ), number_format_i18n( count( $columns ) ) );
		printf( '<details class="ddap-columns" %s><summary>%s</summary><ul>', count( $columns ) <= self::COLUMNS ? 'open' : '', esc_html( $title ) );
		foreach ( $columns as $column ) {
			printf( '<li><bdi>%s</bdi> <span class="ddap-type">%s</span></li>', esc_html( (string) ( $column['name'] ?? '' ) ), esc_html( self::type( (string) ( $column['type'] ?? '' ) ) ) );
		}
		echo '</ul></details>';
	}

	/**
	 * Prints the way to an analysis; of several computers the first that is online is taken.
	 *
	 * @param array<int,array<string,mixed>> $group Of one dataset.
	 */
	private static function render_link( array $group ): void {
		if ( ! current_user_can( DDAP_Capabilities::CREATE ) ) {
			return;
		}
		$online = array_values( array_filter( $group, static fn( array $dataset ): bool => ! empty( $dataset['online'] ) ) );
		printf(
			'<p><a class="button" href="%1$s">%2$s<span class="screen-reader-text">: %3$s</span></a></p>',
			esc_url( DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS, array( 'dataset' => ( $online[0] ?? $group[0] )['id'] ) ) ),
			esc_html__( 'Analyze this', 'ddap-data-analysis' ),
			esc_html( $group[0]['name'] )
		);
	}

	/**
	 * What a type is called.
	 *
	 * @param string $type As the server names it.
	 */
	private static function type( string $type ): string {
		$types = array(
			'string'    => __( 'text', 'ddap-data-analysis' ),
			'integer'   => __( 'whole number', 'ddap-data-analysis' ),
			'number'    => __( 'number', 'ddap-data-analysis' ),
			'boolean'   => __( 'yes or no', 'ddap-data-analysis' ),
			'date'      => __( 'date', 'ddap-data-analysis' ),
			'timestamp' => __( 'date and time', 'ddap-data-analysis' ),
			'time'      => __( 'time', 'ddap-data-analysis' ),
			'other'     => __( 'other', 'ddap-data-analysis' ),
		);
		return $types[ $type ] ?? $type;
	}
}
