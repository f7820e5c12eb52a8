// Publishing: from the page of a task to a page that visitors see, and back.

import assert from 'node:assert/strict';
import { story } from '../story.mjs';

/**
 * Asks for an analysis as a person of the site, and waits until it is done.
 *
 * @param {Object} s    The story.
 * @param {number} user The person's number in WordPress.
 * @param {Object} task What is asked.
 * @return {Promise<string>} The task's id.
 */
async function done( s, user, task ) {
	const send = ( route, body ) => fetch( s.server.url + route, {
		method: body ? 'POST' : 'GET',
		headers: { authorization: `Bearer ${ s.server.key }`, 'ddap-acting-user': `${ user };Somebody`, 'content-type': 'application/json' },
		body: body && JSON.stringify( body ),
	} ).then( ( answer ) => answer.json() );
	const { task_id: id } = await send( '/v1/task', task );
	await s.until( 'the analysis is done', async () => 'succeeded' === ( await send( `/v1/tasks/${ id }` ) ).state );
	return id;
}

const look = { name: 'Look at the penguins', operation_code: 100, params: { source: { dataset: 'penguins' }, preview_rows: 120, profile: true } };
const strikes = { name: 'Strikes', operation_code: 200, params: { source: { dataset: 'birdstrikes' }, group_by: [ 'Wildlife Size' ], aggregates: [ { func: 'size' } ] } };

/**
 * Publishes a part of a result on the page of its task.
 *
 * @param {Object} page  The page of the task.
 * @param {string} part  The part, as KIND:NAME.
 * @param {string} title For visitors.
 * @return {Promise<string>} The shortcode.
 */
async function publish( page, part, title ) {
	await page.getByLabel( 'What', { exact: true } ).selectOption( part );
	await page.getByLabel( 'Title for visitors' ).fill( title );
	await page.getByRole( 'button', { name: 'Publish', exact: true } ).click();
	const line = page.locator( '#ddap-published li' ).filter( { hasText: title } );
	await line.waitFor();
	return line.locator( 'code' ).innerText();
}

story( 'what somebody publishes, visitors see, until it is taken down', async ( s ) => {
	const id = await done( s, 1, look );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( `admin.php?page=ddap-tasks&task=${ id }` ) );
	await page.getByRole( 'heading', { name: 'Publish' } ).waitFor();
	const chart = await publish( page, 'chart:distribution_3', 'How long beaks are' );
	const table = await publish( page, 'table:preview', 'Penguins one by one' );
	const number = await publish( page, 'number:rows', 'Penguins that were counted' );
	await s.accessible( page, '.ddap-publish' );
	await s.fitsPhone( page );
	await s.picture( page, 'task' );

	const content = `<!-- wp:ddap/analysis-result {"snapshot":${ /\d+/.exec( chart ) }} /-->\n\n<!-- wp:shortcode -->${ table }<!-- /wp:shortcode -->\n\n<!-- wp:ddap/analysis-result {"snapshot":${ /\d+/.exec( number ) },"caption":"All of them"} /-->`;
	const { link } = await page.evaluate( ( text ) => wp.apiFetch( { path: '/wp/v2/pages', method: 'POST', data: { title: 'Our penguins', status: 'publish', content: text } } ), content );

	const visitor = await s.visitor();
	const asked = [];
	visitor.on( 'request', ( request ) => asked.push( new URL( request.url() ).origin ) );
	await visitor.goto( link );
	await visitor.getByRole( 'img', { name: /Distribution of Beak Length/ } ).waitFor();
	await visitor.getByText( 'The same as a table' ).click();
	await visitor.getByRole( 'columnheader', { name: 'Rows' } ).waitFor();
	const birds = visitor.getByRole( 'region', { name: 'Penguins one by one' } );
	assert.equal( await birds.getByRole( 'row' ).count(), 51, 'fifty rows and their heads' );
	await visitor.getByText( 'Page 1 of 3' ).waitFor();
	await visitor.getByRole( 'button', { name: 'Next' } ).click();
	await visitor.getByText( 'Page 2 of 3' ).waitFor();
	await visitor.getByText( 'The first 120 of 344 rows.' ).waitFor();
	await visitor.getByText( 'All of them' ).waitFor();
	await visitor.getByText( /^As of / ).first().waitFor();
	await s.accessible( visitor, '.entry-content' );
	await s.fitsPhone( visitor );
	await s.picture( visitor, 'visitor' );
	assert.deepEqual( [ ...new Set( asked ) ], [ s.site ], 'nothing is asked of anybody else' );

	await page.goto( s.admin( 'admin.php?page=ddap-published' ) );
	await page.getByRole( 'link', { name: 'Our penguins' } ).first().waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'published' );
	page.removeAllListeners( 'dialog' ).once( 'dialog', ( dialog ) => dialog.accept() );
	await page.getByRole( 'button', { name: /^Unpublish.*How long beaks are/ } ).click();
	await page.getByText( 'Nobody sees it any more.' ).waitFor();

	await visitor.reload();
	await visitor.getByText( 'All of them' ).waitFor();
	assert.equal( await visitor.getByText( 'How long beaks are' ).count(), 0 );
	assert.equal( await visitor.getByText( 'no longer published' ).count(), 0, 'visitors are told nothing' );
	await page.goto( link );
	await page.getByText( 'no longer published' ).waitFor();
} );

story( 'nothing is published against the owner\'s wish', async ( s ) => {
	s.allow( /403/ );
	const id = await done( s, 1, strikes );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( `admin.php?page=ddap-tasks&task=${ id }` ) );
	await page.getByText( 'does not allow publishing' ).waitFor();
	assert.equal( await page.getByRole( 'button', { name: 'Publish', exact: true } ).count(), 0 );
	const refused = await page.evaluate( ( task_id ) => wp.apiFetch( { path: '/ddap/v1/snapshots', method: 'POST', data: { task_id, kind: 'table', name: 'groups' } } ).catch( ( error ) => error.code ), id );
	assert.equal( refused, 'ddap_owner_forbids' );
} );

story( 'the block offers what is published', async ( s ) => {
	// A picture of the editor's own welcome comes from elsewhere.
	s.allow( /welcome-canvas|s\.w\.org|gravatar/ );
	const id = await done( s, 1, look );
	const page = await s.as( 'admin' );
	await page.goto( s.admin( `admin.php?page=ddap-tasks&task=${ id }` ) );
	await publish( page, 'number:rows', 'Penguins in all' );
	await page.goto( s.admin( 'post-new.php' ) );
	await page.waitForFunction( () => window.wp?.data?.select( 'core/editor' )?.getCurrentPostId() );
	await page.evaluate( () => {
		wp.data.dispatch( 'core/preferences' ).set( 'core/edit-post', 'welcomeGuide', false );
		wp.data.dispatch( 'core/block-editor' ).insertBlocks( wp.blocks.createBlock( 'ddap/analysis-result' ) );
	} );
	const canvas = page.frameLocator( 'iframe[name="editor-canvas"]' );
	const option = await canvas.getByRole( 'option', { name: /Penguins in all/ } ).getAttribute( 'value' );
	await canvas.getByLabel( 'Published result' ).selectOption( option );
	await canvas.getByText( '344' ).waitFor();
	await s.picture( page, 'block' );
} );
