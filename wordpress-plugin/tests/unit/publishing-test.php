<?php
/**
 * Publishing parts of results.
 *
 * @package DDAP
 */

/**
 * What is stored, by whom, and when it goes.
 *
 * @covers DDAP_Publishing
 * @covers DDAP_Snapshots
 * @covers DDAP_Snapshot_Part
 * @covers DDAP_Snapshot_Check
 */
final class Publishing_Test extends DDAP_Test_Case {

	private const TASK = '01a21370-cb7f-7a0c-bb17-224280190c33';

	private const DATASET = '01a21370-4951-7c35-95ec-2a996ecd6ced';

	/**
	 * What the server says next, by the end of the address.
	 *
	 * @var array<string,array<string,mixed>>
	 */
	private array $server;

	/** Puts a server in place that allows publishing. */
	protected function setUp(): void {
		parent::setUp();
		DDAP_Snapshots::remove_all();
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0353No09hKZ5MvI2LgOvTb_abc' );
		$document     = array(
			'version' => 1,
			'kind'    => 'filter',
			'summary' => 'A sentence that nobody has published.',
			'metrics' => array(
				'rows'   => 344,
				'secret' => 7,
			),
			'tables'  => array(
				array(
					'name'       => 'groups',
					'title'      => 'Groups',
					'columns'    => array(
						array(
							'name' => 'Species',
							'type' => 'string',
						),
						array(
							'name' => 'Mass',
							'type' => 'number',
						),
					),
					'rows'       => array( array( 'Adelie "\\', 3700.662251655629 ), array( '<script>', array( 'suppressed' => 'small_group' ) ) ),
					'total_rows' => 2,
					'artifact'   => 'groups.parquet',
				),
				array(
					'name'  => 'others',
					'title' => 'Others',
				),
			),
			'charts'  => array(
				array(
					'name'   => 'bars',
					'type'   => 'bar',
					'title'  => 'Bars',
					'series' => array(),
				),
			),
			'sources' => array(
				array(
					'dataset_id' => self::DATASET,
					'name'       => 'penguins',
				),
			),
		);
		$this->server = array(
			'/tasks/' . self::TASK  => array(
				200,
				array(
					'id'      => self::TASK,
					'creator' => self::key_id() . ';' . get_user_by( 'login', 'author' )->ID,
				),
			),
			'/result/' . self::TASK => array(
				200,
				array(
					'task_id'     => self::TASK,
					'result'      => $document,
					'may_publish' => true,
				),
			),
			'/datasets'             => array( 200, array( 'datasets' => array() ) ),
		);
		$this->answer_requests(
			function ( array $arguments, string $url ) {
				foreach ( $this->server as $end => $answer ) {
					if ( str_ends_with( strtok( $url, '?' ), $end ) ) {
						return $answer instanceof WP_Error ? $answer : $this->json_answer( $answer[0], $answer[1] );
					}
				}
				return $this->json_answer( 404, array( 'code' => 'not_found' ) );
			}
		);
	}

	/** A snapshot holds the chosen part and nothing else of the result. */
	public function test_a_snapshot_holds_only_the_chosen_part(): void {
		$this->act_as( 'author' );

		$snapshot = $this->publish( 'table', 'groups' );

		$this->assertSame( array( 'name', 'title', 'columns', 'rows', 'total_rows' ), array_keys( $snapshot['part'] ) );
		$this->assertSame( array( 'Adelie "\\', 3700.662251655629 ), $snapshot['part']['rows'][0] );
		$stored = wp_json_encode( array( get_post( $snapshot['id'] ), get_post_meta( $snapshot['id'] ) ) );
		foreach ( array( 'A sentence', 'secret', 'Others', 'Bars', 'groups.parquet' ) as $absent ) {
			$this->assertStringNotContainsString( $absent, $stored );
		}
		$this->assertSame( 'penguins', $snapshot['sources'][0]['name'] );
		$this->assertSame( get_current_user_id(), $snapshot['publisher'] );
	}

	/** A number is its value and name. */
	public function test_a_number_is_stored_alone(): void {
		$this->act_as( 'author' );

		$snapshot = $this->publish( 'number', 'rows', 'Penguins' );

		$this->assertSame(
			array(
				'name'  => 'rows',
				'title' => 'rows',
				'value' => 344,
			),
			$snapshot['part']
		);
		$this->assertSame( 'Penguins', $snapshot['title'] );
	}

