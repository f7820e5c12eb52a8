// People are told that what they asked for has ended: by the bell, on the
// dashboard, by e-mail; at once by the server's webhook, else by asking.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { story } from '../story.mjs';

/** The author's number: the site's users are made in this order. */
const author = '3;Author';

/**
 * Asks for an analysis in the name of somebody of the site, as the plugin does.
 *
 * @param {Object}   s     The story.
 * @param {string}   who   Number and name.
 * @param {string}   name  What it is called.
 * @param {Object[]} tasks Its steps.
 * @return {Promise<string>} The pipeline's id.
 */
async function analyze( s, who, name, tasks ) {
	const answer = await fetch( `${ s.server.url }/v1/pipelines`, {
		method: 'POST',
		headers: { authorization: `Bearer ${ s.server.key }`, 'content-type': 'application/json', 'ddap-acting-user': who },
		body: JSON.stringify( { name, tasks } ),
	} );
	const made = await answer.json();
	assert.equal( answer.status, 201, JSON.stringify( made ) );
	return made.id;
}

/** Two steps that succeed. */
const works = [
	{ ref: 'look', name: 'Look', operation_code: 100, params: { source: { dataset: 'penguins' } } },
	{ ref: 'sum', name: 'Sum up', operation_code: 300, params: { source: { task: 'look' }, model: 'describe' } },
];

/** Two steps of which the second fails: there is nothing to learn from no rows. */
const fails = [
	{ ref: 'none', name: 'None', operation_code: 200, params: { source: { dataset: 'flights' }, where: { column: 'delay', op: 'gt', value: 1000000 } } },
	{ ref: 'learn', name: 'Learn', operation_code: 300, params: { source: { task: 'none' }, model: 'linear_regression', target: 'delay', features: [ 'distance' ] } },
];

/** Waits until all steps of a pipeline have ended. */
async function ended( s, id ) {
	await s.until( 'the analysis ends', async () => {
		const { tasks } = await s.ask( `/v1/pipelines/${ id }` );
		return tasks.every( ( task ) => [ 'succeeded', 'failed', 'canceled' ].includes( task.state ) );
	} );
}

const bell = ( page ) => page.locator( '#wp-admin-bar-ddap-bell' );
// Links of the admin bar are menu items in some versions of WordPress.
const entry = ( page, text ) => bell( page ).locator( '.ab-submenu a' ).filter( { hasText: text } );
const count = ( page ) => bell( page ).locator( '.ddap-bell-count' );

story( 'without a webhook the site asks the server, and says so', async ( s ) => {
	await ended( s, await analyze( s, author, 'Asked for by polling', works ) );
	await fetch( `${ s.site }/wp-cron.php` );
	const page = await s.as( 'author' );
	await s.until( 'the bell tells', async () => {
		await page.goto( s.admin( 'profile.php' ) );
		return ( await count( page ).innerText() ) === '1';
	} );
	const admin = await s.as( 'admin' );
	await admin.goto( s.admin( 'options-general.php?page=ddap-settings&tab=notifications' ) );
	await admin.getByText( 'Not set up: this site asks the server' ).waitFor();
	await admin.getByText( /Last asked .* ago/ ).waitFor();
	await s.accessible( admin );
	await s.fitsPhone( admin );
	await s.picture( admin, 'webhook-none' );
} );

story( 'the webhook is set up with one click, tried, and its secret replaced', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'options-general.php?page=ddap-settings&tab=notifications' ) );
	await page.getByRole( 'button', { name: 'Set up', exact: true } ).click();
	await page.getByText( 'The test arrived.' ).waitFor();
	await page.locator( '.ddap-deliveries' ).getByText( '✓ Arrived' ).first().waitFor();
	await s.accessible( page );
	await s.fitsPhone( page );
	await s.picture( page, 'webhook-works' );

	await page.getByRole( 'button', { name: 'Replace the secret' } ).click();
	await page.getByText( 'The secret was replaced.' ).waitFor();
	await page.getByRole( 'button', { name: 'Send a test' } ).click();
	await page.getByText( 'The test arrived.' ).waitFor();
	await page.reload();
	await page.getByText( 'Works: the server tells this site at once.' ).waitFor();
} );

