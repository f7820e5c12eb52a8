<?php
/**
 * Stands in for WP-CLI, which cannot be had: as much of it as the plugin's
 * commands use.
 *
 * @package DDAP
 */

/**
 * Runs commands as WP-CLI does: a class is a group of them, a method is one, and
 * @subcommand names it where its name is none of PHP's.
 */
final class WP_CLI {

	/**
	 * What was said, a line each.
	 *
	 * @var string[]
	 */
	public static array $said = array();

	/**
	 * The groups, by their names.
	 *
	 * @var array<string,class-string>
	 */
	private static array $groups = array();

	/**
	 * Adds a group.
	 *
	 * @param string       $name       Its name.
	 * @param class-string $class_name Its commands.
	 */
	public static function add_command( string $name, string $class_name ): void {
		self::$groups[ $name ] = $class_name;
	}

	/**
	 * Runs a line, as in "ddap tasks list --limit=5".
	 *
	 * @param string $line Without wp.
	 * @return int The exit code.
	 */
	public static function run( string $line ): int {
		self::$said = array();
		$words      = array();
		$options    = array();
		foreach ( explode( ' ', $line ) as $word ) {
			if ( str_starts_with( $word, '--' ) ) {
				list( $name, $value ) = array_pad( explode( '=', substr( $word, 2 ), 2 ), 2, true );
				$options[ $name ]     = $value;
			} else {
				$words[] = $word;
			}
		}
		$command = (string) array_pop( $words );
		try {
			$class_name = self::$groups[ implode( ' ', $words ) ];
			call_user_func( array( new $class_name(), self::method( $class_name, $command ) ), array(), $options );
		} catch ( DomainException $halt ) {
			self::$said[] = 'Error: ' . $halt->getMessage();
			return 1;
		}
		return 0;
	}

	/**
	 * Says that it went well.
	 *
	 * @param string $text What.
	 */
	public static function success( string $text ): void {
		self::$said[] = 'Success: ' . $text;
	}

	/**
	 * Warns.
	 *
	 * @param string $text Of what.
	 */
	public static function warning( string $text ): void {
		self::$said[] = 'Warning: ' . $text;
	}

	/**
	 * Says something.
	 *
	 * @param string $text What.
	 */
	public static function line( string $text ): void {
		self::$said[] = $text;
	}

	/**
	 * Ends the command.
	 *
	 * @param string $text Why.
	 * @throws DomainException Always.
	 */
	public static function error( string $text ): void {
		throw new DomainException( $text );
	}

	/**
	 * The method of a command.
	 *
	 * @param class-string $class_name Its group.
	 * @param string       $command    Its name.
	 * @throws DomainException Where there is none.
	 */
	private static function method( string $class_name, string $command ): string {
		foreach ( ( new ReflectionClass( $class_name ) )->getMethods( ReflectionMethod::IS_PUBLIC ) as $method ) {
			$named = preg_match( '/@subcommand (\S+)/', (string) $method->getDocComment(), $found );
			if ( ! $method->isStatic() && $command === ( 1 === $named ? $found[1] : $method->getName() ) ) {
				return $method->getName();
			}
		}
		throw new DomainException( "'$command' is not a registered subcommand" );
	}
}
