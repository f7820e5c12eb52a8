/**
 * A look at some rows: a small task of its own, whose result is shown here.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;
	const { h } = ddapNew.dom;

	/** Milliseconds between two looks at how far it is; then a little longer each time. */
	const FIRST_WAIT = 700;
	const LONGEST_WAIT = 5000;

	function sourceOf( app ) {
		const { source } = app.form;
		if ( 'upload' === source.kind ) {
			return { upload: source.id };
		}
		return source.anywhere ? { dataset: source.name } : { dataset_id: source.id };
	}

	async function begin( app ) {
		const { source } = app.form;
		const data = ddapNew.datasets.describe( app.world.groups, source );
		const mine = ( app.ui.preview = { state: 'busy', sentence: __( 'Asking the computer…', 'ddap-data-analysis' ) } );
		const tell = ( change ) => {
			Object.assign( mine, change );
			if ( app.ui.preview === mine ) {
				app.render( 'data' );
			}
		};
		app.render( 'data' );
		try {
			const task = await wp.apiFetch( { path: '/ddap/v1/analysis/preview', method: 'POST', data: { name: data.name, source: sourceOf( app ), rows: 'aggregates' !== data.policy, key: ddapNew.draft.newKey() } } );
			await follow( app, mine, task.task_id, tell, source );
		} catch ( error ) {
			tell( { state: 'failed', sentence: error.message } );
		}
	}

	async function follow( app, mine, id, tell, source ) {
		for ( let wait = FIRST_WAIT; app.ui.preview === mine; wait = Math.min( wait * 1.5, LONGEST_WAIT ) ) {
			await new Promise( ( resolve ) => setTimeout( resolve, wait ) );
			const found = await wp.apiFetch( { path: `/ddap/v1/analysis/preview/${ id }` } );
			if ( 'succeeded' === found.state ) {
				learn( app, source, found );
				tell( { state: 'done', tables: found.tables, notes: found.notes || [] } );
				return;
			}
			if ( [ 'failed', 'canceled' ].includes( found.state ) ) {
				tell( { state: 'failed', sentence: [ found.word, found.sentence, found.message ].filter( Boolean ).join( '. ' ) } );
				return;
			}
			tell( { sentence: [ found.word, found.sentence ].filter( Boolean ).join( ': ' ) } );
		}
	}

	/** What a look tells of an uploaded file, which nobody knew before. */
	function learn( app, source, found ) {
		if ( 'upload' === source.kind && app.form.source === source && found.columns.length ) {
			app.set( { source: { ...source, columns: found.columns.map( ( { name, type } ) => ( { name, type } ) ), rows: found.rows } }, [ 'filter', 'analysis' ] );
		}
	}

	function show( app ) {
		const { preview } = app.ui;
		if ( ! preview ) {
			return null;
		}
		if ( 'done' !== preview.state ) {
			return h( 'p', { class: 'failed' === preview.state ? 'ddap-field-error' : null }, `${ 'failed' === preview.state ? '✕' : '…' } ${ preview.sentence }` );
		}
		const table = [ 'preview', 'profile', 'schema' ].map( ( name ) => preview.tables.find( ( t ) => t.name === name ) ).find( Boolean );
		return [ table && tableOf( app, table ), ...preview.notes.map( ( note ) => h( 'p', { class: 'description' }, note ) ) ];
	}

	function tableOf( app, table ) {
		return h( 'div', { class: 'ddap-scroll', tabindex: '0', role: 'region', 'aria-label': table.title },
			h( 'table', { class: 'widefat striped' },
				h( 'caption', { class: 'screen-reader-text' }, table.title ),
				h( 'thead', {}, h( 'tr', {}, table.columns.map( ( c ) => h( 'th', { scope: 'col' }, c.name ) ) ) ),
				h( 'tbody', {}, table.rows.map( ( row ) => h( 'tr', {}, row.map( ( cell ) => h( 'td', {}, cellOf( app, cell ) ) ) ) ) )
			)
		);
	}

	function cellOf( app, cell ) {
		if ( null === cell || '' === cell ) {
			return '–';
		}
		if ( 'object' === typeof cell ) {
			return __( 'withheld', 'ddap-data-analysis' );
		}
		return 'number' === typeof cell && ! Number.isInteger( cell ) ? new Intl.NumberFormat( app.world.language, { maximumSignificantDigits: 6 } ).format( cell ) : String( cell );
	}

	ddapNew.preview = { begin, show };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
