/**
 * The buttons of Settings > Data Analysis > Notifications.
 */
( function () {
	const { __, sprintf } = wp.i18n;
	const PATH = '/ddap/v1/notifications/webhook';
	// A receiver has ten seconds to answer; a little more for the way.
	const PATIENCE_MS = 13000;
	const LOOK_EVERY_MS = 700;

	let place;

	function find( id ) {
		return document.getElementById( 'ddap-webhook-' + id );
	}

	function say( tone, headline, advice ) {
		const box = document.createElement( 'div' );
		box.className = 'notice inline notice-' + tone;
		const line = document.createElement( 'p' );
		const strong = document.createElement( 'strong' );
		strong.textContent = headline;
		line.append( strong, ' ' + ( advice || '' ) );
		box.append( line );
		find( 'state' ).replaceChildren( box );
	}

	function cell( text, heading ) {
		const made = document.createElement( 'td' );
		made.textContent = text;
		made.dataset.heading = heading;
		return made;
	}

	function showDeliveries( deliveries ) {
		find( 'deliveries' ).hidden = ! deliveries.length;
		find( 'deliveries' ).querySelector( 'tbody' ).replaceChildren( ...deliveries.map( ( delivery ) => {
			const row = document.createElement( 'tr' );
			row.append(
				cell( delivery.glyph + ' ' + delivery.word, __( 'Outcome', 'ddap-data-analysis' ) ),
				cell( delivery.type, __( 'Event', 'ddap-data-analysis' ) ),
				cell( delivery.age, __( 'When', 'ddap-data-analysis' ) ),
				cell( delivery.error || '–', __( 'What the server got', 'ddap-data-analysis' ) )
			);
			return row;
		} ) );
	}

	function showButtons( state ) {
		place.dataset.state = state;
		for ( const button of place.querySelectorAll( '[data-action]' ) ) {
			const action = button.dataset.action;
			button.hidden = state === 'none' && action !== 'set-up';
			if ( action === 'set-up' ) {
				button.textContent = state === 'none' ? __( 'Set up', 'ddap-data-analysis' ) : __( 'Set up again', 'ddap-data-analysis' );
			}
		}
	}

	function show( report ) {
		say( report.trouble ? 'error' : report.tone, report.trouble || report.headline, report.trouble ? '' : report.advice );
		find( 'last' ).textContent = report.last;
		find( 'polling' ).textContent = report.polling;
		showDeliveries( report.deliveries );
		showButtons( report.state );
	}

	function pause( ms ) {
		return new Promise( ( resolve ) => setTimeout( resolve, ms ) );
	}

	// Asks until the server has tried to deliver the test.
	async function follow( id ) {
		const until = Date.now() + PATIENCE_MS;
		for ( ;; ) {
			const report = await wp.apiFetch( { path: PATH } );
			const delivery = report.deliveries.find( ( one ) => one.id === id );
			const isTried = delivery && ( delivery.state !== 'pending' || delivery.error );
			if ( isTried || report.trouble || Date.now() > until ) {
				return { report, delivery };
			}
			await pause( LOOK_EVERY_MS );
		}
	}

	async function test( id ) {
		say( 'info', __( 'The server is sending a test…', 'ddap-data-analysis' ) );
		const { report, delivery } = await follow( id );
		show( report );
		if ( delivery && delivery.state === 'succeeded' ) {
			say( 'success', '✓ ' + __( 'The test arrived. The server tells this site at once.', 'ddap-data-analysis' ) );
		} else if ( delivery && delivery.error ) {
			say(
				'warning',
				/* translators: %s: what the server says of this site, as in "it did not answer within 10s". */
				'✕ ' + sprintf( __( 'The server cannot reach this site: %s.', 'ddap-data-analysis' ), delivery.error ),
				__( 'Until that is mended, this site asks the server for news every five minutes.', 'ddap-data-analysis' )
			);
		}
	}

	const ACTIONS = {
		'set-up': async () => test( ( await wp.apiFetch( { path: PATH, method: 'POST' } ) ).delivery_id ),
		test: async () => test( ( await wp.apiFetch( { path: PATH + '/test', method: 'POST' } ) ).delivery_id ),
		rotate: async () => {
			show( await wp.apiFetch( { path: PATH + '/rotate', method: 'POST' } ) );
			say( 'success', '✓ ' + __( 'The secret was replaced. The one before is taken for another hour.', 'ddap-data-analysis' ) );
		},
		remove: async () => show( await wp.apiFetch( { path: PATH, method: 'DELETE' } ) ),
	};

	async function act( button ) {
		const buttons = [ ...place.querySelectorAll( '[data-action]' ) ];
		if ( buttons.some( ( one ) => one.getAttribute( 'aria-disabled' ) === 'true' ) ) {
			return;
		}
		// Disabled ones would lose the focus.
		buttons.forEach( ( one ) => one.setAttribute( 'aria-disabled', 'true' ) );
		try {
			await ACTIONS[ button.dataset.action ]();
		} catch ( error ) {
			say( 'error', '✕ ' + error.message, error.code ? '(' + error.code + ')' : '' );
		}
		buttons.forEach( ( one ) => one.removeAttribute( 'aria-disabled' ) );
		if ( button.hidden ) {
			place.querySelector( '[data-action="set-up"]' ).focus();
		}
	}

	wp.domReady( async function () {
		place = document.getElementById( 'ddap-webhook' );
		if ( ! place ) {
			return;
		}
		showButtons( place.dataset.state );
		for ( const button of place.querySelectorAll( '[data-action]' ) ) {
			button.addEventListener( 'click', () => act( button ) );
		}
		if ( place.dataset.state === 'none' ) {
			return;
		}
		try {
			show( await wp.apiFetch( { path: PATH } ) );
		} catch ( error ) {
			say( 'error', '✕ ' + error.message, error.code ? '(' + error.code + ')' : '' );
		}
	} );
}() );
