// Results that nobody should be harmed by: scripts in names and cells, text of
// both directions, numbers that are none, very long and very wide tables.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { story } from '../story.mjs';
import { enrol } from '../runner.mjs';

const SCRIPT = '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2">';
const TURNED = '‮txt.exe‬ ⁧שלום⁩ مرحبا';

const task = ( id, more = '' ) => `admin.php?page=ddap-tasks&task=${ id }${ more }`;

/** A document in which nothing is as one would wish. */
const nasty = {
	summary: SCRIPT + TURNED,
	metrics: { [ SCRIPT ]: 1, mean: null, [ TURNED ]: 0.123456 },
	tables: [ {
		name: SCRIPT, title: SCRIPT + TURNED, total_rows: 8,
		columns: [ { name: SCRIPT, type: 'string', unit: SCRIPT }, { name: TURNED, type: 'number' }, { name: 'big', type: 'integer' } ],
		rows: [
			[ SCRIPT, 1.5, 1 ], [ TURNED, null, 2 ], [ '=1+1', { suppressed: 'small_group' }, 3 ], [ '@SUM(A1)', { suppressed: SCRIPT }, 4 ],
			[ '+1', -0, 5 ], [ '-2+3', 1e300, 6 ], [ '\t=x', 1e-300, 7 ], [ 'plain "quoted", text\nwith lines', 2, 8 ],
		],
	} ],
	charts: [
		{ name: 'a', type: 'bar', title: SCRIPT, x: { title: SCRIPT }, y: { title: TURNED }, series: [ { name: SCRIPT, x: [ SCRIPT, TURNED, 'withheld', 'none' ], y: [ 1, 2, { suppressed: 'small_group' }, null ] } ] },
		{ name: 'b', type: 'line', title: 'Gaps', x: { title: 'x' }, y: { title: 'y', unit: 'kg' }, series: [ { name: SCRIPT, x: [ 1, 2, 3 ], y: [ 1, null, 3 ] } ] },
		{ name: 'c', type: 'heatmap', title: SCRIPT, x: { title: 'x' }, y: { title: 'y' }, series: [ { name: SCRIPT, x: [ SCRIPT, 'b' ], y: [ -1, { suppressed: 'complementary' } ] }, { name: 'second', x: [ SCRIPT, 'b' ], y: [ 0.5, null ] } ] },
		{ name: 'd', type: 'box', title: 'Boxes', x: { title: 'group' }, y: { title: 'y' }, series: [ [ 'min', 1 ], [ '25%', 2 ], [ '50%', 3 ], [ '75%', 4 ], [ 'max', 9 ] ].map( ( [ name, y ] ) => ( { name, x: [ SCRIPT, 'b' ], y: [ y, y + 1 ] } ) ) },
		{ name: 'e', type: 'nothing anybody knows', title: 'Unknown', x: { title: '' }, y: { title: '' }, series: [ { name: 's', x: [ 1 ], y: [ 2 ] } ] },
		{ name: 'f', type: 'scatter', title: 'Empty', x: { title: '' }, y: { title: '' }, series: [] },
	],
	notes: [ SCRIPT, TURNED ],
	sources: [ { name: SCRIPT, runner_id: '00000000-0000-7000-8000-000000000000', revision: SCRIPT } ],
};

async function requireUnharmed( page ) {
	assert.equal( await page.evaluate( () => window.harmed ), undefined, 'no script of a result runs' );
}

