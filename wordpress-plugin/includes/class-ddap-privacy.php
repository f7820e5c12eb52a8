<?php
/**
 * What WordPress's privacy tools get to know and to erase.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Exports and erases what this site stores of a person: notifications, their
 * preferences, their templates, and their name beside what they published. Tasks
 * are on the server, under its operator's rules.
 */
final class DDAP_Privacy {

	/**
	 * Adds the exporter; a filter of wp_privacy_personal_data_exporters.
	 *
	 * @param array<string,array<string,mixed>> $exporters Those that there are.
	 * @return array<string,array<string,mixed>>
	 */
	public static function add_exporter( array $exporters ): array {
		$exporters['ddap-data-analysis'] = array(
			'exporter_friendly_name' => __( 'Data Analysis', 'ddap-data-analysis' ),
			'callback'               => array( self::class, 'export' ),
		);
		return $exporters;
	}

	/**
	 * Adds the eraser; a filter of wp_privacy_personal_data_erasers.
	 *
	 * @param array<string,array<string,mixed>> $erasers Those that there are.
	 * @return array<string,array<string,mixed>>
	 */
	public static function add_eraser( array $erasers ): array {
		$erasers['ddap-data-analysis'] = array(
			'eraser_friendly_name' => __( 'Data Analysis', 'ddap-data-analysis' ),
			'callback'             => array( self::class, 'erase' ),
		);
		return $erasers;
	}

	/**
	 * What is stored of a person. It is little, so it comes in one page.
	 *
	 * @param string $email Whose.
	 * @return array{data: array<int,array<string,mixed>>, done: bool}
	 */
	public static function export( string $email ): array {
		$user = get_user_by( 'email', $email );
		$data = array();
		if ( $user instanceof WP_User ) {
			foreach ( DDAP_Notifications::of_user( $user->ID ) as $row ) {
				$data[] = self::item( 'ddap-notifications', __( 'Analyses that have ended', 'ddap-data-analysis' ), 'notification-' . $row['id'], self::fields_of_notification( $row ) );
			}
			if ( '' !== get_user_meta( $user->ID, DDAP_Preferences::META, true ) ) {
				$data[] = self::item( 'ddap-preferences', __( 'Preferences for Data Analysis', 'ddap-data-analysis' ), 'preferences-' . $user->ID, array( __( 'E-mail about analyses', 'ddap-data-analysis' ) => DDAP_Preferences::mail( $user->ID ) ) );
			}
			foreach ( DDAP_Templates::of_user( $user->ID ) as $template ) {
				$fields = array(
					__( 'Name', 'ddap-data-analysis' ) => (string) $template['name'],
					__( 'Form', 'ddap-data-analysis' ) => (string) $template['form'],
				);
				$data[] = self::item( 'ddap-templates', __( 'Templates for analyses', 'ddap-data-analysis' ), 'template-' . $template['id'], $fields );
			}
			foreach ( self::published_by( $user->ID ) as $post ) {
				$fields = array(
					__( 'Title', 'ddap-data-analysis' )     => $post->post_title,
					__( 'Published', 'ddap-data-analysis' ) => $post->post_date_gmt . ' UTC',
				);
				$data[] = self::item( 'ddap-published', __( 'Published results', 'ddap-data-analysis' ), 'published-' . $post->ID, $fields );
			}
		}
		return array(
			'data' => $data,
			'done' => true,
		);
	}

	/**
	 * Erases what is stored of a person.
	 *
	 * @param string $email Whose.
	 * @return array{items_removed: bool, items_retained: bool, messages: string[], done: bool}
	 */
	public static function erase( string $email ): array {
		$user    = get_user_by( 'email', $email );
		$removed = false;
		if ( $user instanceof WP_User ) {
			$removed = DDAP_Notifications::delete_of_user( $user->ID ) > 0;
			$removed = delete_user_meta( $user->ID, DDAP_Preferences::META ) || $removed;
			$removed = DDAP_Templates::forget_user( $user->ID ) || $removed;
			// What is published stays, without the name of whoever published it.
			foreach ( self::published_by( $user->ID ) as $post ) {
				$removed = 0 !== wp_update_post(
					array(
						'ID'          => $post->ID,
						'post_author' => 0,
					)
				) || $removed;
			}
		}
		return array(
			'items_removed'  => $removed,
			'items_retained' => false,
			'messages'       => $user instanceof WP_User ? array( __( 'Analyses that the person asked for are kept by the DDAP server. Its operator can delete them.', 'ddap-data-analysis' ) ) : array(),
			'done'           => true,
		);
	}

	/**
	 * Removes what is stored of a user who is deleted or leaves the site.
	 *
	 * @param int $user_id Whose.
	 */
	public static function forget_user( int $user_id ): void {
		DDAP_Notifications::delete_of_user( $user_id );
	}

	/** Suggests a text for the site's privacy policy. */
	public static function add_policy(): void {
		$text = '<p>' . esc_html__( 'Signed-in users of this site can ask for analyses of data. Each request is sent to a DDAP server together with the user\'s number and display name, so that owners of data see who asks. The server keeps requests and results under the rules of its operator.', 'ddap-data-analysis' ) . '</p>'
			. '<p>' . esc_html__( 'This site stores the last 50 notifications about a user\'s own analyses (name, outcome, time) whether they want e-mail about them, and templates that they save. All of it is removed with the user\'s account. Visitors are not tracked: published results are stored on this site and load nothing from elsewhere.', 'ddap-data-analysis' ) . '</p>';
		wp_add_privacy_policy_content( __( 'Data Analysis', 'ddap-data-analysis' ), wp_kses_post( $text ) );
	}

	/**
	 * What a person has published.
	 *
	 * @param int $user_id Whose.
	 * @return WP_Post[]
	 */
	private static function published_by( int $user_id ): array {
		return get_posts(
			array(
				'post_type'   => DDAP_Snapshots::POST_TYPE,
				'post_status' => 'private',
				'author'      => $user_id,
				'numberposts' => -1,
			)
		);
	}

	/**
	 * What a person may read of a notification.
	 *
	 * @param array<string,?string> $row Of DDAP_Notifications.
	 * @return array<string,string> Values by name.
	 */
	private static function fields_of_notification( array $row ): array {
		return array(
			__( 'Analysis', 'ddap-data-analysis' ) => (string) $row['name'],
			__( 'Outcome', 'ddap-data-analysis' )  => trim( DDAP_Words::state( (string) $row['state'] )['word'] . ' ' . $row['message'] ),
			__( 'Ended', 'ddap-data-analysis' )    => $row['ended_at'] . ' UTC',
			__( 'Task', 'ddap-data-analysis' )     => (string) $row['task_id'],
		);
	}

	/**
	 * An item of an export.
	 *
	 * @param string               $group  Its group's id.
	 * @param string               $label  Its group's title.
	 * @param string               $id     Its own.
	 * @param array<string,string> $fields Values by name.
	 * @return array<string,mixed>
	 */
	private static function item( string $group, string $label, string $id, array $fields ): array {
		$data = array();
		foreach ( $fields as $name => $value ) {
			$data[] = array(
				'name'  => $name,
				'value' => $value,
			);
		}
		return array(
			'group_id'    => $group,
			'group_label' => $label,
			'item_id'     => $id,
			'data'        => $data,
		);
	}
}