	/**
	 * What is not there is not published.
	 *
	 * @dataProvider absent_parts
	 * @param string $kind A kind.
	 * @param string $name A name.
	 */
	public function test_a_part_that_is_not_there_is_refused( string $kind, string $name ): void {
		$this->act_as( 'author' );

		$this->assertSame( 'ddap_no_such_part', $this->publish( $kind, $name )->get_error_code() );
		$this->assertSame( 0, DDAP_Snapshots::search()['total'] );
	}

	/**
	 * Parts that the result does not have.
	 *
	 * @return array<string,array{string,string}>
	 */
	public function absent_parts(): array {
		return array(
			'no such table'  => array( 'table', 'nope' ),
			'no such chart'  => array( 'chart', 'groups' ),
			'no such number' => array( 'number', 'groups' ),
			'no such kind'   => array( 'manifest', 'groups' ),
		);
	}

	/** Nothing is published against an owner's wish, and the reader learns whose data it is. */
	public function test_an_owner_who_does_not_allow_it_is_obeyed(): void {
		$this->act_as( 'administrator' );
		$this->server[ '/result/' . self::TASK ][1]['may_publish']     = false;
		$this->server[ '/result/' . self::TASK ][1]['publish_refused'] = array(
			array(
				'code' => 'publish_off',
				'name' => 'penguins',
			),
		);

		$refused = $this->publish( 'table', 'groups' );

		$this->assertSame( 'ddap_owner_forbids', $refused->get_error_code() );
		$this->assertStringContainsString( 'penguins', $refused->get_error_message() );
		$this->assertSame( 0, DDAP_Snapshots::search()['total'] );
	}

	/** A server that says nothing of publishing does not allow it. */
	public function test_silence_is_no_permission(): void {
		$this->act_as( 'administrator' );
		unset( $this->server[ '/result/' . self::TASK ][1]['may_publish'] );

		$this->assertSame( 'ddap_owner_forbids', $this->publish( 'table', 'groups' )->get_error_code() );
	}

	/**
	 * Own tasks for those who ask, everybody's for those who manage.
	 *
	 * @dataProvider people
	 * @param string $role Who.
	 * @param bool   $may  Whether they may publish the author's result.
	 */
	public function test_people_publish_what_they_may( string $role, bool $may ): void {
		$this->act_as( $role );

		$this->assertSame( $may, is_array( $this->publish( 'table', 'groups' ) ) );
	}

	/**
	 * People, and whether they may.
	 *
	 * @return array<string,array{string,bool}>
	 */
	public function people(): array {
		return array(
			'the author, whose task it is'  => array( 'author', true ),
			'an editor'                     => array( 'editor', false ),
			'an administrator, who manages' => array( 'administrator', true ),
			'a subscriber'                  => array( 'subscriber', false ),
		);
	}

	/** Only the publisher and those who manage take it down, and then it is gone altogether. */
	public function test_unpublishing_removes_it(): void {
		$this->act_as( 'author' );
		$id = $this->publish( 'table', 'groups' )['id'];

		$this->act_as( 'editor' );
		$this->assertSame( 'ddap_forbidden', DDAP_Publishing::unpublish( $id )->get_error_code() );

		$this->act_as( 'author' );
		$this->assertTrue( DDAP_Publishing::unpublish( $id ) );
		$this->assertNull( get_post( $id ) );
		$this->assertSame( array(), get_post_meta( $id ) );
		$this->assertSame( 'ddap_not_published', DDAP_Publishing::unpublish( $id )->get_error_code() );
	}

	/** No other post can be taken down or shown by its number. */
	public function test_other_posts_are_no_snapshots(): void {
		$this->act_as( 'administrator' );
		$page = wp_insert_post(
			array(
				'post_title' => 'A page',
				'post_type'  => 'page',
			)
		);

		$this->assertNull( DDAP_Snapshots::find( $page ) );
		$this->assertSame( 'ddap_not_published', DDAP_Publishing::unpublish( $page )->get_error_code() );
		$this->assertNotNull( get_post( $page ) );
	}

