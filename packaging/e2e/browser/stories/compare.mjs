// Two results beside each other.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

async function ridge( s, name, params ) {
	const { task_id: id } = await s.ask( '/v1/task', { name, operation_code: 300, params: { source: { dataset: 'penguins' }, model: 'ridge', target: 'Body Mass (g)', ...params } } );
	await s.ask( `/v1/result/${ id }?wait=30` );
	return id;
}

story( 'two results are chosen in the list and compared', async ( s ) => {
	await ridge( s, 'Usual', {} );
	await ridge( s, 'Stronger', { params: { alpha: 50 } } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-tasks' ) );
	await page.getByLabel( 'Select Usual' ).check();
	await page.getByLabel( 'Select Stronger' ).check();
	await page.locator( '#bulk-action-selector-top' ).selectOption( 'compare' );
	await page.locator( '#doaction' ).click();
	await page.getByRole( 'heading', { name: 'What differs' } ).waitFor();
	await page.getByRole( 'row', { name: /alpha/ } ).getByRole( 'cell', { name: '50' } ).waitFor();
	await page.getByRole( 'columnheader', { name: 'B minus A' } ).waitFor();
	await page.getByRole( 'columnheader', { name: 'Coefficient, B − A' } ).waitFor();
	assert.ok( await page.locator( '.ddap-beside figure' ).count() >= 2, 'charts stand beside each other' );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'compare' );
} );

story( 'the page of a task leads to a comparison', async ( s ) => {
	const id = await ridge( s, 'First', {} );
	await ridge( s, 'Second', {} );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( `admin.php?page=ddap-tasks&task=${ id }` ) );
	await page.getByRole( 'link', { name: 'Compare …' } ).click();
	await page.getByRole( 'link', { name: 'Second', exact: true } ).click();
	await page.getByText( 'Both asked the same of the same data.' ).waitFor();
} );
