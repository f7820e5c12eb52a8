<?php
/**
 * Cancel, retry, clone, delete.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * What can be done with a task: which links are offered, and what happens behind
 * them. The capability, the ownership and the nonce are checked here for every way in.
 */
final class DDAP_Task_Actions {

	/** The name of the action of admin-post.php, and of its nonce. */
	public const ACTION = 'ddap_task';

	/** What can be done, to one task or to many. */
	public const ALL = array( 'cancel', 'retry', 'delete' );

	/**
	 * The word for an action.
	 *
	 * @param string $action One of ALL.
	 */
	public static function label( string $action ): string {
		switch ( $action ) {
			case 'cancel':
				return __( 'Cancel', 'ddap-data-analysis' );
			case 'retry':
				return __( 'Retry', 'ddap-data-analysis' );
			default:
				return __( 'Delete', 'ddap-data-analysis' );
		}
	}

	/**
	 * What can be done with a task in its state, by whoever is logged in.
	 *
	 * @param array<string,mixed> $task As the server gave it.
	 * @return string[] Of ALL.
	 */
	public static function of( array $task ): array {
		if ( ! DDAP_Capabilities::may_change( $task ) ) {
			return array();
		}
		if ( ! DDAP_Task_Words::has_ended( $task ) ) {
			return array( 'cancel' );
		}
		return 'succeeded' === $task['state'] ? array( 'delete' ) : array( 'retry', 'delete' );
	}

	/**
	 * Links to what can be done, as HTML.
	 *
	 * @param array<string,mixed> $task       As the server gave it.
	 * @param string              $class_name That of each link.
	 * @return array<string,string> By action.
	 */
	public static function links( array $task, string $class_name = '' ): array {
		$links = array();
		foreach ( self::of( $task ) as $action ) {
			$links[ $action ] = self::link( self::url( $action, (string) $task['id'] ), self::label( $action ), (string) $task['name'], $class_name, self::question( $action ) );
		}
		if ( current_user_can( DDAP_Capabilities::CREATE ) ) {
			$url   = DDAP_Menu::url( DDAP_Menu::NEW_ANALYSIS, array( 'clone' => $task['id'] ) );
			$links = array_merge( array( 'clone' => self::link( $url, __( 'Clone', 'ddap-data-analysis' ), (string) $task['name'], $class_name ) ), $links );
		}
		return $links;
	}

