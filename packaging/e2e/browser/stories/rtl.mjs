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

story( 'published results stand the other way round as well', async ( s ) => {
	const headers = { authorization: `Bearer ${ s.server.key }`, 'ddap-acting-user': '1;Somebody', 'content-type': 'application/json' };
	const body = JSON.stringify( { name: 'Look', operation_code: 100, params: { source: { dataset: 'penguins' }, preview_rows: 60, profile: true } } );
	const { task_id: id } = await ( await fetch( `${ s.server.url }/v1/task`, { method: 'POST', headers, body } ) ).json();
	await s.until( 'the analysis is done', async () => 'succeeded' === ( await s.ask( `/v1/tasks/${ id }` ) ).state );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-published' ) );
	const link = await page.evaluate( async ( task ) => {
		const parts = [];
		for ( const [ kind, name ] of [ [ 'chart', 'distribution_1' ], [ 'table', 'preview' ], [ 'number', 'rows' ] ] ) {
			const { id: snapshot } = await wp.apiFetch( { path: '/ddap/v1/snapshots', method: 'POST', data: { task_id: task, kind, name } } );
			parts.push( `<!-- wp:ddap/analysis-result {"snapshot":${ snapshot }} /-->` );
		}
		return ( await wp.apiFetch( { path: '/wp/v2/pages', method: 'POST', data: { title: 'Penguins', status: 'publish', content: parts.join( '' ) } } ) ).link;
	}, id );
	const visitor = await s.visitor();
	await visitor.goto( link );
	await visitor.getByRole( 'img', { name: /Most frequent values of Species/ } ).waitFor();
	const edge = await visitor.evaluate( () => {
		const figure = document.querySelector( '.ddap-result' ).getBoundingClientRect();
		return figure.right - document.querySelector( '.ddap-result-caption bdi' ).getBoundingClientRect().right;
	} );
	assert.ok( Math.abs( edge ) < 2, 'the caption begins at the right' );
	await s.fitsPhone( visitor );
	await s.picture( visitor, 'visitor' );
} );
