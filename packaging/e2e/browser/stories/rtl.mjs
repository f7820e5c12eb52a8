// site: language=ar
// The dashboard where people read from right to left.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

const screens = [ 'ddap-overview', 'ddap-tasks', 'ddap-new', 'ddap-datasets', 'ddap-runners', 'ddap-schedules', 'ddap-published' ];

story( 'every screen stands the other way round, and fits', async ( s ) => {
	const page = await s.as( 'admin' );
	for ( const slug of screens ) {
		await page.goto( s.admin( `admin.php?page=${ slug }` ) );
		await page.getByRole( 'heading', { level: 1 } ).waitFor();
		assert.equal( await page.evaluate( () => getComputedStyle( document.body ).direction ), 'rtl' );
		await s.until( 'all parts of the page are there', () => page.evaluate( () => ! document.querySelector( '[aria-busy="true"]' ) ) );
		await s.fitsPhone( page );
		await s.picture( page, slug );
	}
} );
