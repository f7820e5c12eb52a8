<?php
/**
 * Tests of DDAP_Notifications, DDAP_Mail and DDAP_Bell.
 *
 * @package DDAP
 */

/**
 * What users are told is theirs, bounded, and sent as they chose.
 *
 * @covers DDAP_Notifications
 * @covers DDAP_Mail
 * @covers DDAP_Bell
 * @covers DDAP_Preferences
 * @covers DDAP_Privacy
 */
final class Notifications_Test extends DDAP_Test_Case {

	/**
	 * Tells a user of something.
	 *
	 * @param int                  $user    Whom.
	 * @param int                  $number  Which.
	 * @param array<string,string> $changed What differs.
	 */
	private function add( int $user, int $number, array $changed = array() ): bool {
		return DDAP_Notifications::add(
			$user,
			$changed + array(
				'subject'  => "task:$number",
				'task_id'  => '01a21399-56a9-7249-8425-e4b8ea2eca0d',
				'name'     => "Number $number",
				'state'    => 'failed',
				'reason'   => 'out_of_memory',
				'message'  => '',
				'ended_at' => gmdate( 'Y-m-d H:i:s', 1790000000 + $number ),
				'mail'     => '',
			)
		);
	}

	/** Only the last fifty are kept, and one that was pushed out does not come back. */
	public function test_fifty_are_kept(): void {
		$user = $this->act_as( 'author' )->ID;
		for ( $i = 1; $i <= 55; $i++ ) {
			$this->assertTrue( $this->add( $user, $i ) );
		}
		$rows = DDAP_Notifications::of_user( $user );
		$this->assertCount( 50, $rows );
		$this->assertSame( array( 'Number 55', 'Number 6' ), array( $rows[0]['name'], $rows[49]['name'] ) );
		$this->assertFalse( $this->add( $user, 3 ) );
		$this->assertFalse( $this->add( $user, 55 ) );
		$this->assertSame( 50, DDAP_Notifications::count_unread( $user ) );
	}

	/** What one user reads another has not read. */
	public function test_reading_is_each_ones_own(): void {
		$editor = $this->act_as( 'editor' )->ID;
		$author = $this->act_as( 'author' )->ID;
		$this->add( $editor, 1 );
		$this->add( $author, 1 );
		$this->add( $author, 2 );
		$id = (int) DDAP_Notifications::of_user( $author )[0]['id'];
		DDAP_Notifications::mark_read( $editor, $id );
		$this->assertSame( 2, DDAP_Notifications::count_unread( $author ) );
		DDAP_Notifications::mark_read( $author, $id );
		$this->assertSame( 1, DDAP_Notifications::count_unread( $author ) );
		$this->assertNull( DDAP_Notifications::find( $editor, $id ) );

		$request = new WP_REST_Request( 'POST', '/ddap/v1/notifications/read' );
		$this->assertSame( 200, rest_do_request( $request )->get_status() );
		$this->assertSame( array( 0, 1 ), array( DDAP_Notifications::count_unread( $author ), DDAP_Notifications::count_unread( $editor ) ) );
		$this->act_as( 'subscriber' );
		$this->assertSame( 403, rest_do_request( $request )->get_status() );
	}

	/** The bell escapes what people and computers call things. */
	public function test_the_bell_shows_text_as_text(): void {
		$user = $this->act_as( 'author' )->ID;
		$this->add( $user, 1, array( 'name' => '<script>alert(1)</script>' ) );
		$news = DDAP_Bell::news( 0 );
		$this->assertStringNotContainsString( '<script>alert', $news['html'] );
		$this->assertStringContainsString( '&lt;script&gt;alert', $news['html'] );
		$this->assertStringContainsString( 'It needed more memory', $news['html'] );
		$this->assertSame( array( 'Failed: <script>alert(1)</script>' ), $news['news'] );
		$this->assertSame( array(), DDAP_Bell::news( $news['latest'] )['news'] );
	}

	/**
	 * Choices, and which ends they want a letter for.
	 *
	 * @return array<string,array{string,string[]}>
	 */
	public function choices(): array {
		return array(
			'none'     => array( 'none', array() ),
			'failures' => array( 'failures', array( 'failed' ) ),
			'all'      => array( 'all', array( 'succeeded', 'failed', 'canceled' ) ),
			'nonsense' => array( 'sometimes', array() ),
		);
	}

