/**
 * The numbers of a result: the leading ones as figures, the scores of a model as
 * a table. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { __ } = ddap.i18n;

	/** Columns of the table of scores: which metrics stand in each. */
	const KINDS = [
		{ form: /^test_(.+)$/, column: __( 'on new rows', 'ddap-data-analysis' ) },
		{ form: /^cv_(.+)_mean$/, column: __( 'mean of folds', 'ddap-data-analysis' ) },
		{ form: /^cv_(.+)_std$/, column: __( 'spread of folds', 'ddap-data-analysis' ) },
		{ form: /^train_(.+)$/, column: __( 'on learned rows', 'ddap-data-analysis' ) },
	];

	/** Scores that stand among the figures as well. */
	const LEADING = [ 'r2', 'mean_absolute_error', 'accuracy', 'roc_auc' ];

	/** How many figures there are before the rest becomes a table. */
	const MOST = 8;

	/** The score that a metric is, and its column; null where it is none. */
	function score( metric ) {
		for ( const [ column, { form } ] of KINDS.entries() ) {
			const found = form.exec( metric );
			if ( found ) {
				return { name: found[ 1 ], column };
			}
		}
		return null;
	}

	function standsAlone( metric ) {
		const found = score( metric );
		return ! found || ( found.column < 2 && LEADING.includes( found.name ) );
	}

	/** All scores of a model as a table; null where it has none. */
	function scores( metrics ) {
		const rows = new Map();
		const there = new Set();
		for ( const [ metric, value ] of Object.entries( metrics ) ) {
			const found = score( metric );
			if ( found ) {
				there.add( found.column );
				rows.set( found.name, { ...rows.get( found.name ), [ found.column ]: value } );
			}
		}
		if ( ! rows.size ) {
			return null;
		}
		const columns = [ ...there ].sort();
		return {
			name: 'scores',
			title: __( 'All scores', 'ddap-data-analysis' ),
			columns: [ { name: __( 'score', 'ddap-data-analysis' ), type: 'string' }, ...columns.map( ( column ) => ( { name: KINDS[ column ].column, type: 'number' } ) ) ],
			rows: [ ...rows ].sort().map( ( [ name, values ] ) => [ ddap.speech.label( name ), ...columns.map( ( column ) => values[ column ] ?? null ) ] ),
		};
	}

	/**
	 * Splits the metrics of a document.
	 *
	 * @param {Object} metrics Numbers by name; null for one that is not finite.
	 * @return {{figures: [string, number|null][], tables: Object[]}} What stands large, and what in tables.
	 */
	function split( metrics = {} ) {
		const table = scores( metrics );
		const alone = Object.entries( metrics ).filter( ( [ name ] ) => ! table || standsAlone( name ) );
		const leads = ( [ name ] ) => ( LEADING.includes( score( name )?.name ?? name ) ? 0 : 1 );
		alone.sort( ( a, b ) => leads( a ) - leads( b ) );
		const figures = alone.slice( 0, MOST );
		const rest = alone.slice( MOST );
		const tables = table ? [ table ] : [];
		if ( rest.length ) {
			tables.push( {
				name: 'metrics',
				title: __( 'More numbers', 'ddap-data-analysis' ),
				columns: [ { name: __( 'number', 'ddap-data-analysis' ), type: 'string' }, { name: __( 'value', 'ddap-data-analysis' ), type: 'number' } ],
				rows: rest.map( ( [ name, value ] ) => [ ddap.speech.label( name ), value ] ),
			} );
		}
		return { figures, tables };
	}

	ddap.metrics = { split };
}() );
