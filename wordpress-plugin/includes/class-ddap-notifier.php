<?php
/**
 * From what happened on the server to what a user is told.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tells people that what they asked for has ended. Webhook and poll both come
 * here, and what came one way is not told again the other way.
 */
final class DDAP_Notifier {

	private const ENDED = array( 'succeeded', 'failed', 'canceled' );

	private const UUID = '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/';

	/** The operation that makes reports of what others have found. */
	private const EXPORT = 400;

	/**
	 * Pipelines that were read already, by id.
	 *
	 * @var array<string,array<string,mixed>>
	 */
	private array $pipelines = array();

	/**
	 * Makes a notifier.
	 *
	 * @param DDAP_Client $client Acts for the site.
	 */
	public function __construct( private DDAP_Client $client ) {}

	/** One that asks the server of the settings. */
	public static function for_site(): self {
		return new self( DDAP_Client::for_site() );
	}

	/**
	 * Tells whoever asked for a task that it has ended. Of a pipeline they are told
	 * once, when all of its steps have ended.
	 *
	 * @param array<string,mixed> $task As the list of tasks has it.
	 * @return bool|WP_Error Whether somebody was told something new; an error where the pipeline cannot be read now.
	 */
	public function task_ended( array $task ): bool|WP_Error {
		$id = (string) ( $task['id'] ?? '' );
		if ( 1 !== preg_match( self::UUID, $id ) || ! in_array( $task['state'] ?? '', self::ENDED, true ) ) {
			return false;
		}
		// Most of what a webhook brings is other sites' business; that is known without asking.
		if ( 0 === DDAP_Key::user_of( (string) ( $task['creator'] ?? '' ) ) ) {
			return false;
		}
		$pipeline = $this->pipeline( (string) ( $task['pipeline_id'] ?? '' ) );
		if ( is_wp_error( $pipeline ) ) {
			return $pipeline;
		}
		if ( array() === $pipeline ) {
			return $this->tell( 'task:' . $id, (string) ( $task['name'] ?? '' ), $task );
		}
		return $this->pipeline_ended( $pipeline );
	}

	/**
	 * Tells of a pipeline, if it has ended.
	 *
	 * @param array<string,mixed> $pipeline With its tasks, of each step the last try.
	 */
	private function pipeline_ended( array $pipeline ): bool {
		$tasks = array_filter( (array) $pipeline['tasks'], 'is_array' );
		foreach ( $tasks as $task ) {
			if ( ! in_array( $task['state'] ?? '', self::ENDED, true ) ) {
				return false;
			}
		}
		// Ids rise with time: the newest says which try of the pipeline this is, and who asked for it.
		$newest = array_reduce( $tasks, static fn( array $a, array $b ): array => strcmp( (string) ( $b['id'] ?? '' ), (string) ( $a['id'] ?? '' ) ) > 0 ? $b : $a, array() );
		$shown  = self::telling_task( array_values( $tasks ) );
		$ends   = array_filter( array_column( $tasks, 'finished_at' ), 'is_string' );

		$shown['creator']     = $newest['creator'] ?? '';
		$shown['finished_at'] = array() === $ends ? '' : max( $ends );
		return $this->tell( "pipeline:{$pipeline['id']}:{$newest['id']}", (string) ( $pipeline['name'] ?? '' ), $shown );
	}

	/**
	 * The step that says most about a pipeline that has ended: the one that failed
	 * first, else one that was canceled, else the last that found something out.
	 *
	 * @param array<int,array<string,mixed>> $tasks In the pipeline's order; at least one.
	 * @return array<string,mixed>
	 */
	private static function telling_task( array $tasks ): array {
		$causes = array(
			static fn( array $task ): bool => 'failed' === $task['state'] && 'input_failed' !== ( $task['reason'] ?? '' ),
			static fn( array $task ): bool => 'canceled' === $task['state'],
			static fn( array $task ): bool => 'failed' === $task['state'],
		);
		foreach ( $causes as $is_cause ) {
			$found = array_values( array_filter( $tasks, $is_cause ) );
			if ( array() !== $found ) {
				return $found[0];
			}
		}
		$findings = array_values( array_filter( $tasks, static fn( array $task ): bool => self::EXPORT !== (int) ( $task['operation_code'] ?? 0 ) ) );
		return array() === $findings ? end( $tasks ) : end( $findings );
	}

	/**
	 * Tells one user.
	 *
	 * @param string              $subject What they are told of once.
	 * @param string              $name    What they called it.
	 * @param array<string,mixed> $task    Its state, reason, message, creator, id and finished_at count.
	 */
	private function tell( string $subject, string $name, array $task ): bool {
		$user  = get_userdata( DDAP_Key::user_of( (string) ( $task['creator'] ?? '' ) ) );
		$ended = strtotime( (string) ( $task['finished_at'] ?? '' ) );
		if ( false === $user || ! self::is_here( $user ) ) {
			return false;
		}
		$by_mail = DDAP_Preferences::wants_mail( $user->ID, (string) $task['state'] );
		$is_new  = DDAP_Notifications::add(
			$user->ID,
			array(
				'subject'  => $subject,
				'task_id'  => (string) $task['id'],
				'name'     => $name,
				'state'    => (string) $task['state'],
				'reason'   => (string) ( $task['reason'] ?? '' ),
				'message'  => (string) ( $task['message'] ?? '' ),
				'ended_at' => gmdate( 'Y-m-d H:i:s', false === $ended ? time() : $ended ),
				'mail'     => $by_mail ? DDAP_Notifications::MAIL_PENDING : '',
			)
		);
		if ( $is_new && $by_mail ) {
			DDAP_Mail::schedule();
		}
		return $is_new;
	}

	/**
	 * Whether somebody belongs to this site of a network, and may open the plugin's screens.
	 *
	 * @param WP_User $user The user.
	 */
	private static function is_here( WP_User $user ): bool {
		return user_can( $user, DDAP_Capabilities::ENTER ) && ( ! is_multisite() || is_super_admin( $user->ID ) || is_user_member_of_blog( $user->ID ) );
	}

	/**
	 * Reads a pipeline, once.
	 *
	 * @param string $id Its id; empty where a task belongs to none.
	 * @return array<string,mixed>|WP_Error Empty where there is none, or none any more.
	 */
	private function pipeline( string $id ): array|WP_Error {
		if ( 1 !== preg_match( self::UUID, $id ) ) {
			return array();
		}
		if ( ! isset( $this->pipelines[ $id ] ) ) {
			$answer = $this->client->get( '/pipelines/' . $id );
			if ( is_wp_error( $answer ) && 404 !== ( $answer->get_error_data()['status'] ?? 0 ) ) {
				return $answer;
			}
			$this->pipelines[ $id ] = is_wp_error( $answer ) || array() === (array) ( $answer['tasks'] ?? array() ) ? array() : $answer;
		}
		return $this->pipelines[ $id ];
	}
}
