// site: multisite unconfigured
// A network of sites, on all of which the plugin is active.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

story( 'each site of a network has settings of its own', async ( s ) => {
	const page = await s.as( 'admin' );
	const second = `${ s.site }/second/wp-admin/options-general.php?page=ddap-settings`;
	await page.goto( second );
	await page.getByLabel( 'Address' ).fill( s.server.url );
	await page.getByLabel( 'API key' ).fill( s.server.key );
	await page.getByRole( 'button', { name: 'Save and test' } ).click();
	await page.locator( '#ddap-verdict .notice-success' ).waitFor();
	await s.picture( page, 'second-site' );

	await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
	assert.equal( await page.getByLabel( 'Address' ).inputValue(), '', 'the first site knows nothing of it' );
	await page.goto( second );
	assert.equal( await page.getByLabel( 'Address' ).inputValue(), s.server.url );
} );

story( 'a site that is made later has the same rights', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( `${ s.site }/wp-admin/network/site-new.php` );
	await page.getByLabel( /Site Address/ ).fill( 'third' );
	await page.getByLabel( /Site Title/ ).fill( 'Third' );
	await page.getByLabel( /Admin Email/ ).fill( 'editor@example.org' );
	await page.getByRole( 'button', { name: 'Add Site' } ).click();
	await page.getByText( 'Site added.' ).waitFor();

	const owner = await s.as( 'editor' ); // who is the administrator of that site now
	const answer = await owner.goto( `${ s.site }/third/wp-admin/options-general.php?page=ddap-settings` );
	assert.equal( answer.status(), 200 );
	await owner.getByRole( 'heading', { name: 'Data Analysis' } ).waitFor();
} );

story( 'each site of a network has a webhook of its own', async ( s ) => {
	const page = await s.as( 'admin' );
	const second = `${ s.site }/second/wp-admin/options-general.php?page=ddap-settings`;
	await page.goto( second );
	await page.getByLabel( 'Address' ).fill( s.server.url );
	await page.getByLabel( 'API key' ).fill( s.server.key );
	await page.getByRole( 'button', { name: 'Save and test' } ).click();
	await page.locator( '#ddap-verdict .notice-success' ).waitFor();
	await page.goto( `${ second }&tab=notifications` );
	await page.getByText( '/second/wp-json/ddap/v1/webhook' ).waitFor();
	await page.getByRole( 'button', { name: 'Set up', exact: true } ).click();
	await page.getByText( 'The test arrived.' ).waitFor();
	await page.goto( s.admin( 'options-general.php?page=ddap-settings&tab=notifications' ) );
	await page.getByText( 'Set up the server first' ).waitFor();
} );