story( 'a result that would run scripts is shown as text', async ( s ) => {
	const runner = await enrol( s, { name: `${ SCRIPT }`.slice( 0, 60 ) } );
	const id = await runner.finish( SCRIPT + TURNED, nasty );
	const page = await s.as( 'admin' );
	for ( const screen of [ 'admin.php?page=ddap-tasks', task( id ), task( id, '&tab=steps' ), task( id, '&tab=log' ), task( id, '&tab=details' ) ] ) {
		await page.goto( s.admin( screen ) );
		await page.locator( 'bdi:visible', { hasText: 'window.harmed' } ).first().waitFor();
		await requireUnharmed( page );
		await s.fitsPhone( page );
	}
	await page.goto( s.admin( task( id ) ) );
	await page.locator( 'figure' ).last().scrollIntoViewIfNeeded();
	for ( const twin of await page.getByText( 'Show as a table' ).all() ) {
		await twin.click();
	}
	await requireUnharmed( page );
	assert.equal( await page.locator( '#ddap-task script, #ddap-task img' ).count(), 0 );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'hostile-result' );
} );

story( 'withheld cells say so, missing ones are no zeros, and formulas stay text in a spreadsheet', async ( s ) => {
	const runner = await enrol( s );
	const id = await runner.finish( 'Formulas', nasty );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( id ) ) );
	const table = page.locator( '.ddap-part .ddap-table-section' ).first();
	await table.getByRole( 'cell', { name: 'withheld' } ).first().waitFor();
	await table.getByText( 'It describes fewer rows than the owner of the data allows.' ).waitFor();
	assert.equal( await table.getByRole( 'cell', { name: 'no value' } ).count(), 1 );
	const [ download ] = await Promise.all( [ page.waitForEvent( 'download' ), table.getByRole( 'button', { name: /^CSV/ } ).click() ] );
	const text = readFileSync( await download.path(), 'utf8' );
	for ( const wanted of [ "\r\n'=1+1,(withheld),3\r\n", "'@SUM(A1)", "\r\n+1,0,5\r\n", "\r\n'-2+3,1e+300,6\r\n", "'\t=x", '"plain ""quoted"", text\nwith lines"' ] ) {
		assert.ok( text.includes( wanted ), `${ JSON.stringify( wanted ) } is in ${ JSON.stringify( text ) }` );
	}
	await page.getByRole( 'img', { name: /window\.harmed/ } ).first().waitFor( { state: 'attached' } );
} );

story( 'fifty thousand rows are sorted and paged at once, and a thousand columns stay in their frame', async ( s ) => {
	const runner = await enrol( s );
	const rows = Array.from( { length: 50_000 }, ( _, i ) => [ ( i * 7919 ) % 50_000, i % 10 ? i % 97 : null ] );
	const long = await runner.finish( 'Long', { summary: 'Long.', tables: [ { name: 'long', title: 'Long', columns: [ { name: 'n', type: 'integer' }, { name: 'm', type: 'integer' } ], rows, total_rows: 60_000 } ] } );
	const columns = Array.from( { length: 1000 }, ( _, i ) => ( { name: `column ${ i }`, type: 'integer' } ) );
	const wide = await runner.finish( 'Wide', { summary: 'Wide.', tables: [ { name: 'wide', title: 'Wide', columns, rows: Array.from( { length: 40 }, () => columns.map( ( _, i ) => i ) ), total_rows: 40 } ] } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( long ) ) );
	await page.getByText( 'Rows 1 to 25 of 50,000' ).waitFor();
	await page.getByText( 'These are the first 50,000 of 60,000 rows.' ).waitFor();
	const head = page.getByRole( 'columnheader', { name: 'n', exact: true } );
	const took = await page.evaluate( () => {
		const begun = performance.now();
		document.querySelector( '.ddap-sort' ).click();
		return performance.now() - begun;
	} );
	assert.ok( took < 2000, `sorting takes ${ took } ms` );
	assert.equal( await head.getAttribute( 'aria-sort' ), 'ascending' );
	assert.equal( await page.locator( '.ddap-table tbody tr' ).first().locator( 'td' ).first().innerText(), '0' );
	await page.getByRole( 'button', { name: 'Next' } ).click();
	await page.getByText( 'Rows 26 to 50 of 50,000' ).waitFor();

	await page.goto( s.admin( task( wide ) ) );
	await page.getByRole( 'columnheader', { name: 'column 999' } ).waitFor();
	await s.fitsPhone( page );
} );
