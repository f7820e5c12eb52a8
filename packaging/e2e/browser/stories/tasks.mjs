// The list of tasks and the page of one.

import assert from 'node:assert/strict';
import { createServer as createSilence } from 'node:net';
import { story } from '../story.mjs';

const groups = {
	name: 'Three kinds of penguins',
	operation_code: 300,
	params: { source: { dataset: 'penguins' }, model: 'kmeans', features: [ 'Flipper Length (mm)', 'Body Mass (g)' ], params: { n_clusters: 3 }, random_state: 1 },
};

/** A file whose every word would like to be more than a word. */
const hostile = [
	'"<script>alert(1)</script>","a ""quoted"" name","عمود","=cmd|calc"',
	'<img src=x onerror=alert(2)>,"</td></tr></table>","نص من اليمين",NaN',
	'"<svg onload=alert(3)>",\'; DROP TABLE wp_users; --,"\u202Eevil",-17',
	'&lt;b&gt;,"javascript:alert(4)","שלום",1',
].join( '\n' );

const list = ( s ) => s.admin( 'admin.php?page=ddap-tasks' );
const open = ( s, task, tab ) => s.admin( `admin.php?page=ddap-tasks&task=${ task.id }${ tab ? `&tab=${ tab }` : '' }` );

story( 'a task is found in the list, and its result is tables and charts', async ( s ) => {
	await s.task( 'admin', groups );
	const page = await s.as( 'admin' );
	await page.goto( list( s ) );
	const row = page.getByRole( 'row', { name: /Three kinds of penguins/ } );
	await row.getByText( 'Done' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'list' );

	await row.getByRole( 'link', { name: 'Three kinds of penguins', exact: true } ).click();
	await page.getByRole( 'heading', { level: 1, name: 'Three kinds of penguins' } ).waitFor();
	await page.getByRole( 'table' ).first().waitFor();
	await page.locator( 'canvas' ).first().waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'result' );
	for ( const part of [ 'Steps', 'Log', 'Details' ] ) {
		await page.getByRole( 'link', { name: part, exact: true } ).click();
		await page.locator( '.nav-tab-active', { hasText: part } ).waitFor();
		await s.accessible( page );
		await s.fitsPhone( page );
		await s.picture( page, part.toLowerCase() );
	}
} );

story( 'what owners and files say is shown and never run', async ( s ) => {
	const upload = await s.upload( 'admin', 'hostile.csv', hostile );
	const task = await s.task( 'admin', {
		name: '<script>alert(0)</script> "\u202Egnp.exe',
		operation_code: 100,
		params: { source: { upload }, profile: true, preview_rows: 10 },
	} );
	assert.equal( task.state, 'succeeded', task.message );
	const page = await s.as( 'admin' );
	await page.goto( list( s ) );
	await page.getByText( '<script>alert(0)</script>' ).first().waitFor();
	await page.goto( open( s, task ) );
	await page.getByText( '<img src=x onerror=alert(2)>' ).first().waitFor();
	assert.equal( await page.locator( '#wpbody-content img[src="x"], #wpbody-content svg[onload]' ).count(), 0 );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'hostile' );
} );

story( 'each role sees what it may, and no more', async ( s ) => {
	const admins = await s.task( 'admin', { ...groups, name: 'Of the administrator' } );
	const authors = await s.task( 'author', { ...groups, name: 'Of the author' } );
	s.allow( /status of 40[34]/ );

	const editor = await s.as( 'editor' );
	await editor.goto( list( s ) );
	await editor.getByRole( 'link', { name: 'Of the administrator', exact: true } ).waitFor();
	await editor.getByRole( 'link', { name: 'Of the author', exact: true } ).waitFor();

	const author = await s.as( 'author' );
	await author.goto( list( s ) );
	await author.getByRole( 'link', { name: 'Of the author', exact: true } ).waitFor();
	assert.equal( await author.getByText( 'Of the administrator' ).count(), 0 );
	await author.goto( open( s, admins ) );
	assert.equal( await author.getByText( 'Of the administrator' ).count(), 0, 'not even by its address' );
	await author.goto( open( s, authors ) );
	await author.getByRole( 'heading', { level: 1, name: 'Of the author' } ).waitFor();

	const subscriber = await s.as( 'subscriber' );
	const answer = await subscriber.goto( list( s ) );
	assert.equal( answer.status(), 403 );
	const visitor = await s.visitor();
	await visitor.goto( list( s ) );
	assert.match( visitor.url(), /wp-login\.php/ );
} );

story( 'a server that is away is told of soon, and slows no other page', async ( s ) => {
	s.allow( /status of 50\d/ );
	const silent = await s.listen( createSilence() );
	const page = await s.as( 'admin' );
	for ( const [ name, url, words ] of [
		[ 'stopped', 'http://127.0.0.1:9', /Nothing answers at this address/ ],
		[ 'slow', `http://127.0.0.1:${ silent }`, /did not answer in time/ ],
	] ) {
		s.define( { DDAP_SERVER_URL: url } );
		const begun = Date.now();
		await page.goto( list( s ), { waitUntil: 'domcontentloaded' } );
		await page.getByText( words ).first().waitFor();
		const took = Date.now() - begun;
		assert.ok( took < 10_000, `${ name }: told after ${ took } ms` );
		await s.accessible( page );
		await s.picture( page, `server-${ name }` );
	}
	const begun = Date.now();
	await page.goto( s.admin( 'edit.php' ), { waitUntil: 'domcontentloaded' } );
	assert.ok( Date.now() - begun < 4000, `the list of posts took ${ Date.now() - begun } ms` );
	s.define( { DDAP_SERVER_URL: s.server.url } );
} );