	/**
	 * Each user gets what they chose.
	 *
	 * @dataProvider choices
	 * @param string   $choice The choice.
	 * @param string[] $wanted The ends.
	 */
	public function test_mail_is_each_ones_choice( string $choice, array $wanted ): void {
		$user = $this->act_as( 'author' )->ID;
		update_user_meta( $user, DDAP_Preferences::META, $choice );
		foreach ( array( 'succeeded', 'failed', 'canceled' ) as $state ) {
			$this->assertSame( in_array( $state, $wanted, true ), DDAP_Preferences::wants_mail( $user, $state ), $state );
		}
	}

	/** What is pending goes out in one letter each, once. */
	public function test_letters_are_sent_once(): void {
		$letters = array();
		add_filter(
			'pre_wp_mail',
			static function ( $sent, array $letter ) use ( &$letters ): bool {
				$letters[] = $letter;
				return true;
			},
			1,
			2
		);
		remove_all_filters( 'pre_wp_mail', 10 );
		$author = $this->act_as( 'author' );
		for ( $i = 1; $i <= 12; $i++ ) {
			$this->add( $author->ID, $i, array( 'mail' => DDAP_Notifications::MAIL_PENDING ) );
		}
		$editor = $this->act_as( 'editor' );
		$this->add(
			$editor->ID,
			1,
			array(
				'mail' => DDAP_Notifications::MAIL_PENDING,
				'name' => "Two\nlines",
			)
		);
		DDAP_Mail::run();
		DDAP_Mail::run();
		$this->assertSame( array( $author->user_email, $editor->user_email ), array_column( $letters, 'to' ) );
		$this->assertStringContainsString( '12 analyses have ended', $letters[0]['subject'] );
		$this->assertStringContainsString( 'And 2 more', $letters[0]['message'] );
		$this->assertStringContainsString( '✕ Failed: Two lines', $letters[1]['subject'] );
		$this->assertStringContainsString( 'It needed more memory than the computer allows.', $letters[1]['message'] );
		$this->assertStringContainsString( 'Choose fewer columns or rows', $letters[1]['message'] );
		$this->assertStringContainsString( 'Code to quote: out_of_memory', $letters[1]['message'] );
	}

	/** A letter speaks its reader's language. */
	public function test_letters_speak_their_readers_language(): void {
		$message = '';
		add_filter(
			'pre_wp_mail',
			static function ( $sent, array $letter ) use ( &$message ): bool {
				$message = $letter['message'];
				return true;
			},
			1,
			2
		);
		remove_all_filters( 'pre_wp_mail', 10 );
		add_filter( 'get_available_languages', static fn(): array => array( 'id_ID' ) );
		$author = $this->act_as( 'author' );
		update_user_meta( $author->ID, 'locale', 'id_ID' );
		$this->add( $author->ID, 1, array( 'mail' => DDAP_Notifications::MAIL_PENDING ) );
		wp_set_current_user( 0 );
		DDAP_Mail::run();
		$this->assertStringContainsString( '✕ Gagal', $message );
	}

	/** A person gets what is stored of them, and can have it erased. */
	public function test_privacy_tools_know_all_of_it(): void {
		$author = $this->act_as( 'author' );
		$this->add( $author->ID, 1 );
		update_user_meta( $author->ID, DDAP_Preferences::META, 'all' );
		DDAP_Templates::add( 'Every Monday', '{}', false );
		$post = wp_insert_post(
			array(
				'post_type'   => 'ddap_snapshot',
				'post_status' => 'private',
				'post_title'  => 'Shown to all',
				'post_author' => $author->ID,
			)
		);
		$exported = DDAP_Privacy::export( $author->user_email );
		$this->assertTrue( $exported['done'] );
		$this->assertSame( array( 'ddap-notifications', 'ddap-preferences', 'ddap-templates', 'ddap-published' ), array_column( $exported['data'], 'group_id' ) );
		$this->assertStringContainsString( 'Number 1', (string) wp_json_encode( $exported ) );
		$erased = DDAP_Privacy::erase( $author->user_email );
		$this->assertTrue( $erased['items_removed'] && ! $erased['items_retained'] );
		$this->assertSame( array(), DDAP_Privacy::export( $author->user_email )['data'] );
		$this->assertSame( 'Shown to all', get_post( $post )->post_title, 'what is published stays' );
		$this->assertFalse( DDAP_Privacy::erase( 'nobody@example.org' )['items_removed'] );
	}
}
