/**
 * A result as people read it: its sentence, its leading numbers, charts and
 * tables, what was withheld, where it comes from; its files at the side.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { element, isolated, speech } = ddap;
	const { __, _n, sprintf } = ddap.i18n;

	function figures( list ) {
		if ( ! list.length ) {
			return null;
		}
		return element( 'dl', { class: 'ddap-figures' }, ...list.map( ( [ name, value ] ) => element(
			'div', { 'data-metric': name },
			element( 'dt', {}, isolated( speech.label( name ) ) ),
			element( 'dd', { title: typeof value === 'number' ? String( value ) : __( 'It is not a finite number.', 'ddap-data-analysis' ) }, speech.cell( value ) )
		) ) );
	}

	function list( title, items, className ) {
		return items.length ? element( 'section', { class: className }, element( 'h3', {}, title ), element( 'ul', {}, ...items.map( ( item ) => element( 'li', {}, isolated( item ) ) ) ) ) : null;
	}

	/** How many cells of the tables are withheld, and why, in sentences. */
	function withheld( document_ ) {
		const counts = new Map();
		for ( const table of document_.tables ?? [] ) {
			for ( const cell of table.rows.flat() ) {
				const reason = speech.withheld( cell );
				if ( reason !== null ) {
					counts.set( reason, ( counts.get( reason ) ?? 0 ) + 1 );
				}
			}
		}
		return [ ...counts ].map( ( [ reason, count ] ) => sprintf(
			/* translators: 1: a number of cells, 2: a sentence. */
			_n( '%1$s number is withheld. %2$s', '%1$s numbers are withheld. %2$s', count, 'ddap-data-analysis' ),
			speech.number( count ),
			speech.withheldBecause( reason )
		) );
	}

	function sources( document_ ) {
		const words = ( document_.sources ?? [] ).map( ( source ) => source.revision
			/* translators: 1: the name of a dataset, 2: its revision. */
			? sprintf( __( '%1$s, revision %2$s', 'ddap-data-analysis' ), source.name, source.revision )
			: source.name );
		if ( document_.manifest?.engine ) {
			/* translators: %s: a program with its version. */
			words.push( sprintf( __( 'Read with %s', 'ddap-data-analysis' ), document_.manifest.engine ) );
		}
		if ( document_.manifest?.sha256 ) {
			words.push( `SHA-256 ${ document_.manifest.sha256 }` );
		}
		return words;
	}

	/** Rows that stayed where they are. */
	function stayed( document_ ) {
		const { dataset } = document_;
		if ( ! dataset ) {
			return null;
		}
		return element( 'p', { class: 'ddap-stayed' }, sprintf(
			/* translators: 1: a number of rows, 2: a number of columns. */
			__( '%1$s rows with %2$s columns stayed on the computer, for the next step to use.', 'ddap-data-analysis' ),
			( dataset.rows_approximate ? '≈ ' : '' ) + speech.number( dataset.rows ),
			speech.number( dataset.columns?.length ?? 0 )
		) );
	}

	function files( artifacts ) {
		if ( ! artifacts.length ) {
			return null;
		}
		return element( 'section', { class: 'ddap-files' }, element( 'h3', {}, __( 'Downloads', 'ddap-data-analysis' ) ), element( 'ul', {}, ...artifacts.map( ( file ) => element(
			'li', {}, element( 'a', { href: file.url, download: file.name }, isolated( file.name ) ), ' ', element( 'span', { class: 'ddap-size' }, file.size )
		) ) ) );
	}

	/** Tables that say how, and not what: they come after the others. */
	const HOW = [ 'schema', 'preprocessing' ];

	/** The way from a trained model to its predictions: nobody should have to copy a task's number. */
	function use( url ) {
		return url ? element( 'section', { class: 'ddap-use' }, element( 'h3', {}, __( 'Trained model', 'ddap-data-analysis' ) ), element( 'p', {}, element( 'a', { class: 'button', href: url }, __( 'Predict with this model', 'ddap-data-analysis' ) ) ) ) : null;
	}

	/** A chart that shows a table stands beside it; their names are the same. */
	function content( document_, tables, artifacts ) {
		const charts = [ ...( document_.charts ?? [] ) ];
		const parts = [];
		const renderTable = ( table ) => ddap.table.render( table, { artifacts } );
		for ( const table of tables ) {
			const at = charts.findIndex( ( chart ) => chart.name === table.name );
			parts.push( at < 0 ? element( 'div', { class: 'ddap-part' }, renderTable( table ) ) : element( 'div', { class: 'ddap-part ddap-beside' }, ddap.chart.render( charts.splice( at, 1 )[ 0 ] ), renderTable( table ) ) );
		}
		const rest = charts.length ? element( 'div', { class: 'ddap-charts' }, ...charts.map( ( chart ) => ddap.chart.render( chart ) ) ) : null;
		return [ rest, ...parts ];
	}

	/**
	 * A result.
	 *
	 * @param {Object} answer Of the route of results.
	 * @return {HTMLElement} All of it.
	 */
	function render( answer ) {
		const { artifacts } = answer;
		const document_ = ddap.translate( answer.document );
		const { figures: leading, tables } = ddap.metrics.split( document_.metrics );
		const given = document_.tables ?? [];
		const all = [ ...given.filter( ( table ) => ! HOW.includes( table.name ) ), ...tables, ...given.filter( ( table ) => HOW.includes( table.name ) ) ];
		return element(
			'div', { class: 'ddap-result-layout' },
			element(
				'div', { class: 'ddap-result-main' },
				element( 'p', { class: 'ddap-summary' }, isolated( document_.summary ?? '' ) ),
				figures( leading ),
				...content( document_, all, artifacts ),
				all.length || ( document_.charts ?? [] ).length ? null : element( 'p', {}, __( 'This result has no tables and no charts.', 'ddap-data-analysis' ) ),
				stayed( document_ )
			),
			element(
				'aside', { class: 'ddap-result-side', 'aria-label': __( 'About this result', 'ddap-data-analysis' ) },
				use( answer.predict_url ),
				files( artifacts ),
				list( __( 'Withheld', 'ddap-data-analysis' ), withheld( document_ ), 'ddap-withheld' ),
				list( __( 'Notes', 'ddap-data-analysis' ), document_.notes ?? [], 'ddap-notes' ),
				list( __( 'Data', 'ddap-data-analysis' ), sources( document_ ), 'ddap-sources' )
			)
		);
	}

	ddap.document = { render };
}() );
