/**
 * A chart of a result as a figure, with its table one click away. Arrow keys go
 * from mark to mark, and each is said aloud.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { element, isolated, speech, chartData } = ddap;
	const { __, _n, sprintf } = ddap.i18n;

	/** A heat map of more columns than this is only a table. */
	const WIDEST_HEAT = 40;

	/** Colours and letters of the page around a chart: dark ones where that is dark. */
	function theme( place ) {
		const style = getComputedStyle( place );
		return { ink: style.color, line: style.getPropertyValue( '--ddap-hair' ).trim() || '#e0e0e0', font: style.fontFamily };
	}

	function dressed( configuration, place ) {
		const { ink, line, font } = theme( place );
		configuration.options.color = ink;
		configuration.options.font = { family: font };
		for ( const scale of Object.values( configuration.options.scales ) ) {
			scale.ticks = { color: ink, ...scale.ticks };
			scale.grid = { color: line, ...scale.grid };
			scale.title = { ...scale.title, color: ink };
		}
		return configuration;
	}

	/** The marks of a chart in their order: place of the series, place of the mark. */
	function marks( drawn ) {
		return drawn.data.datasets.flatMap( ( dataset, datasetIndex ) => dataset.data.map( ( point, index ) => ( { datasetIndex, index, there: point !== null && point?.y !== null } ) ) ).filter( ( mark ) => mark.there && ! drawn.getDatasetMeta( mark.datasetIndex ).hidden );
	}

	function markWords( drawn ) {
		const { tooltip } = drawn;
		return [ ...( tooltip?.title ?? [] ), ...( tooltip?.body ?? [] ).flatMap( ( body ) => body.lines ) ].filter( Boolean ).join( ': ' );
	}

	/** Goes through the marks by keys. */
	function listen( canvas, drawn, live ) {
		let at = -1;
		canvas.addEventListener( 'keydown', ( event ) => {
			const all = marks( drawn );
			const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[ event.key ];
			if ( ! all.length || ( step === undefined && event.key !== 'Escape' ) ) {
				return;
			}
			event.preventDefault();
			at = step === undefined ? -1 : Math.min( Math.max( at + step, 0 ), all.length - 1 );
			const active = at < 0 ? [] : [ all[ at ] ];
			const element_ = at < 0 ? null : drawn.getDatasetMeta( all[ at ].datasetIndex ).data[ all[ at ].index ];
			drawn.setActiveElements( active );
			drawn.tooltip.setActiveElements( active, element_ ?? { x: 0, y: 0 } );
			drawn.update();
			live.textContent = at < 0 ? '' : markWords( drawn );
		} );
	}

	/** Draws when the place comes into view: a wide dataset has hundreds of charts. */
	function drawLater( place, canvas, configuration, live ) {
		const observer = new IntersectionObserver( ( entries ) => {
			if ( entries.some( ( entry ) => entry.isIntersecting ) ) {
				observer.disconnect();
				listen( canvas, new Chart( canvas, dressed( configuration, place ) ), live );
			}
		}, { rootMargin: '300px' } );
		observer.observe( place );
	}

	function canvasFor( chart ) {
		const configuration = chartData.config( chart );
		if ( ! configuration ) {
			return null;
		}
		const live = element( 'div', { class: 'screen-reader-text', role: 'status' } );
		const canvas = element( 'canvas', {
			role: 'img',
			tabindex: '0',
			'aria-label': `${ chartData.sentence( chart ) }. ${ __( 'Arrow keys go from mark to mark; the numbers stand in the table beneath.', 'ddap-data-analysis' ) }`,
		} );
		const place = element( 'div', { class: 'ddap-canvas', style: `block-size:${ chartData.height( configuration ) }px` }, canvas );
		drawLater( place, canvas, configuration, live );
		return [ place, live ];
	}

	/** A heat map is a table with shades: it reads itself aloud. */
	function heatMap( chart ) {
		const names = chart.series[ 0 ]?.x ?? [];
		if ( ! names.length || names.length > WIDEST_HEAT || chart.series.length > WIDEST_HEAT ) {
			return null;
		}
		const strength = chartData.heat( chart );
		const caption = ddap.id( 'heat' );
		const head = element( 'tr', {}, element( 'td' ), ...names.map( ( name ) => element( 'th', { scope: 'col' }, isolated( speech.cell( name ) ) ) ) );
		const rows = chart.series.map( ( series, i ) => element(
			'tr', {},
			element( 'th', { scope: 'row' }, isolated( series.name ) ),
			...series.y.map( ( cell, j ) => {
				const shade = strength[ i ][ j ];
				const style = shade === null ? null : `background-color:rgba(${ shade < 0 ? '213,94,0' : '0,114,178' },${ ( Math.abs( shade ) * 0.5 ).toFixed( 2 ) })`;
				return element( 'td', { class: `ddap-cell-${ speech.kind( cell ) }`, style }, speech.cell( cell ) );
			} )
		) );
		return [ element(
			'div', { class: 'ddap-scroll', tabindex: '0', role: 'region', 'aria-labelledby': caption },
			element( 'table', { class: 'ddap-heat' }, element( 'caption', { id: caption, class: 'screen-reader-text' }, chart.title ), element( 'thead', {}, head ), element( 'tbody', {}, ...rows ) )
		), element( 'p', { class: 'ddap-axes' }, isolated( chartData.axisTitle( chart.x ) ), ' · ', isolated( chartData.axisTitle( chart.y ) ) ) ];
	}

	/** What the picture does not show. */
	function note( chart ) {
		const { withheld, missing } = chartData.absent( chart );
		const words = [];
		if ( withheld ) {
			/* translators: %s: a number of values. */
			words.push( sprintf( _n( '%s value is withheld and not drawn; the table says why.', '%s values are withheld and not drawn; the table says why.', withheld, 'ddap-data-analysis' ), speech.number( withheld ) ) );
		}
		if ( missing ) {
			/* translators: %s: a number of values. */
			words.push( sprintf( _n( '%s value is missing or not finite.', '%s values are missing or not finite.', missing, 'ddap-data-analysis' ), speech.number( missing ) ) );
		}
		return words.length ? element( 'p', { class: 'ddap-note' }, words.join( ' ' ) ) : null;
	}

	/** The numbers behind the picture, made when somebody wants them. */
	function twin( chart, isOpen ) {
		const details = element( 'details', { class: 'ddap-twin' }, element( 'summary', {}, __( 'Show as a table', 'ddap-data-analysis' ) ) );
		const fill = () => {
			if ( details.open && details.childElementCount === 1 ) {
				details.append( ddap.table.render( chartData.table( chart ) ) );
			}
		};
		details.addEventListener( 'toggle', fill );
		details.open = isOpen;
		fill();
		return details;
	}

	/**
	 * A chart as a figure.
	 *
	 * @param {Object} chart Of a result.
	 * @return {HTMLElement} The figure.
	 */
	function render( chart ) {
		const picture = chart.type === 'heatmap' ? heatMap( chart ) : canvasFor( chart );
		return element(
			'figure', { class: `ddap-figure ddap-figure-${ /^[a-z]+$/.test( chart.type ) ? chart.type : 'other' }`, 'data-name': chart.name },
			element( 'figcaption', {}, isolated( chart.title || chart.name ) ),
			...( picture ?? [ element( 'p', { class: 'ddap-note' }, __( 'There are too many marks for a picture, or none: here are the numbers.', 'ddap-data-analysis' ) ) ] ),
			note( chart ),
			twin( chart, ! picture )
		);
	}

	ddap.chart = { render };
}() );
