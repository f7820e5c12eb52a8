// Data Analysis > Tasks: the list.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { story } from '../story.mjs';
import { enrol } from '../runner.mjs';

const LIST = 'admin.php?page=ddap-tasks';

const row = ( page, name ) => page.getByRole( 'row' ).filter( { has: page.getByRole( 'link', { name, exact: true } ) } );

const state = ( page, name, word ) => row( page, name ).locator( '.ddap-state', { hasText: word } );

story( 'an empty list says what it is for, and offers the first step', async ( s ) => {
	const page = await s.as( 'author' );
	await page.goto( s.admin( LIST ) );
	await page.getByRole( 'heading', { name: 'Here you will see your analyses' } ).waitFor();
	assert.equal( await page.getByRole( 'link', { name: 'New analysis' } ).count() > 0, true );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'tasks-empty' );
} );

story( 'the list renews itself, and what is selected stays selected', async ( s ) => {
	const runner = await enrol( s );
	const done = await runner.finish( 'Done before', { summary: 'Done.' } );
	const going = await runner.take( 'Still going' );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( LIST ) );
	await state( page, 'Done before', 'Done' ).waitFor();
	await page.getByLabel( 'Select Done before' ).check();
	await runner.ping( going, { fraction: 0.62, stage: 'grouping', rows_done: 1200, rows_total: 3000 } );
	const bar = row( page, 'Still going' ).getByRole( 'progressbar' );
	await bar.waitFor();
	assert.equal( await bar.getAttribute( 'aria-valuenow' ), '62' );
	await row( page, 'Still going' ).getByText( '1,200 of 3,000 rows' ).waitFor();
	assert.ok( await page.getByLabel( 'Select Done before' ).isChecked() );
	await s.accessible( page );
	await s.picture( page, 'tasks-running' );

	const opens = row( page, 'Still going' ).getByRole( 'link', { name: 'Still going', exact: true } );
	await opens.focus();
	await runner.fail( going, 'source_unreadable', 'The file has a hole.' );
	await state( page, 'Still going', 'Failed' ).waitFor();
	assert.ok( await opens.evaluate( ( link ) => link === document.activeElement ), 'the focus stays' );
	await s.until( 'the end is said aloud', async () => /Still going: Failed/.test( await page.locator( '#ddap-live' ).textContent() ) );
	assert.match( await page.getByRole( 'link', { name: /^Failed/ } ).innerText(), /\(1\)/ );

	const later = await runner.take( 'Came later' );
	await row( page, 'Came later' ).waitFor();
	assert.ok( await page.getByLabel( 'Select Done before' ).isChecked() );
	await runner.succeed( later, { summary: 'Later.' } );
	assert.ok( done );
} );

story( 'tasks are searched, filtered, sorted and shown by state', async ( s ) => {
	const runner = await enrol( s, { name: 'second computer', dataset: 'other' } );
	await runner.finish( 'Apples', { summary: '1' } );
	await runner.finish( 'Bananas', { summary: '2' }, '3;Author' );
	await runner.fail( await runner.take( 'Cherries' ), 'out_of_memory', 'Too much.' );
	const page = await s.as( 'admin' );
	const names = () => page.locator( '#the-list .row-title' ).allInnerTexts();
	await page.goto( s.admin( LIST ) );
	await page.getByLabel( 'Search tasks' ).fill( 'apple' );
	await page.getByRole( 'button', { name: 'Search tasks' } ).click();
	await page.getByText( 'Search results for:' ).waitFor();
	assert.deepEqual( await names(), [ 'Apples' ] );
	await page.goto( s.admin( `${ LIST }&view=failed` ) );
	assert.ok( ( await names() ).includes( 'Cherries' ) && ! ( await names() ).includes( 'Apples' ) );
	await page.goto( s.admin( LIST ) );
	await page.getByLabel( 'Filter by computer' ).selectOption( { label: 'second computer' } );
	await page.getByRole( 'button', { name: 'Filter', exact: true } ).click();
	await page.getByRole( 'link', { name: 'Clear filters' } ).waitFor();
	assert.deepEqual( await names(), [ 'Cherries', 'Bananas', 'Apples' ] );
	await page.getByRole( 'columnheader', { name: /Name/ } ).first().getByRole( 'link' ).click();
	await page.waitForURL( /orderby=name/ );
	await row( page, 'Bananas' ).getByRole( 'link', { name: /^Author/ } ).click();
	await page.waitForURL( /creator=/ );
	assert.deepEqual( await names(), [ 'Bananas' ] );
} );

