<?php
/**
 * One page of tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What the server answers to a query: rows, counts and total, with one request.
 */
final class DDAP_Task_Page {

	/**
	 * What the server answered.
	 *
	 * @var array<string,mixed>
	 */
	private array $answer = array();

	/**
	 * Makes a page that is to be loaded.
	 *
	 * @param DDAP_Task_Query $query What is asked for.
	 */
	public function __construct( private DDAP_Task_Query $query ) {}

	/**
	 * Asks the server.
	 *
	 * @param DDAP_Client $client Acts for whoever looks.
	 * @return WP_Error|null Why there is nothing.
	 */
	public function load( DDAP_Client $client ): ?WP_Error {
		$answer = $client->get( '/tasks', $this->query->to_server() );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$this->answer = $answer;
		return null;
	}

	/**
	 * The tasks of the page.
	 *
	 * @return array<int,array<string,mixed>>
	 */
	public function tasks(): array {
		return array_values( (array) ( $this->answer['tasks'] ?? array() ) );
	}

	/** How many tasks there are on all pages, as far as the server counts. */
	public function total(): int {
		return (int) ( $this->answer['total'] ?? 0 );
	}

	/** Whether the total is that of all. */
	public function total_is_exact(): bool {
		return (bool) ( $this->answer['total_is_exact'] ?? true );
	}

	/** Whether there is no task in any state. */
	public function is_empty(): bool {
		return 0 === array_sum( (array) ( $this->answer['counts'] ?? array() ) );
	}

	/**
	 * How many there are in each view, as people read it: "10,000+" where the server stops counting.
	 *
	 * @return array<string,string>
	 */
	public function counts(): array {
		$by_state = array_map( 'intval', (array) ( $this->answer['counts'] ?? array() ) );
		$counts   = array();
		foreach ( DDAP_Task_Query::VIEWS as $view => $states ) {
			$of_view         = array() === $states ? $by_state : array_intersect_key( $by_state, array_flip( $states ) );
			$is_capped       = array() !== $of_view && max( $of_view ) >= DDAP_Task_Query::EXACT && empty( $this->answer['counts_are_exact'] );
			$counts[ $view ] = number_format_i18n( array_sum( $of_view ) ) . ( $is_capped ? '+' : '' );
		}
		return $counts;
	}

	/**
	 * What the page's script puts in place of what is shown.
	 *
	 * @return array{rows: array<int,array<string,mixed>>, counts: array<string,string>, total: string}
	 */
	public function for_browser(): array {
		$rows = array();
		foreach ( $this->tasks() as $task ) {
			$cells = array();
			foreach ( DDAP_Task_Cells::COLUMNS as $column ) {
				$cells[ $column ] = DDAP_Task_Cells::cell( $column, $task );
			}
			$rows[] = array(
				'id'    => (string) $task['id'],
				'name'  => (string) $task['name'],
				'state' => (string) $task['state'],
				'word'  => DDAP_Words::state( (string) $task['state'] )['word'],
				'cells' => $cells,
			);
		}
		return array(
			'rows'   => $rows,
			'counts' => $this->counts(),
			'total'  => $this->total_words(),
		);
	}

	/** The total as WordPress says it above a table. */
	public function total_words(): string {
		/* translators: %s: a number of tasks, as in "10,000+". */
		return sprintf( _n( '%s item', '%s items', $this->total(), 'ddap-data-analysis' ), number_format_i18n( $this->total() ) . ( $this->total_is_exact() ? '' : '+' ) );
	}
}
