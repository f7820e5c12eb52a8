<?php
/**
 * Tests of DDAP_Settings.
 *
 * @package DDAP
 */

/**
 * The settings are kept, and the key is kept from people.
 *
 * @covers DDAP_Settings
 */
final class Settings_Test extends DDAP_Test_Case {

	private const KEY = 'ddap_key_0123456789abcdefghijAB_c0ffee';

	/** What is stored comes back, and is not loaded with every page. */
	public function test_they_are_kept(): void {
		$this->assertFalse( DDAP_Settings::are_complete() );
		DDAP_Settings::store_server_url( 'https://analytics.example.org/' );
		DDAP_Settings::store_api_key( self::KEY );
		$this->assertSame( 'https://analytics.example.org', DDAP_Settings::server_url() );
		$this->assertSame( self::KEY, DDAP_Settings::api_key() );
		$this->assertTrue( DDAP_Settings::are_complete() );
		$this->assertArrayNotHasKey( 'ddap_api_key', wp_load_alloptions( true ) );
	}

	/** Neither the database nor the mask shows the secret. */
	public function test_the_secret_is_shown_nowhere(): void {
		DDAP_Settings::store_api_key( self::KEY );
		$this->assertStringNotContainsString( 'c0ffee', (string) get_option( 'ddap_api_key' ) );
		$this->assertStringContainsString( '0123456789abcdefghijAB', DDAP_Settings::masked_key() );
		$this->assertStringNotContainsString( 'c0ffee', DDAP_Settings::masked_key() );
	}

	/** When the salts change, there is no key, and that is said. */
	public function test_a_key_of_other_salts_is_none(): void {
		DDAP_Settings::store_api_key( self::KEY );
		add_filter( 'salt', static fn(): string => 'other salts' );
		$this->assertSame( '', DDAP_Settings::api_key() );
		$this->assertTrue( DDAP_Settings::key_is_unreadable() );
	}

	/** An empty key forgets the one before. */
	public function test_a_key_can_be_forgotten(): void {
		DDAP_Settings::store_api_key( self::KEY );
		DDAP_Settings::store_api_key( '' );
		$this->assertSame( '', DDAP_Settings::api_key() );
		$this->assertFalse( DDAP_Settings::key_is_unreadable() );
	}
}