story( 'tasks are canceled, retried and deleted, one or many', async ( s ) => {
	const runner = await enrol( s, { name: 'third', dataset: 'third' } );
	await runner.fail( await runner.take( 'To be retried' ), 'source_unreadable', 'A hole.' );
	await runner.finish( 'To be deleted', { summary: 'x' } );
	await runner.take( 'To be canceled' );
	const page = await s.as( 'admin' );
	s.agree( /^(Cancel|Delete) / );
	await page.goto( s.admin( LIST ) );
	await row( page, 'To be canceled' ).hover();
	await row( page, 'To be canceled' ).getByRole( 'link', { name: /^Cancel/ } ).click();
	await page.getByText( '1 task canceled.' ).waitFor();
	await row( page, 'To be deleted' ).hover();
	await row( page, 'To be deleted' ).getByRole( 'link', { name: /^Delete/ } ).click();
	await page.getByText( '1 task deleted.' ).waitFor();
	assert.equal( await row( page, 'To be deleted' ).count(), 0 );
	await row( page, 'To be retried' ).hover();
	await row( page, 'To be retried' ).getByRole( 'link', { name: /^Retry/ } ).click();
	await page.getByText( '1 task is tried again.' ).waitFor();
	assert.match( page.url(), /task=/, 'retrying leads to the new task' );

	await page.goto( s.admin( LIST ) );
	await page.getByLabel( 'Select To be canceled' ).check();
	await page.locator( '#bulk-action-selector-top' ).selectOption( 'compare' );
	await page.locator( '#doaction' ).click();
	await page.locator( '#ddap-bulk-error', { hasText: 'Select exactly two tasks to compare them.' } ).waitFor();
	await page.getByLabel( 'Select To be retried' ).last().check();
	await page.locator( '#bulk-action-selector-top' ).selectOption( 'delete' );
	await page.locator( '#doaction' ).click();
	await page.getByText( '1 task deleted.' ).waitFor();
	await page.getByText( 'ddap_still_stopping' ).waitFor(); // of the other one: its runner never says that it stopped
} );

story( 'who may not see everybody sees their own tasks and no others', async ( s ) => {
	const runner = await enrol( s, { name: 'fourth', dataset: 'fourth' } );
	const others = await runner.finish( 'Of the admin', { summary: 'secret of the admin' } );
	const answer = await s.visitor().then( ( page ) => page.request.get( `${ s.site }/wp-json/ddap/v1/tasks` ) );
	assert.equal( answer.status(), 401 );
	const page = await s.as( 'author' );
	s.allow( /404|403/ );
	await page.goto( s.admin( LIST ) );
	assert.equal( await page.getByText( 'Of the admin' ).count(), 0 );
	await page.goto( s.admin( `${ LIST }&task=${ others }` ) );
	await page.getByText( 'There is no such task, or it belongs to somebody else.' ).waitFor();
	assert.equal( await page.getByText( 'secret of the admin' ).count(), 0 );
	const nobody = await s.as( 'subscriber' );
	const refused = await nobody.goto( s.admin( LIST ) );
	assert.equal( refused.status(), 403 );
} );

story( 'a server that does not answer is told of within five seconds', async ( s ) => {
	const silent = await s.listen( createServer() );
	const page = await s.as( 'admin' );
	s.define( { DDAP_SERVER_URL: `http://127.0.0.1:${ silent }` } );
	const begun = Date.now();
	await page.goto( s.admin( LIST ) );
	await page.getByText( 'The server did not answer in time.' ).waitFor();
	assert.ok( Date.now() - begun < 8000, 'and that is soon, also on a busy machine' );
	await page.getByText( 'ddap_timeout' ).waitFor();
	await page.getByRole( 'link', { name: 'Check the settings' } ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'tasks-unreachable' );
	s.define( { DDAP_SERVER_URL: s.server.url } );
} );
