<?php
/**
 * E-mail about analyses that have ended.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends what users chose in their profiles, from WP-Cron: a webhook must be
 * answered at once, whatever the mail server does.
 */
final class DDAP_Mail {

	/** The event of WP-Cron. */
	public const HOOK = 'ddap_send_mail';

	/** So many letters one run sends at most. */
	private const PER_RUN = 50;

	/** A letter lists so many analyses at most. */
	private const PER_LETTER = 10;

	/** Has WP-Cron send what is pending, at once where it can. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_single_event( time(), self::HOOK );
		}
		// Whoever turned WP-Cron's own calls off runs it in another way.
		if ( ! wp_doing_cron() && ! ( defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON ) ) {
			spawn_cron();
		}
	}

	/** Has WP-Cron send no more. */
	public static function unschedule(): void {
		wp_clear_scheduled_hook( self::HOOK );
	}

	/** What WP-Cron runs. */
	public static function run(): void {
		for ( $sent = 0; $sent < self::PER_RUN; $sent++ ) {
			$rows = DDAP_Notifications::take_mail();
			if ( array() === $rows ) {
				return;
			}
			$user = get_userdata( (int) $rows[0]['user_id'] );
			$done = $user instanceof WP_User && self::send( $user, $rows );
			DDAP_Notifications::finish_mail( $rows, $done ? DDAP_Notifications::MAIL_SENT : DDAP_Notifications::MAIL_FAILED );
		}
		self::schedule();
	}

	/**
	 * Sends one letter, in the reader's language.
	 *
	 * @param WP_User                          $user Whom to.
	 * @param array<int,array<string,?string>> $rows Of DDAP_Notifications, the latest first; at least one.
	 */
	private static function send( WP_User $user, array $rows ): bool {
		$switched = switch_to_user_locale( $user->ID );
		$sent     = wp_mail( $user->user_email, self::subject( $rows ), self::body( $rows ) );
		if ( $switched ) {
			restore_previous_locale();
		}
		return $sent;
	}

	/**
	 * The subject.
	 *
	 * @param array<int,array<string,?string>> $rows Of DDAP_Notifications.
	 */
	private static function subject( array $rows ): string {
		$site = wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES );
		if ( 1 === count( $rows ) ) {
			return self::one_line( sprintf( '[%1$s] %2$s', $site, self::headline( $rows[0] ) ) );
		}
		/* translators: 1: name of the site, 2: a number of analyses. */
		return self::one_line( sprintf( _n( '[%1$s] %2$s analysis has ended', '[%1$s] %2$s analyses have ended', count( $rows ), 'ddap-data-analysis' ), $site, number_format_i18n( count( $rows ) ) ) );
	}

	/**
	 * The text.
	 *
	 * @param array<int,array<string,?string>> $rows Of DDAP_Notifications.
	 */
	private static function body( array $rows ): string {
		$parts = array_map( array( self::class, 'paragraph' ), array_slice( $rows, 0, self::PER_LETTER ) );
		$more  = count( $rows ) - count( $parts );
		if ( $more > 0 ) {
			/* translators: 1: a number of analyses, 2: an address. */
			$parts[] = sprintf( _n( 'And %1$s more: %2$s', 'And %1$s more: %2$s', $more, 'ddap-data-analysis' ), number_format_i18n( $more ), DDAP_Menu::url( DDAP_Menu::TASKS ) );
		}
		/* translators: %s: the address of the reader's profile. */
		$parts[] = "--\n" . sprintf( __( 'You chose to be told by e-mail. Change that in your profile: %s', 'ddap-data-analysis' ), admin_url( 'profile.php#ddap-preferences' ) );
		return implode( "\n\n", $parts ) . "\n";
	}

	/**
	 * What is told of one analysis: what happened, what that means, what to do, and where.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 */
	private static function paragraph( array $row ): string {
		$lines = array( self::headline( $row ) );
		if ( 'succeeded' !== $row['state'] && '' !== $row['reason'] ) {
			$lines[] = DDAP_Words::reason( (string) $row['reason'] );
		}
		$message = trim( wp_strip_all_tags( (string) $row['message'] ) );
		if ( 'succeeded' !== $row['state'] && '' !== $message ) {
			$lines[] = $message;
		}
		$lines[] = DDAP_Advice::of( (string) $row['state'], (string) $row['reason'] );
		$lines[] = DDAP_Menu::url( DDAP_Menu::TASKS, array( 'task' => (string) $row['task_id'] ) );
		if ( 'failed' === $row['state'] ) {
			/* translators: %s: a code, as in source_unreadable. */
			$lines[] = sprintf( __( 'Code to quote: %s', 'ddap-data-analysis' ), $row['reason'] . ' ' . $row['task_id'] );
		}
		return implode( "\n", array_filter( $lines ) );
	}

	/**
	 * Glyph, word and name.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 */
	private static function headline( array $row ): string {
		$state = DDAP_Words::state( (string) $row['state'] );
		return sprintf( '%1$s %2$s: %3$s', $state['glyph'], $state['word'], self::one_line( (string) $row['name'] ) );
	}

	/**
	 * A text without breaks, which a subject must not have.
	 *
	 * @param string $text Anything.
	 */
	private static function one_line( string $text ): string {
		return trim( (string) preg_replace( '/[\s\x00-\x1f\x7f]+/u', ' ', $text ) );
	}
}
