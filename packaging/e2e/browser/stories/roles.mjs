// Settings > Data Analysis > Roles: who may do what.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

const roles = 'options-general.php?page=ddap-settings&tab=roles';

story( 'a right that a role is given holds from the next page on, and can be taken again', async ( s ) => {
	const admin = await s.as( 'admin' );
	const editor = await s.as( 'editor' );
	s.allow( /status of 403/ );
	assert.equal( ( await editor.goto( s.admin( 'options-general.php?page=ddap-settings' ) ) ).status(), 403 );

	await admin.goto( s.admin( roles ) );
	await s.accessible( admin );
	await s.fitsPhone( admin );
	await s.picture( admin, 'roles' );
	await admin.getByLabel( 'Editor: Change settings' ).check();
	await admin.getByLabel( 'Author: Ask' ).uncheck();
	await admin.getByRole( 'button', { name: 'Save roles' } ).click();
	await admin.getByText( 'Saved.', { exact: true } ).waitFor();
	assert.ok( await admin.getByLabel( 'Editor: Change settings' ).isChecked() );
	assert.ok( ! ( await admin.getByLabel( 'Author: Ask' ).isChecked() ) );

	assert.equal( ( await editor.goto( s.admin( 'options-general.php?page=ddap-settings' ) ) ).status(), 200 );
	await editor.getByRole( 'button', { name: 'Test connection' } ).waitFor();
	const author = await s.as( 'author' );
	await author.goto( s.admin( 'profile.php' ) );
	assert.equal( await author.locator( '#wp-admin-bar-ddap-bell' ).count(), 0 );

	await admin.getByLabel( 'Editor: Change settings' ).uncheck();
	await admin.getByLabel( 'Author: Ask' ).check();
	await admin.getByRole( 'button', { name: 'Save roles' } ).click();
	await admin.getByText( 'Saved.', { exact: true } ).waitFor();
	assert.equal( ( await editor.goto( s.admin( 'options-general.php?page=ddap-settings' ) ) ).status(), 403 );
} );

story( 'administrators cannot lock everybody out of the settings', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( roles ) );
	const own = page.getByLabel( 'Administrator: Change settings' );
	assert.ok( await own.isDisabled() );
	// Not even with a form that was tampered with.
	const nonce = await page.locator( '[name="_wpnonce"]' ).inputValue();
	await page.request.post( s.admin( 'admin-post.php' ), { form: { action: 'ddap_save_roles', _wpnonce: nonce } } );
	assert.equal( ( await page.goto( s.admin( roles ) ) ).status(), 200 );
	assert.ok( ! ( await page.getByLabel( 'Editor: See results' ).isChecked() ), 'what was taken is taken' );
	for ( const label of [ 'Administrator: See results', 'Administrator: Ask', 'Administrator: Manage tasks', 'Editor: See results', 'Editor: Ask', 'Author: Ask' ] ) {
		await page.getByLabel( label ).check();
	}
	await page.getByRole( 'button', { name: 'Save roles' } ).click();
	await page.getByText( 'Saved.', { exact: true } ).waitFor();
} );

story( 'a form without its nonce, or of somebody who may not send it, changes nothing', async ( s ) => {
	const page = await s.as( 'admin' );
	const forged = await page.request.post( s.admin( 'admin-post.php' ), { form: { action: 'ddap_save_roles' } } );
	assert.equal( forged.status(), 403 );
	const editor = await s.as( 'editor' );
	const refused = await editor.request.post( s.admin( 'admin-post.php' ), { form: { action: 'ddap_save_roles', _wpnonce: 'x' } } );
	assert.equal( refused.status(), 403 );
	await page.goto( s.admin( roles ) );
	assert.ok( await page.getByLabel( 'Editor: Ask' ).isChecked() );
} );
