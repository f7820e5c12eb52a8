/**
 * Simple choices for what repeats, and the time zone: for the form and for the Schedules screen.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;
	const { h, input, select, checkbox, errorOf } = ddapNew.dom;

	/**
	 * The fields of a repetition.
	 *
	 * @param {Object}   app    Has errors, forgive() and world.language.
	 * @param {Object}   repeat Of form.js.
	 * @param {Function} put    Gets what changes, and whether the fields have to be made anew.
	 */
	function render( app, repeat, put ) {
		const choices = [
			[ 'hour', __( 'Every hour', 'ddap-data-analysis' ) ],
			[ 'day', __( 'Every day', 'ddap-data-analysis' ) ],
			[ 'week', __( 'On days of the week', 'ddap-data-analysis' ) ],
			[ 'month', __( 'Every month', 'ddap-data-analysis' ) ],
			[ 'cron', __( 'By an expression of your own (cron)', 'ddap-data-analysis' ) ],
		];
		const { every } = repeat;
		return [
			select( app, { id: 'ddap-repeat-every', label: __( 'How often', 'ddap-data-analysis' ), value: every, choices: choices.map( ( [ value, label ] ) => ( { value, label } ) ) }, ( value ) => put( { every: value }, true ) ),
			'week' === every && weekdays( app, repeat, put ),
			'month' === every && input( app, { id: 'ddap-repeat-day', label: __( 'Day of the month', 'ddap-data-analysis' ), help: __( 'Months without this day are left out.', 'ddap-data-analysis' ), value: repeat.day, attributes: { inputmode: 'numeric', size: '3' } }, ( day ) => put( { day }, false ) ),
			'cron' !== every && input( app, { id: 'ddap-repeat-time', label: 'hour' === every ? __( 'Time (only its minutes count)', 'ddap-data-analysis' ) : __( 'Time', 'ddap-data-analysis' ), type: 'time', value: repeat.time }, ( time ) => put( { time }, false ) ),
			'cron' === every && input( app, { id: 'ddap-repeat-cron', label: __( 'Expression', 'ddap-data-analysis' ), help: __( 'Minute, hour, day, month, weekday, as in 30 7 * * mon-fri.', 'ddap-data-analysis' ), value: repeat.cron, attributes: { maxlength: '200' } }, ( cron ) => put( { cron }, false ) ),
		];
	}

	function weekdays( app, repeat, put ) {
		const error = app.errors.get( 'ddap-repeat-weekdays' );
		// A box that is ticked changes what the next one has to begin from.
		let chosen = repeat.weekdays;
		return h( 'fieldset', { class: 'ddap-weekdays', id: 'ddap-repeat-weekdays', tabindex: '-1', 'aria-describedby': error ? 'ddap-repeat-weekdays-error' : null },
			h( 'legend', {}, __( 'Days', 'ddap-data-analysis' ) ),
			ddapNew.repeat.WEEKDAYS.map( ( day ) => checkbox( app, { id: `ddap-weekday-${ day }`, label: ddapNew.repeat.weekdayName( day, app.world.language ), checked: repeat.weekdays.includes( day ) }, ( on ) => {
				app.forgive( 'ddap-repeat-weekdays' );
				chosen = on ? [ ...chosen, day ] : chosen.filter( ( d ) => d !== day );
				put( { weekdays: chosen }, false );
			} ) ),
			errorOf( 'ddap-repeat-weekdays', error )
		);
	}

	function zone( app, value, take ) {
		const known = 'supportedValuesOf' in Intl ? Intl.supportedValuesOf( 'timeZone' ) : [];
		const zones = [ ...new Set( [ value, app.world.siteZone, Intl.DateTimeFormat().resolvedOptions().timeZone, 'UTC', ...known ] ) ];
		return select( app, { id: 'ddap-time-zone', label: __( 'Time zone', 'ddap-data-analysis' ), value, choices: zones.map( ( name ) => ( { value: name, label: name.replaceAll( '_', ' ' ) } ) ) }, take );
	}

	ddapNew.viewRepeat = { render, zone };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
