/**
 * Step 1: which data.
 */
( function ( ddapNew ) {
	const { __, _n, sprintf } = wp.i18n;
	const { h, hidden, select } = ddapNew.dom;

	/** So many datasets, and columns of one, are shown before the reader asks for all. */
	const MANY = 40;

	function number( value, app ) {
		return new Intl.NumberFormat( app.world.language ).format( value );
	}

	function policyOf( data, app ) {
		return 'aggregates' === data.policy
			/* translators: %s: a number of rows. */
			? sprintf( __( '◑ summaries of at least %s rows only', 'ddap-data-analysis' ), number( data.minGroupSize || 5, app ) )
			: __( '● rows may leave', 'ddap-data-analysis' );
	}

	function whereOf( data, app ) {
		const online = data.computers.filter( ( c ) => c.online ).length;
		if ( 1 === data.computers.length ) {
			/* translators: %s: a computer's name. */
			return sprintf( online ? __( 'on “%s”, connected', 'ddap-data-analysis' ) : __( 'on “%s”, not connected now', 'ddap-data-analysis' ), data.computers[ 0 ].name );
		}
		return sprintf(
			/* translators: 1: a number of computers, 2: how many of them are connected. */
			_n( 'on %1$s computer, %2$s connected', 'on %1$s computers, %2$s connected', data.computers.length, 'ddap-data-analysis' ),
			number( data.computers.length, app ), number( online, app )
		);
	}

	function rowsOf( data, app ) {
		/* translators: %s: a number of rows. */
		return data.rows ? sprintf( _n( '%s row', '%s rows', data.rows, 'ddap-data-analysis' ), number( data.rows, app ) ) : '';
	}

	function choice( id, chosen, name, facts, take ) {
		return h( 'li', {}, h( 'label', { class: 'ddap-choice', for: id },
			h( 'input', { type: 'radio', name: 'ddap-source', id, checked: chosen, onchange: take } ),
			h( 'span', { class: 'ddap-choice-name' }, name ),
			h( 'span', { class: 'ddap-choice-facts' }, facts.filter( Boolean ).join( ' · ' ) )
		) );
	}

	function render( app ) {
		const { form, world, ui } = app;
		const chosen = ddapNew.datasets.find( world.groups, form.source );
		const wanted = ui.search.toLowerCase();
		const found = world.groups.filter( ( g ) => ! wanted || `${ g.name } ${ g.description }`.toLowerCase().includes( wanted ) );
		const shown = ui.allDatasets ? found : found.slice( 0, MANY );
		if ( chosen && ! shown.includes( chosen ) ) {
			shown.unshift( chosen );
		}
		const error = app.errors.get( 'ddap-source' );
		return [
			world.groups.length > 8 && ddapNew.dom.input( app, { id: 'ddap-search', label: __( 'Search', 'ddap-data-analysis' ), type: 'search', value: ui.search }, ( text ) => {
				ui.search = text;
				app.render( 'data' );
			} ),
			h( 'fieldset', { class: 'ddap-choices', id: 'ddap-source', tabindex: '-1', 'aria-describedby': error ? 'ddap-source-error' : null },
				h( 'legend', { class: 'screen-reader-text' }, __( 'Which data', 'ddap-data-analysis' ) ),
				0 === world.groups.length && ! form.source ? empty( app ) : h( 'ul', {},
					form.source?.kind === 'upload' && choice( 'ddap-source-upload', true, form.source.name, [ __( 'uploaded file', 'ddap-data-analysis' ), rowsOf( form.source, app ) ], () => {} ),
					shown.map( ( g, index ) => choice( `ddap-source-${ g.computers[ 0 ].id }`, g === chosen, g.name, [ rowsOf( g, app ), whereOf( g, app ), policyOf( g, app ), g.description ], () => take( app, g, index ) ) )
				),
				0 === found.length && wanted && h( 'p', {}, __( 'No data has such a name.', 'ddap-data-analysis' ) ),
				found.length > shown.length && h( 'button', { type: 'button', class: 'button-link', onclick: () => {
					ui.allDatasets = true;
					app.render( 'data' );
				} },
				/* translators: %s: a number of datasets. */
				sprintf( __( 'Show all %s', 'ddap-data-analysis' ), number( found.length, app ) ) ),
				ddapNew.dom.errorOf( 'ddap-source', error )
			),
			uploads( app ),
			details( app, ddapNew.datasets.describe( world.groups, form.source ) ),
		];
	}

	function empty( app ) {
		return h( 'p', {}, __( 'Nobody shares data yet. Invite a computer and share a file on it, or upload a file here.', 'ddap-data-analysis' ), ' ',
			h( 'a', { href: app.config.runners }, __( 'Computers', 'ddap-data-analysis' ) ) );
	}

	function take( app, group ) {
		app.ui.preview = null;
		app.errors.delete( 'ddap-source' );
		app.set( { source: ddapNew.datasets.sourceOf( group ) }, [ 'data', 'filter', 'analysis', 'report' ] );
	}

	function uploads( app ) {
		const { ui, config } = app;
		return h( 'div', { class: 'ddap-uploads' },
			h( 'label', { for: 'ddap-file' }, __( 'Or upload a file', 'ddap-data-analysis' ) ), ' ',
			h( 'input', { type: 'file', id: 'ddap-file', accept: config.endings.map( ( e ) => `.${ e }` ).join( ',' ), disabled: ui.uploading, 'aria-describedby': 'ddap-file-state', onchange: ( event ) => event.target.files.length && ddapNew.uploads.fromDisk( app, event.target.files[ 0 ] ) } ),
			config.mayBrowse && h( 'button', { type: 'button', class: 'button', id: 'ddap-library', disabled: ui.uploading, onclick: () => ddapNew.uploads.fromLibrary( app ) }, __( 'From the media library…', 'ddap-data-analysis' ) ),
			h( 'p', { id: 'ddap-file-state', class: ui.uploadError ? 'ddap-field-error' : 'description' }, ui.uploadError || ( ui.uploading ? __( 'Uploading…', 'ddap-data-analysis' ) : __( 'CSV, Excel, JSON or Parquet. Any connected computer may read it.', 'ddap-data-analysis' ) ) )
		);
	}

	/** What is known of the chosen data. */
	function details( app, data ) {
		if ( ! data ) {
			return null;
		}
		return h( 'div', { class: 'ddap-details' },
			data.computers?.length > 1 && computers( app, data ),
			data.columns ? columns( app, data.columns ) : h( 'p', {}, __( 'Its columns are known once a computer has looked at it.', 'ddap-data-analysis' ) ),
			h( 'button', { type: 'button', class: 'button', id: 'ddap-preview-button', disabled: 'busy' === app.ui.preview?.state, onclick: () => ddapNew.preview.begin( app ) }, __( 'Preview', 'ddap-data-analysis' ) ),
			h( 'div', { id: 'ddap-preview', role: 'status' }, ddapNew.preview.show( app ) )
		);
	}

	function computers( app, data ) {
		const { form } = app;
		const choices = data.computers.map( ( c ) => ( {
			value: c.id,
			/* translators: %s: a computer's name. */
			label: c.online ? c.name : sprintf( __( '%s (not connected now)', 'ddap-data-analysis' ), c.name ),
		} ) );
		if ( ! data.ambiguous ) {
			choices.unshift( { value: '', label: __( 'Whichever is free first', 'ddap-data-analysis' ) } );
		}
		return select( app, { id: 'ddap-computer', label: __( 'Computer', 'ddap-data-analysis' ), value: form.source.anywhere ? '' : form.source.id, choices }, ( id ) => {
			app.set( { source: { ...form.source, anywhere: '' === id, id: id || form.source.id } }, [ 'data' ] );
		} );
	}

	/** Types with a sign and a word. */
	function typeWord( type ) {
		const words = {
			integer: [ '#', __( 'whole number', 'ddap-data-analysis' ) ],
			number: [ '#', __( 'number', 'ddap-data-analysis' ) ],
			string: [ 'A', __( 'text', 'ddap-data-analysis' ) ],
			boolean: [ '◐', __( 'yes or no', 'ddap-data-analysis' ) ],
			date: [ '◷', __( 'date', 'ddap-data-analysis' ) ],
			timestamp: [ '◷', __( 'date and time', 'ddap-data-analysis' ) ],
			time: [ '◷', __( 'time of day', 'ddap-data-analysis' ) ],
		};
		return words[ type ] || [ '?', __( 'other', 'ddap-data-analysis' ) ];
	}

	function columns( app, list ) {
		const shown = app.ui.allColumns ? list : list.slice( 0, MANY );
		return h( 'div', {},
			/* translators: %s: a number of columns. */
			h( 'h3', {}, sprintf( _n( '%s column', '%s columns', list.length, 'ddap-data-analysis' ), number( list.length, app ) ) ),
			h( 'ul', { class: 'ddap-columns' }, shown.map( ( c ) => {
				const [ sign, word ] = typeWord( c.type );
				return h( 'li', { title: word }, c.name, ' ', h( 'span', { 'aria-hidden': 'true', class: 'ddap-type' }, sign ), hidden( `(${ word })` ) );
			} ) ),
			list.length > shown.length && h( 'button', { type: 'button', class: 'button-link', onclick: () => {
				app.ui.allColumns = true;
				app.render( 'data' );
			} },
			/* translators: %s: a number of columns. */
			sprintf( __( 'Show all %s', 'ddap-data-analysis' ), number( list.length, app ) ) )
		);
	}

	ddapNew.viewData = { render };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
