// One task: its progress, result, steps, log and details.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';
import { enrol } from '../runner.mjs';

const task = ( id, more = '' ) => `admin.php?page=ddap-tasks&task=${ id }${ more }`;

/** Asks for a real analysis and waits until it is done. */
async function analyze( s, name, params, operation_code = 300 ) {
	const { task_id: id } = await s.ask( '/v1/task', { name, operation_code, params } );
	await s.ask( `/v1/result/${ id }?wait=30` );
	return id;
}

story( 'a real result has its sentence, figures, charts, tables and files', async ( s ) => {
	const id = await analyze( s, 'Which species?', { source: { dataset: 'penguins' }, model: 'random_forest', target: 'Species' } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( id ) ) );
	await page.getByText( /Species is predicted from/ ).waitFor();
	await page.getByText( 'Accuracy on new rows' ).waitFor();
	const [ download ] = await Promise.all( [ page.waitForEvent( 'download' ), page.getByRole( 'link', { name: 'model.json' } ).click() ] );
	assert.equal( download.suggestedFilename(), 'model.json' );

	const figure = page.locator( 'figure[data-name="permutation_importance"]' );
	await figure.scrollIntoViewIfNeeded();
	const canvas = figure.getByRole( 'img' );
	await s.until( 'the chart is drawn', () => canvas.evaluate( ( drawn ) => Boolean( Chart.getChart( drawn ) ) ) );
	await canvas.focus();
	await page.keyboard.press( 'ArrowRight' );
	await s.until( 'the mark is said aloud', async () => /\d/.test( await figure.getByRole( 'status' ).textContent() ) );
	await figure.getByText( 'Show as a table' ).click();
	await figure.getByRole( 'table' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'task-result' );

	await page.getByRole( 'link', { name: 'Details' } ).click();
	await page.getByText( 'What was asked for' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await page.getByRole( 'link', { name: 'Log', exact: true } ).click();
	await page.getByRole( 'cell', { name: /Done/ } ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
} );

story( 'a file is given to nobody without a nonce, and to nobody who may not see its task', async ( s ) => {
	const id = await analyze( s, 'Model', { source: { dataset: 'penguins' }, model: 'ridge', target: 'Body Mass (g)' } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( id ) ) );
	const address = await page.getByRole( 'link', { name: 'model.json' } ).getAttribute( 'href' );
	const answer = await page.request.get( address );
	assert.equal( answer.status(), 200 );
	assert.match( answer.headers()[ 'content-disposition' ], /^attachment; filename="model.json"$/ );
	assert.equal( answer.headers()[ 'x-content-type-options' ], 'nosniff' );
	assert.match( answer.headers()[ 'content-security-policy' ], /sandbox/ );
	assert.equal( ( await page.request.get( address.replace( /_wpnonce=\w+/, '_wpnonce=0' ) ) ).status(), 403 );
	assert.equal( ( await page.request.get( address.replace( 'model.json', '..%2Fevents' ) ) ).status(), 404 );
	const author = await s.as( 'author' );
	assert.equal( ( await author.request.get( address ) ).status(), 403 );
	const stolen = await author.request.get( `${ s.site }/wp-json/ddap/v1/tasks/${ id }/result` );
	assert.equal( stolen.status(), 401, 'a cookie without a nonce is nobody' );
} );

story( 'progress is followed until the result is there', async ( s ) => {
	const runner = await enrol( s );
	const going = await runner.take( 'Going' );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( going.task_id ) ) );
	await page.getByText( 'The result will appear here as soon as the task is done.' ).waitFor();
	await runner.ping( going, { fraction: 0.5, stage: 'reading', rows_done: 500, rows_total: 1000 } );
	await page.getByText( '500 of 1,000 rows' ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'task-running' );
	await runner.succeed( going, { summary: 'All went well.' } );
	await page.getByText( 'All went well.' ).waitFor();
	await s.until( 'the end is said aloud', async () => /Done/.test( await page.locator( '#ddap-live' ).textContent() ) );
} );

story( 'a task that failed says why and what can be done', async ( s ) => {
	const runner = await enrol( s, { name: 'fifth', dataset: 'fifth' } );
	const going = await runner.take( 'Failing' );
	await runner.fail( going, 'source_unreadable', 'The file ends in the middle.' );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( going.task_id ) ) );
	await page.getByText( 'The file ends in the middle.' ).waitFor();
	await page.getByText( 'Retry asks the same again.' ).waitFor();
	await page.getByRole( 'link', { name: /^Retry/ } ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'task-failed' );
} );

story( 'a pipeline is shown as steps', async ( s ) => {
	const pipeline = await s.ask( '/v1/pipelines', { name: 'Steps', tasks: [
		{ ref: 'late', name: 'Late flights', operation_code: 200, params: { source: { dataset: 'flights' }, where: { column: 'delay', op: 'ge', value: 15 } } },
		{ ref: 'model', name: 'Why late?', operation_code: 300, params: { source: { task: 'late' }, model: 'linear_regression', target: 'delay', features: [ 'distance' ] } },
		{ ref: 'report', name: 'Report', operation_code: 400, params: { inputs: [ { task: 'model' } ], format: 'html' } },
	] } );
	const ids = pipeline.tasks.map( ( step ) => step.id );
	await s.ask( `/v1/result/${ ids[ 2 ] }?wait=40` );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( task( ids[ 0 ], '&tab=steps' ) ) );
	assert.deepEqual( await page.locator( '.ddap-step-name' ).allInnerTexts(), [ 'Late flights', 'Why late?', 'Report' ] );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'task-steps' );
	await page.goto( s.admin( task( ids[ 0 ], '&tab=details' ) ) );
	await page.getByText( '≥' ).waitFor();
} );
