<?php
/**
 * Which tasks a list shows.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What the address of the list asks for, checked, and the same in the server's
 * words. The page and its REST route read it alike.
 */
final class DDAP_Task_Query {

	/** States by view. */
	public const VIEWS = array(
		'all'       => array(),
		'waiting'   => array( 'scheduled', 'blocked', 'queued' ),
		'running'   => array( 'leased', 'running' ),
		'succeeded' => array( 'succeeded' ),
		'failed'    => array( 'failed' ),
		'canceled'  => array( 'canceled' ),
	);

	/** How far back each period reaches, in seconds. */
	private const PERIODS = array(
		'day'   => DAY_IN_SECONDS,
		'week'  => WEEK_IN_SECONDS,
		'month' => 30 * DAY_IN_SECONDS,
	);

	/** What the server sorts by. */
	private const SORTS = array( 'name', 'created', 'finished', 'priority' );

	/** How many tasks the server counts, and pages through by number. */
	public const EXACT = 10000;

	/**
	 * What was asked for, by the names of the address's parameters.
	 *
	 * @var array<string,string>
	 */
	private array $asked;

	/**
	 * Reads a request.
	 *
	 * @param array<string,mixed> $args     Parameters of an address, unslashed; unknown and wrong ones are left out.
	 * @param int                 $per_page Tasks on a page.
	 */
	public function __construct( array $args, private int $per_page ) {
		$text  = static fn( string $name ): string => is_scalar( $args[ $name ] ?? null ) ? trim( sanitize_text_field( (string) $args[ $name ] ) ) : '';
		$among = static fn( string $name, array $allowed ): string => in_array( $text( $name ), $allowed, true ) ? $text( $name ) : '';

		$this->asked = array(
			'view'      => $among( 'view', array_keys( self::VIEWS ) ),
			's'         => mb_substr( $text( 's' ), 0, 200 ),
			'operation' => $among( 'operation', array_map( 'strval', array_keys( DDAP_Task_Words::operations() ) ) ),
			'runner'    => wp_is_uuid( $text( 'runner' ) ) ? $text( 'runner' ) : '',
			'period'    => $among( 'period', array_keys( self::PERIODS ) ),
			'creator'   => $this->creator( $text( 'creator' ) ),
			'orderby'   => $among( 'orderby', self::SORTS ),
			'order'     => $among( 'order', array( 'asc', 'desc' ) ),
			'paged'     => (string) max( 1, (int) $text( 'paged' ) ),
		);
		$this->per_page = max( 1, min( 200, $per_page ) );
	}

	/**
	 * One of the address's parameters; empty where it was not given.
	 *
	 * @param string $name Its name.
	 */
	public function get( string $name ): string {
		return $this->asked[ $name ] ?? '';
	}

	/** The view that is shown. */
	public function view(): string {
		return '' === $this->asked['view'] ? 'all' : $this->asked['view'];
	}

	/** How many tasks stand on a page. */
	public function per_page(): int {
		return $this->per_page;
	}

	/** Whether anything narrows the list, its view apart. */
	public function is_narrowed(): bool {
		$creator = DDAP_Capabilities::sees_everybody() ? $this->asked['creator'] : '';
		return '' !== $this->asked['s'] . $this->asked['operation'] . $this->asked['runner'] . $this->asked['period'] . $creator;
	}

	/**
	 * What leads back here, as parameters of an address.
	 *
	 * @return array<string,string>
	 */
	public function to_url(): array {
		$kept = array_filter( $this->asked, static fn( string $value ): bool => '' !== $value );
		if ( '1' === $kept['paged'] ) {
			unset( $kept['paged'] );
		}
		return $kept;
	}

	/**
	 * The parameters of GET /tasks.
	 *
	 * @return array<string,mixed>
	 */
	public function to_server(): array {
		$period = self::PERIODS[ $this->asked['period'] ] ?? 0;
		return array(
			'state'          => implode( ',', self::VIEWS[ $this->view() ] ),
			'text'           => $this->asked['s'],
			'operation_code' => $this->asked['operation'],
			'runner_id'      => $this->asked['runner'],
			'creator'        => $this->asked['creator'],
			'created_from'   => $period > 0 ? gmdate( 'Y-m-d\TH:i:s\Z', time() - $period ) : '',
			'sort'           => $this->sort(),
			'page'           => min( (int) $this->asked['paged'], intdiv( self::EXACT - 1, $this->per_page ) + 1 ),
			'per_page'       => $this->per_page,
		);
	}

	/** The order in the server's words. */
	private function sort(): string {
		if ( '' === $this->asked['orderby'] ) {
			return '-created';
		}
		return ( 'desc' === $this->asked['order'] ? '-' : '' ) . $this->asked['orderby'];
	}

	/**
	 * Whose tasks are shown: one's own where one may not see others'.
	 *
	 * @param string $asked "me", or KEY_ID;USER_ID.
	 */
	private function creator( string $asked ): string {
		if ( ! DDAP_Capabilities::sees_everybody() ) {
			return 'me';
		}
		return 'me' === $asked || 1 === preg_match( '/^[0-9a-f-]{36}(;[^;]{1,200})?$/', $asked ) ? $asked : '';
	}
}
