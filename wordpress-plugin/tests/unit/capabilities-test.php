<?php
/**
 * Tests of DDAP_Capabilities.
 *
 * @package DDAP
 */

/**
 * Each role may do just what it should.
 *
 * @covers DDAP_Capabilities
 */
final class Capabilities_Test extends DDAP_Test_Case {

	/** A key of the site, and its id as the server writes it. */
	private const KEY    = 'ddap_key_0000000000000000000001_c0ffee';
	private const KEY_ID = '00000000-0000-0000-0000-000000000001';

	/**
	 * What each role may do after activation.
	 *
	 * @return array<string,array{string,string[]}>
	 */
	public function roles(): array {
		return array(
			'administrator' => array( 'administrator', array( 'ddap_enter', 'ddap_view_results', 'ddap_create_tasks', 'ddap_manage_tasks', 'ddap_manage_settings' ) ),
			'editor'        => array( 'editor', array( 'ddap_enter', 'ddap_view_results', 'ddap_create_tasks' ) ),
			'author'        => array( 'author', array( 'ddap_enter', 'ddap_create_tasks' ) ),
			'subscriber'    => array( 'subscriber', array() ),
		);
	}

	/**
	 * It may do that, and nothing else.
	 *
	 * @dataProvider roles
	 * @param string   $role The role.
	 * @param string[] $may  What it may do.
	 */
	public function test_each_role_has_its_own( string $role, array $may ): void {
		$this->act_as( $role );
		foreach ( array( 'ddap_enter', ...DDAP_Capabilities::all() ) as $capability ) {
			$this->assertSame( in_array( $capability, $may, true ), current_user_can( $capability ), $capability );
		}
	}

	/** Authors see and change what is their own, and nobody else's. */
	public function test_authors_see_their_own(): void {
		$author = $this->act_as( 'author' );
		DDAP_Settings::store_api_key( self::KEY );
		$own   = array( 'creator' => self::KEY_ID . ';' . $author->ID );
		$other = array( 'creator' => self::KEY_ID . ';' . ( $author->ID + 1 ) );
		$this->assertTrue( DDAP_Capabilities::may_see( $own ) && DDAP_Capabilities::may_change( $own ) );
		$this->assertFalse( DDAP_Capabilities::may_see( $other ) || DDAP_Capabilities::may_change( $other ) );
		$this->assertFalse( DDAP_Capabilities::may_see( array() ), 'what is nobody\'s is not theirs' );
	}

	/** The same number on another site, with a key of its own, is somebody else. */
	public function test_users_of_other_sites_are_others(): void {
		$author = $this->act_as( 'author' );
		DDAP_Settings::store_api_key( self::KEY );
		$this->assertFalse( DDAP_Capabilities::may_see( array( 'creator' => '00000000-0000-0000-0000-000000000002;' . $author->ID ) ) );
	}

	/** When the site gets another key, what was asked for with the one before stays its asker's. */
	public function test_a_new_key_takes_nothing_from_anybody(): void {
		$author = $this->act_as( 'author' );
		DDAP_Settings::store_api_key( self::KEY );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000002_c0ffee' );
		$this->assertTrue( DDAP_Capabilities::may_see( array( 'creator' => self::KEY_ID . ';' . $author->ID ) ) );
		$this->assertTrue( DDAP_Capabilities::may_see( array( 'creator' => '00000000-0000-0000-0000-000000000002;' . $author->ID ) ) );
	}

	/** Editors see everything and change their own. */
	public function test_editors_see_everything(): void {
		$this->act_as( 'editor' );
		$other = array( 'creator' => 'key;999' );
		$this->assertTrue( DDAP_Capabilities::may_see( $other ) );
		$this->assertFalse( DDAP_Capabilities::may_change( $other ) );
	}

	/** Activating again does not undo what somebody decided. */
	public function test_activating_again_keeps_decisions(): void {
		get_role( 'editor' )->remove_cap( DDAP_Capabilities::CREATE );
		DDAP_Lifecycle::activate();
		$this->assertFalse( get_role( 'editor' )->has_cap( DDAP_Capabilities::CREATE ) );
	}

	/** Nothing is left when all are taken back; the admin of a network may everything anyway. */
	public function test_all_can_be_taken_back(): void {
		DDAP_Capabilities::revoke_all();
		foreach ( is_multisite() ? array( 'editor', 'author' ) : array( 'administrator', 'editor', 'author' ) as $role ) {
			$this->act_as( $role );
			foreach ( array( 'ddap_enter', ...DDAP_Capabilities::all() ) as $capability ) {
				$this->assertFalse( current_user_can( $capability ), "$role $capability" );
			}
		}
	}
}