	/**
	 * The daily look takes down what an owner has withdrawn, and nothing else.
	 *
	 * @dataProvider answers_of_the_day_after
	 * @param array<string,mixed>|WP_Error $result   What the server says of the result.
	 * @param array<string,mixed>          $datasets What it says of the datasets.
	 * @param int                          $gone     How many are taken down.
	 */
	public function test_what_an_owner_withdraws_goes( array|WP_Error $result, array $datasets, int $gone ): void {
		$this->act_as( 'author' );
		$this->publish( 'table', 'groups' );
		$this->server[ '/result/' . self::TASK ] = $result;
		$this->server['/datasets']               = array( 200, array( 'datasets' => $datasets ) );
		$letters                                 = array();
		add_filter(
			'pre_wp_mail',
			static function ( $early, array $letter ) use ( &$letters ): bool {
				$letters[] = $letter;
				return true;
			},
			5,
			2
		);
		remove_all_filters( 'pre_wp_mail', 10 );

		$this->assertSame( $gone, DDAP_Snapshot_Check::run( DDAP_Client::for_site() ) );

		$this->assertSame( 1 - $gone, DDAP_Snapshots::search()['total'] );
		$this->assertSame( $gone > 0 ? array( 'author@example.org' ) : array(), array_column( $letters, 'to' ) );
	}

	/**
	 * Answers, and how many snapshots they take down.
	 *
	 * @return array<string,array{array<string,mixed>|WP_Error,array<int,array<string,mixed>>,int}>
	 */
	public function answers_of_the_day_after(): array {
		$refused = static fn( string $code ): array => array(
			200,
			array(
				'may_publish'     => false,
				'publish_refused' => array( array( 'code' => $code ) ),
			),
		);
		$dataset = static fn( bool $publish ): array => array(
			array(
				'id'      => self::DATASET,
				'publish' => $publish,
			),
		);
		$gone    = array( 404, array( 'code' => 'not_found' ) );
		return array(
			'still allowed'                                  => array( array( 200, array( 'may_publish' => true ) ), array(), 0 ),
			'switched off'                                   => array( $refused( 'publish_off' ), array(), 1 ),
			'not shared any more'                            => array( $refused( 'not_shared' ), array(), 1 ),
			'an input was deleted, its data is allowed'      => array( $refused( 'input_gone' ), $dataset( true ), 0 ),
			'the task was deleted, its data is allowed'      => array( $gone, $dataset( true ), 0 ),
			'the task was deleted, its data is not allowed'  => array( $gone, $dataset( false ), 1 ),
			'the task was deleted, its data is gone'         => array( $gone, array(), 1 ),
			'the key is not known any more'                  => array( array( 401, array( 'code' => 'unauthenticated' ) ), $dataset( false ), 0 ),
			'the server has a fault'                         => array( array( 500, array( 'code' => 'internal' ) ), $dataset( false ), 0 ),
			'something else answers with a page'             => array( array( 404, 'nothing here' ), $dataset( false ), 0 ),
			'nothing answers'                                => array( new WP_Error( 'http_request_failed', 'cURL error 7: Failed to connect' ), $dataset( false ), 0 ),
		);
	}

	/** Where it is shown is found, in blocks and shortcodes, whatever stands beside the number. */
	public function test_pages_that_show_it_are_found(): void {
		$content = '<!-- wp:ddap/analysis-result {"caption":"A {b}","snapshot":12} /--> [ddap_result caption="x" id="13"] [ddap_result id=14] [ddap_results id=15] <!-- wp:ddap/analysis-result {"view":"table"} /-->';

		$this->assertSame( array( 12, 13, 14 ), DDAP_Snapshot_Usage::shown_in( $content ) );
	}

	/**
	 * Publishes a part of the result.
	 *
	 * @param string $kind  Of the part.
	 * @param string $name  Of the part.
	 * @param string $title For visitors.
	 * @return array<string,mixed>|WP_Error
	 */
	private function publish( string $kind, string $name, string $title = '' ): array|WP_Error {
		return DDAP_Publishing::publish( DDAP_Client::for_current_user(), self::TASK, $kind, $name, $title );
	}

	/** The id of this site's key, as creators have it. */
	private static function key_id(): string {
		return DDAP_Key::id( DDAP_Settings::api_key() );
	}
}
