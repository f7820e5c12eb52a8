// site: unconfigured
// The main job from end to end, by clicking alone: the server is set up, an
// analysis is asked for, watched, and read.

import { story } from '../story.mjs';

story( 'from an empty site to a result, and the news of it', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'options-general.php?page=ddap-settings' ) );
	await page.getByLabel( 'Address' ).fill( s.server.url );
	await page.getByLabel( 'API key' ).fill( s.server.key );
	await page.getByRole( 'button', { name: 'Save and test' } ).click();
	await page.locator( '#ddap-verdict .notice-success' ).waitFor();

	await page.goto( s.admin( 'admin.php?page=ddap-new' ) );
	await page.getByRole( 'radio', { name: /^penguins/ } ).check();
	await page.getByRole( 'radio', { name: 'Find groups' } ).check();
	await page.getByLabel( 'Name', { exact: true } ).fill( 'Kinds of penguins' );
	await page.getByRole( 'button', { name: 'Run analysis' } ).click();

	// The page of the task shows how it goes by itself, until the result is there.
	await page.waitForURL( /page=ddap-tasks&task=/ );
	await page.locator( '#ddap-head' ).getByText( 'Done' ).waitFor();
	await page.getByRole( 'table' ).first().waitFor();
	await page.locator( 'canvas' ).first().waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'result' );

	// Nobody set up a webhook, so the site asks when WordPress's clock tells it to.
	await page.request.get( `${ s.site }/wp-cron.php` );
	await s.until( 'the bell tells of it', async () => {
		await page.goto( s.admin( 'index.php' ) );
		return '1' === await page.locator( '#wp-admin-bar-ddap-bell .ddap-bell-count' ).innerText();
	} );
	await page.locator( '#ddap_dashboard' ).getByText( 'Kinds of penguins' ).first().waitFor();
	await s.picture( page, 'news' );
} );
