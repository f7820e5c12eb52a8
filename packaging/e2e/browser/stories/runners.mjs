// Data Analysis > Runners: the computers that share data.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

story( 'an invitation shows its code once, and can be withdrawn', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-runners' ) );
	await page.getByRole( 'rowheader', { name: 'laboratory' } ).waitFor();
	await page.getByText( 'Online, free' ).waitFor();
	await page.getByText( 'the server tells operators only' ).waitFor();
	await page.getByText( 'No invitation is open.' ).waitFor();
	await page.getByLabel( 'For how many computers' ).fill( '2' );
	await page.getByRole( 'button', { name: 'Make a code' } ).click();
	const code = page.getByLabel( 'Code' );
	await code.waitFor();
	assert.match( await code.inputValue(), /^ddap_enr_/ );
	await page.getByText( '0 of 2' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'invited' );

	const { enrollments } = await s.ask( '/v1/enrollments' );
	assert.equal( enrollments.filter( ( one ) => 2 === one.max_uses ).length, 1 );

	await page.reload();
	await page.getByText( '0 of 2' ).waitFor();
	assert.equal( await page.getByText( 'ddap_enr_' ).count(), 0, 'the code is shown once' );
	page.removeAllListeners( 'dialog' ).once( 'dialog', ( dialog ) => dialog.accept() );
	await page.getByRole( 'button', { name: 'Withdraw' } ).click();
	await page.getByText( 'No invitation is open.' ).waitFor();
} );

story( 'only who manages the settings invites', async ( s ) => {
	s.allow( /403/ );
	const page = await s.as( 'author' );
	await page.goto( s.admin( 'admin.php?page=ddap-runners' ) );
	await page.getByRole( 'rowheader', { name: 'laboratory' } ).waitFor();
	assert.equal( await page.getByRole( 'heading', { name: 'Invite a computer' } ).count(), 0 );
	const refused = await page.evaluate( () => wp.apiFetch( { path: '/ddap/v1/invitations', method: 'POST', data: { request: '01a21370-4951-7c35-95ec-2a996ecd6ced' } } ).catch( ( error ) => error.code ) );
	assert.equal( refused, 'ddap_forbidden' );
} );

story( 'with an operator\'s key it says why a computer does nothing', async ( s ) => {
	const { key } = await s.ask( '/v1/keys', { name: 'The site, as operator', role: 'operator', delegate: true } );
	s.define( { DDAP_API_KEY: key } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-runners' ) );
	await page.getByText( 'Why does it do nothing?' ).click();
	await page.getByText( 'No task is waiting.' ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'operator' );
	s.define( { DDAP_API_KEY: s.server.key } );
} );
