// site: unconfigured
// Settings > Data Analysis: where the server is, and which key opens it.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createSilence } from 'node:net';
import { story } from '../story.mjs';

/**
 * Opens the settings and fills in the form.
 *
 * @param {Object} s       The story.
 * @param {Object} page    The page.
 * @param {string} address What is typed as address.
 * @param {string} key     What is typed as key.
 */
async function enter( s, page, address, key ) {
	await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
	await page.getByLabel( 'Address' ).fill( address );
	await page.getByLabel( 'API key' ).fill( key );
	await page.getByRole( 'button', { name: 'Save and test' } ).click();
	await page.waitForLoadState();
}

/**
 * Waits for the verdict and gives it.
 *
 * @param {Object} page The page.
 * @return {Promise<string>} What it says.
 */
async function verdict( page ) {
	const box = page.locator( '#ddap-verdict .notice' );
	await box.waitFor();
	return box.innerText();
}

story( 'each way in which a server cannot be used has its own sentence', async ( s ) => {
	const page = await s.as( 'admin' );
	await enter( s, page, 'ftp://example.org', 'something else' );
	await page.getByText( 'Nothing was saved.' ).waitFor();
	await page.getByText( 'This is not an API key.' ).waitFor();
	assert.equal( await page.getByLabel( 'Address' ).inputValue(), 'ftp://example.org', 'what was typed stays' );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'wrong-fields' );

	await enter( s, page, 'http://127.0.0.1:9', s.server.key );
	assert.match( await verdict( page ), /Nothing answers at this address/ );

	const other = await s.listen( createServer( ( request, answer ) => answer.end( 'hello' ) ) );
	await enter( s, page, `http://127.0.0.1:${ other }`, s.server.key );
	assert.match( await verdict( page ), /not a DDAP server/ );

	const silent = await s.listen( createSilence() );
	const begun = Date.now();
	await enter( s, page, `http://127.0.0.1:${ silent }`, s.server.key );
	assert.match( await verdict( page ), /did not answer in time/ );
	assert.ok( Date.now() - begun < 15_000, 'and that is soon, also on a busy machine' );

	const stranger = s.server.key.replace( /.$/, ( last ) => ( last === 'a' ? 'b' : 'a' ) );
	await enter( s, page, s.server.url, stranger );
	assert.match( await verdict( page ), /does not know this key/ );
	await s.accessible( page );
	await s.picture( page, 'wrong-key' );
} );

story( 'a right key is told so, kept, and never shown again', async ( s ) => {
	const page = await s.as( 'admin' );
	await enter( s, page, s.server.url, s.server.key );
	assert.match( await verdict( page ), /Connected to the workspace "default" with the key "WordPress" \(analyst\)/ );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'connected' );

	await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
	assert.ok( ! ( await page.content() ).includes( s.server.key ), 'the key is nowhere in the page' );
	await page.getByRole( 'button', { name: 'Test connection' } ).click();
	assert.match( await verdict( page ), /Connected/ );
} );

story( 'constants of wp-config.php win, and their fields are closed', async ( s ) => {
	s.define( { DDAP_SERVER_URL: s.server.url, DDAP_API_KEY: s.server.key } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
	assert.ok( await page.getByLabel( 'Address' ).isDisabled() );
	assert.ok( await page.getByLabel( 'API key' ).isDisabled() );
	await page.getByRole( 'button', { name: 'Test connection' } ).click();
	assert.match( await verdict( page ), /Connected/ );
	await s.picture( page, 'constants' );
	// A key of wp-config.php goes where wp-config.php says, and nowhere else.
	s.define( { DDAP_SERVER_URL: null, DDAP_API_KEY: s.server.key } );
	await page.reload();
	assert.ok( await page.getByLabel( 'Address' ).isDisabled() );
	assert.match( await page.locator( '#ddap-server-url-error' ).textContent(), /Set DDAP_SERVER_URL there as well/ );
	s.define( { DDAP_SERVER_URL: null, DDAP_API_KEY: null } );
} );

story( 'nobody but administrators gets to the settings', async ( s ) => {
	for ( const user of [ 'editor', 'author', 'subscriber' ] ) {
		const page = await s.as( user );
		const answer = await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
		s.allow( /status of 403/ );
		assert.equal( answer.status(), 403, user );
	}
} );

story( 'a key that may only look is told apart from one that works', async ( s ) => {
	const weak = await s.ask( '/v1/keys', { name: 'Looks only', role: 'viewer' } );
	const page = await s.as( 'admin' );
	await enter( s, page, s.server.url, weak.key );
	assert.match( await verdict( page ), /it may only look\. Analyses take a key with the role analyst/ );
	await s.picture( page, 'weak-key' );
} );

story( 'a server that never answers is said to be silent within five seconds, on each page of the plugin', async ( s ) => {
	const silent = await s.listen( createSilence() );
	s.define( { DDAP_SERVER_URL: `http://127.0.0.1:${ silent }`, DDAP_API_KEY: s.server.key } );
	const page = await s.as( 'admin' );
	for ( const screen of [ 'ddap-tasks', 'ddap-settings', 'ddap-new' ] ) {
		const begun = Date.now();
		const answer = await page.request.get( s.admin( screen === 'ddap-settings' ? `options-general.php?page=${ screen }&tab=notifications` : `admin.php?page=${ screen }` ) );
		assert.equal( answer.status(), 200, screen );
		// Four seconds for the server, and what the machine needs for the page.
		assert.ok( Date.now() - begun < 8000, `${ screen } took ${ Date.now() - begun } ms` );
	}
	await page.goto( s.admin( 'admin.php?page=ddap-tasks' ) );
	await page.getByText( 'The server did not answer in time.' ).first().waitFor();
	s.define( { DDAP_SERVER_URL: null, DDAP_API_KEY: null } );
} );

story( 'each tab has help, which leads to Site Health', async ( s ) => {
	const page = await s.as( 'admin' );
	await enter( s, page, s.server.url, s.server.key );
	await verdict( page );
	for ( const tab of [ '', '&tab=roles', '&tab=notifications' ] ) {
		await page.goto( s.admin( `options-general.php?page=ddap-settings${ tab }` ) );
		await page.getByRole( 'button', { name: 'Help' } ).click();
		await page.getByRole( 'link', { name: 'Site Health says what is wrong' } ).waitFor();
	}
	await s.picture( page, 'help' );
} );
