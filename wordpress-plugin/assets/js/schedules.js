/**
 * The Schedules screen: what repeats, when next, how it went.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h, hidden, fill } = ddapNew.dom;
	const PATH = '/ddap/v1/schedules';

	/** How many schedules are asked about at once: each takes a request. */
	const AT_ONCE = 3;

	/** States after which nothing changes, and the milliseconds after which a run that goes on is asked about again. */
	const ENDED = [ 'succeeded', 'failed', 'canceled' ];
	const AGAIN = 5000;

	const REASONS = () => ( {
		key_revoked: __( 'The key that made it was revoked.', 'ddap-data-analysis' ),
		key_expired: __( 'The key that made it has expired.', 'ddap-data-analysis' ),
	} );

	function moment( text, app, zone ) {
		return new Intl.DateTimeFormat( app.world.language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone } ).format( new Date( text ) );
	}

	function time( text, app, zone ) {
		return h( 'time', { datetime: text, title: zone }, moment( text, app, zone ) );
	}

	function render( app ) {
		const place = document.getElementById( 'ddap-schedules' );
		if ( ! app.list.length ) {
			fill( place, h( 'p', {}, __( 'Nothing repeats yet. A schedule asks for the same analysis again and again, such as a report every Monday.', 'ddap-data-analysis' ), ' ',
				app.config.new && h( 'a', { href: app.config.new }, __( 'Make a new analysis and choose “Again and again”', 'ddap-data-analysis' ) ) ) );
			return;
		}
		fill( place,
			h( 'table', { class: 'widefat striped ddap-table' },
				h( 'caption', { class: 'screen-reader-text' }, __( 'Schedules', 'ddap-data-analysis' ) ),
				h( 'thead', {}, h( 'tr', {}, [ __( 'Name', 'ddap-data-analysis' ), __( 'When', 'ddap-data-analysis' ), __( 'Next run', 'ddap-data-analysis' ), __( 'Last runs', 'ddap-data-analysis' ), app.config.everyone && __( 'By', 'ddap-data-analysis' ) ].filter( Boolean ).map( ( title ) => h( 'th', { scope: 'col' }, title ) ) ) ),
				h( 'tbody', {}, app.list.map( ( one ) => row( app, one ) ) ) ),
			app.cursor && h( 'p', {}, h( 'button', { type: 'button', class: 'button', onclick: () => load( app ) }, __( 'Show more', 'ddap-data-analysis' ) ) )
		);
	}

	function row( app, one ) {
		return h( 'tr', { id: `ddap-schedule-${ one.id }` },
			h( 'th', { scope: 'row', 'data-colname': __( 'Name', 'ddap-data-analysis' ) }, h( 'strong', {}, one.name ), one.may_change && actions( app, one ), app.editing?.id === one.id && editor( app, one ) ),
			h( 'td', { 'data-colname': __( 'When', 'ddap-data-analysis' ) }, ddapNew.repeat.inWords( ddapNew.repeat.fromCron( one.cron ), app.world.language ), h( 'br' ), h( 'span', { class: 'description' }, one.time_zone.replaceAll( '_', ' ' ) ) ),
			h( 'td', { 'data-colname': __( 'Next run', 'ddap-data-analysis' ) }, nextOf( app, one ) ),
			h( 'td', { 'data-colname': __( 'Last runs', 'ddap-data-analysis' ) }, runsOf( app, one ) ),
			app.config.everyone && h( 'td', { 'data-colname': __( 'By', 'ddap-data-analysis' ) }, one.created_by )
		);
	}

	function nextOf( app, one ) {
		if ( one.paused ) {
			return [ h( 'span', { class: 'ddap-state wp-exclude-emoji' }, `‖ ${ __( 'Paused', 'ddap-data-analysis' ) }` ), one.paused_reason && h( 'p', { class: 'description' }, REASONS()[ one.paused_reason ] || one.paused_reason ) ].filter( Boolean );
		}
		return one.next_runs.length ? time( one.next_runs[ 0 ], app, one.time_zone ) : '–';
	}

	function runsOf( app, one ) {
		if ( one.problem ) {
			return h( 'span', { class: 'ddap-field-error' }, `✕ ${ one.problem }` );
		}
		if ( ! one.runs ) {
			return '…';
		}
		if ( ! one.runs.length ) {
			return __( 'none yet', 'ddap-data-analysis' );
		}
		const older = one.failures.filter( ( f ) => ! one.runs.slice( 0, 3 ).some( ( r ) => r.due_at === f.due_at ) ).slice( 0, 2 );
		return [
			h( 'ul', { class: 'ddap-runs' }, one.runs.slice( 0, 3 ).map( ( run ) => h( 'li', {}, runOf( app, one, run ) ) ) ),
			older.length > 0 && h( 'details', {}, h( 'summary', {}, __( 'Earlier failures', 'ddap-data-analysis' ) ), h( 'ul', { class: 'ddap-runs' }, older.map( ( run ) => h( 'li', {}, runOf( app, one, run ) ) ) ) ),
		].filter( Boolean );
	}

	function runOf( app, one, run ) {
		const shown = run.shown || { glyph: '↷', word: __( 'Left out', 'ddap-data-analysis' ), light: '#646970' };
		const words = [ h( 'span', { class: 'ddap-state wp-exclude-emoji', style: `color: ${ shown.light }` }, `${ shown.glyph } ${ shown.word }` ), ' ', time( run.ran_at, app, one.time_zone ), run.manual && ` ${ __( '(asked for by hand)', 'ddap-data-analysis' ) }` ];
		const link = run.task_id || run.pipeline_id;
		return [
			...( link ? [ h( 'a', { href: addressOf( app, run ) }, words.filter( Boolean ) ) ] : words.filter( Boolean ) ),
			run.message && h( 'p', { class: 'description' }, run.message ),
		].filter( Boolean );
	}

	function addressOf( app, run ) {
		const url = new URL( app.config.tasks );
		url.searchParams.set( run.task_id ? 'task' : 'pipeline', run.task_id || run.pipeline_id );
		return url.href;
	}

	function actions( app, one ) {
		const of = ` ${ one.name }`;
		const button = ( label, act, more = '' ) => h( 'button', { type: 'button', class: `button-link ${ more }`, disabled: app.busy === one.id, onclick: act }, label, hidden( of ) );
		return h( 'div', { class: 'ddap-actions' },
			one.paused
				? button( __( 'Resume', 'ddap-data-analysis' ), () => change( app, one, { paused: false }, __( 'The schedule goes on.', 'ddap-data-analysis' ) ) )
				: button( __( 'Pause', 'ddap-data-analysis' ), () => change( app, one, { paused: true }, __( 'The schedule is paused. Times that pass are not made up for.', 'ddap-data-analysis' ) ) ),
			button( __( 'Run now', 'ddap-data-analysis' ), () => runNow( app, one ) ),
			button( __( 'Change the time', 'ddap-data-analysis' ), () => edit( app, one ) ),
			button( __( 'Delete', 'ddap-data-analysis' ), () => remove( app, one ), 'button-link-delete' )
		);
	}

	function edit( app, one ) {
		app.errors = new Map();
		app.editing = { id: one.id, repeat: ddapNew.repeat.fromCron( one.cron ), zone: one.time_zone };
		render( app );
		document.getElementById( 'ddap-repeat-every' ).focus();
	}

	function editor( app, one ) {
		const close = () => {
			app.editing = null;
			render( app );
			document.querySelector( `#ddap-schedule-${ one.id } button` )?.focus();
		};
		return h( 'div', { class: 'ddap-editor', role: 'group', 'aria-label': __( 'Change the time', 'ddap-data-analysis' ) },
			ddapNew.viewRepeat.render( app, app.editing.repeat, ( changes, again ) => {
				app.editing.repeat = { ...app.editing.repeat, ...changes };
				if ( again ) {
					render( app );
				}
			} ),
			ddapNew.viewRepeat.zone( app, app.editing.zone, ( zone ) => ( app.editing.zone = zone ) ),
			h( 'p', {}, h( 'button', { type: 'button', class: 'button button-primary', onclick: () => save( app, one, close ) }, __( 'Save', 'ddap-data-analysis' ) ), ' ',
				h( 'button', { type: 'button', class: 'button', onclick: close }, __( 'Cancel', 'ddap-data-analysis' ) ) )
		);
	}

	async function save( app, one, close ) {
		const made = ddapNew.repeat.toCron( app.editing.repeat );
		if ( made.error ) {
			wrong( app, `ddap-repeat-${ made.part }`, made.error );
			return;
		}
		await change( app, one, { cron: made.cron, time_zone: app.editing.zone }, __( 'The time is changed.', 'ddap-data-analysis' ), ( error ) => {
			const { cron, time_zone: zone } = error.data?.fields || {};
			if ( cron || zone ) {
				wrong( app, zone ? 'ddap-time-zone' : document.getElementById( 'ddap-repeat-cron' ) ? 'ddap-repeat-cron' : 'ddap-repeat-every', zone || cron );
			}
			return Boolean( cron || zone );
		}, close );
	}

	function wrong( app, id, message ) {
		app.errors = new Map( [ [ id, { message } ] ] );
		render( app );
		document.getElementById( id )?.focus();
	}

	/** Does something to a schedule, and shows it as it is then. */
	async function act( app, one, request, said, explain ) {
		app.busy = one.id;
		render( app );
		try {
			const answer = await wp.apiFetch( request );
			app.busy = '';
			app.notice( 'success', said );
			return answer;
		} catch ( error ) {
			app.busy = '';
			if ( ! explain?.( error ) ) {
				app.notice( 'error', `✕ ${ error.message } (${ error.code })` );
				render( app );
			}
			return null;
		}
	}

	async function change( app, one, data, said, explain, done = () => render( app ) ) {
		const answer = await act( app, one, { path: `${ PATH }/${ one.id }`, method: 'PATCH', data }, said, explain );
		if ( answer ) {
			Object.assign( one, { paused_reason: '' }, answer );
			done();
		}
	}

	async function runNow( app, one ) {
		if ( await act( app, one, { path: `${ PATH }/${ one.id }/run`, method: 'POST', data: { key: ddapNew.draft.newKey() } }, __( 'It runs now, besides its times.', 'ddap-data-analysis' ) ) ) {
			await tell( app, one );
		}
	}

	async function remove( app, one ) {
		/* translators: %s: a schedule. */
		if ( ! window.confirm( sprintf( __( 'Delete the schedule “%s”? What it has made stays.', 'ddap-data-analysis' ), one.name ) ) ) {
			return;
		}
		if ( await act( app, one, { path: `${ PATH }/${ one.id }`, method: 'DELETE' }, __( 'The schedule is deleted.', 'ddap-data-analysis' ) ) ) {
			app.list = app.list.filter( ( other ) => other !== one );
			render( app );
		}
	}

	/** Learns how one schedule's last runs went, and goes on asking while one of them goes on. */
	async function tell( app, one ) {
		try {
			// The server leaves out lists in which nothing is.
			Object.assign( one, { runs: [], failures: [] }, await wp.apiFetch( { path: `${ PATH }/${ one.id }` } ) );
		} catch ( error ) {
			one.problem = error.message;
		}
		if ( app.editing?.id !== one.id ) {
			render( app );
		}
		if ( ! one.problem && one.runs.some( ( run ) => run.state && ! ENDED.includes( run.state ) ) ) {
			setTimeout( () => app.list.includes( one ) && tell( app, one ), document.hidden ? 12 * AGAIN : AGAIN );
		}
	}

	async function load( app ) {
		const page = await wp.apiFetch( { path: `${ PATH }?cursor=${ encodeURIComponent( app.cursor ) }` } );
		app.cursor = page.next_cursor;
		app.list.push( ...page.schedules );
		render( app );
		const waiting = page.schedules.slice();
		await Promise.all( Array.from( { length: AT_ONCE }, async () => {
			for ( let one = waiting.shift(); one; one = waiting.shift() ) {
				await tell( app, one );
			}
		} ) );
	}

	async function open( app ) {
		try {
			await load( app );
		} catch ( error ) {
			app.notice( 'error', `✕ ${ error.message } (${ error.code })` );
			fill( document.getElementById( 'ddap-schedules' ), h( 'button', { type: 'button', class: 'button', onclick: () => open( app ) }, __( 'Try again', 'ddap-data-analysis' ) ) );
		}
	}

	wp.domReady( () => {
		const config = JSON.parse( document.getElementById( 'ddap-schedules' ).dataset.config );
		const app = {
			config, list: [], cursor: '', errors: new Map(), editing: null, busy: '',
			world: { language: config.language, siteZone: config.siteZone },
			forgive: ( id ) => {
				if ( app.errors.delete( id ) ) {
					document.getElementById( `${ id }-error` )?.remove();
					document.getElementById( id )?.removeAttribute( 'aria-invalid' );
				}
			},
			notice: ( type, text ) => fill( document.getElementById( 'ddap-notices' ), h( 'div', { class: `notice notice-${ type } inline`, role: 'error' === type ? 'alert' : 'status' }, h( 'p', {}, text ) ) ),
		};
		if ( new URLSearchParams( window.location.search ).has( 'made' ) ) {
			app.notice( 'success', __( 'The schedule is saved.', 'ddap-data-analysis' ) );
		}
		open( app );
	} );
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
