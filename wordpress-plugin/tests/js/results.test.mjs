// Numbers, order, spreadsheets, charts and differences of results.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const require = createRequire( import.meta.url );
for ( const name of [ 'speech', 'order', 'csv', 'metrics', 'chart-data', 'difference' ] ) {
	require( `../../assets/js/result/${ name }.js` );
}
require( '../../assets/js/poll.js' );
const { speech, order, csv, metrics, chartData, difference, poll } = globalThis.ddap;

const withheld = { suppressed: 'small_group' };

test( 'numbers have three significant digits unless they are exact with fewer', () => {
	const said = [ [ 344, '344' ], [ 12345678, '12,345,678' ], [ 0.05, '0.05' ], [ 0.315115, '0.315' ], [ 1234.56, '1235' ], [ 216.14, '216' ], [ -0.235053, '-0.235' ], [ 0, '0' ], [ 1e-7, '1E-7' ], [ 1e300, '1E300' ] ];
	for ( const [ value, words ] of said ) {
		assert.equal( speech.number( value ), words );
	}
	assert.equal( speech.number( 2013 ), '2013', 'years have no separators' );
} );

test( 'cells say what they are', () => {
	assert.equal( speech.cell( withheld ), 'withheld' );
	assert.equal( speech.cell( null ), '–' );
	assert.equal( speech.cell( true ), 'yes' );
	assert.equal( speech.cell( '9007199254740993', 'integer' ), '9,007,199,254,740,993', 'whole numbers keep their digits' );
	assert.equal( speech.cell( '<b>', 'string' ), '<b>' );
	assert.match( speech.withheldBecause( 'of_tomorrow' ), /of_tomorrow/ );
	assert.equal( speech.label( 'test_mean_absolute_error' ), 'Mean absolute error on new rows' );
	assert.equal( speech.label( 'constructor' ), 'Constructor' );
} );

test( 'times are said as the reader does, and no time zone moves them', () => {
	assert.equal( speech.cell( '2001-01-31', 'date' ), 'Jan 31, 2001' );
	assert.match( speech.cell( '2001-01-01T00:01:00', 'timestamp' ), /^Jan 1, 2001, 12:01\sAM$/ );
	assert.match( speech.cell( '2001-01-01 23:59:58', 'timestamp' ), /^Jan 1, 2001, 11:59:58\sPM$/ );
	assert.equal( speech.instant( '2001-01-01T00:00:00' ), Date.UTC( 2001, 0, 1 ) );
	assert.equal( speech.cell( '2001-01-31', 'string' ), '2001-01-31', 'text stays as it is' );
	assert.equal( speech.cell( 'someday', 'date' ), 'someday' );
} );

test( 'what is no value is last in either order', () => {
	const rows = [ [ withheld ], [ 3 ], [ null ], [ 1 ], [ 20 ] ];
	const column = ( descending ) => order.sorted( rows, 0, 'number', descending ).map( ( [ cell ] ) => cell );
	assert.deepEqual( column( false ), [ 1, 3, 20, null, withheld ] );
	assert.deepEqual( column( true ), [ 20, 3, 1, null, withheld ] );
	assert.deepEqual( order.sorted( [ [ '9007199254740993' ], [ 5 ], [ '9007199254740995' ] ], 0, 'integer', true ).map( ( [ cell ] ) => cell ), [ '9007199254740995', '9007199254740993', 5 ] );
	assert.deepEqual( order.sorted( [ [ 'b10' ], [ 'b9' ], [ 'A' ] ], 0, 'string', false ).map( ( [ cell ] ) => cell ), [ 'A', 'b9', 'b10' ] );
} );

test( 'no cell of a spreadsheet is a formula', () => {
	for ( const text of [ '=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=x', '\r=x' ] ) {
		assert.equal( csv.harmless( text ), "'" + text );
	}
	for ( const text of [ '-1', '+1.5e3', 'plain', '' ] ) {
		assert.equal( csv.harmless( text ), text );
	}
	const table = { columns: [ { name: '=a' }, { name: 'b' } ], rows: [ [ 'x, "y"', withheld ], [ null, 1.5 ] ] };
	assert.equal( csv.csv( table ), '\ufeff\'=a,b\r\n"x, ""y""",(withheld)\r\n,1.5\r\n' );
	assert.equal( csv.tsv( { columns: [ { name: 'a' } ], rows: [ [ 'x\ty\nz' ] ] } ), 'a\nx y z' );
	assert.equal( csv.fileName( '../../<script>' ), 'script.csv' );
	assert.equal( csv.fileName( '***' ), 'table.csv' );
} );

test( 'leading numbers stand large, scores in a table', () => {
	const { figures, tables } = metrics.split( { rows: 10, test_r2: 0.9, test_max_error: 4, train_r2: 1 } );
	assert.deepEqual( figures, [ [ 'test_r2', 0.9 ], [ 'rows', 10 ] ] );
	assert.deepEqual( tables[ 0 ].rows, [ [ 'Max error', 4, null ], [ 'R²', 0.9, 1 ] ] );
	assert.equal( metrics.split( undefined ).figures.length, 0 );
	assert.equal( metrics.split( Object.fromEntries( Array.from( { length: 20 }, ( _, i ) => [ `m${ i }`, i ] ) ) ).tables[ 0 ].rows.length, 12 );
} );

