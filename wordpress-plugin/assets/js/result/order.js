/**
 * The order of rows. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );

	/** What is no value comes last, whichever way the others go: missing, then withheld. */
	const LAST = { missing: 1, withheld: 2 };

	/** Whole numbers beyond what JavaScript keeps exactly come as text. */
	function big( cell ) {
		return typeof cell === 'string' ? BigInt( cell ) : cell;
	}

	/**
	 * Compares two cells of a column that are values.
	 *
	 * @param {any}           a        A cell.
	 * @param {any}           b        Another.
	 * @param {string}        type     The column's.
	 * @param {Intl.Collator} collator Compares text.
	 * @return {number} Below zero where a comes first.
	 */
	function compare( a, b, type, collator ) {
		if ( type === 'integer' && typeof a !== typeof b && [ a, b ].every( ( cell ) => typeof cell === 'number' || /^-?\d+$/.test( cell ) ) ) {
			return big( a ) < big( b ) ? -1 : 1;
		}
		if ( type === 'integer' && typeof a === 'string' && /^-?\d+$/.test( a ) && /^-?\d+$/.test( b ) ) {
			return big( a ) < big( b ) ? -1 : Number( big( a ) > big( b ) );
		}
		if ( typeof a === 'number' && typeof b === 'number' ) {
			return a - b;
		}
		return collator.compare( String( a ), String( b ) );
	}

	/**
	 * Gives the rows in the order of one column; equal ones stay as they were.
	 *
	 * @param {any[][]} rows       A table's.
	 * @param {number}  column     The column's place.
	 * @param {string}  type       The column's type.
	 * @param {boolean} descending Whether the highest comes first.
	 * @return {any[][]} A new list.
	 */
	function sorted( rows, column, type, descending ) {
		const collator = new Intl.Collator( ddap.speech.locale(), { numeric: true } );
		const sign = descending ? -1 : 1;
		return [ ...rows ].sort( ( one, other ) => {
			const [ a, b ] = [ one[ column ], other[ column ] ];
			const [ lastA, lastB ] = [ a, b ].map( ( cell ) => LAST[ ddap.speech.kind( cell ) ] ?? 0 );
			return lastA || lastB ? lastA - lastB : sign * compare( a, b, type, collator );
		} );
	}

	ddap.order = { sorted };
}() );
