// site: bare
// The plugin is activated and deactivated by hand.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

story( 'activating and deactivating the plugin makes no noise', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'plugins.php' ) );
	const row = page.locator( 'tr[data-slug="ddap-data-analysis"]' );
	await row.getByRole( 'link', { name: /^Activate/ } ).click();
	await page.waitForURL( /plugins\.php/ );
	await page.getByText( 'Plugin activated.' ).waitFor();
	assert.equal( await page.getByText( 'unexpected output' ).count(), 0 );
	await s.picture( page, 'plugins' );
	await row.getByRole( 'link', { name: /^Deactivate/ } ).click();
	await page.getByText( 'Plugin deactivated.' ).waitFor();
} );
