<?php
/**
 * Tests of DDAP_Uninstaller and DDAP_Lifecycle.
 *
 * @package DDAP
 */

/**
 * What the plugin stores has its place in the uninstaller's lists, and goes.
 *
 * @covers DDAP_Uninstaller
 * @covers DDAP_Lifecycle
 * @covers DDAP_Schema
 */
final class Uninstaller_Test extends DDAP_Test_Case {

	/** Makes again what the tests remove: tables end a transaction, so nothing rolls that back. */
	protected function tearDown(): void {
		DDAP_Sites::each( array( DDAP_Lifecycle::class, 'prepare_this_site' ) );
		$GLOBALS['wpdb']->query( 'COMMIT' );
		parent::tearDown();
	}

	/** Uses everything that stores anything on this site. */
	private function use_everything(): void {
		$this->answer_requests( static fn(): WP_Error => new WP_Error( 'http_request_failed', 'cURL error 28: Operation timed out' ) );
		$author = $this->act_as( 'author' );
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0000000000000000000001_s' );
		update_option(
			DDAP_Webhook::OPTION,
			array(
				'id'     => 'one',
				'secret' => DDAP_Secret_Box::seal( 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' ),
			)
		);
		DDAP_Webhook::note_delivery( 'webhook.test' );
		update_option( DDAP_Webhook::HEALTH, array( 'trouble' => '' ) );
		DDAP_Poll::run();
		require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
		WP_Upgrader::create_lock( DDAP_Poll::LOCK, 60 );
		DDAP_Mail::schedule();
		DDAP_Deliveries::claim( 'a' );
		update_user_meta( $author->ID, DDAP_Preferences::META, 'all' );
		DDAP_Templates::add( 'Mine', '{}', false );
		$this->act_as( 'administrator' );
		DDAP_Templates::add( 'Everybody\'s', '{}', true );
		set_transient( 'ddap_saved_server_1', 1, 60 );
	}

	/**
	 * Names of what is stored on this site.
	 *
	 * @return string[]
	 */
	private function stored(): array {
		global $wpdb;
		$options = $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%ddap%'" ); // phpcs:ignore WordPress.DB -- a test looks past WordPress.
		$meta    = $wpdb->get_col( "SELECT DISTINCT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%ddap%'" ); // phpcs:ignore WordPress.DB -- the same.
		$tables  = $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->prefix . 'ddap_' ) . '%' ) ); // phpcs:ignore WordPress.DB -- the same.
		return array_merge( $options, $meta, $tables );
	}

	/** Each thing that is stored stands in a list. */
	public function test_the_lists_are_complete(): void {
		$this->use_everything();
		$prefix = $GLOBALS['wpdb']->get_blog_prefix();
		$listed = array_merge(
			DDAP_Uninstaller::OPTIONS,
			DDAP_Uninstaller::USER_META,
			array_map( static fn( string $name ): string => $prefix . $name, array_merge( DDAP_Uninstaller::USER_OPTIONS, DDAP_Schema::TABLES ) )
		);
		foreach ( $this->stored() as $name ) {
			$is_transient = 1 === preg_match( '/^_transient_(timeout_)?(' . implode( '|', DDAP_Uninstaller::TRANSIENTS ) . ')/', $name );
			$this->assertTrue( $is_transient || in_array( $name, $listed, true ), "$name is in no list of the uninstaller" );
		}
		DDAP_Uninstaller::run();
	}

	/** After uninstalling nothing is left: no option, meta, table, event or right. */
	public function test_nothing_is_left(): void {
		DDAP_Sites::each( fn() => $this->use_everything() );
		$this->assertNotSame( array(), $this->stored() );
		DDAP_Uninstaller::run();
		DDAP_Sites::each(
			function (): void {
				$this->assertSame( array(), $this->stored() );
				foreach ( DDAP_Uninstaller::CRON as $hook ) {
					$this->assertFalse( wp_next_scheduled( $hook ), $hook );
				}
				foreach ( wp_roles()->role_objects as $role ) {
					$this->assertSame( array(), array_intersect( DDAP_Capabilities::all(), array_keys( $role->capabilities ) ), $role->name );
				}
			}
		);
	}

	/** What an update or an old network left undone is done by the next page of the dashboard. */
	public function test_what_is_missing_is_made_up_for(): void {
		DDAP_Uninstaller::run();
		$this->assertFalse( DDAP_Schema::is_current() );
		$this->act_as( 'administrator' );
		$this->assertSame( '', DDAP_Bell::news( 0 )['html'], 'no page fails meanwhile' );
		$this->assertSame( array(), DDAP_Dashboard_Widget::content()['ended'] );
		DDAP_Lifecycle::catch_up();
		$this->assertTrue( DDAP_Schema::is_current() );
		$this->assertNotFalse( wp_next_scheduled( DDAP_Poll::HOOK ) );
		$this->assertTrue( DDAP_Notifications::add( 1, array_fill_keys( array( 'subject', 'task_id', 'name', 'state', 'reason', 'message', 'mail' ), 'x' ) + array( 'ended_at' => '2026-11-25 16:00:00' ) ) );
		DDAP_Notifications::delete_of_user( 1 );
	}

	/** Deactivating lets nothing run any more, and keeps what is stored. */
	public function test_deactivating_stops_what_runs_by_itself(): void {
		DDAP_Mail::schedule();
		DDAP_Lifecycle::deactivate( is_multisite() );
		foreach ( DDAP_Uninstaller::CRON as $hook ) {
			$this->assertFalse( wp_next_scheduled( $hook ), $hook );
		}
		$this->assertTrue( DDAP_Schema::is_current() );
	}

	/** A site that a network gets later has tables, rights and events of its own, which go with it. */
	public function test_a_new_site_is_prepared_and_goes(): void {
		if ( ! is_multisite() ) {
			$this->markTestSkipped( 'only a network has new sites' );
		}
		$site = wp_insert_site(
			array(
				'domain'  => get_network()->domain,
				'path'    => '/later/',
				'user_id' => 1,
			)
		);
		$this->assertIsInt( $site );
		DDAP_Sites::on(
			$site,
			function (): void {
				$this->assertTrue( DDAP_Schema::is_current() );
				$this->assertTrue( get_role( 'editor' )->has_cap( DDAP_Capabilities::VIEW ) );
				$this->assertNotFalse( wp_next_scheduled( DDAP_Poll::HOOK ) );
			}
		);
		wp_delete_site( $site );
		global $wpdb;
		$this->assertSame( array(), $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->get_blog_prefix( $site ) . 'ddap_' ) . '%' ) ) ); // phpcs:ignore WordPress.DB -- a test looks past WordPress.
	}
}
