<?php
/**
 * Tests of DDAP_Secret_Box.
 *
 * @package DDAP
 */

/**
 * What is sealed can be opened here and nowhere else.
 *
 * @covers DDAP_Secret_Box
 */
final class Secret_Box_Test extends DDAP_Test_Case {

	/** What was sealed comes out as it went in. */
	public function test_it_opens_what_it_sealed(): void {
		$this->assertSame( 'ddap_key_a_b', DDAP_Secret_Box::open( DDAP_Secret_Box::seal( 'ddap_key_a_b' ) ) );
	}

	/** Two copies of one secret do not look alike, and neither shows it. */
	public function test_it_never_seals_alike(): void {
		$sealed = DDAP_Secret_Box::seal( 'ddap_key_a_b' );
		$this->assertNotSame( $sealed, DDAP_Secret_Box::seal( 'ddap_key_a_b' ) );
		$this->assertStringNotContainsString( 'ddap_key', $sealed );
	}

	/**
	 * What no box has made.
	 *
	 * @return array<string,string[]>
	 */
	public function strangers(): array {
		return array(
			'nothing'       => array( '' ),
			'plain text'    => array( 'ddap_key_a_b' ),
			'no base64'     => array( 'v1:***' ),
			'far too short' => array( 'v1:YWJj' ),
			'made up'       => array( 'v1:' . base64_encode( str_repeat( 'x', 80 ) ) ),
		);
	}

	/**
	 * It opens to nothing.
	 *
	 * @dataProvider strangers
	 * @param string $sealed What is tried.
	 */
	public function test_it_opens_nothing_else( string $sealed ): void {
		$this->assertSame( '', DDAP_Secret_Box::open( $sealed ) );
	}

	/** Changed in one place, it opens to nothing. */
	public function test_it_does_not_open_what_was_changed(): void {
		$raw     = base64_decode( substr( DDAP_Secret_Box::seal( 'ddap_key_a_b' ), 3 ), true );
		$raw[30] = chr( ord( $raw[30] ) ^ 1 );
		$this->assertSame( '', DDAP_Secret_Box::open( 'v1:' . base64_encode( $raw ) ) );
	}

	/** With other salts, it opens to nothing. */
	public function test_it_does_not_open_after_the_salts_changed(): void {
		$sealed = DDAP_Secret_Box::seal( 'ddap_key_a_b' );
		add_filter( 'salt', static fn(): string => 'other salts' );
		$this->assertSame( '', DDAP_Secret_Box::open( $sealed ) );
	}
}
