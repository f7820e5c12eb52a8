/**
 * Two results beside each other.
 */
( function () {
	const { element, isolated, difference } = ddap;
	const { __, sprintf } = wp.i18n;

	function section( title, ...content ) {
		return element( 'section', { class: 'ddap-part' }, element( 'h2', {}, title ), ...content );
	}

	/** What differs in what was asked for and in the data, or that nothing does. */
	function differences( tasks, documents ) {
		const [ a, b ] = documents;
		const asked = difference.parameters( tasks[ 0 ].params, tasks[ 1 ].params );
		const used = difference.parameters( a.parameters, b.parameters );
		const unset = ( value ) => value ?? __( 'not set', 'ddap-data-analysis' );
		const rows = [
			...difference.sources( a.sources, b.sources ).map( ( [ name, ...values ] ) => [ sprintf( /* translators: %s: a dataset. */ __( 'Revision of %s', 'ddap-data-analysis' ), name ), ...values ] ),
			...asked.filter( ( [ path ] ) => ! used.some( ( [ known ] ) => path.endsWith( known ) ) ).map( ( [ path, ...values ] ) => [ path.replaceAll( '_', ' ' ), ...values ] ),
			...used.map( ( [ path, ...values ] ) => [ path.replaceAll( '_', ' ' ), ...values ] ),
		].map( ( [ name, ...values ] ) => [ name, ...values.map( unset ) ] );
		if ( ! rows.length ) {
			return section( __( 'What differs', 'ddap-data-analysis' ), element( 'p', {}, __( 'Both asked the same of the same data.', 'ddap-data-analysis' ) ) );
		}
		const text = ( name ) => ( { name, type: 'string' } );
		return section( __( 'What differs', 'ddap-data-analysis' ), ddap.table.render( { name: 'differences', title: __( 'Questions and data', 'ddap-data-analysis' ), columns: [ text( __( 'What', 'ddap-data-analysis' ) ), text( 'A' ), text( 'B' ) ], rows } ) );
	}

	function summaries( documents ) {
		return element( 'div', { class: 'ddap-beside' }, ...documents.map( ( document_, i ) => element( 'p', { class: 'ddap-summary' }, element( 'strong', {}, 'AB'[ i ] + ': ' ), isolated( document_.summary ?? '' ) ) ) );
	}

	/** Things of one name in both, or in one. */
	function pairs( documents, which ) {
		const lists = documents.map( ( document_ ) => document_[ which ] ?? [] );
		const names = [ ...new Set( lists.flat().map( ( thing ) => thing.name ) ) ];
		return names.map( ( name ) => lists.map( ( list ) => list.find( ( thing ) => thing.name === name ) ) );
	}

	function absent( i ) {
		/* translators: %s: A or B. */
		return element( 'p', { class: 'ddap-note' }, sprintf( __( '%s has none of this name.', 'ddap-data-analysis' ), 'AB'[ i ] ) );
	}

	function lettered( thing, i ) {
		return { ...thing, title: `${ 'AB'[ i ] }: ${ thing.title || thing.name }` };
	}

	function tables( pair ) {
		const one = pair[ 0 ] && pair[ 1 ] && difference.joined( ...pair );
		if ( one ) {
			return element( 'div', { class: 'ddap-part' }, ddap.table.render( one ) );
		}
		return element( 'div', { class: 'ddap-part ddap-beside' }, ...pair.map( ( table, i ) => ( table ? ddap.table.render( lettered( table, i ) ) : absent( i ) ) ) );
	}

	function charts( pair ) {
		return element( 'div', { class: 'ddap-part ddap-beside' }, ...pair.map( ( chart, i ) => ( chart ? ddap.chart.render( lettered( chart, i ) ) : absent( i ) ) ) );
	}

	function render( tasks, documents ) {
		return element(
			'div', { class: 'ddap-result-main' },
			summaries( documents ),
			differences( tasks, documents ),
			section( __( 'Numbers', 'ddap-data-analysis' ), ddap.table.render( difference.metrics( documents[ 0 ].metrics, documents[ 1 ].metrics ) ) ),
			section( __( 'Charts', 'ddap-data-analysis' ), ...pairs( documents, 'charts' ).map( charts ) ),
			section( __( 'Tables', 'ddap-data-analysis' ), ...pairs( documents, 'tables' ).map( tables ) )
		);
	}

	function problem( text ) {
		return element( 'div', { class: 'notice inline notice-error' }, element( 'p', {}, text ) );
	}

	wp.domReady( async function () {
		const place = document.getElementById( 'ddap-compare' );
		if ( ! place ) {
			return;
		}
		const tasks = JSON.parse( place.dataset.tasks );
		try {
			const answers = await Promise.all( tasks.map( ( task ) => wp.apiFetch( { path: `/ddap/v1/tasks/${ task.id }/result` } ) ) );
			const empty = answers.findIndex( ( answer ) => ! answer.document );
			place.replaceChildren( empty < 0
				? render( tasks, answers.map( ( answer ) => answer.document ) )
				/* translators: %s: A or B. */
				: problem( sprintf( __( '%s has no result to compare.', 'ddap-data-analysis' ), 'AB'[ empty ] ) ) );
		} catch ( error ) {
			place.replaceChildren( problem( `${ error.message } (${ error.code })` ) );
		}
	} );
}() );
