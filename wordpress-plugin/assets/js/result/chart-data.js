/**
 * Charts of a result as Chart.js wants them. No DOM: tests run this with Node.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { speech } = ddap;
	const { __, sprintf } = ddap.i18n;

	/** Okabe and Ito's colours, in the order of reports; the yellow is darker, to be seen on white. */
	const PALETTE = [ '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#8c7a00' ];

	/** Marks tell series apart for those who do not see colours. */
	const MARKS = [ 'circle', 'rect', 'triangle', 'rectRot' ];
	const DASHES = [ [], [ 6, 3 ], [ 2, 2 ], [ 8, 3, 2, 3 ] ];

	/** How many bars still make a picture. */
	const MAX_BARS = 200;

	/** How many points a line may have to show a mark for each. */
	const MARKED = 60;

	/** Names that the five numbers of a box may have, from the least on. */
	const FIVE = [ [ 'min' ], [ '25%', 'q1' ], [ '50%', 'median', 'q2' ], [ '75%', 'q3' ], [ 'max' ] ];

	const colour = ( i ) => PALETTE[ i % PALETTE.length ];
	const value = ( cell ) => ( typeof cell === 'number' ? cell : null );

	/** An axis's title, with its unit. */
	function axisTitle( axis ) {
		const title = axis?.title ?? '';
		return axis?.unit ? `${ title } (${ axis.unit })` : title;
	}

	function values( chart, which ) {
		return ( chart.series ?? [] ).flatMap( ( series ) => series[ which ] ?? [] );
	}

	/** How x is measured: numbers, time, or names. */
	function scaleOf( chart ) {
		const known = values( chart, 'x' ).filter( ( cell ) => cell !== null );
		if ( known.length && known.every( ( cell ) => typeof cell === 'number' ) ) {
			return 'number';
		}
		const isTime = [ 'date', 'timestamp' ].includes( chart.x?.type );
		return isTime && known.length && known.every( ( cell ) => speech.instant( cell ) !== null ) ? 'time' : 'name';
	}

	const onScale = { number: value, time: speech.instant, name: ( cell ) => speech.cell( cell ) };

	function axis( chart, which, more = {} ) {
		const title = axisTitle( chart[ which ] );
		return { title: { display: title !== '', text: title }, ...more };
	}

	const numberTicks = { callback: ( tick ) => speech.number( tick ) };
	const timeTicks = { callback: ( tick ) => speech.moment( tick, false ), maxRotation: 0, autoSkipPadding: 12 };

	function shell( type, datasets, scales, chart, more = {} ) {
		return {
			type,
			data: { datasets, ...more.data },
			options: {
				animation: false,
				responsive: true,
				maintainAspectRatio: false,
				...more.options,
				scales,
				plugins: { legend: { display: ( chart.series ?? [] ).length > 1, labels: { usePointStyle: true, boxHeight: 6 } }, tooltip: { callbacks: more.tooltip ?? {} } },
			},
			plugins: more.plugins ?? [],
		};
	}

	/** Points, or lines that stop at what is missing. */
	function plot( chart ) {
		const scale = scaleOf( chart );
		const isLine = chart.type === 'line';
		const datasets = chart.series.map( ( series, i ) => ( {
			label: series.name,
			data: series.x.map( ( x, j ) => ( { x: onScale[ scale ]( x ), y: value( series.y[ j ] ) } ) ).filter( ( point ) => point.x !== null && ( isLine || point.y !== null ) ),
			borderColor: colour( i ),
			backgroundColor: colour( i ) + ( isLine ? '' : 'a6' ),
			pointStyle: MARKS[ i % MARKS.length ],
			pointRadius: isLine && series.x.length > MARKED ? 0 : 3,
			borderDash: isLine ? DASHES[ i % DASHES.length ] : [],
			borderWidth: isLine ? 2 : 1,
			spanGaps: false,
		} ) );
		if ( chart.name === 'predicted_vs_actual' ) {
			datasets.push( ...identity( datasets ) );
		}
		const type = { number: 'linear', time: 'linear', name: 'category' }[ scale ];
		const x = axis( chart, 'x', { type, ...( scale === 'name' ? {} : { ticks: scale === 'time' ? timeTicks : numberTicks } ) } );
		const labels = scale === 'name' ? { labels: [ ...new Set( values( chart, 'x' ).map( ( cell ) => speech.cell( cell ) ) ) ] } : {};
		const tooltip = { label: ( item ) => pointWords( chart, scale, item ), title: () => '' };
		return shell( isLine ? 'line' : 'scatter', datasets, { x, y: axis( chart, 'y', { ticks: numberTicks } ) }, chart, { data: labels, tooltip } );
	}

	function pointWords( chart, scale, item ) {
		const x = scale === 'time' ? speech.moment( item.raw.x, chart.x.type === 'timestamp' ) : speech.cell( item.raw.x );
		const words = `${ x }; ${ speech.cell( item.raw.y ) }`;
		return chart.series.length > 1 ? `${ item.dataset.label }: ${ words }` : words;
	}

	/** The line on which predictions are right. */
	function identity( datasets ) {
		const points = datasets.flatMap( ( dataset ) => dataset.data );
		if ( ! points.length ) {
			return [];
		}
		const span = ( which ) => points.reduce( ( [ low, high ], point ) => [ Math.min( low, point[ which ] ), Math.max( high, point[ which ] ) ], [ Infinity, -Infinity ] );
		const [ [ lowX, highX ], [ lowY, highY ] ] = [ span( 'x' ), span( 'y' ) ];
		const [ low, high ] = [ Math.max( lowX, lowY ), Math.min( highX, highY ) ];
		return low < high ? [ { type: 'line', label: __( 'Predicted exactly', 'ddap-data-analysis' ), data: [ { x: low, y: low }, { x: high, y: high } ], borderColor: '#767676', borderDash: [ 4, 4 ], pointRadius: 0, borderWidth: 1 } ] : [];
	}

	/** Lying bars leave room for long names. */
	function bars( chart ) {
		const names = ( chart.series[ 0 ]?.x ?? [] ).map( ( cell ) => speech.cell( cell, chart.x?.type ) );
		if ( ! names.length || names.length * chart.series.length > MAX_BARS ) {
			return null;
		}
		const datasets = chart.series.map( ( series, i ) => ( {
			label: series.name,
			data: series.y.map( value ),
			backgroundColor: chart.series.length === 1 ? series.y.map( ( y ) => ( value( y ) < 0 ? colour( 4 ) : colour( 0 ) ) ) : colour( i ),
			maxBarThickness: 26,
		} ) );
		const shown = { ticks: { autoSkip: false, callback( tick ) {
			const name = this.getLabelForValue( tick );
			return name.length > 26 ? name.slice( 0, 25 ) + '…' : name;
		} } };
		const tooltip = { label: ( item ) => ( chart.series.length > 1 ? `${ item.dataset.label }: ` : '' ) + speech.cell( item.raw ) };
		return shell( 'bar', datasets, { y: axis( chart, 'x', { ...shown, grid: { display: false } } ), x: axis( chart, 'y', { ticks: numberTicks, beginAtZero: true } ) }, chart, {
			data: { labels: names },
			options: { indexAxis: 'y' },
			tooltip,
		} );
	}

	/** Bars that touch, from edge to edge. */
	function histogram( chart ) {
		const widest = chart.series.reduce( ( most, series ) => ( series.x.length > most.x.length ? series : most ), chart.series[ 0 ] ?? { x: [] } );
		if ( ! widest.x.length || widest.x.length > MAX_BARS ) {
			return null;
		}
		const edge = ( i ) => speech.number( widest.edges[ i ] );
		const names = widest.x.map( ( x, i ) => ( widest.edges ? `${ edge( i ) } – ${ edge( i + 1 ) }` : speech.cell( x ) ) );
		const datasets = chart.series.map( ( series, i ) => ( { label: series.name, data: series.y.map( value ), backgroundColor: colour( i ) + ( chart.series.length > 1 ? '99' : '' ), barPercentage: 1, categoryPercentage: 0.97, grouped: false } ) );
		const ticks = { maxRotation: 45, autoSkipPadding: 8, callback: ( tick ) => ( widest.edges ? edge( tick ) : names[ tick ] ) };
		const tooltip = { label: ( item ) => ( chart.series.length > 1 ? `${ item.dataset.label }: ` : '' ) + speech.cell( item.raw ) };
		return shell( 'bar', datasets, { x: axis( chart, 'x', { ticks, grid: { display: false } } ), y: axis( chart, 'y', { ticks: numberTicks, beginAtZero: true } ) }, chart, { data: { labels: names }, tooltip } );
	}

	/** The five numbers of each box: from five series, or from the values of each series. */
	function boxesOf( chart ) {
		const five = FIVE.map( ( names ) => chart.series.find( ( series ) => names.includes( series.name ) ) );
		if ( five.every( Boolean ) ) {
			return five[ 0 ].x.map( ( name, i ) => ( { name: speech.cell( name ), five: five.map( ( series ) => value( series.y[ i ] ) ) } ) );
		}
		return chart.series.map( ( series ) => {
			const sorted = series.y.map( value ).filter( ( y ) => y !== null ).sort( ( a, b ) => a - b );
			return { name: series.name, five: [ 0, 0.25, 0.5, 0.75, 1 ].map( ( q ) => quantile( sorted, q ) ) };
		} );
	}

	/** Interpolates between sorted values, as numpy does by default. */
	function quantile( sorted, q ) {
		if ( ! sorted.length ) {
			return null;
		}
		const at = q * ( sorted.length - 1 );
		const low = Math.floor( at );
		return sorted[ low ] + ( at - low ) * ( ( sorted[ low + 1 ] ?? sorted[ low ] ) - sorted[ low ] );
	}

	/** Lying boxes with whiskers and a line at the median. */
	function boxes( chart ) {
		const all = boxesOf( chart );
		if ( ! all.length || all.length > MAX_BARS ) {
			return null;
		}
		const dataset = { label: axisTitle( chart.y ), data: all.map( ( { five } ) => ( five[ 1 ] === null || five[ 3 ] === null ? null : [ five[ 1 ], five[ 3 ] ] ) ), backgroundColor: colour( 0 ) + '8c', maxBarThickness: 26 };
		const ends = all.flatMap( ( { five } ) => five ).filter( ( end ) => end !== null );
		const room = { min: Math.min( ...ends ), max: Math.max( ...ends ) };
		const pad = ( room.max - room.min ) * 0.03 || 1;
		const tooltip = { label: ( item ) => all[ item.dataIndex ].five.map( ( number ) => ( number === null ? __( 'withheld', 'ddap-data-analysis' ) : speech.number( number ) ) ).join( ' · ' ) };
		return shell( 'bar', [ dataset ], { y: { grid: { display: false }, ticks: { autoSkip: false } }, x: axis( chart, 'y', { ticks: numberTicks, suggestedMin: room.min - pad, suggestedMax: room.max + pad } ) }, { ...chart, series: [ chart.series[ 0 ] ] }, {
			data: { labels: all.map( ( { name } ) => name ) },
			options: { indexAxis: 'y' },
			tooltip,
			plugins: [ whiskers( all ) ],
		} );
	}

	/** Draws what Chart.js has no mark for. */
	function whiskers( all ) {
		return {
			id: 'ddap-whiskers',
			afterDatasetsDraw( drawn ) {
				const { ctx, scales: { x } } = drawn;
				const stroke = ( points, width ) => {
					ctx.beginPath();
					ctx.lineWidth = width;
					points.forEach( ( [ px, py ], i ) => ( i ? ctx.lineTo( px, py ) : ctx.moveTo( px, py ) ) );
					ctx.stroke();
				};
				ctx.save();
				ctx.strokeStyle = drawn.options.color;
				drawn.getDatasetMeta( 0 ).data.forEach( ( bar, i ) => {
					const [ min, q1, median, q3, max ] = all[ i ].five.map( ( number ) => ( number === null ? null : x.getPixelForValue( number ) ) );
					const half = bar.height / 2;
					for ( const [ from, to ] of [ [ q1, min ], [ q3, max ] ] ) {
						if ( from !== null && to !== null ) {
							stroke( [ [ from, bar.y ], [ to, bar.y ] ], 1 );
							stroke( [ [ to, bar.y - half / 2 ], [ to, bar.y + half / 2 ] ], 1 );
						}
					}
					if ( median !== null ) {
						stroke( [ [ median, bar.y - half ], [ median, bar.y + half ] ], 2 );
					}
				} );
				ctx.restore();
			},
		};
	}

	/**
	 * What Chart.js draws of a chart.
	 *
	 * @param {Object} chart Of a result.
	 * @return {Object|null} Its configuration; null where it is better shown as a table.
	 */
	function config( chart ) {
		if ( ! chart.series?.length ) {
			return null;
		}
		switch ( chart.type ) {
			case 'bar':
				return bars( chart );
			case 'histogram':
				return histogram( chart );
			case 'line':
			case 'scatter':
				return plot( chart );
			case 'box':
				return boxes( chart );
			default:
				return null;
		}
	}

	/**
	 * The table behind a chart.
	 *
	 * @param {Object} chart Of a result.
	 * @return {Object} A table of a result.
	 */
	function table( chart ) {
		const many = ( chart.series ?? [] ).length > 1;
		const binned = Boolean( chart.series?.[ 0 ]?.edges );
		const number = ( name ) => ( { name, type: 'number' } );
		const columns = [
			...( many ? [ { name: __( 'Series', 'ddap-data-analysis' ), type: 'string' } ] : [] ),
			...( binned ? [ number( __( 'From', 'ddap-data-analysis' ) ), number( __( 'To', 'ddap-data-analysis' ) ) ] : [ { name: axisTitle( chart.x ) || 'x', type: chart.x?.type ?? 'string' } ] ),
			{ name: axisTitle( chart.y ) || 'y', type: chart.y?.type ?? 'number' },
		];
		const rows = ( chart.series ?? [] ).flatMap( ( series ) => series.x.map( ( x, i ) => [
			...( many ? [ series.name ] : [] ),
			...( binned ? [ series.edges?.[ i ] ?? null, series.edges?.[ i + 1 ] ?? null ] : [ x ] ),
			series.y[ i ],
		] ) );
		return { name: chart.name, title: chart.title, columns, rows };
	}

	/**
	 * What a chart says to those who do not see it, and what it leaves out.
	 *
	 * @param {Object} chart Of a result.
	 * @return {{withheld: number, missing: number}} How many of its values are withheld, and missing.
	 */
	function absent( chart ) {
		const kinds = values( chart, 'y' ).map( ( cell ) => speech.kind( cell ) );
		return { withheld: kinds.filter( ( kind ) => kind === 'withheld' ).length, missing: kinds.filter( ( kind ) => kind === 'missing' ).length };
	}

	/**
	 * How high a picture has to be, in pixels.
	 *
	 * @param {Object} configuration Of config().
	 * @return {number} Pixels.
	 */
	function height( configuration ) {
		const { options, data } = configuration;
		return options.indexAxis === 'y' ? 90 + data.labels.length * Math.max( 26, 18 * ( data.datasets.length ) ) : 300;
	}

	/** A heat map's cells: how strong the colour of each is, from -1 to 1; null where there is none. */
	function heat( chart ) {
		const largest = Math.max( ...values( chart, 'y' ).map( ( cell ) => Math.abs( value( cell ) ?? 0 ) ), 0 );
		return chart.series.map( ( series ) => series.y.map( ( cell ) => ( value( cell ) === null ? null : largest && cell / largest ) ) );
	}

	ddap.chartData = { config, table, absent, height, heat, axisTitle, sentence: ( chart ) => sprintf( '%1$s. %2$s', chart.title, [ axisTitle( chart.x ), axisTitle( chart.y ) ].filter( Boolean ).join( ' / ' ) ) };
}() );