test( 'a chart draws no withheld value, and its table has all of them', () => {
	const chart = { name: 'c', type: 'line', title: 'C', x: { title: 'x' }, y: { title: 'y', unit: 'kg' }, series: [ { name: 's', x: [ 1, 2, 3 ], y: [ 1, withheld, null ] } ] };
	const drawn = chartData.config( chart );
	assert.deepEqual( drawn.data.datasets[ 0 ].data.map( ( point ) => point.y ), [ 1, null, null ] );
	assert.equal( drawn.options.scales.y.title.text, 'y (kg)' );
	assert.equal( drawn.options.animation, false );
	assert.deepEqual( chartData.absent( chart ), { withheld: 1, missing: 1 } );
	assert.deepEqual( chartData.table( chart ).rows, [ [ 1, 1 ], [ 2, withheld ], [ 3, null ] ] );
} );

test( 'every type of chart is drawn, and what cannot be is a table', () => {
	const of = ( type, series ) => chartData.config( { name: 'c', type, title: '', x: { title: 'x' }, y: { title: 'y' }, series } );
	assert.deepEqual( of( 'histogram', [ { name: 's', x: [ 1, 3 ], y: [ 5, 6 ], edges: [ 0, 2, 4 ] } ] ).data.labels, [ '0 – 2', '2 – 4' ] );
	assert.equal( of( 'bar', [ { name: 's', x: [ 'a' ], y: [ -1 ] } ] ).options.indexAxis, 'y' );
	assert.equal( of( 'scatter', [ { name: 's', x: [ 1 ], y: [ 2 ] } ] ).data.datasets[ 0 ].data.length, 1 );
	// By hand: the quartiles of 1, 2, 3, 4, 5 are 2 and 4.
	assert.deepEqual( of( 'box', [ { name: 's', x: [ 1, 2, 3, 4, 5 ], y: [ 5, 1, 4, 2, 3 ] } ] ).data.datasets[ 0 ].data, [ [ 2, 4 ] ] );
	assert.equal( of( 'bar', [ { name: 's', x: Array( 300 ).fill( 'a' ), y: Array( 300 ).fill( 1 ) } ] ), null );
	assert.equal( of( 'of tomorrow', [ { name: 's', x: [ 1 ], y: [ 1 ] } ] ), null );
	assert.equal( of( 'line', [] ), null );
	assert.deepEqual( chartData.heat( { series: [ { y: [ -2, 1, withheld ] } ] } ), [ [ -1, 0.5, null ] ] );
} );

test( 'tables of two results are joined by what names their rows', () => {
	const columns = [ { name: 'term', type: 'string' }, { name: 'value', type: 'number' } ];
	const a = { name: 't', columns, rows: [ [ 'x', 1 ], [ 'y', withheld ] ] };
	const b = { name: 't', columns, rows: [ [ 'z', 5 ], [ 'x', 4 ] ] };
	assert.deepEqual( difference.joined( a, b ).rows, [ [ 'x', 1, 4, 3 ], [ 'y', withheld, null, null ], [ 'z', null, 5, null ] ] );
	assert.equal( difference.joined( { ...a, rows: [ [ 'x', 1 ], [ 'x', 2 ] ] }, b ), null, 'rows that cannot be told apart are not joined' );
	assert.equal( difference.joined( { ...a, columns: [ { name: 'value', type: 'number' } ], rows: [ [ 1 ] ] }, b ), null );
} );

test( 'what differs in parameters and data is told by its place', () => {
	assert.deepEqual( difference.parameters( { model: 'ridge', params: { alpha: 1 }, features: [ 'a', 'b' ] }, { model: 'ridge', params: { alpha: 5 }, features: [ 'a' ] } ), [ [ 'params › alpha', '1', '5' ], [ 'features', 'a, b', 'a' ] ] );
	assert.deepEqual( difference.sources( [ { name: 'd', revision: '1' } ], [ { name: 'd', revision: '2' } ] ), [ [ 'd', '1', '2' ] ] );
	assert.deepEqual( difference.parameters( null, undefined ), [] );
	const [ row ] = difference.metrics( { rmse: 2 }, { rmse: 3 } ).rows;
	assert.deepEqual( row, [ 'Rmse', 2, 3, 1, 50 ] );
} );

test( 'questions without an answer come ever more seldom', () => {
	assert.deepEqual( [ 0, 1, 2, 3, 4, 9 ].map( poll.pause ), [ 5000, 10000, 20000, 40000, 60000, 60000 ] );
} );

test( 'Chart.js is the file of version 4.6.1 as npm has it', () => {
	const file = readFileSync( new URL( '../../assets/vendor/chart.js/chart.umd.min.js', import.meta.url ) );
	assert.equal( createHash( 'sha256' ).update( file ).digest( 'hex' ), '87364cc2b2a76a6684929e7d6b80b18a897794db38400caff1fcf1791c6925d2' );
} );
