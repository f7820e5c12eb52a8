/**
 * Published results on a page: pages for long tables, and charts where their
 * tables stand. Without it everything is there as tables.
 */
( function () {
	const { __, sprintf } = wp.i18n;
	const ROWS = 50;

	function button( text, act ) {
		const made = document.createElement( 'button' );
		made.type = 'button';
		made.textContent = text;
		made.addEventListener( 'click', act );
		return made;
	}

	/** Shows one page of a long table, and buttons to the others beneath. */
	function page( table ) {
		const rows = [ ...table.tBodies[ 0 ].rows ];
		const pages = Math.ceil( rows.length / ROWS );
		let current = 0;
		const where = document.createElement( 'span' );
		where.setAttribute( 'role', 'status' );
		const back = button( __( 'Previous', 'ddap-data-analysis' ), () => show( current - 1 ) );
		const on = button( __( 'Next', 'ddap-data-analysis' ), () => show( current + 1 ) );

		function show( wanted ) {
			current = wanted;
			table.tBodies[ 0 ].replaceChildren( ...rows.slice( current * ROWS, ( current + 1 ) * ROWS ) );
			/* translators: 1: number of this page, 2: number of pages. */
			where.textContent = sprintf( __( 'Page %1$d of %2$d', 'ddap-data-analysis' ), current + 1, pages );
			// Disabling would take the focus from under the reader's finger.
			back.setAttribute( 'aria-disabled', String( 0 === current ) );
			on.setAttribute( 'aria-disabled', String( pages - 1 === current ) );
		}
		for ( const one of [ back, on ] ) {
			one.addEventListener( 'click', ( event ) => 'true' === one.getAttribute( 'aria-disabled' ) && event.stopImmediatePropagation(), true );
		}
		const bar = document.createElement( 'div' );
		bar.className = 'ddap-result-pages';
		bar.append( back, where, on );
		table.parentElement.after( bar );
		show( 0 );
	}

	/** Draws a chart; one that is better read as a table stays one. */
	function draw( place ) {
		const chart = JSON.parse( place.dataset.ddapChart );
		const configuration = window.ddap.chartData.config( chart );
		if ( ! configuration ) {
			return;
		}
		const canvas = document.createElement( 'canvas' );
		canvas.setAttribute( 'role', 'img' );
		canvas.setAttribute( 'aria-label', window.ddap.chartData.sentence( chart ) );
		place.append( canvas );
		place.style.blockSize = window.ddap.chartData.height( configuration ) + 'px';
		place.hidden = false;
		new window.Chart( canvas, configuration );
		place.parentElement.querySelector( '.ddap-result-twin' ).open = false;
	}

	// What draws may stand behind this in the page, where its first result is a table.
	document.addEventListener( 'DOMContentLoaded', () => {
		document.querySelectorAll( 'table.ddap-result-table' ).forEach( ( table ) => table.tBodies[ 0 ].rows.length > ROWS && page( table ) );
		document.querySelectorAll( '[data-ddap-chart]' ).forEach( draw );
	} );
}() );
