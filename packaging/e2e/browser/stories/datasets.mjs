// Data Analysis > Datasets: what can be asked about.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

story( 'it tells of each dataset what may leave and leads to an analysis', async ( s ) => {
	const page = await s.as( 'author' );
	await page.goto( s.admin( 'admin.php?page=ddap-datasets' ) );
	await page.getByRole( 'paragraph' ).filter( { hasText: '3 datasets' } ).waitFor();
	const penguins = page.getByRole( 'listitem' ).filter( { has: page.getByRole( 'heading', { name: 'penguins' } ) } );
	await penguins.getByText( 'Rows may leave' ).waitFor();
	await penguins.getByText( 'May be published' ).waitFor();
	await penguins.getByText( 'On 1 computer, 1 online' ).waitFor();
	const strikes = page.getByRole( 'listitem' ).filter( { has: page.getByRole( 'heading', { name: 'birdstrikes' } ) } );
	await strikes.getByText( 'Summaries of at least 5 rows only' ).waitFor();
	await strikes.getByText( 'Not for visitors' ).waitFor();
	await strikes.getByText( '14 columns' ).click();
	await strikes.getByText( 'Wildlife Species' ).waitFor();
	const { datasets } = await s.ask( '/v1/datasets' );
	const id = datasets.find( ( dataset ) => 'penguins' === dataset.name ).id;
	assert.match( await penguins.getByRole( 'link', { name: 'Analyze this' } ).getAttribute( 'href' ), new RegExp( `page=ddap-new&dataset=${ id }$` ) );
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'datasets' );
} );

story( 'searching looks into columns, too', async ( s ) => {
	const page = await s.as( 'editor' );
	await page.goto( s.admin( 'admin.php?page=ddap-datasets&s=flipper' ) );
	await page.getByRole( 'heading', { name: 'penguins' } ).waitFor();
	assert.equal( await page.getByRole( 'heading', { name: 'flights' } ).count(), 0 );
	await page.getByLabel( 'Search datasets' ).fill( '<nothing>' );
	await page.getByRole( 'paragraph' ).filter( { hasText: 'No dataset has "<nothing>"' } ).waitFor();
	await page.getByLabel( 'Search datasets' ).fill( ' ' );
	await page.getByRole( 'paragraph' ).filter( { hasText: '3 datasets' } ).waitFor();
} );
