<?php
/**
 * Tests of DDAP_Templates and its routes.
 *
 * @package DDAP
 */

/**
 * Templates are a user's own or the site's, and stay as the browser made them.
 *
 * @covers DDAP_Templates
 * @covers DDAP_Rest_Templates
 */
final class Templates_Test extends DDAP_Test_Case {

	private const FORM = '{"version":1,"params":{},"name":"a \\\\ \\"quoted\\" name","filter":{"kind":"all","members":[]}}';

	/** An empty object, backslashes and quotes come back as they were. */
	public function test_a_form_comes_back_as_it_was(): void {
		$this->act_as( 'editor' );
		$answer = $this->send( 'POST', '', array( 'name' => 'One', 'form' => self::FORM ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound -- short.
		$this->assertSame( 200, $answer->get_status() );
		$this->assertSame( self::FORM, $answer->get_data()['templates'][0]['form'] );
		$this->assertFalse( $answer->get_data()['templates'][0]['shared'] );
	}

	/** Others do not see a user's own. */
	public function test_they_are_their_owners(): void {
		$this->act_as( 'editor' );
		$id = DDAP_Templates::add( 'One', self::FORM, false );
		$this->act_as( 'author' );
		$this->assertSame( array(), DDAP_Templates::all() );
		$this->assertWPError( DDAP_Templates::remove( (string) $id ), 'ddap_not_found' );
	}

	/** The site's are seen by all who may ask, and changed by those who manage. */
	public function test_the_sites_are_changed_by_those_who_manage(): void {
		$this->act_as( 'author' );
		$this->assertWPError( DDAP_Templates::add( 'One', self::FORM, true ), 'ddap_forbidden' );
		$this->act_as( 'administrator' );
		$id = (string) DDAP_Templates::add( 'One', self::FORM, true );
		$this->act_as( 'author' );
		$this->assertSame( array( true, false ), array( DDAP_Templates::all()[0]['shared'], DDAP_Templates::all()[0]['may_change'] ) );
		$this->assertSame( 403, $this->send( 'PATCH', "/$id", array( 'name' => 'Two' ) )->get_status() );
		$this->act_as( 'administrator' );
		$this->assertSame( 'Two', $this->send( 'PATCH', "/$id", array( 'name' => 'Two' ) )->get_data()['templates'][0]['name'] );
		$this->assertSame( array(), $this->send( 'DELETE', "/$id" )->get_data()['templates'] );
	}

	/** What is no form, is too long, or is one too many, is refused. */
	public function test_they_have_bounds(): void {
		$this->act_as( 'editor' );
		foreach ( array( 'nonsense', '[]', '"text"', '{"x":"' . str_repeat( 'x', DDAP_Templates::MAX_BYTES ) . '"}' ) as $form ) {
			$this->assertWPError( DDAP_Templates::add( 'One', $form, false ), 'ddap_bad_template' );
		}
		for ( $count = 0; $count < 50; $count++ ) {
			$this->assertIsString( DDAP_Templates::add( "No. $count", '{}', false ) );
		}
		$this->assertWPError( DDAP_Templates::add( 'One more', '{}', false ), 'ddap_too_many_templates' );
		$this->assertSame( 400, $this->send( 'POST', '', array( 'name' => str_repeat( 'x', 101 ), 'form' => '{}' ) )->get_status() ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound -- short.
	}

	/** Who may not ask for analyses has no templates. */
	public function test_subscribers_have_none(): void {
		$this->act_as( 'subscriber' );
		$this->assertSame( 403, $this->send( 'GET', '' )->get_status() );
		wp_set_current_user( 0 );
		$this->assertSame( 401, $this->send( 'GET', '' )->get_status() );
	}

	/**
	 * Asks a route.
	 *
	 * @param string              $method HTTP's.
	 * @param string              $path   Below the templates.
	 * @param array<string,mixed> $params What is sent.
	 */
	private function send( string $method, string $path, array $params = array() ): WP_REST_Response {
		$request = new WP_REST_Request( $method, '/ddap/v1/analysis/templates' . $path );
		$request->set_body_params( $params );
		return rest_do_request( $request );
	}

	/**
	 * Requires an error with a code.
	 *
	 * @param mixed  $got  What was answered.
	 * @param string $code Which.
	 */
	private function assertWPError( $got, string $code ): void { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName.MethodNameInvalid -- as PHPUnit's.
		$this->assertInstanceOf( WP_Error::class, $got );
		$this->assertSame( $code, $got->get_error_code() );
	}
}
