/**
 * Documents in the reader's language. They come in English, with the API's names;
 * the words for both stand in ddapResultWords. What belongs to the data itself,
 * its columns and values, stays as it is. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { speech } = ddap;

	/** A number as English sentences have it. */
	const NUMBER = /^-?\d{1,3}(,?\d{3})*(\.\d+)?$/;

	const words = () => ( { labels: {}, types: {}, tables: {}, phrases: [], summaries: {}, ...globalThis.ddapResultWords } );

	let patterns = null;

	/** Phrases with something that differs, as they are recognised. */
	function open() {
		patterns ??= words().phrases.filter( ( [ english ] ) => english.includes( '...' ) ).map( ( [ english, translated ] ) => {
			const literal = english.replace( /[.*+?^${}()|[\]\\]/g, '\\$&' ).replaceAll( '\\.\\.\\.', '(.+)' );
			return [ new RegExp( `^${ literal }$` ), translated ];
		} );
		return patterns;
	}

	/** A title or note, with its numbers as the reader writes them. */
	function phrase( english ) {
		const exact = words().phrases.find( ( [ known ] ) => known === english );
		if ( exact || ! english ) {
			return exact?.[ 1 ] ?? english;
		}
		for ( const [ form, translated ] of open() ) {
			const parts = form.exec( english );
			if ( parts ) {
				return translated.replace( /\$\{(\d+)\}/g, ( _, i ) => ( NUMBER.test( parts[ i ] ) ? speech.number( Number( parts[ i ].replaceAll( ',', '' ) ) ) : parts[ i ] ) );
			}
		}
		return english;
	}

	/** The score by which a trained model is summed up: on rows that it had not seen, where there are any. */
	function judgedBy( metrics ) {
		return [ 'test_r2', 'cv_r2_mean', 'test_accuracy', 'cv_accuracy_mean', 'train_accuracy' ].find( ( name ) => name in metrics ) ?? 'train_r2';
	}

	function summary( document_ ) {
		const { metrics = {}, parameters = {} } = document_;
		const kind = document_.model ? `trained.${ judgedBy( metrics ) }` : document_.kind + ( document_.dataset?.rows_are_groups ? '.groups' : '' );
		const sentences = words().summaries;
		if ( ! Object.hasOwn( sentences, kind ) ) {
			return document_.summary;
		}
		// One that names something which is not there would have a hole; English is better.
		let whole = true;
		const made = sentences[ kind ].replace( /\{([a-z0-9_]+)\}/g, ( _, name ) => {
			const value = metrics[ name ] ?? parameters[ name ];
			whole &&= [ 'string', 'number' ].includes( typeof value );
			return speech.cell( value );
		} );
		return whole ? made : document_.summary;
	}

	/** Whether an operation named the column, and not whoever owns the data. */
	function isOwn( kind, table, i ) {
		const { tables } = words();
		if ( table === 'groups' && kind?.startsWith( 'analyze.' ) ) {
			return true;
		}
		return Object.hasOwn( tables, table ) && ( tables[ table ] < 0 || i < tables[ table ] );
	}

	/** Text that operations put into columns of their own. */
	function ownText( text, column ) {
		const { types } = words();
		if ( column === 'type' && Object.hasOwn( types, text ) ) {
			return types[ text ];
		}
		if ( ( column === 'rule' && text === 'all rows' ) || [ 'missing', 'encoding', 'outcome' ].includes( column ) ) {
			return phrase( text );
		}
		return column === 'term' && text === 'intercept' ? speech.label( 'fit_intercept' ) : text;
	}

	function table( kind, one ) {
		const own = one.columns.map( ( _, i ) => isOwn( kind, one.name, i ) );
		const name = ( column, i ) => ( own[ i ] ? speech.label( column.name ) : ( one.name === 'confusion_matrix' && phrase( column.name ) ) || column.name );
		return {
			...one,
			title: phrase( one.title ),
			columns: one.columns.map( ( column, i ) => ( { ...column, name: name( column, i ) } ) ),
			rows: one.rows.map( ( row ) => row.map( ( cell, i ) => ( own[ i ] && typeof cell === 'string' ? ownText( cell, one.columns[ i ].name ) : cell ) ) ),
		};
	}

	function chart( one ) {
		const axis = ( a ) => a && { ...a, title: one.name === 'means' ? speech.label( a.title ?? '' ) : phrase( a.title ) };
		// A box's five numbers are told apart by their names.
		const series = ( name ) => ( one.type === 'box' ? name : one.name === 'means' ? speech.label( name ) : phrase( name ) );
		return { ...one, title: phrase( one.title ), x: axis( one.x ), y: axis( one.y ), series: ( one.series ?? [] ).map( ( s ) => ( { ...s, name: series( s.name ) } ) ) };
	}

	/**
	 * A document as its reader would say it.
	 *
	 * @param {Object} document_ Of a result.
	 * @return {Object} A new one.
	 */
	ddap.translate = ( document_ ) => ( {
		...document_,
		summary: summary( document_ ),
		notes: ( document_.notes ?? [] ).map( phrase ),
		tables: ( document_.tables ?? [] ).map( ( one ) => table( document_.kind, one ) ),
		charts: ( document_.charts ?? [] ).map( chart ),
	} );
}() );
