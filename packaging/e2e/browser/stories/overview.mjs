// Data Analysis > Overview: what happens now.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { story } from '../story.mjs';

const group = ( dataset ) => ( { source: { dataset }, group_by: [ 'Species' ], aggregates: [ { func: 'size' } ] } );

story( 'an empty site shows the way to a first result', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	await page.getByRole( 'heading', { name: 'First steps' } ).waitFor();
	await page.getByText( 'Nothing waits.' ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'first-steps' );

	s.define( { DDAP_SERVER_URL: null, DDAP_API_KEY: null } );
	await page.reload();
	await page.getByRole( 'link', { name: 'Open the settings' } ).waitFor();
	s.define( { DDAP_SERVER_URL: s.server.url, DDAP_API_KEY: s.server.key } );
} );

story( 'it tells what waits and why, and what ended', async ( s ) => {
	await s.ask( '/v1/task', { name: 'Penguins <b>by</b> species', operation_code: 200, params: group( 'penguins' ) } );
	await s.ask( '/v1/task', { name: 'Only on a Mac', operation_code: 200, params: group( 'penguins' ), labels: { os: 'mac' } } );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	const waiting = page.getByRole( 'region', { name: 'Waiting' } );
	await waiting.getByText( 'No computer has the labels that this task asks for.' ).waitFor();
	await page.getByRole( 'region', { name: 'Last results' } ).getByRole( 'link', { name: 'Penguins <b>by</b> species' } ).waitFor();
	await page.getByRole( 'link', { name: '1 of 1 computer is online' } ).waitFor();
	await page.getByRole( 'link', { name: '3 of 3 datasets can be read now' } ).waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'overview' );

	const author = await s.as( 'author' );
	await author.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	await author.getByRole( 'region', { name: 'Waiting' } ).getByText( 'Nothing waits.' ).waitFor();
	assert.equal( await author.getByText( 'Only on a Mac' ).count(), 0, 'an author sees their own tasks only' );
} );

story( 'it is there at once, also when the server says nothing', async ( s ) => {
	const silent = await s.listen( createServer() );
	s.define( { DDAP_SERVER_URL: `http://127.0.0.1:${ silent }` } );
	s.allow( /502/ );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	await page.getByRole( 'heading', { name: 'Running now' } ).waitFor();
	await page.getByRole( 'alert' ).first().getByText( 'The server did not answer in time.' ).waitFor();
	await s.accessible( page );
	await s.picture( page, 'silent-server' );
	s.define( { DDAP_SERVER_URL: s.server.url } );
	await page.getByRole( 'alert' ).first().getByRole( 'button', { name: 'Try again' } ).click();
	await page.getByRole( 'link', { name: '1 of 1 computer is online' } ).or( page.getByText( 'Nothing runs at the moment.' ) ).first().waitFor();
} );

story( 'who has no right sees no menu and no data', async ( s ) => {
	s.allow( /403/ );
	const page = await s.as( 'subscriber' );
	await page.goto( s.admin( 'index.php' ) );
	assert.equal( await page.getByRole( 'link', { name: 'Data Analysis' } ).count(), 0 );
	const answer = await page.goto( s.admin( 'admin.php?page=ddap-overview' ) );
	assert.equal( answer.status(), 403 );
} );
