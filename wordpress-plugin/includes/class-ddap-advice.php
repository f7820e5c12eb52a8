<?php
/**
 * What a reader can do about a task that did not succeed.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * One sentence for each reason. The reason itself is told by DDAP_Words.
 */
final class DDAP_Advice {

	/**
	 * What to do.
	 *
	 * @param string $state  The task's.
	 * @param string $reason The task's.
	 * @return string Empty where nothing is to be done.
	 */
	public static function of( string $state, string $reason ): string {
		if ( 'canceled' === $state ) {
			return __( 'If it is still wanted, run it again.', 'ddap-data-analysis' );
		}
		return 'failed' === $state ? self::of_failure( $reason ) : '';
	}

	/**
	 * What to do about a failure.
	 *
	 * @param string $reason The task's.
	 */
	private static function of_failure( string $reason ): string {
		switch ( $reason ) {
			case 'policy_refused':
				return __( 'Ask for summaries by group instead of rows, or ask the owner to share more.', 'ddap-data-analysis' );
			case 'owner_declined':
				return __( 'Ask the owner what they would allow, and send a new analysis.', 'ddap-data-analysis' );
			case 'invalid_params':
				return __( 'Open it to see which setting is wrong, then clone it and correct that.', 'ddap-data-analysis' );
			case 'source_unreadable':
				return __( 'Ask the owner of the data whether the file was moved or changed, then run it again.', 'ddap-data-analysis' );
			case 'out_of_memory':
			case 'disk_full':
			case 'timeout':
			case 'result_too_large':
				return __( 'Choose fewer columns or rows, or a simpler analysis, and try again.', 'ddap-data-analysis' );
			case 'input_lost':
			case 'runner_revoked':
				return __( 'Run the whole analysis again.', 'ddap-data-analysis' );
			case 'inputs_on_different_runners':
				return __( 'Choose data that is shared by one computer.', 'ddap-data-analysis' );
			case 'deadline_passed':
				return __( 'See on the page of the computers whether the one with the data is online, then run it again.', 'ddap-data-analysis' );
			case 'input_failed':
				return __( 'Open it to see which step failed first.', 'ddap-data-analysis' );
			default:
				return __( 'Run it again. If it fails again, tell whoever runs the server.', 'ddap-data-analysis' );
		}
	}
}
