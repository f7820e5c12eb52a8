/**
 * A table of a result: sorted by its heads, a page at a time, copied and
 * downloaded as a whole.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { element, isolated, speech } = ddap;
	const { __, sprintf } = ddap.i18n;

	const SIZES = [ 25, 50, 100, 500 ];

	const isNumeric = ( column ) => column.type === 'integer' || column.type === 'number';

	/** A column's head, with its unit. */
	function title( column ) {
		const name = /^[a-z][a-z0-9_]*$/.test( column.name ) ? column.name.replaceAll( '_', ' ' ) : column.name;
		return column.unit ? `${ name } (${ column.unit })` : name;
	}

	/** One cell, with what it stands for where that is not to be seen. */
	function cell( value, column, isHead ) {
		const kind = speech.kind( value );
		const words = speech.cell( value, column.type );
		const exact = ( kind === 'number' && ! Number.isInteger( value ) ) || ( kind === 'text' && words !== value ) ? String( value ) : null;
		const attributes = { class: `ddap-cell-${ kind }${ isNumeric( column ) ? ' ddap-number' : '' }`, title: kind === 'withheld' ? speech.withheldBecause( speech.withheld( value ) ) : exact };
		if ( kind === 'missing' ) {
			return element( 'td', attributes, element( 'span', { 'aria-hidden': 'true' }, words ), element( 'span', { class: 'screen-reader-text' }, __( 'no value', 'ddap-data-analysis' ) ) );
		}
		return element( isHead ? 'th' : 'td', isHead ? { ...attributes, scope: 'row' } : attributes, isolated( words ) );
	}

	/** What dashes and "withheld" mean, said once beneath the table that has them. */
	function legend( table ) {
		const reasons = new Set();
		let missing = false;
		for ( const row of table.rows ) {
			for ( const value of row ) {
				const reason = speech.withheld( value );
				if ( reason !== null ) {
					reasons.add( reason );
				}
				missing ||= value === null;
			}
		}
		const lines = [ ...reasons ].map( ( reason ) => element( 'p', {}, element( 'em', {}, __( 'withheld', 'ddap-data-analysis' ) ), ': ' + speech.withheldBecause( reason ) ) );
		if ( missing ) {
			lines.push( element( 'p', {}, '–: ' + __( 'There is no value, or it is not a finite number.', 'ddap-data-analysis' ) ) );
		}
		return element( 'div', { class: 'ddap-legend' }, ...lines );
	}

	/** The state of one table: its order and its page. */
	class Table {
		constructor( table, options ) {
			this.table = table;
			this.options = options;
			this.rows = table.rows;
			this.sorted = { column: -1, descending: false };
			this.page = 0;
			this.size = SIZES[ 0 ];
			// A first column of names says what each row is about.
			this.hasRowHeads = table.columns.length > 1 && table.columns[ 0 ].type === 'string';
			this.body = element( 'tbody' );
			this.where = element( 'span', { class: 'ddap-where', role: 'status' } );
		}

		render() {
			const { table } = this;
			const caption = ddap.id( 'caption' );
			this.heads = table.columns.map( ( column, i ) => this.head( column, i ) );
			const region = element(
				'div',
				{ class: 'ddap-scroll', tabindex: '0', role: 'region', 'aria-labelledby': caption },
				element( 'table', { class: 'widefat striped ddap-table' }, element( 'caption', { id: caption }, isolated( table.title || table.name ) ), element( 'thead', {}, element( 'tr', {}, ...this.heads ) ), this.body )
			);
			this.show();
			return element( 'section', { class: 'ddap-table-section', 'data-name': table.name }, this.tools(), region, this.pages(), this.cut(), legend( table ) );
		}

		head( column, i ) {
			const button = element( 'button', { type: 'button', class: 'ddap-sort', onclick: () => this.sort( i ) }, isolated( title( column ) ), element( 'span', { class: 'ddap-arrow', 'aria-hidden': 'true' } ) );
			return element( 'th', { scope: 'col', class: isNumeric( column ) ? 'ddap-number' : null }, button );
		}

		sort( i ) {
			const { sorted } = this;
			this.sorted = { column: i, descending: sorted.column === i && ! sorted.descending };
			this.rows = ddap.order.sorted( this.table.rows, i, this.table.columns[ i ].type, this.sorted.descending );
			this.heads.forEach( ( head, j ) => {
				head.removeAttribute( 'aria-sort' );
				if ( i === j ) {
					head.setAttribute( 'aria-sort', this.sorted.descending ? 'descending' : 'ascending' );
				}
			} );
			this.page = 0;
			this.show();
		}

		show() {
			const from = this.page * this.size;
			const shown = this.rows.slice( from, from + this.size );
			this.body.replaceChildren( ...shown.map( ( row ) => element( 'tr', {}, ...row.map( ( value, i ) => cell( value, this.table.columns[ i ] ?? { type: '' }, this.hasRowHeads && i === 0 && speech.kind( value ) === 'text' ) ) ) ) );
			this.where.textContent = this.rows.length
				/* translators: 1: first row shown, 2: last row shown, 3: number of rows. */
				? sprintf( __( 'Rows %1$s to %2$s of %3$s', 'ddap-data-analysis' ), speech.number( from + 1 ), speech.number( from + shown.length ), speech.number( this.rows.length ) )
				: __( 'No rows', 'ddap-data-analysis' );
			if ( this.back ) {
				this.back.disabled = this.page === 0;
				this.next.disabled = from + this.size >= this.rows.length;
			}
		}

		tools() {
			const { table } = this;
			const name = table.title || table.name;
			const copy = element( 'button', { type: 'button', class: 'button button-small', onclick: () => ddap.clipboard.copy( ddap.csv.tsv( { ...table, rows: this.rows } ) ) }, __( 'Copy', 'ddap-data-analysis' ), element( 'span', { class: 'screen-reader-text' }, ' ', name ) );
			const csv = element( 'button', { type: 'button', class: 'button button-small', onclick: () => ddap.clipboard.save( ddap.csv.csv( { ...table, rows: this.rows } ), ddap.csv.fileName( name ) ) }, 'CSV', element( 'span', { class: 'screen-reader-text' }, ' ', name ) );
			return element( 'div', { class: 'ddap-tools' }, copy, csv );
		}

		pages() {
			if ( this.rows.length <= SIZES[ 0 ] ) {
				return null;
			}
			const turn = ( by ) => () => {
				this.page += by;
				this.show();
			};
			this.back = element( 'button', { type: 'button', class: 'button button-small', onclick: turn( -1 ) }, __( 'Previous', 'ddap-data-analysis' ) );
			this.next = element( 'button', { type: 'button', class: 'button button-small', onclick: turn( 1 ) }, __( 'Next', 'ddap-data-analysis' ) );
			const size = element( 'select', {
				onchange: ( event ) => {
					this.size = Number( event.target.value );
					this.page = 0;
					this.show();
				},
			}, ...SIZES.map( ( rows ) => element( 'option', { value: String( rows ) }, speech.number( rows ) ) ) );
			const bar = element( 'div', { class: 'ddap-pages' }, this.back, this.where, this.next, element( 'label', {}, __( 'Rows per page', 'ddap-data-analysis' ), ' ', size ) );
			this.show();
			return bar;
		}

		/** What is to be known where the table is longer than what came. */
		cut() {
			const { table } = this;
			if ( ! ( table.total_rows > table.rows.length ) ) {
				return null;
			}
			/* translators: 1: number of rows here, 2: number of all rows. */
			const words = sprintf( __( 'These are the first %1$s of %2$s rows.', 'ddap-data-analysis' ), speech.number( table.rows.length ), speech.number( table.total_rows ) );
			const file = this.options.artifacts?.find( ( artifact ) => artifact.name === table.artifact );
			return element( 'p', { class: 'ddap-cut' }, words, ' ', file ? element( 'a', { href: file.url }, __( 'Download all of them', 'ddap-data-analysis' ) ) : null );
		}
	}

	ddap.table = { render: ( table, options = {} ) => new Table( table, options ).render(), title };
}() );
