/**
 * When an analysis runs: cron expressions of simple choices and back, and moments of a time zone.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;

	/** The choices, as names of weekdays that the server's cron takes: 0 is Sunday. */
	const WEEKDAYS = [ '1', '2', '3', '4', '5', '6', '0' ];

	/**
	 * The expression of what was chosen.
	 *
	 * @return {{cron: string}|{error: string, part: string}}
	 */
	function toCron( repeat ) {
		if ( 'cron' === repeat.every ) {
			const cron = repeat.cron.trim();
			return cron ? { cron } : { error: __( 'Enter an expression, such as 30 7 * * mon-fri.', 'ddap-data-analysis' ), part: 'cron' };
		}
		const time = /^(\d{1,2}):(\d\d)$/.exec( repeat.time );
		if ( ! time ) {
			return { error: __( 'Enter a time of day, such as 07:30.', 'ddap-data-analysis' ), part: 'time' };
		}
		const clock = `${ Number( time[ 2 ] ) } ${ Number( time[ 1 ] ) }`;
		switch ( repeat.every ) {
			case 'hour':
				return { cron: `${ Number( time[ 2 ] ) } * * * *` };
			case 'week':
				return repeat.weekdays.length
					? { cron: `${ clock } * * ${ repeat.weekdays.slice().sort().join( ',' ) }` }
					: { error: __( 'Choose at least one day.', 'ddap-data-analysis' ), part: 'weekdays' };
			case 'month':
				return Number( repeat.day ) >= 1 && Number( repeat.day ) <= 31
					? { cron: `${ clock } ${ Number( repeat.day ) } * *` }
					: { error: __( 'Enter a day from 1 to 31.', 'ddap-data-analysis' ), part: 'day' };
			default:
				return { cron: `${ clock } * * *` };
		}
	}

	/** The choices that an expression stands for; those of an own expression where it is none of the simple ones. */
	function fromCron( cron ) {
		const preset = { every: 'day', time: '07:00', weekdays: [ '1' ], day: '1', cron };
		const parts = cron.trim().split( /\s+/ );
		const whole = ( text ) => /^\d{1,2}$/.test( text );
		if ( 5 !== parts.length || ! whole( parts[ 0 ] ) || '*' !== parts[ 3 ] ) {
			return { ...preset, every: 'cron' };
		}
		const [ minute, hour, day, , weekday ] = parts;
		if ( '*' === hour && '*' === day && '*' === weekday ) {
			return { ...preset, every: 'hour', time: `00:${ minute.padStart( 2, '0' ) }`, cron: '' };
		}
		const time = `${ hour.padStart( 2, '0' ) }:${ minute.padStart( 2, '0' ) }`;
		if ( ! whole( hour ) ) {
			return { ...preset, every: 'cron' };
		}
		if ( '*' === day && '*' === weekday ) {
			return { ...preset, time, cron: '' };
		}
		if ( '*' === day && /^[0-6](,[0-6])*$/.test( weekday ) ) {
			return { ...preset, every: 'week', time, weekdays: weekday.split( ',' ), cron: '' };
		}
		return whole( day ) && '*' === weekday ? { ...preset, every: 'month', time, day, cron: '' } : { ...preset, every: 'cron' };
	}

	function weekdayName( weekday, locale ) {
		// 4 January 1970 was a Sunday.
		return new Intl.DateTimeFormat( locale, { weekday: 'long', timeZone: 'UTC' } ).format( new Date( Date.UTC( 1970, 0, 4 + Number( weekday ) ) ) );
	}

	/** A repetition in words. */
	function inWords( repeat, locale ) {
		const minute = repeat.time.split( ':' )[ 1 ] || '0';
		switch ( repeat.every ) {
			case 'hour':
				/* translators: %s: a minute, from 0 to 59. */
				return sprintf( __( 'every hour, %s minutes past', 'ddap-data-analysis' ), Number( minute ) );
			case 'week':
				/* translators: 1: days of the week, as in "Monday and Friday", 2: a time of day. */
				return sprintf( __( 'every %1$s at %2$s', 'ddap-data-analysis' ), listOf( WEEKDAYS.filter( ( d ) => repeat.weekdays.includes( d ) ).map( ( d ) => weekdayName( d, locale ) ), locale ), repeat.time );
			case 'month':
				/* translators: 1: a day of the month, 2: a time of day. */
				return sprintf( __( 'on day %1$s of every month at %2$s', 'ddap-data-analysis' ), repeat.day, repeat.time );
			case 'cron':
				/* translators: %s: a cron expression. */
				return sprintf( __( 'by the expression %s', 'ddap-data-analysis' ), repeat.cron.trim() );
			default:
				/* translators: %s: a time of day. */
				return sprintf( __( 'every day at %s', 'ddap-data-analysis' ), repeat.time );
		}
	}

	function listOf( words, locale ) {
		return new Intl.ListFormat( locale, { type: 'conjunction' } ).format( words );
	}

	/**
	 * The moment at which clocks of a time zone show a time.
	 *
	 * @param {string} local As in 2026-11-25T07:30.
	 * @param {string} zone  Of the IANA database.
	 * @return {Date|null} Null where that is no time.
	 */
	function momentOf( local, zone ) {
		const wanted = Date.parse( `${ local }Z` );
		if ( ! /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test( local ) || Number.isNaN( wanted ) ) {
			return null;
		}
		// Twice: the offset that holds at the first guess may be that of the other side of a clock change.
		let moment = wanted;
		for ( let round = 0; round < 2; round++ ) {
			moment = wanted - ( Date.parse( `${ localOf( new Date( moment ), zone ) }Z` ) - moment );
		}
		return new Date( moment );
	}

	/** What clocks of a time zone show, to the minute, as in 2026-11-25T07:30. */
	function localOf( moment, zone ) {
		const parts = {};
		const format = new Intl.DateTimeFormat( 'en', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } );
		format.formatToParts( moment ).forEach( ( part ) => ( parts[ part.type ] = part.value ) );
		return `${ parts.year }-${ parts.month }-${ parts.day }T${ parts.hour }:${ parts.minute }`;
	}

	/** Whether this browser knows a time zone, which the server's database then does as well. */
	function isZone( zone ) {
		try {
			new Intl.DateTimeFormat( 'en', { timeZone: zone } );
			return /^[A-Za-z]/.test( zone );
		} catch {
			return false;
		}
	}

	ddapNew.repeat = { WEEKDAYS, toCron, fromCron, weekdayName, inWords, listOf, momentOf, localOf, isZone };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
