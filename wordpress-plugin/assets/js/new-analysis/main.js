/**
 * The page: loads what it needs, keeps the form, and shows its steps.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h, fill } = ddapNew.dom;

	/** Milliseconds without a change before the sentence is told: not at every key. */
	const QUIET = 250;

	const VIEWS = {
		data: ddapNew.viewData.render,
		filter: ddapNew.viewFilter.render,
		analysis: ddapNew.viewAnalysis.render,
		report: ddapNew.viewReport.render,
		send: ddapNew.send.render,
	};

	function newPage( config ) {
		let timer = 0;
		const app = {
			config,
			form: ddapNew.form.initial(),
			key: ddapNew.draft.newKey(),
			errors: new Map(),
			ui: { search: '', uploadError: '' },
			world: { groups: [], catalogue: ddapNew.models.catalogue( [] ), language: config.language, siteZone: config.siteZone },

			/** Changes the form, and shows those steps anew that depend on the change. */
			set( changes, sections ) {
				app.form = { ...app.form, ...changes };
				app.keep();
				app.render( ...sections );
				clearTimeout( timer );
				timer = setTimeout( () => tell( app ), QUIET );
			},

			render( ...sections ) {
				sections.forEach( ( section ) => fill( document.getElementById( `ddap-${ section }` ), ...VIEWS[ section ]( app ) ) );
			},

			/** Takes an error away, because somebody works on its field. */
			forgive( id ) {
				if ( app.errors.delete( id ) ) {
					document.getElementById( `${ id }-error` )?.remove();
					document.getElementById( id )?.removeAttribute( 'aria-invalid' );
				}
			},

			/** Begins with another form. */
			begin( form ) {
				app.form = form;
				app.errors = new Map();
				app.ui = { search: '', uploadError: '', templates: app.ui.templates };
				app.renewKey();
				app.renderAll();
			},

			startAfresh() {
				app.begin( { ...ddapNew.form.initial(), language: config.language } );
				document.querySelector( '#ddap-data input' )?.focus();
			},

			renderAll() {
				app.render( ...Object.keys( VIEWS ) );
				tell( app );
			},

			renewKey() {
				app.key = ddapNew.draft.newKey();
				app.keep();
			},

			keep() {
				if ( ! app.sent ) {
					ddapNew.draft.keep( config.user, app.form, app.key );
				}
			},

			notice( type, text, ...more ) {
				fill( document.getElementById( 'ddap-notices' ), h( 'div', { class: `notice notice-${ type } inline`, role: 'error' === type ? 'alert' : 'status' }, h( 'p', {}, text, ' ', ...more ) ) );
			},
		};
		return app;
	}

	/** Says in words what will happen. Only sentences that have changed are put in, so that only these are read out. */
	function tell( app ) {
		const place = document.getElementById( 'ddap-summary' );
		const told = ddapNew.sentence.tell( app.form, app.world );
		const lines = told
			? [ told.does, [ told.leaves, told.stays ].filter( Boolean ).join( ' ' ), told.when, ...told.cautions.map( ( text ) => `! ${ text }` ) ]
			: [ __( 'Choose the data first. Then you read here what will happen, and what leaves the computer that has the data.', 'ddap-data-analysis' ) ];
		while ( place.children.length > lines.length ) {
			place.lastElementChild.remove();
		}
		lines.forEach( ( line, index ) => {
			const paragraph = place.children[ index ] || place.appendChild( h( 'p' ) );
			if ( paragraph.textContent !== line ) {
				paragraph.textContent = line;
			}
		} );
		document.getElementById( 'ddap-name' )?.setAttribute( 'placeholder', ddapNew.sentence.title( app.form, app.world ) );
	}

	async function load( app ) {
		const [ datasets, operations ] = await Promise.all( [ wp.apiFetch( { path: '/ddap/v1/analysis/datasets' } ), wp.apiFetch( { path: '/ddap/v1/analysis/operations' } ) ] );
		app.world.groups = ddapNew.datasets.group( datasets.datasets );
		app.world.catalogue = ddapNew.models.catalogue( operations.operations );
	}

	/** The form to begin with: one that the address names, else what was typed before, else an empty one. */
	async function first( app ) {
		const { config } = app;
		app.form.language = config.language;
		if ( config.clone ) {
			await cloned( app );
		} else if ( config.dataset ) {
			const found = ddapNew.datasets.find( app.world.groups, { kind: 'dataset', id: config.dataset } );
			app.form.source = found && { kind: 'dataset', id: config.dataset, name: found.name, anywhere: false };
			if ( ! found ) {
				app.notice( 'warning', __( 'This data is not shared any more. Choose another one.', 'ddap-data-analysis' ) );
			}
		} else if ( config.model ) {
			Object.assign( app.form, { goal: 'predict', modelFrom: config.model } );
		} else {
			restored( app );
		}
	}

	async function cloned( app ) {
		try {
			const { form, lost } = ddapNew.clone.read( await wp.apiFetch( { path: `/ddap/v1/analysis/source/${ app.config.clone }` } ), app.world );
			app.form = form;
			if ( lost.length ) {
				/* translators: %s: names of parameters. */
				app.notice( 'warning', sprintf( __( 'This form cannot show all of that analysis. Left out: %s.', 'ddap-data-analysis' ), lost.join( ', ' ) ) );
			}
		} catch ( error ) {
			app.notice( 'error', error.message );
		}
	}

	function restored( app ) {
		const kept = ddapNew.draft.restore( app.config.user );
		if ( ! kept ) {
			return;
		}
		const plain = { ...ddapNew.form.initial(), language: app.config.language };
		Object.assign( app, kept );
		if ( JSON.stringify( kept.form ) !== JSON.stringify( plain ) ) {
			app.notice( 'info', __( 'What you had typed is here again.', 'ddap-data-analysis' ), h( 'button', { type: 'button', class: 'button-link', onclick: () => {
				document.getElementById( 'ddap-notices' ).replaceChildren();
				app.startAfresh();
			} }, __( 'Start afresh', 'ddap-data-analysis' ) ) );
		}
	}

	async function open( app ) {
		const form = document.getElementById( 'ddap-form' );
		try {
			await load( app );
			form.hidden = false;
		} catch ( error ) {
			form.hidden = true; // steps without anything to choose
			app.notice( 'error', `${ error.message } (${ error.code })`, h( 'button', { type: 'button', class: 'button', onclick: () => {
				document.getElementById( 'ddap-notices' ).replaceChildren();
				open( app );
			} }, __( 'Try again', 'ddap-data-analysis' ) ) );
			return;
		}
		await first( app );
		app.renderAll();
		ddapNew.templates.load( app );
	}

	wp.domReady( () => {
		const form = document.getElementById( 'ddap-form' );
		const app = newPage( JSON.parse( form.dataset.config ) );
		form.addEventListener( 'submit', ( event ) => {
			event.preventDefault();
			ddapNew.send.submit( app );
		} );
		// Enter in a field of text would send the form while it is being filled in.
		form.addEventListener( 'keydown', ( event ) => {
			if ( 'Enter' === event.key && 'INPUT' === event.target.tagName ) {
				event.preventDefault();
			}
		} );
		open( app );
	} );
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