story( 'whoever asked is told once of an analysis, of failures as clearly as of successes', async ( s ) => {
	const page = await s.as( 'author' );
	await page.goto( s.admin( 'profile.php#ddap-preferences' ) );
	await page.getByLabel( 'Whenever one has ended' ).check();
	await s.picture( page, 'profile' );
	await page.getByRole( 'button', { name: 'Update Profile' } ).click();
	await page.getByText( 'Profile updated.' ).waitFor();
	const unread = Number( await count( page ).innerText() );

	await ended( s, await analyze( s, author, 'Penguins in short', works ) );
	await ended( s, await analyze( s, author, 'Delay <script>alert(1)</script>', fails ) );
	await s.until( 'the bell tells', async () => {
		await page.goto( s.admin( 'profile.php' ) );
		return Number( await count( page ).innerText() ) === unread + 2;
	} );
	await page.goto( s.admin( 'index.php' ) );
	await page.locator( '#ddap-dashboard-list[aria-busy="false"]' ).waitFor();
	await page.locator( '#ddap_dashboard' ).getByText( 'Failed: ' ).first().waitFor();
	await s.accessible( page, '#ddap_dashboard' );
	await s.picture( page, 'dashboard' );

	// By keyboard alone.
	await bell( page ).locator( ':scope > .ab-item' ).focus();
	await page.keyboard.press( 'Enter' );
	const failure = entry( page, /Failed:\s+Delay <script>/ );
	await failure.waitFor();
	assert.match( await failure.innerText(), /✕/ );
	await entry( page, /Done:\s+Penguins in short/ ).waitFor();
	await s.accessible( page, '#wp-admin-bar-ddap-bell' );
	await s.picture( page, 'bell' );
	await entry( page, 'Mark all as read' ).focus();
	await page.keyboard.press( 'Enter' );
	await s.until( 'all are read', async () => ( await count( page ).innerText() ) === '' );
	await page.reload();
	assert.equal( await count( page ).innerText(), '', 'and stay so' );

	await fetch( `${ s.site }/wp-cron.php` );
	const letters = await s.until( 'the letters are sent', () => {
		const mine = s.letters().filter( ( letter ) => [ letter.to ].flat().includes( 'author@example.org' ) );
		return mine.some( ( letter ) => letter.message.includes( 'Delay' ) ) && mine;
	} );
	const text = letters.map( ( letter ) => letter.message ).join( '\n' );
	assert.match( text, /✓ Done: Penguins in short/ );
	assert.match( text, /✕ Failed: Delay/ );
	assert.match( text, /page=ddap-tasks&task=[0-9a-f-]{36}/ );
	assert.match( text, /Code to quote: \w+ [0-9a-f-]{36}/ );
} );

story( 'news come to a page that is open, and nobody hears of what others asked for', async ( s ) => {
	const editor = await s.as( 'editor' );
	await editor.goto( s.admin( 'profile.php' ) );
	const page = await s.as( 'author' );
	await page.goto( s.admin( 'profile.php' ) );
	const unread = Number( await count( page ).innerText() );
	await ended( s, await analyze( s, author, 'While the page is open', works ) );
	await s.until( 'the open page tells', async () => {
		await page.evaluate( () => window.wp.heartbeat.connectNow() );
		return Number( await count( page ).innerText() ) === unread + 1;
	} );
	assert.match( await page.locator( '#a11y-speak-polite' ).innerText(), /Done: While the page is open/ );
	await editor.reload();
	assert.equal( await count( editor ).innerText(), '' );
	const stranger = await s.as( 'subscriber' );
	await stranger.goto( s.admin( 'profile.php' ) );
	assert.equal( await bell( stranger ).count(), 0, 'who may do nothing has no bell' );
} );

story( 'a server that never answers slows neither the dashboard nor any other page', async ( s ) => {
	const silent = await s.listen( createServer() );
	s.define( { DDAP_SERVER_URL: `http://127.0.0.1:${ silent }` } );
	try {
		const page = await s.as( 'author' );
		for ( const screen of [ 'index.php', 'profile.php', 'edit.php' ] ) {
			const answer = await page.request.get( s.admin( screen ), { timeout: 3500 } );
			assert.equal( answer.status(), 200, screen );
		}
		await page.goto( s.admin( 'index.php' ) );
		await page.locator( '#ddap-dashboard-list[aria-busy="false"]' ).getByText( 'The server did not answer in time.' ).waitFor();
		await s.picture( page, 'dashboard-silent' );
	} finally {
		s.define( { DDAP_SERVER_URL: s.server.url } );
	}
} );

story( 'a server that cannot reach the site has that said plainly', async ( s ) => {
	const page = await s.as( 'admin' );
	await page.goto( s.admin( 'options-general.php?page=ddap-settings&tab=notifications' ) );
	await page.getByRole( 'button', { name: 'Remove' } ).click();
	await page.getByText( 'Not set up: this site asks the server' ).waitFor();
	const key = await s.ask( '/v1/keys', { name: 'Without grants', role: 'analyst', delegate: true } );
	s.define( { DDAP_API_KEY: key.key } );
	try {
		s.allow( /status of 403/ );
		await page.getByRole( 'button', { name: 'Set up', exact: true } ).click();
		await page.getByText( 'The key may not set up notifications.' ).waitFor();
		await s.picture( page, 'webhook-no-grant' );
	} finally {
		s.define( { DDAP_API_KEY: s.server.key } );
	}
} );
