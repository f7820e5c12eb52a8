<?php
/**
 * How published parts of results look.
 *
 * @package DDAP
 */

/**
 * What visitors see.
 *
 * @covers DDAP_Snapshot_View
 * @covers DDAP_Snapshot_Block
 * @covers DDAP_Chart_Table
 */
final class Snapshot_View_Test extends DDAP_Test_Case {

	/** Whatever the data holds is text on the page. */
	public function test_hostile_data_is_text(): void {
		$html = DDAP_Snapshot_View::html( $this->snapshot( 'table', $this->table( array( array( '<script>alert(1)</script>', 1 ) ) ) ), '<img src=x onerror=alert(2)>' );

		$this->assertStringNotContainsString( '<script', $html );
		$this->assertStringNotContainsString( '<img', $html );
		$this->assertStringContainsString( '&lt;script&gt;alert(1)&lt;/script&gt;', $html );
		$this->assertStringContainsString( 'Hostile &lt;b&gt;column&lt;/b&gt; (kg)', $html );
	}

	/** What the policy withholds is said to be withheld: not empty, not zero. */
	public function test_withheld_cells_are_named(): void {
		$html = DDAP_Snapshot_View::html( $this->snapshot( 'table', $this->table( array( array( array( 'suppressed' => 'small_group' ), null ) ) ) ) );

		$this->assertMatchesRegularExpression( '#<span class="ddap-result-withheld"[^>]*>withheld</span>#', $html );
		$this->assertStringContainsString( 'no value', $html );
	}

	/** Dates are said in the site's format, and its time zone does not move them. */
	public function test_dates_are_those_of_the_data(): void {
		update_option( 'timezone_string', 'Asia/Jakarta' );
		update_option( 'date_format', 'j M Y' );
		update_option( 'time_format', 'H:i' );
		$table = array(
			'columns' => array(
				array(
					'name' => 'day',
					'type' => 'date',
				),
				array(
					'name' => 'moment',
					'type' => 'timestamp',
				),
			),
			'rows'    => array( array( '2001-01-31', '2001-01-31T23:30:00' ), array( 'someday', null ) ),
		);
		$html  = DDAP_Snapshot_View::html( $this->snapshot( 'table', $table ) );

		$this->assertStringContainsString( '>31 Jan 2001<', $html );
		$this->assertStringContainsString( '>31 Jan 2001 23:30<', $html );
		$this->assertStringContainsString( '>someday<', $html );
	}

	/** A table that is not whole says so. */
	public function test_missing_rows_are_said(): void {
		$table = $this->table( array( array( 'a', 1 ) ) ) + array( 'total_rows' => 50000 );

		$this->assertStringContainsString( 'The first 1 of 50,000 rows.', DDAP_Snapshot_View::html( $this->snapshot( 'table', $table ) ) );
	}

	/** A chart is a table until a script draws it. */
	public function test_a_chart_has_its_table(): void {
		$chart = array(
			'name'   => 'bars',
			'type'   => 'histogram',
			'title'  => 'Bars',
			'x'      => array(
				'title' => 'Length',
				'unit'  => 'mm',
			),
			'y'      => array( 'title' => 'Rows' ),
			'series' => array(
				array(
					'name'  => 'Length',
					'x'     => array( 15, 25 ),
					'y'     => array( 3, 1234 ),
					'edges' => array( 10, 20, 30 ),
				),
			),
		);

		$html = DDAP_Snapshot_View::html( $this->snapshot( 'chart', $chart ) );

		$this->assertStringContainsString( 'Length (mm)', $html );
		$this->assertStringContainsString( '10 – 20', $html );
		$this->assertStringContainsString( '1,234', $html );
		$this->assertMatchesRegularExpression( '/data-ddap-chart="[^"]+"[^>]* hidden/', $html );
		$this->assertStringNotContainsString( 'data-ddap-chart', DDAP_Snapshot_View::html( $this->snapshot( 'chart', $chart ), '', 'table' ) );
	}

	/** Series at different places are told point by point. */
	public function test_series_at_different_places_are_told_point_by_point(): void {
		$table = DDAP_Chart_Table::of(
			array(
				'x'      => array( 'title' => 'a' ),
				'y'      => array( 'title' => 'b' ),
				'series' => array(
					array(
						'name' => 'one',
						'x'    => array( 1 ),
						'y'    => array( 2 ),
					),
					array(
						'name' => 'two',
						'x'    => array( 3 ),
						'y'    => array( 4 ),
					),
				),
			)
		);

		$this->assertSame( array( array( 'one', 1, 2 ), array( 'two', 3, 4 ) ), $table['rows'] );
	}

	/** Where nothing is published, visitors see nothing and editors a note. */
	public function test_what_is_unpublished_is_nowhere(): void {
		$this->assertSame( '', do_shortcode( '[ddap_result id="424242"]' ) );
		$this->assertSame( '', DDAP_Snapshot_Block::render_block( array( 'snapshot' => 424242 ) ) );
		$this->assertSame( '', do_shortcode( '[ddap_result]' ) );

		$this->act_as( 'editor' );
		$this->assertStringContainsString( 'no longer published', do_shortcode( '[ddap_result id="424242"]' ) );
	}

	/**
	 * A snapshot that is not stored.
	 *
	 * @param string              $kind Of the part.
	 * @param array<string,mixed> $part The part.
	 * @return array<string,mixed>
	 */
	private function snapshot( string $kind, array $part ): array {
		return array(
			'id'           => 1,
			'title'        => 'A title',
			'kind'         => $kind,
			'part'         => $part,
			'published_at' => '2026-11-25T16:00:00+00:00',
		);
	}

	/**
	 * A table.
	 *
	 * @param array<int,array<int,mixed>> $rows Of two columns.
	 * @return array<string,mixed>
	 */
	private function table( array $rows ): array {
		return array(
			'columns' => array(
				array(
					'name' => 'Hostile <b>column</b>',
					'type' => 'string',
					'unit' => 'kg',
				),
				array(
					'name' => 'n',
					'type' => 'integer',
				),
			),
			'rows'    => $rows,
		);
	}
}
