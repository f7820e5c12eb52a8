// Data Analysis > New analysis: from the choice of data to a task.

import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { story } from '../story.mjs';

/**
 * Opens the form and waits until the data is there.
 *
 * @param {Object} s     The story.
 * @param {Object} page  The page.
 * @param {string} query What follows the page in its address.
 */
async function open( s, page, query = '' ) {
	await page.goto( s.admin( `admin.php?page=ddap-new${ query }` ) );
	await page.getByRole( 'radio', { name: /^penguins/ } ).waitFor();
}

/** What the reader is told at the end of the page, once it says something. */
async function told( s, page, expected ) {
	await s.until( `the summary says ${ expected }`, async () => expected.test( await page.locator( '#ddap-summary' ).innerText() ) );
}

/** The parameters of a pipeline's steps, by ref. */
async function steps( s, id ) {
	const { tasks } = await s.ask( `/v1/pipelines/${ id }` );
	return Object.fromEntries( tasks.map( ( t ) => [ t.ref, t.params ] ) );
}

/** The pipelines of a name. */
async function named( s, name ) {
	return ( await s.ask( '/v1/pipelines?limit=200' ) ).pipelines.filter( ( p ) => p.name === name );
}

story( 'an analysis is clicked together, told in words, and sent once', async ( s ) => {
	const page = await s.as( 'admin' );
	await open( s, page );
	await s.accessible( page );
	await page.getByRole( 'radio', { name: /^birdstrikes.*summaries of at least 5 rows only/ } ).waitFor();

	await page.getByRole( 'radio', { name: /^penguins.*rows may leave/ } ).check();
	await page.getByRole( 'button', { name: 'Preview' } ).click();
	await page.getByRole( 'cell', { name: 'Torgersen' } ).first().waitFor();
	await page.getByRole( 'button', { name: '+ condition' } ).click();
	await page.getByLabel( 'Column', { exact: true } ).selectOption( 'Body Mass (g)' );
	assert.equal( await page.getByLabel( 'Comparison' ).inputValue(), 'ge' );
	await page.getByLabel( 'Value' ).fill( '3500' );
	await page.getByRole( 'button', { name: '+ group' } ).click();
	await page.getByLabel( 'Column', { exact: true } ).nth( 1 ).selectOption( 'Species' );
	await page.getByLabel( 'Comparison' ).nth( 1 ).selectOption( 'is one of' );
	await page.getByLabel( 'Values, one on each line' ).fill( 'Adelie\nGentoo' );
	await page.getByRole( 'radio', { name: 'Predict a number' } ).check();
	await page.getByLabel( 'Column to predict' ).selectOption( 'Body Mass (g)' );
	await page.getByLabel( 'Method' ).first().selectOption( { label: 'Predict a number (ridge regression)' } );
	await page.getByText( 'Options', { exact: true } ).click();
	await page.getByLabel( 'Penalty' ).fill( '2.5' );
	await page.getByText( 'Columns to look at' ).click();
	await page.getByRole( 'checkbox', { name: 'Island' } ).check();
	await page.getByRole( 'checkbox', { name: 'Excel' } ).check();
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Heavy birds' );
	await told( s, page, /take the rows of “penguins” where Body Mass \(g\) is at least 3500 and Species is one of Adelie or Gentoo and learn to predict Body Mass \(g\) from Island/ );
	await told( s, page, /Leaves that computer: the trained model with its tables and charts/ );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'form' );

	await page.evaluate( () => {
		const button = document.getElementById( 'ddap-run' );
		button.click();
		button.click();
	} );
	await page.waitForURL( /page=ddap-tasks&task=/ );
	const made = await named( s, 'Heavy birds' );
	assert.equal( made.length, 1, 'a double click makes one' );
	const params = await steps( s, made[ 0 ].id );
	assert.deepEqual( params.filter.where, { all: [ { column: 'Body Mass (g)', op: 'ge', value: 3500 }, { any: [ { column: 'Species', op: 'in', value: [ 'Adelie', 'Gentoo' ] } ] } ] } );
	assert.deepEqual( [ params.analysis.model, params.analysis.target, params.analysis.features, params.analysis.params ], [ 'ridge', 'Body Mass (g)', [ 'Island' ], { alpha: 2.5 } ] );
	assert.equal( params.file_xlsx.format, 'xlsx' );
	await s.until( 'it is done', async () => ( await s.ask( `/v1/pipelines/${ made[ 0 ].id }` ) ).tasks.every( ( t ) => 'succeeded' === t.state ) );

	await open( s, page, `&clone=${ made[ 0 ].id }` );
	assert.equal( await page.getByLabel( 'Values, one on each line' ).inputValue(), 'Adelie\nGentoo' );
	assert.equal( await page.getByLabel( 'Name', { exact: true } ).inputValue(), 'Heavy birds' );
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Heavy birds again' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.waitForURL( /page=ddap-tasks&task=/ );
	const again = await steps( s, ( await named( s, 'Heavy birds again' ) )[ 0 ].id );
	assert.deepEqual( [ again.filter.where, again.analysis.params ], [ params.filter.where, params.analysis.params ] );
} );

