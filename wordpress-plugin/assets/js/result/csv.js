/**
 * Tables for spreadsheets. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );

	/** How text begins that a spreadsheet would take for a formula. */
	const DANGEROUS = /^[=+\-@\t\r]/;

	/** Plain numbers among it are harmless. */
	const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

	/**
	 * Text as it should stand in a cell: a spreadsheet shows it and does not run it.
	 *
	 * @param {string} text Anything.
	 * @return {string} The same, with an apostrophe in front where it needs one.
	 */
	function harmless( text ) {
		return DANGEROUS.test( text ) && ! NUMBER.test( text ) ? "'" + text : text;
	}

	/** A cell without a reader's separators: programs read it. Missing ones are empty, withheld ones say so. */
	function plain( cell ) {
		switch ( ddap.speech.kind( cell ) ) {
			case 'withheld':
				return '(withheld)';
			case 'missing':
				return '';
			case 'text':
				return harmless( String( cell ) );
			default:
				return String( cell );
		}
	}

	function quoted( text ) {
		return /[",\r\n]|^\s|\s$/.test( text ) ? '"' + text.replaceAll( '"', '""' ) + '"' : text;
	}

	function lines( table, separator, close ) {
		const head = table.columns.map( ( column ) => harmless( column.name ) );
		return [ head, ...table.rows.map( ( row ) => row.map( plain ) ) ].map( ( cells ) => cells.map( close ).join( separator ) );
	}

	/**
	 * A table as CSV (RFC 4180).
	 *
	 * @param {{columns: {name: string}[], rows: any[][]}} table Of a result.
	 * @return {string} With a mark by which Excel knows the encoding.
	 */
	function csv( table ) {
		return '\ufeff' + lines( table, ',', quoted ).join( '\r\n' ) + '\r\n';
	}

	/**
	 * A table to be pasted into a spreadsheet.
	 *
	 * @param {{columns: {name: string}[], rows: any[][]}} table Of a result.
	 * @return {string} Cells with tabs between.
	 */
	function tsv( table ) {
		return lines( table, '\t', ( text ) => text.replaceAll( /[\t\r\n]+/g, ' ' ) ).join( '\n' );
	}

	/**
	 * A file's name for a table.
	 *
	 * @param {string} title The table's.
	 * @return {string} Letters, digits and dashes of any script, and .csv.
	 */
	function fileName( title ) {
		const base = title.normalize( 'NFC' ).replaceAll( /[^\p{L}\p{N}]+/gu, '-' ).replaceAll( /^-+|-+$/g, '' ).slice( 0, 80 );
		return ( base || 'table' ) + '.csv';
	}

	ddap.csv = { csv, tsv, harmless, fileName };
}() );
