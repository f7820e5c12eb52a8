<?php
/**
 * The filters above the list of tasks.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Prints a select for each filter. Computers and people are offered as far as
 * they are known without a request: those on the page, and the one chosen.
 */
final class DDAP_Task_Filters {

	/**
	 * Makes the filters.
	 *
	 * @param DDAP_Task_Query                $query What is shown.
	 * @param array<int,array<string,mixed>> $tasks Those on the page.
	 */
	public function __construct( private DDAP_Task_Query $query, private array $tasks ) {}

	/** Prints them. */
	public function render(): void {
		echo '<div class="alignleft actions">';
		$this->select( 'operation', __( 'Filter by analysis', 'ddap-data-analysis' ), __( 'All analyses', 'ddap-data-analysis' ), DDAP_Task_Words::operations() );
		$this->select( 'runner', __( 'Filter by computer', 'ddap-data-analysis' ), __( 'All computers', 'ddap-data-analysis' ), $this->runners() );
		$this->select( 'period', __( 'Filter by age', 'ddap-data-analysis' ), __( 'Any time', 'ddap-data-analysis' ), self::periods() );
		if ( DDAP_Capabilities::sees_everybody() ) {
			$this->select( 'creator', __( 'Filter by person', 'ddap-data-analysis' ), __( 'Everybody', 'ddap-data-analysis' ), $this->creators() );
		}
		submit_button( __( 'Filter', 'ddap-data-analysis' ), '', 'filter_action', false );
		if ( $this->query->is_narrowed() ) {
			printf( ' <a class="button-link ddap-clear" href="%s">%s</a>', esc_url( DDAP_Menu::url( DDAP_Menu::TASKS ) ), esc_html__( 'Clear filters', 'ddap-data-analysis' ) );
		}
		echo '</div>';
	}

	/**
	 * Prints one filter.
	 *
	 * @param string                    $name    The parameter's.
	 * @param string                    $label   What it is, for those who do not see it.
	 * @param string                    $nothing What is read where nothing is chosen.
	 * @param array<int|string,string>  $options Texts by value.
	 */
	private function select( string $name, string $label, string $nothing, array $options ): void {
		printf( '<label class="screen-reader-text" for="ddap-filter-%1$s">%2$s</label><select id="ddap-filter-%1$s" name="%1$s">', esc_attr( $name ), esc_html( $label ) );
		printf( '<option value="">%s</option>', esc_html( $nothing ) );
		foreach ( $options as $value => $text ) {
			printf( '<option value="%1$s"%2$s>%3$s</option>', esc_attr( (string) $value ), selected( $this->query->get( $name ), (string) $value, false ), esc_html( $text ) );
		}
		echo '</select>';
	}

	/**
	 * Computers.
	 *
	 * @return array<string,string>
	 */
	private function runners(): array {
		$runners = DDAP_Dataset_Names::runners();
		foreach ( $this->tasks as $task ) {
			if ( ! empty( $task['runner_id'] ) ) {
				$runners[ (string) $task['runner_id'] ] = (string) ( $task['runner_name'] ?? $task['runner_id'] );
			}
		}
		return $this->with_chosen( 'runner', $runners );
	}

	/**
	 * People.
	 *
	 * @return array<string,string>
	 */
	private function creators(): array {
		$creators = array( 'me' => __( 'Only mine', 'ddap-data-analysis' ) );
		foreach ( $this->tasks as $task ) {
			if ( ! empty( $task['creator'] ) && ! DDAP_Capabilities::is_own( $task ) ) {
				$creators[ (string) $task['creator'] ] = (string) ( $task['created_by'] ?? $task['creator'] );
			}
		}
		return $this->with_chosen( 'creator', $creators );
	}

	/**
	 * The options with the one that is chosen, also where the page shows nothing of it.
	 *
	 * @param string               $name    The parameter's.
	 * @param array<string,string> $options Texts by value.
	 * @return array<string,string>
	 */
	private function with_chosen( string $name, array $options ): array {
		$chosen = $this->query->get( $name );
		return '' === $chosen || isset( $options[ $chosen ] ) ? $options : $options + array( $chosen => __( 'The one chosen', 'ddap-data-analysis' ) );
	}

	/**
	 * Periods.
	 *
	 * @return array<string,string>
	 */
	private static function periods(): array {
		return array(
			'day'   => __( 'Last 24 hours', 'ddap-data-analysis' ),
			'week'  => __( 'Last 7 days', 'ddap-data-analysis' ),
			'month' => __( 'Last 30 days', 'ddap-data-analysis' ),
		);
	}
}
