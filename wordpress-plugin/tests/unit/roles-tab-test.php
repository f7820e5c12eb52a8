<?php
/**
 * Tests of DDAP_Roles_Tab and DDAP_Capabilities::grant().
 *
 * @package DDAP
 */

/**
 * A form gives what it names to roles that there are, and never takes the
 * settings from administrators.
 *
 * @covers DDAP_Roles_Tab
 * @covers DDAP_Capabilities
 */
final class Roles_Tab_Test extends DDAP_Test_Case {

	/** Roles and capabilities that there are not are left out. */
	public function test_only_what_is_known_is_taken(): void {
		$known = DDAP_Roles_Tab::known(
			array(
				'editor' => array( 'ddap_view_results', 'manage_options', array( 'x' ) ),
				'nobody' => array( 'ddap_view_results' ),
				'author' => 'ddap_create_tasks',
			)
		);
		$this->assertSame( array( 'ddap_view_results' ), $known['editor'] );
		$this->assertSame( array( 'ddap_create_tasks' ), $known['author'] );
		$this->assertSame( array(), $known['subscriber'] );
		$this->assertArrayNotHasKey( 'nobody', $known );
	}

	/** An empty form leaves administrators the settings, and takes everything else. */
	public function test_administrators_keep_the_settings(): void {
		DDAP_Capabilities::grant( DDAP_Roles_Tab::with_a_way_in( DDAP_Roles_Tab::known( array() ) ) );
		$this->assertTrue( get_role( 'administrator' )->has_cap( DDAP_Capabilities::SETTINGS ) );
		$this->assertFalse( get_role( 'administrator' )->has_cap( DDAP_Capabilities::MANAGE ) );
		$this->assertFalse( get_role( 'editor' )->has_cap( DDAP_Capabilities::VIEW ) );
		$this->assertTrue( get_role( 'editor' )->has_cap( 'edit_posts' ), 'other rights are not touched' );
	}
}