	/**
	 * Does what a link asks for; admin-post.php's.
	 */
	public static function handle(): void {
		if ( ! current_user_can( DDAP_Capabilities::ENTER ) ) {
			wp_die( esc_html__( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::ACTION );
		$action = sanitize_key( wp_unslash( $_GET['do'] ?? '' ) );
		$id     = sanitize_text_field( wp_unslash( $_GET['task'] ?? '' ) );
		$key    = sanitize_text_field( wp_unslash( $_GET['once'] ?? '' ) );
		$made   = self::perform( $action, $id, $key, ! empty( $_GET['rerun'] ) );
		$notice = new DDAP_Task_Notice();
		$notice->add( $action, $id, $made );
		$notice->keep();
		wp_safe_redirect( self::destination( $action, $made ) );
		exit;
	}

	/**
	 * Does one thing with many tasks, as far as the server can be spoken to.
	 *
	 * @param string   $action One of ALL.
	 * @param string[] $ids    The tasks'.
	 */
	public static function perform_all( string $action, array $ids ): DDAP_Task_Notice {
		$notice = new DDAP_Task_Notice();
		foreach ( array_slice( $ids, 0, 200 ) as $id ) {
			$made = self::perform( $action, $id, wp_generate_uuid4() );
			$notice->add( $action, $id, $made );
			// One that does not answer would be waited for once for each of the tasks.
			if ( is_wp_error( $made ) && DDAP_Connection_Error::is_one( $made ) ) {
				break;
			}
		}
		return $notice;
	}

	/**
	 * Does one thing with one task.
	 *
	 * @param string $action     One of ALL.
	 * @param string $id         The task's.
	 * @param string $once       Makes a request that is sent twice take effect once.
	 * @param bool   $rerun_lost Whether steps whose rows are lost run again.
	 * @return array<string,mixed>|WP_Error The task, or the new one.
	 */
	public static function perform( string $action, string $id, string $once, bool $rerun_lost = false ): array|WP_Error {
		$task = DDAP_Task_Access::find( $id );
		if ( is_wp_error( $task ) ) {
			return $task;
		}
		if ( ! in_array( $action, self::ALL, true ) || ! DDAP_Capabilities::may_change( $task ) ) {
			return new WP_Error( 'ddap_forbidden', __( 'Your role does not allow this. Ask an administrator of this site.', 'ddap-data-analysis' ), array( 'status' => 403 ) );
		}
		$client = DDAP_Task_Access::client_for( $task );
		switch ( $action ) {
			case 'cancel':
				return $client->post( "/tasks/$id/cancel" );
			case 'retry':
				return $client->post( "/tasks/$id/retry" . ( $rerun_lost ? '?rerun_lost_inputs=true' : '' ), array(), $once );
			default:
				return $client->delete( "/tasks/$id" );
		}
	}

	/**
	 * The address that does something.
	 *
	 * @param string $action One of ALL.
	 * @param string $id     The task's.
	 * @param bool   $rerun  Whether steps whose rows are lost run again.
	 */
	public static function url( string $action, string $id, bool $rerun = false ): string {
		$query = array(
			'action'   => self::ACTION,
			'do'       => $action,
			'task'     => $id,
			'once'     => wp_generate_uuid4(),
			'_wpnonce' => wp_create_nonce( self::ACTION ),
		);
		return add_query_arg( $rerun ? $query + array( 'rerun' => 1 ) : $query, admin_url( 'admin-post.php' ) );
	}

	/**
	 * Where somebody is led after an action.
	 *
	 * @param string                       $action What was asked for.
	 * @param array<string,mixed>|WP_Error $made   What came of it.
	 */
	private static function destination( string $action, array|WP_Error $made ): string {
		if ( 'retry' === $action && ! is_wp_error( $made ) && isset( $made['id'] ) ) {
			return DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => $made['id'] ) );
		}
		$back = wp_get_referer();
		if ( false === $back || ( 'delete' === $action && ! is_wp_error( $made ) && str_contains( $back, 'task=' ) ) ) {
			return DDAP_Menu::url( DDAP_Menu::TASKS );
		}
		return $back;
	}

	/**
	 * What is asked before something that cannot be undone.
	 *
	 * @param string $action One of ALL.
	 */
	private static function question( string $action ): string {
		switch ( $action ) {
			case 'cancel':
				return __( 'Cancel this task? What it has done so far is lost.', 'ddap-data-analysis' );
			case 'delete':
				return __( 'Delete this task with its result, its files and its log? This cannot be undone.', 'ddap-data-analysis' );
			default:
				return '';
		}
	}

	/**
	 * A link that says aloud which task it is about.
	 *
	 * @param string $url        Where it leads.
	 * @param string $label      What is read.
	 * @param string $name       The task's name.
	 * @param string $class_name The link's.
	 * @param string $question   What is asked first; empty asks nothing.
	 */
	private static function link( string $url, string $label, string $name, string $class_name, string $question = '' ): string {
		return sprintf(
			'<a href="%1$s" class="%2$s"%3$s>%4$s <span class="screen-reader-text">%5$s</span></a>',
			esc_url( $url ),
			esc_attr( trim( $class_name . ( str_contains( $url, 'do=delete' ) ? ' submitdelete' : '' ) ) ),
			'' === $question ? '' : ' data-ddap-confirm="' . esc_attr( $question ) . '"',
			esc_html( $label ),
			esc_html( $name )
		);
	}
}
