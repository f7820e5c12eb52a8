// Data Analysis > Schedules: what repeats.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

story( 'a schedule is made in the form, and paused, changed, run and deleted in its list', async ( s ) => {
	const page = await s.as( 'author' );
	await page.goto( s.admin( 'admin.php?page=ddap-schedules' ) );
	await page.getByText( 'Nothing repeats yet.' ).waitFor();
	await s.accessible( page );
	await page.getByRole( 'link', { name: /Make a new analysis/ } ).click();

	await page.getByRole( 'radio', { name: /^birdstrikes/ } ).check();
	await page.getByRole( 'radio', { name: 'Describe columns' } ).check();
	await page.getByLabel( 'Again and again' ).check();
	await page.getByLabel( 'How often' ).selectOption( 'week' );
	await page.getByRole( 'checkbox', { name: 'Friday' } ).check();
	await page.getByLabel( 'Time', { exact: true } ).fill( '06:45' );
	await page.getByLabel( 'Time zone' ).selectOption( 'Asia/Jakarta' );
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Birds of the week' );
	await s.until( 'the summary tells when', async () => /every Monday and Friday at 06:45 \(Asia\/Jakarta\)/.test( await page.locator( '#ddap-summary' ).innerText() ) );
	await s.accessible( page );
	await s.picture( page, 'repeat' );
	await page.getByRole( 'button', { name: 'Save schedule' } ).click();
	await page.waitForURL( /page=ddap-schedules/ );
	await page.getByText( 'The schedule is saved.' ).waitFor();
	const find = async () => ( await s.ask( '/v1/schedules' ) ).schedules.find( ( one ) => 'Birds of the week' === one.name );
	assert.equal( ( await find() ).cron, '45 6 * * 1,5' );

	const row = page.getByRole( 'row', { name: /Birds of the week/ } );
	await row.getByText( 'none yet' ).waitFor();
	await row.getByRole( 'button', { name: 'Run now Birds of the week' } ).click();
	await page.getByText( 'It runs now, besides its times.' ).waitFor();
	await row.getByText( '✓ Done' ).waitFor();
	await row.getByRole( 'button', { name: /^Pause/ } ).click();
	await row.getByText( '‖ Paused' ).waitFor();
	assert.equal( ( await find() ).paused, true );
	await row.getByRole( 'button', { name: /^Resume/ } ).click();
	await row.getByRole( 'button', { name: /^Pause/ } ).waitFor();

	s.allow( /422/ );
	await row.getByRole( 'button', { name: /^Change the time/ } ).click();
	await page.getByLabel( 'How often' ).selectOption( 'cron' );
	await page.getByLabel( 'Expression' ).fill( '61 * * * *' );
	await page.getByRole( 'button', { name: 'Save', exact: true } ).click();
	await page.locator( '#ddap-repeat-cron-error' ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'change-the-time' );
	await page.getByLabel( 'Expression' ).fill( '30 8 * * *' );
	await page.getByRole( 'button', { name: 'Save', exact: true } ).click();
	await row.getByText( 'every day at 08:30' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'schedules' );

	const everybody = await s.as( 'editor' );
	await everybody.goto( s.admin( 'admin.php?page=ddap-schedules' ) );
	await everybody.getByRole( 'row', { name: /Birds of the week/ } ).waitFor();
	assert.equal( await everybody.getByRole( 'button', { name: /^Pause/ } ).count(), 0, 'who sees everybody\'s may not change them' );

	await page.evaluate( () => ( window.confirm = () => true ) );
	await row.getByRole( 'button', { name: /^Delete/ } ).click();
	await page.getByText( 'The schedule is deleted.' ).waitFor();
	assert.equal( await find(), undefined );
} );

story( 'a schedule that fails says why, and an author does not see those of others', async ( s ) => {
	const made = await s.ask( '/v1/schedules', { name: 'Of the operator', cron: '0 7 * * *', time_zone: 'UTC', task: { name: 'wrong column', operation_code: 200, params: { source: { dataset: 'penguins' }, where: { column: 'No such', op: 'eq', value: 1 } } } } );
	await s.ask( `/v1/schedules/${ made.id }/run`, {} );
	await s.until( 'it has failed', async () => ( await s.ask( `/v1/schedules/${ made.id }` ) ).failures?.length );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-schedules' ) );
	await page.getByRole( 'row', { name: /Of the operator/ } ).getByText( '✕ Failed' ).first().waitFor();
	await s.picture( page, 'failed' );
	const author = await s.as( 'author' );
	await author.goto( s.admin( 'admin.php?page=ddap-schedules' ) );
	await author.getByText( 'Nothing repeats yet.' ).waitFor();
	const stranger = await s.as( 'subscriber' );
	s.allow( /403/ );
	assert.equal( ( await stranger.goto( s.admin( 'admin.php?page=ddap-schedules' ) ) ).status(), 403 );
} );
