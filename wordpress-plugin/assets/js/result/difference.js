/**
 * What differs between two results. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { __, sprintf } = ddap.i18n;

	const isNumber = ( cell ) => typeof cell === 'number';

	/** b minus a, and how much that is of a; null where one is no number. */
	function change( a, b ) {
		if ( ! isNumber( a ) || ! isNumber( b ) ) {
			return { difference: null, share: null };
		}
		return { difference: b - a, share: a === 0 ? null : ( b - a ) / Math.abs( a ) };
	}

	/**
	 * The metrics of both as one table.
	 *
	 * @param {Object} a Metrics.
	 * @param {Object} b Metrics.
	 * @return {Object} A table of a result.
	 */
	function metrics( a = {}, b = {} ) {
		const names = [ ...new Set( [ ...Object.keys( a ), ...Object.keys( b ) ] ) ];
		return {
			name: 'metrics',
			title: __( 'Numbers', 'ddap-data-analysis' ),
			columns: [ { name: __( 'number', 'ddap-data-analysis' ), type: 'string' }, { name: 'A', type: 'number' }, { name: 'B', type: 'number' }, { name: __( 'B minus A', 'ddap-data-analysis' ), type: 'number' }, { name: __( 'Change in %', 'ddap-data-analysis' ), type: 'number' } ],
			rows: names.map( ( name ) => {
				const { difference, share } = change( a[ name ], b[ name ] );
				return [ ddap.speech.label( name ), a[ name ] ?? null, b[ name ] ?? null, difference, share === null ? null : 100 * share ];
			} ),
		};
	}

	/** A value by which rows of two tables are known to be the same; null for none. */
	function keyOf( row, places ) {
		const cells = places.map( ( place ) => row[ place ] );
		return cells.some( ( cell ) => ddap.speech.kind( cell ) === 'withheld' ) ? null : JSON.stringify( cells );
	}

	function areUnique( rows, places ) {
		const keys = rows.map( ( row ) => keyOf( row, places ) );
		return ! keys.includes( null ) && new Set( keys ).size === keys.length;
	}

	/**
	 * The columns by which two tables can be joined: the first ones, of names and
	 * not of measured numbers, that tell every row from every other.
	 *
	 * @param {Object} a A table.
	 * @param {Object} b Another of the same name.
	 * @return {number[]} Places of columns that both have alike; empty where there are none.
	 */
	function keyColumns( a, b ) {
		const places = [];
		for ( let i = 0; i < a.columns.length; i++ ) {
			const isKey = a.columns[ i ].type !== 'number' && a.columns[ i ].name === b.columns[ i ]?.name && a.columns[ i ].type === b.columns[ i ]?.type;
			if ( ! isKey ) {
				return [];
			}
			places.push( i );
			if ( areUnique( a.rows, places ) && areUnique( b.rows, places ) ) {
				return places;
			}
		}
		return [];
	}

	/**
	 * Two tables of one name as one, row by row.
	 *
	 * @param {Object} a A table.
	 * @param {Object} b Another of the same name.
	 * @return {Object|null} A table with each column of both and their difference; null where rows cannot be told to be the same.
	 */
	function joined( a, b ) {
		const keys = keyColumns( a, b );
		const shared = a.columns.map( ( column, i ) => ( { column, i, j: b.columns.findIndex( ( other ) => other.name === column.name ) } ) ).filter( ( { i, j } ) => j >= 0 && ! keys.includes( i ) );
		if ( ! keys.length || ! shared.length ) {
			return null;
		}
		const others = new Map( b.rows.map( ( row ) => [ keyOf( row, keys ), row ] ) );
		const firsts = new Map( a.rows.map( ( row ) => [ keyOf( row, keys ), row ] ) );
		const hasDifference = ( { column, j } ) => [ column.type, b.columns[ j ].type ].every( ( type ) => type === 'number' || type === 'integer' );
		const columns = [ ...keys.map( ( i ) => a.columns[ i ] ), ...shared.flatMap( ( pair ) => [
			/* translators: 1: a column, 2: A or B. */
			{ ...pair.column, name: sprintf( __( '%1$s, %2$s', 'ddap-data-analysis' ), ddap.speech.label( pair.column.name ), 'A' ) },
			{ ...b.columns[ pair.j ], name: sprintf( __( '%1$s, %2$s', 'ddap-data-analysis' ), ddap.speech.label( pair.column.name ), 'B' ) },
			...( hasDifference( pair ) ? [ { name: sprintf( __( '%1$s, %2$s', 'ddap-data-analysis' ), ddap.speech.label( pair.column.name ), 'B − A' ), type: 'number' } ] : [] ),
		] ) ];
		const rows = [ ...new Set( [ ...firsts.keys(), ...others.keys() ] ) ].map( ( key ) => {
			const [ one, other ] = [ firsts.get( key ), others.get( key ) ];
			return [ ...keys.map( ( i ) => ( one ?? other )[ i ] ), ...shared.flatMap( ( pair ) => {
				const [ x, y ] = [ one?.[ pair.i ] ?? null, other?.[ pair.j ] ?? null ];
				return hasDifference( pair ) ? [ x, y, change( x, y ).difference ] : [ x, y ];
			} ) ];
		} );
		return { name: a.name, title: a.title, columns, rows };
	}

	/** Every value of nested JSON by its path, as text. */
	function flat( value, path = '', found = new Map() ) {
		if ( value !== null && typeof value === 'object' && Object.keys( value ).length && ! ( Array.isArray( value ) && value.every( ( element ) => element === null || typeof element !== 'object' ) ) ) {
			for ( const [ name, inner ] of Object.entries( value ) ) {
				flat( inner, path ? `${ path } › ${ name }` : name, found );
			}
		} else {
			found.set( path, Array.isArray( value ) ? value.join( ', ' ) : String( value ?? '–' ) );
		}
		return found;
	}

	/**
	 * What differs in nested JSON.
	 *
	 * @param {any} a One.
	 * @param {any} b The other.
	 * @return {[string, string|null, string|null][]} Path, value in a, value in b; null where it is absent.
	 */
	function parameters( a, b ) {
		const [ one, other ] = [ flat( a ?? {} ), flat( b ?? {} ) ];
		return [ ...new Set( [ ...one.keys(), ...other.keys() ] ) ].filter( ( path ) => path !== '' && one.get( path ) !== other.get( path ) ).map( ( path ) => [ path, one.get( path ) ?? null, other.get( path ) ?? null ] );
	}

	/**
	 * What differs in the data that was read.
	 *
	 * @param {Object[]} a Sources of a document.
	 * @param {Object[]} b Sources of the other.
	 * @return {[string, string|null, string|null][]} Name, revision in a, revision in b.
	 */
	function sources( a = [], b = [] ) {
		const revisions = ( list ) => Object.fromEntries( list.map( ( source ) => [ source.name, source.revision ?? '–' ] ) );
		return parameters( revisions( a ), revisions( b ) );
	}

	ddap.difference = { metrics, joined, parameters, sources, keyColumns };
}() );