story( 'nothing that was typed is lost when it cannot be sent', async ( s ) => {
	const page = await s.as( 'editor' );
	await open( s, page );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.locator( '#ddap-source-error' ).waitFor();

	await page.getByRole( 'radio', { name: /^flights/ } ).check();
	await page.getByRole( 'radio', { name: 'Find groups' } ).check();
	await page.getByText( 'Options', { exact: true } ).click();
	await page.getByLabel( 'Number of groups' ).fill( '0' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	const wrong = page.getByLabel( 'Number of groups' );
	await page.locator( '#ddap-param-n_clusters-error' ).waitFor();
	assert.ok( await wrong.evaluate( ( field ) => field === document.activeElement ), 'the first wrong field has the focus' );
	assert.match( await wrong.getAttribute( 'aria-describedby' ), /ddap-param-n_clusters-error/ );
	await s.accessible( page );
	await s.picture( page, 'wrong-field' );
	await wrong.fill( '3' );
	assert.equal( await page.locator( '#ddap-param-n_clusters-error' ).count(), 0, 'the complaint goes as soon as somebody works on it' );

	// What only the server knows is shown beside its field as well.
	s.allow( /422|502/ );
	await page.getByLabel( 'Again and again' ).check();
	await page.getByLabel( 'How often' ).selectOption( 'cron' );
	await page.getByLabel( 'Expression' ).fill( '99 * * * *' );
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Kept' );
	await page.getByRole( 'button', { name: 'Save schedule' } ).click();
	await page.locator( '#ddap-repeat-cron-error' ).waitFor();
	await page.getByText( 'Nothing that you typed is lost.' ).waitFor();
	await s.picture( page, 'refused-field' );

	s.define( { DDAP_SERVER_URL: 'http://127.0.0.1:9' } );
	await page.getByLabel( 'Now', { exact: true } ).check();
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.locator( '#ddap-send-error' ).getByText( 'Nothing answers at this address' ).waitFor();
	assert.equal( await page.getByLabel( 'Name', { exact: true } ).inputValue(), 'Kept' );
	await page.reload();
	await page.getByRole( 'button', { name: 'Try again' } ).waitFor();
	assert.ok( await page.getByText( '2. Filter' ).isHidden(), 'no steps without anything to choose' );
	await s.picture( page, 'no-server' );
	s.define( { DDAP_SERVER_URL: s.server.url } );
	await page.getByRole( 'button', { name: 'Try again' } ).click();
	await page.getByText( 'What you had typed is here again.' ).waitFor();
	assert.equal( await page.getByLabel( 'Name', { exact: true } ).inputValue(), 'Kept' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.waitForURL( /page=ddap-tasks&task=/ );
	assert.equal( ( await named( s, 'Kept' ) ).length, 1 );
	await open( s, page );
	assert.equal( await page.getByLabel( 'Name', { exact: true } ).inputValue(), '', 'what was sent does not come back' );
} );

story( 'an answer that was lost makes no second analysis, and a changed form is asked about', async ( s ) => {
	const page = await s.as( 'admin' );
	s.allow( /422|ERR_FAILED|Failed to load/ );
	await open( s, page );
	await page.getByRole( 'radio', { name: /^penguins/ } ).check();
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Lost answer' );
	let lose = true;
	await page.route( /ddap(%2F|\/)v1(%2F|\/)analysis(\?|&|$)/, async ( route ) => {
		if ( lose && 'POST' === route.request().method() ) {
			await route.fetch();
			await route.abort();
		} else {
			await route.continue();
		}
	} );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.locator( '#ddap-send-error' ).getByText( 'Nothing that you typed is lost.' ).waitFor();
	lose = false;
	await page.getByLabel( 'Rows to show' ).fill( '7' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.getByText( 'What you sent before did arrive' ).waitFor();
	assert.equal( ( await named( s, 'Lost answer' ) ).length, 1 );
	await page.getByLabel( 'Rows to show' ).fill( '20' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.waitForURL( /page=ddap-tasks&task=/ );
	assert.equal( ( await named( s, 'Lost answer' ) ).length, 1, 'the same form, sent again, is the same analysis' );
} );

story( 'a file becomes data, and says what it holds', async ( s ) => {
	const page = await s.as( 'author' );
	await open( s, page );
	const folder = mkdtempSync( path.join( os.tmpdir(), 'ddap-file-' ) );
	try {
		const file = path.join( folder, 'sales.csv' );
		writeFileSync( file, 'city,amount\nBandung,5\nMedan,7\nBandung,9\n' );
		await page.getByLabel( 'Or upload a file' ).setInputFiles( file );
		await page.getByRole( 'cell', { name: 'Medan' } ).waitFor();
		const wrong = path.join( folder, 'picture.png' );
		writeFileSync( wrong, 'no data' );
		s.allow( /422/ );
		await page.getByLabel( 'Or upload a file' ).setInputFiles( wrong );
		await page.locator( '#ddap-file-state' ).getByText( 'Files of this type cannot be read.' ).waitFor();
	} finally {
		rmSync( folder, { recursive: true } );
	}
	await page.getByRole( 'radio', { name: 'Summaries by group' } ).check();
	await page.getByLabel( 'Add a column to group by' ).selectOption( 'city' );
	await page.getByRole( 'button', { name: '+ number' } ).click();
	await page.getByLabel( 'Of which column' ).selectOption( 'amount' );
	await told( s, page, /tell for each city: number of rows and mean of amount/ );
	await s.accessible( page );
	await s.picture( page, 'upload' );
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Sales by city' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.waitForURL( /page=ddap-tasks&task=/ );
	const [ made ] = await named( s, 'Sales by city' );
	const result = await s.until( 'the result', async () => {
		const { tasks } = await s.ask( `/v1/pipelines/${ made.id }` );
		return 'succeeded' === tasks[ 0 ].state && s.ask( `/v1/result/${ tasks[ 0 ].id }` );
	} );
	assert.deepEqual( result.result.tables.find( ( t ) => 'groups' === t.name ).rows, [ [ 'Bandung', 2, 7 ], [ 'Medan', 1, 7 ] ] );
} );

story( 'templates are saved, used, renamed and deleted', async ( s ) => {
	const page = await s.as( 'editor' );
	await open( s, page );
	await page.getByRole( 'radio', { name: /^penguins/ } ).check();
	await page.getByRole( 'radio', { name: 'Describe columns' } ).check();
	await page.getByText( 'Templates', { exact: true } ).click();
	await page.getByLabel( 'Save this form as' ).fill( 'My "first" \\ one' );
	await page.getByRole( 'button', { name: 'Save', exact: true } ).click();
	await page.getByText( 'The form is saved as a template.' ).first().waitFor();
	await s.accessible( page );
	await s.picture( page, 'templates' );
	await page.getByRole( 'button', { name: 'Start afresh' } ).last().click();
	assert.equal( await page.getByRole( 'radio', { name: /^penguins/ } ).isChecked(), false );
	await page.reload();
	await page.getByRole( 'radio', { name: /^penguins/ } ).waitFor();
	await page.getByText( 'Templates', { exact: true } ).click();
	await page.getByRole( 'button', { name: 'Use the template My "first" \\ one' } ).click();
	assert.equal( await page.getByRole( 'radio', { name: /^penguins/ } ).isChecked(), true );
	assert.equal( await page.getByRole( 'radio', { name: 'Describe columns' } ).isChecked(), true );
	await page.getByText( 'Templates', { exact: true } ).click();
	await page.getByRole( 'button', { name: /^Rename My/ } ).click();
	await page.getByLabel( 'New name' ).fill( 'Second name' );
	await page.getByLabel( 'New name' ).press( 'Enter' );
	await page.getByRole( 'button', { name: 'Use the template Second name' } ).waitFor();
	await page.evaluate( () => ( window.confirm = () => true ) );
	await page.getByRole( 'button', { name: 'Delete Second name' } ).click();
	await page.getByText( 'There are no templates yet.' ).waitFor();
} );

story( 'who may not ask for analyses does not see the form, and an author reads nobody else\'s tasks through it', async ( s ) => {
	const stranger = await s.as( 'subscriber' );
	s.allow( /40[134]|422/ );
	const refused = await stranger.goto( s.admin( 'admin.php?page=ddap-new' ) );
	assert.equal( refused.status(), 403 );

	const task = await s.ask( '/v1/task', { name: 'of the admin', operation_code: 100, params: { source: { dataset: 'penguins' } } } );
	const page = await s.as( 'author' );
	await open( s, page );
	await page.getByRole( 'radio', { name: /^penguins/ } ).check();
	await page.getByRole( 'radio', { name: 'Use a trained model' } ).check();
	await page.getByLabel( 'Task that trained the model' ).fill( task.task_id );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();
	await page.locator( '#ddap-send-error' ).getByText( 'is somebody else\'s' ).waitFor();
	await page.goto( s.admin( `admin.php?page=ddap-new&clone=${ task.task_id }` ) );
	await page.getByText( 'There is no such analysis, or it is somebody else\'s.' ).waitFor();
} );
