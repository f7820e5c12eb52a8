<?php
/**
 * Forms that people have saved to begin from.
 *
 * @package DDAP
 */

defined( 'ABSPATH' ) || exit;

/**
 * Templates of the current user, and those that the whole site shares. Each is
 * array{id: string, name: string, form: string, owner: int}, the form being
 * JSON as the browser made it: only browsers read it.
 */
final class DDAP_Templates {

	/** Where a user's own stand, of this site. */
	public const META = 'ddap_templates';
	/** Where the shared ones stand. */
	public const OPTION = 'ddap_shared_templates';

	/** The most that one user, and the site, may have. */
	private const MAX = 50;

	/** The longest form, in bytes: far beyond any that a person fills in. */
	public const MAX_BYTES = 65536;

	/**
	 * The templates that the current user may use: their own, then the shared ones.
	 *
	 * @return array<int,array<string,mixed>>
	 */
	public static function all(): array {
		$out = array();
		foreach ( array( false, true ) as $shared ) {
			foreach ( self::read( $shared ) as $template ) {
				$out[] = array(
					'id'         => $template['id'],
					'name'       => $template['name'],
					'form'       => $template['form'],
					'shared'     => $shared,
					'may_change' => ! $shared || self::may_share(),
				);
			}
		}
		return $out;
	}

	/** Whether the current user may share templates with the site, and change those. */
	public static function may_share(): bool {
		return current_user_can( DDAP_Capabilities::MANAGE );
	}

	/**
	 * Keeps a new one.
	 *
	 * @param string $name   What people call it.
	 * @param string $form   JSON of an object.
	 * @param bool   $shared Whether the whole site may use it.
	 * @return string|WP_Error Its id.
	 */
	public static function add( string $name, string $form, bool $shared ): string|WP_Error {
		if ( strlen( $form ) > self::MAX_BYTES || ! json_decode( $form ) instanceof stdClass ) {
			return new WP_Error( 'ddap_bad_template', __( 'This form cannot be saved as a template. It may be too large.', 'ddap-data-analysis' ), array( 'status' => 422 ) );
		}
		if ( $shared && ! self::may_share() ) {
			return self::forbidden();
		}
		$templates = self::read( $shared );
		if ( count( $templates ) >= self::MAX ) {
			/* translators: %d: a number of templates. */
			return new WP_Error( 'ddap_too_many_templates', sprintf( __( 'There are %d templates already. Delete one that is not needed any more.', 'ddap-data-analysis' ), self::MAX ), array( 'status' => 422 ) );
		}
		$id          = wp_generate_uuid4();
		$templates[] = array(
			'id'    => $id,
			'name'  => $name,
			'form'  => $form,
			'owner' => get_current_user_id(),
		);
		self::write( $templates, $shared );
		return $id;
	}

	/**
	 * Gives one another name.
	 *
	 * @param string $id   Whose.
	 * @param string $name The new name.
	 */
	public static function rename( string $id, string $name ): bool|WP_Error {
		return self::change(
			$id,
			static function ( array $template ) use ( $name ): array {
				$template['name'] = $name;
				return $template;
			}
		);
	}

	/**
	 * Removes one.
	 *
	 * @param string $id Which.
	 */
	public static function remove( string $id ): bool|WP_Error {
		return self::change( $id, static fn(): ?array => null );
	}

	/**
	 * What somebody has saved on this site, for themselves and for all.
	 *
	 * @param int $user_id Who.
	 * @return array<int,array{id: string, name: string, form: string, owner: int}>
	 */
	public static function of_user( int $user_id ): array {
		$own = get_user_option( self::META, $user_id );
		return array_values(
			array_filter(
				array_merge( is_array( $own ) ? $own : array(), self::read( true ) ),
				static fn( $template ): bool => is_array( $template ) && (int) ( $template['owner'] ?? 0 ) === $user_id
			)
		);
	}

	/**
	 * Removes what somebody has saved for themselves, and their number from what they shared.
	 *
	 * @param int $user_id Who.
	 * @return bool Whether there was anything.
	 */
	public static function forget_user( int $user_id ): bool {
		$had    = array() !== self::of_user( $user_id );
		$shared = self::read( true );
		foreach ( $shared as $i => $template ) {
			if ( (int) ( $template['owner'] ?? 0 ) === $user_id ) {
				$shared[ $i ]['owner'] = 0;
			}
		}
		if ( $had ) {
			self::write( $shared, true );
			delete_user_option( $user_id, self::META );
		}
		return $had;
	}

	/**
	 * Changes one, wherever it stands.
	 *
	 * @param string   $id   Which.
	 * @param callable $make Gets it, and gives its successor or null.
	 */
	private static function change( string $id, callable $make ): bool|WP_Error {
		foreach ( array( false, true ) as $shared ) {
			$templates = self::read( $shared );
			$at        = array_search( $id, array_column( $templates, 'id' ), true );
			if ( false === $at ) {
				continue;
			}
			if ( $shared && ! self::may_share() ) {
				return self::forbidden();
			}
			$templates[ $at ] = $make( $templates[ $at ] );
			self::write( array_values( array_filter( $templates ) ), $shared );
			return true;
		}
		return new WP_Error( 'ddap_not_found', __( 'This template is not there any more.', 'ddap-data-analysis' ), array( 'status' => 404 ) );
	}

	/**
	 * Reads those that are kept.
	 *
	 * @param bool $shared The site's instead of the user's.
	 * @return array<int,array{id: string, name: string, form: string, owner: int}>
	 */
	private static function read( bool $shared ): array {
		$kept = $shared ? get_option( self::OPTION, array() ) : get_user_option( self::META );
		return array_values( array_filter( is_array( $kept ) ? $kept : array(), 'is_array' ) );
	}

	/**
	 * Keeps them.
	 *
	 * @param array<int,array<string,mixed>> $templates All of them.
	 * @param bool                           $shared    The site's instead of the user's.
	 */
	private static function write( array $templates, bool $shared ): void {
		if ( $shared ) {
			update_option( self::OPTION, $templates, false );
			return;
		}
		// WordPress takes slashes out of what it keeps of users.
		update_user_option( get_current_user_id(), self::META, wp_slash( $templates ) );
	}

	/** The refusal of changes to what all share. */
	private static function forbidden(): WP_Error {
		return new WP_Error( 'ddap_forbidden', __( 'Only those who manage analyses may change templates that the whole site shares.', 'ddap-data-analysis' ), array( 'status' => 403 ) );
	}
}
