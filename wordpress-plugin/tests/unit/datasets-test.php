<?php
/**
 * What owners share.
 *
 * @package DDAP
 */

/**
 * How datasets are put together, found and told.
 *
 * @covers DDAP_Datasets
 * @covers DDAP_Runners
 */
final class Datasets_Test extends DDAP_Test_Case {

	/** The same on two computers is one; another policy makes another. */
	public function test_the_same_on_several_computers_is_one(): void {
		$groups = DDAP_Datasets::group( array( $this->dataset( 'sales', 'a' ), $this->dataset( 'sales', 'b' ), $this->dataset( 'sales', 'c', 'rows' ), $this->dataset( 'Age', 'a' ) ) );

		$this->assertSame( array( 1, 2, 1 ), array_map( 'count', $groups ) );
		$this->assertSame( 'Age', $groups[0][0]['name'] );
	}

	/**
	 * People search by whatever they remember.
	 *
	 * @dataProvider searches
	 * @param string $text  What they type.
	 * @param int    $found How many datasets have it.
	 */
	public function test_searching( string $text, int $found ): void {
		$groups = DDAP_Datasets::group( array( $this->dataset( 'sales', 'lab-7' ), $this->dataset( 'Ümlaut', 'b' ) ) );

		$this->assertCount( $found, DDAP_Datasets::search( $groups, $text ) );
	}

	/**
	 * Texts, and how many datasets have them.
	 *
	 * @return array<string,array{string,int}>
	 */
	public function searches(): array {
		return array(
			'nothing'                  => array( '', 2 ),
			'a part of the name'       => array( 'SAL', 1 ),
			'a letter that is no ASCII' => array( 'ümlaut', 1 ),
			'a column'                 => array( 'price', 2 ),
			'a computer'               => array( 'LAB', 1 ),
			'what is nowhere'          => array( 'penguin', 0 ),
		);
	}

	/** Policies are told in words. */
	public function test_policies_in_words(): void {
		$this->assertSame( 'Rows may leave', DDAP_Datasets::policy( array( 'policy' => 'rows' ) ) );
		$this->assertSame(
			'Summaries of at least 10 rows only',
			DDAP_Datasets::policy(
				array(
					'policy'         => 'aggregates',
					'min_group_size' => 10,
				)
			)
		);
	}

	/** An analyst's key, which may not list computers, sees those that share. */
	public function test_computers_without_an_operators_key(): void {
		DDAP_Settings::store_server_url( 'http://127.0.0.1:9' );
		DDAP_Settings::store_api_key( 'ddap_key_0353No09hKZ5MvI2LgOvTb_abc' );
		$this->answer_requests(
			function ( array $arguments, string $url ) {
				if ( str_contains( $url, '/runners' ) ) {
					return $this->json_answer( 403, array( 'code' => 'role_too_weak' ) );
				}
				return $this->json_answer(
					200,
					str_contains( $url, '/datasets' )
						? array( 'datasets' => array( $this->dataset( 'sales', 'b' ), $this->dataset( 'age', 'b' ), $this->dataset( 'age', 'a' ) ) )
						: array( 'tasks' => array( array( 'runner_id' => 'id-b' ), array( 'runner_id' => 'id-b' ) ) )
				);
			}
		);

		$answer = DDAP_Runners::all( DDAP_Client::for_site() );

		$this->assertFalse( $answer['whole'] );
		$this->assertSame( array( 'a', 'b' ), array_column( $answer['runners'], 'name' ) );
		$this->assertSame( array( 0, 2 ), array_column( $answer['runners'], 'busy_slots' ) );
		$this->assertSame( array( 'sales', 'age' ), $answer['runners'][1]['datasets'] );
	}

	/**
	 * A dataset as the server gives it.
	 *
	 * @param string $name   Its name.
	 * @param string $runner Its computer's name.
	 * @param string $policy Of its owner.
	 * @return array<string,mixed>
	 */
	private function dataset( string $name, string $runner, string $policy = 'aggregates' ): array {
		return array(
			'id'          => "$name-$runner",
			'name'        => $name,
			'columns'     => array(
				array(
					'name' => 'price',
					'type' => 'number',
				),
			),
			'policy'      => $policy,
			'publish'     => false,
			'runner_id'   => "id-$runner",
			'runner_name' => $runner,
			'online'      => true,
		);
	}
}
