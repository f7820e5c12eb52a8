/**
 * Numbers and cells as people read them. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { __, sprintf } = ( ddap.i18n ??= globalThis.wp?.i18n ?? {
		__: ( text ) => text,
		_n: ( one, many, count ) => ( count === 1 ? one : many ),
		sprintf: ( text, ...args ) => args.reduce( ( made, arg, i ) => made.replace( '%' + ( i + 1 ) + '$s', arg ).replace( '%s', arg ), text ),
	} );

	/** How many digits are shown of a number that has more. */
	const SIGNIFICANT = 3;

	/** The reader's language; a malformed one would make every number throw. */
	function locale() {
		const asked = globalThis.document?.documentElement.lang || 'en';
		try {
			return Intl.getCanonicalLocales( asked )[ 0 ];
		} catch {
			return 'en';
		}
	}

	const makers = new Map();

	/** A formatter; they are dear to make, and a table needs thousands of numbers. */
	function formatter( options ) {
		const key = locale() + JSON.stringify( options );
		if ( ! makers.has( key ) ) {
			makers.set( key, new Intl.NumberFormat( locale(), { useGrouping: 'min2', ...options } ) );
		}
		return makers.get( key );
	}

	/** How many significant digits a number has in plain notation. */
	function digits( value ) {
		return String( Math.abs( value ) ).replace( /e.*$/, '' ).replace( '.', '' ).replace( /^0+/, '' ).length;
	}

	/**
	 * Writes a number: whole ones exactly, others with three significant digits
	 * unless they have fewer, very large and very small ones with a power of ten.
	 *
	 * @param {number} value Finite.
	 * @return {string} Words.
	 */
	function number( value ) {
		const size = Math.abs( value );
		if ( Number.isInteger( value ) && size < 1e15 ) {
			return formatter( { maximumFractionDigits: 0 } ).format( value );
		}
		if ( size >= 1e9 || ( size < 1e-4 && size > 0 ) ) {
			return formatter( { notation: 'scientific', maximumFractionDigits: SIGNIFICANT - 1 } ).format( value );
		}
		if ( digits( value ) <= SIGNIFICANT ) {
			return formatter( { maximumFractionDigits: 20 } ).format( value );
		}
		if ( size >= 100 ) {
			return formatter( { maximumFractionDigits: 0 } ).format( value );
		}
		return formatter( { maximumSignificantDigits: SIGNIFICANT } ).format( value );
	}

	/** A date, or a date and a time, as documents write them. */
	const MOMENT = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;

	/**
	 * A point of time in milliseconds. Data knows no time zone unless it names one:
	 * the reader's own must not move it.
	 *
	 * @param {any} cell Of a table or a chart.
	 * @return {number|null} Null where it is none.
	 */
	function instant( cell ) {
		const found = typeof cell === 'string' ? MOMENT.exec( cell ) : null;
		const at = found ? Date.parse( cell.replace( ' ', 'T' ) + ( found[ 1 ] && ! found[ 4 ] ? 'Z' : '' ) ) : NaN;
		return Number.isNaN( at ) ? null : at;
	}

	/**
	 * Writes a point of time as the reader does.
	 *
	 * @param {number}  at      In milliseconds.
	 * @param {boolean} hasTime Whether the time of day belongs to it.
	 * @return {string} Words.
	 */
	function moment( at, hasTime ) {
		const time = hasTime ? { timeStyle: at % 60000 ? 'medium' : 'short' } : {};
		const key = locale() + JSON.stringify( time ) + '/moment';
		if ( ! makers.has( key ) ) {
			makers.set( key, new Intl.DateTimeFormat( locale(), { dateStyle: 'medium', timeZone: 'UTC', ...time } ) );
		}
		return makers.get( key ).format( at );
	}

	/**
	 * Why a cell is withheld.
	 *
	 * @param {any} cell Of a table or a chart.
	 * @return {string|null} The reason's code; null where the cell is not withheld.
	 */
	function withheld( cell ) {
		return cell !== null && typeof cell === 'object' && typeof cell.suppressed === 'string' ? cell.suppressed : null;
	}

	/**
	 * The sentence for why cells are withheld.
	 *
	 * @param {string} reason Its code; a newer runner's is shown as it is.
	 * @return {string} A sentence.
	 */
	function withheldBecause( reason ) {
		switch ( reason ) {
			case 'small_group':
				return __( 'It describes fewer rows than the owner of the data allows.', 'ddap-data-analysis' );
			case 'complementary':
				return __( 'With it, another withheld number could be calculated.', 'ddap-data-analysis' );
			case 'single_row':
				return __( 'It may be the value of a single row.', 'ddap-data-analysis' );
			default:
				/* translators: %s: a code. */
				return sprintf( __( 'The owner of the data does not allow it (%s).', 'ddap-data-analysis' ), reason );
		}
	}

	/**
	 * What kind of thing a cell is.
	 *
	 * @param {any} cell Of a table or a chart.
	 * @return {'withheld'|'missing'|'number'|'boolean'|'text'} The kind.
	 */
	function kind( cell ) {
		if ( withheld( cell ) !== null ) {
			return 'withheld';
		}
		if ( cell === null || cell === undefined ) {
			return 'missing';
		}
		return { number: 'number', boolean: 'boolean' }[ typeof cell ] ?? 'text';
	}

	/**
	 * Writes a cell.
	 *
	 * @param {any}    cell   Of a table or a chart.
	 * @param {string} [type] Its column's.
	 * @return {string} Words.
	 */
	function cell( cell, type = '' ) {
		switch ( kind( cell ) ) {
			case 'withheld':
				return __( 'withheld', 'ddap-data-analysis' );
			case 'missing':
				return '–';
			case 'boolean':
				return cell ? __( 'yes', 'ddap-data-analysis' ) : __( 'no', 'ddap-data-analysis' );
			case 'number':
				return number( cell );
			default:
				if ( [ 'date', 'timestamp' ].includes( type ) && instant( cell ) !== null ) {
					return moment( instant( cell ), type === 'timestamp' );
				}
				// Whole numbers beyond what JavaScript keeps exactly come as text.
				return type === 'integer' && /^-?\d+$/.test( cell ) ? formatter( {} ).format( BigInt( cell ) ) : String( cell );
		}
	}

	/**
	 * A name of the API, as in "mean_absolute_error", as people read it.
	 *
	 * @param {string} name The name.
	 * @return {string} Words.
	 */
	function label( name ) {
		const known = globalThis.ddapResultWords?.labels ?? {};
		if ( Object.hasOwn( known, name ) ) {
			return known[ name ];
		}
		const rows = [
			[ /^test_(.+)$/, __( '%s on new rows', 'ddap-data-analysis' ) ],
			[ /^train_(.+)$/, __( '%s on learned rows', 'ddap-data-analysis' ) ],
			[ /^cv_(.+)_std$/, __( 'Spread of %s', 'ddap-data-analysis' ) ],
			[ /^cv_(.+)_mean$/, __( '%s, mean of folds', 'ddap-data-analysis' ) ],
		];
		for ( const [ form, words ] of rows ) {
			const found = form.exec( name );
			if ( found ) {
				return sprintf( words, label( found[ 1 ] ) );
			}
		}
		const short = { r2: 'R²', adjusted_r2: __( 'Adjusted R²', 'ddap-data-analysis' ), roc_auc: 'ROC AUC', p_value: 'p', f_pvalue: 'F, p', n_iter: __( 'Rounds', 'ddap-data-analysis' ), std: __( 'Standard deviation', 'ddap-data-analysis' ) };
		if ( Object.hasOwn( short, name ) ) {
			return short[ name ];
		}
		return /^[a-z][a-z0-9_]*$/.test( name ) ? name[ 0 ].toUpperCase() + name.slice( 1 ).replaceAll( '_', ' ' ) : name;
	}

	ddap.speech = { number, cell, instant, moment, kind, withheld, withheldBecause, label, locale };
}() );
