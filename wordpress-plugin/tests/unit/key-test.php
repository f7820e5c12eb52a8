<?php
/**
 * Tests of DDAP_Key.
 *
 * @package DDAP
 */

/**
 * A key's id is read as the server writes it.
 *
 * @covers DDAP_Key
 */
final class Key_Test extends DDAP_Test_Case {

	/**
	 * Keys and their ids. Those of the first were told by a server, the others follow from the
	 * form: 128 bits in base 62, digits before small letters before capitals.
	 *
	 * @return array<string,array{string,string}>
	 */
	public function keys(): array {
		return array(
			'one'            => array( 'ddap_key_0000000000000000000001_s', '00000000-0000-0000-0000-000000000001' ),
			'a capital'      => array( 'ddap_key_000000000000000000000Z_s', '00000000-0000-0000-0000-00000000003d' ),
			'two digits'     => array( 'ddap_key_0000000000000000000010_s', '00000000-0000-0000-0000-00000000003e' ),
			'the largest'    => array( 'ddap_key_7N42dgm5tFLK9N8MT7fHC7_s', 'ffffffff-ffff-ffff-ffff-ffffffffffff' ),
			'too large'      => array( 'ddap_key_7N42dgm5tFLK9N8MT7fHC8_s', '' ),
			'far too large'  => array( 'ddap_key_ZZZZZZZZZZZZZZZZZZZZZZ_s', '' ),
			'too short'      => array( 'ddap_key_1_s', '' ),
			'of another kind' => array( 'ddap_run_0000000000000000000001_s', '' ),
			'nothing'        => array( '', '' ),
		);
	}

	/**
	 * Reads one.
	 *
	 * @dataProvider keys
	 * @param string $key The key.
	 * @param string $id  What it is.
	 */
	public function test_the_id_is_read( string $key, string $id ): void {
		$this->assertSame( $id, DDAP_Key::id( $key ) );
	}

	/** A creator who is no user of this site is nobody. */
	public function test_creators_of_other_keys_are_nobody(): void {
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_s' );
		$this->assertSame( 7, DDAP_Key::user_of( '00000000-0000-0000-0000-000000000001;7' ) );
		foreach ( array( '', ';7', '7', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001;7x', '00000000-0000-0000-0000-000000000001;-7', '00000000-0000-0000-0000-000000000002;7' ) as $creator ) {
			$this->assertSame( 0, DDAP_Key::user_of( $creator ), $creator );
		}
	}
}
