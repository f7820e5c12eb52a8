// site: language=id_ID
// The dashboard in Indonesian: what PHP says, what scripts say, what the server says.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

const screens = {
	'ddap-overview': 'Analisis Data',
	'ddap-tasks': 'Tugas',
	'ddap-new': 'Analisis baru',
	'ddap-datasets': 'Dataset',
	'ddap-runners': 'Komputer yang membagikan data',
	'ddap-schedules': 'Jadwal',
	'ddap-published': 'Hasil yang diterbitkan',
};

story( 'every screen speaks Indonesian', async ( s ) => {
	await s.ask( '/v1/task', { name: 'Hanya di Mac', operation_code: 200, params: { source: { dataset: 'penguins' }, group_by: [ 'Species' ], aggregates: [ { func: 'size' } ] }, labels: { os: 'mac' } } );
	const page = await s.as( 'admin' );
	for ( const [ slug, title ] of Object.entries( screens ) ) {
		await page.goto( s.admin( `admin.php?page=${ slug }` ) );
		await page.getByRole( 'heading', { level: 1, name: title } ).waitFor();
		await s.until( 'all parts of the page are there', () => page.evaluate( () => ! document.querySelector( '[aria-busy="true"]' ) ) );
		await s.fitsPhone( page );
		await s.picture( page, slug );
	}
	await page.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	await page.getByText( 'Tidak ada yang berjalan saat ini.' ).waitFor();
	assert.equal( await page.locator( '#adminmenu' ).getByRole( 'link', { name: 'Analisis Data' } ).count() > 0, true );
} );

story( 'scripts speak Indonesian, too', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-runners' ) );
	await page.getByRole( 'button', { name: 'Buat kode' } ).click();
	await page.getByText( 'Yang dilakukan pemilik:' ).waitFor();
	const said = await page.evaluate( () => wp.i18n.__( 'Asking the server…', 'ddap-data-analysis' ) );
	assert.equal( said, 'Bertanya pada server…' );
} );
