/**
 * Sending, once, and what becomes of it.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h } = ddapNew.dom;

	/** The same request under way elsewhere, as after a double click: its answer is waited for. */
	const IN_FLIGHT = 'ddap_idempotency_key_in_flight';
	const REUSED = 'ddap_idempotency_key_reused';
	const TRIES = 5;

	function label( form ) {
		const labels = { now: __( 'Run analysis', 'ddap-data-analysis' ), at: __( 'Plan analysis', 'ddap-data-analysis' ), repeat: __( 'Save schedule', 'ddap-data-analysis' ) };
		return labels[ form.when.kind ];
	}

	function render( app ) {
		return [
			h( 'div', { id: 'ddap-send-error', role: 'alert' }, app.ui.problem && problem( app, app.ui.problem ) ),
			h( 'button', { type: 'submit', id: 'ddap-run', class: 'button button-primary button-hero', disabled: app.ui.sending }, app.ui.sending ? __( 'Sending…', 'ddap-data-analysis' ) : label( app.form ) ),
			h( 'button', { type: 'button', class: 'button-link', id: 'ddap-afresh', onclick: () => app.startAfresh() }, __( 'Start afresh', 'ddap-data-analysis' ) ),
		];
	}

	function problem( app, { message, rest, code, request, another } ) {
		return h( 'div', { class: 'notice notice-error inline' },
			h( 'p', {}, `✕ ${ message }`, code && ` (${ code }${ request ? `, ${ request }` : '' })` ),
			rest.length > 0 && h( 'ul', { class: 'ul-disc' }, rest.map( ( line ) => h( 'li', {}, line ) ) ),
			another && h( 'p', {}, h( 'a', { href: app.config.tasks }, __( 'See what was sent', 'ddap-data-analysis' ) ), ' · ', h( 'button', { type: 'button', class: 'button', onclick: () => {
				app.renewKey();
				submit( app );
			} }, __( 'Send this one as well', 'ddap-data-analysis' ) ) )
		);
	}

	async function submit( app ) {
		if ( app.ui.sending ) {
			return;
		}
		const made = ddapNew.pipeline.build( app.form, { ...app.world, now: new Date() } );
		if ( made.errors.size ) {
			show( app, new Map( [ ...made.errors ].map( ( [ id, message ] ) => [ id, { message } ] ) ), null );
			return;
		}
		app.ui.sending = true;
		app.ui.problem = null;
		app.errors = new Map();
		app.render( 'send' );
		try {
			const answer = await post( { kind: made.kind, request: made.request, key: app.key } );
			ddapNew.draft.forget( app.config.user );
			app.sent = true;
			window.location.assign( addressOf( app, made, answer ) );
		} catch ( error ) {
			app.ui.sending = false;
			refused( app, made, error );
		}
	}

	async function post( data ) {
		for ( let round = 1; ; round++ ) {
			try {
				return await wp.apiFetch( { path: '/ddap/v1/analysis', method: 'POST', data } );
			} catch ( error ) {
				if ( IN_FLIGHT !== error.code || round >= TRIES ) {
					throw error;
				}
				await new Promise( ( resolve ) => setTimeout( resolve, 1000 * ( error.data?.retry_after || 1 ) ) );
			}
		}
	}

	function addressOf( app, made, answer ) {
		const url = new URL( 'schedule' === made.kind ? app.config.schedules : app.config.tasks );
		url.searchParams.set( 'schedule' === made.kind ? 'made' : 'task', 'schedule' === made.kind ? answer.id : answer.tasks[ made.main ] || Object.values( answer.tasks )[ 0 ] );
		return url.href;
	}

	/** Shows each thing that the server says beside its field; what was typed stays. */
	function refused( app, made, error ) {
		const { fields = {}, suggestions = {}, status = 0, request_id: request = '' } = error.data || {};
		// A refusal stays with the key. Where no answer came, what was sent may have arrived: then the key stays.
		if ( status >= 400 && status < 500 && ! [ 408, 409, 429 ].includes( status ) && REUSED !== error.code ) {
			app.renewKey();
		}
		const located = ddapNew.pipeline.locate( fields, made.places );
		const errors = new Map();
		for ( const [ field, { path, message } ] of located.byField ) {
			const suggestion = suggestions[ path ];
			errors.set( field, { message, suggestion, apply: suggestion && ( () => apply( field, suggestion ) ) } );
		}
		const message = REUSED === error.code
			? __( 'What you sent before did arrive, although its answer did not. This form is different from it.', 'ddap-data-analysis' )
			: sprintf( '%1$s %2$s', errors.size ? __( 'The server did not take it. What is wrong stands beside the fields.', 'ddap-data-analysis' ) : error.message, __( 'Nothing that you typed is lost.', 'ddap-data-analysis' ) );
		show( app, errors, { message, rest: located.rest, code: error.code, request, another: REUSED === error.code } );
	}

	/** Puts what was probably meant into the field, as if it had been typed. */
	function apply( id, suggestion ) {
		const control = document.getElementById( id );
		control.value = suggestion;
		control.dispatchEvent( new Event( 'SELECT' === control.tagName ? 'change' : 'input', { bubbles: true } ) );
		control.focus();
	}

	function show( app, errors, found ) {
		app.errors = errors;
		app.ui.problem = found || { message: __( 'Not sent yet: something is missing or wrong. It stands beside the fields.', 'ddap-data-analysis' ), rest: [], code: '' };
		app.render( 'data', 'filter', 'analysis', 'report', 'send' );
		const first = document.querySelector( '#ddap-form [aria-invalid="true"], #ddap-form .ddap-field-error' );
		const target = first?.matches( '.ddap-field-error' ) ? document.getElementById( first.id.replace( /-error$/, '' ) ) || first : first;
		target?.focus();
		// What belongs to a field that this form does not show would be silent otherwise.
		app.ui.problem.rest.push( ...[ ...errors ].filter( ( [ id ] ) => ! document.getElementById( `${ id }-error` ) ).map( ( [ , error ] ) => error.message ) );
		app.render( 'send' );
		target?.focus();
	}

	ddapNew.send = { render, submit };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
