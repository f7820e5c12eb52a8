// What the stories share: a browser, people who are logged in, and the checks
// that every screen has to pass. The Go test in packaging/e2e/wordpress
// starts the site and says in DDAP_STORY where all is.

import { readFileSync, readdirSync, renameSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import path from 'node:path';
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { AxeBuilder } from '@axe-core/playwright';

const where = JSON.parse( readFileSync( process.env.DDAP_STORY, 'utf8' ) );

/** How long anything on a page may take on a busy machine, in milliseconds. */
const patience = 30_000;

/** The rules of WCAG 2.2, A and AA, as axe-core names them. */
const rules = [ 'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa' ];

/** The users of a site, by their ids. */
const users = { admin: 1, editor: 2, author: 3, subscriber: 4 };

/** What PHP 8 says of two functions of WordPress's own whenever it loads those of networks. */
const ownComplaint = 'Optional parameter $meta declared before required parameter $signup_id';

let browser;

before( async () => {
	// The browser ends with the Go test, which holds the other end.
	process.stdin.on( 'end', () => process.exit( 1 ) ).resume();
	browser = await chromium.launch( {
		executablePath: where.chromium,
		// Root may not have Chromium's sandbox; what is shown here is our own.
		args: [ '--no-sandbox', '--force-prefers-reduced-motion' ],
	} );
} );

after( async () => {
	await browser?.close();
	process.stdin.unref?.();
	// A story that failed may have left a server open.
	setTimeout( () => process.exit(), 1000 ).unref();
} );

/**
 * Tells a story. When it is over, PHP must have had nothing to complain of, and
 * neither may the pages have had.
 *
 * @param {string}                        name What is so, as a sentence.
 * @param {(s: Story) => Promise<void>} tell The story.
 */
export function story( name, tell ) {
	test( name, { timeout: 4 * 60_000 }, async () => {
		const s = new Story( name );
		try {
			await tell( s );
			s.requireSilence();
		} catch ( failure ) {
			await s.showFailure();
			throw failure;
		} finally {
			await s.close();
		}
	} );
}

/** One story's surroundings. */
class Story {
	/** Address of the site, without a slash at the end. */
	site = where.site;
	/** WordPress's version. */
	version = where.version;
	/** What the plugin talks to: url, key (the site's), admin_key. */
	server = where.server;

	#name;
	#contexts = [];
	#servers = [];
	#pages = [];
	#complaints = [];
	#allowed = [];
	#agreed = [];

	constructor( name ) {
		this.#name = name;
	}

	/**
	 * Gives a page on which a person is logged in.
	 *
	 * @param {'admin'|'editor'|'author'|'subscriber'} user Who.
	 * @return {Promise<import('playwright-core').Page>} The page, empty.
	 */
	async as( user ) {
		const page = await this.visitor();
		const login = `${ this.site }/wp-login.php`;
		await page.context().request.get( login );
		const answer = await page.context().request.post( login, {
			form: { log: user, pwd: where.password, testcookie: '1' },
			maxRedirects: 0,
		} );
		assert.equal( answer.status(), 302, `${ user } is let in` );
		return page;
	}

	/**
	 * Gives a page of somebody who is not logged in.
	 *
	 * @return {Promise<import('playwright-core').Page>} The page, empty.
	 */
	async visitor() {
		const context = await browser.newContext( { viewport: { width: 1280, height: 900 }, locale: 'en-US', acceptDownloads: true } );
		context.setDefaultTimeout( patience );
		this.#contexts.push( context );
		const page = await context.newPage();
		this.#pages.push( page );
		page.on( 'pageerror', ( error ) => this.#complaints.push( `script: ${ error.message }` ) );
		page.on( 'dialog', ( dialog ) => {
			if ( this.#agreed.some( ( question ) => question.test( dialog.message() ) ) ) {
				dialog.accept();
				return;
			}
			this.#complaints.push( `dialog: ${ dialog.message() }` );
			dialog.dismiss();
		} );
		page.on( 'console', ( message ) => {
			if ( message.type() === 'error' ) {
				this.#complaints.push( `console: ${ message.text() } (${ message.location().url })` );
			}
		} );
		return page;
	}

	/**
	 * Gives the address of a screen of the dashboard.
	 *
	 * @param {string} screen Such as 'admin.php?page=ddap'.
	 * @return {string} The address.
	 */
	admin( screen ) {
		return `${ this.site }/wp-admin/${ screen }`;
	}

	/**
	 * Asks the server past the plugin: as its admin, or as the site for a user.
	 *
	 * @param {string} route   Such as '/v1/tasks'.
	 * @param {Object} body    Sent as JSON by POST; without one it is a GET.
	 * @param {string} user    For whom the site asks; nobody makes it the server's admin.
	 * @return {Promise<Object>} The answer.
	 */
	async ask( route, body, user ) {
		return this.#send( route, user, body ? 'POST' : 'GET', body && JSON.stringify( body ), 'application/json' );
	}

	/**
	 * Sends a file to the server as the site would for a user.
	 *
	 * @param {string} user Whose it is.
	 * @param {string} name Of the file, such as 'sales.csv'.
	 * @param {string} text What is in it.
	 * @return {Promise<string>} The upload's id.
	 */
	async upload( user, name, text ) {
		return ( await this.#send( `/v1/uploads?name=${ encodeURIComponent( name ) }`, user, 'POST', text, 'text/csv' ) ).id;
	}

	async #send( route, user, method, body, type ) {
		const headers = { authorization: `Bearer ${ user ? this.server.key : this.server.admin_key }`, 'content-type': type };
		if ( user ) {
			headers[ 'ddap-acting-user' ] = `${ users[ user ] };${ user }`;
		}
		const answer = await fetch( this.server.url + route, { method, headers, body } );
		const text = await answer.text();
		assert.ok( answer.ok, `${ route }: ${ answer.status } ${ text }` );
		return text ? JSON.parse( text ) : null;
	}

	/**
	 * Has a task made and worked on, as the site would for a user.
	 *
	 * @param {string} user Who asks.
	 * @param {Object} task Its name, operation_code and params.
	 * @return {Promise<Object>} The task, which has ended.
	 */
	async task( user, task ) {
		const { task_id: id } = await this.ask( '/v1/task', task, user );
		return this.until( `the task "${ task.name }" ends`, async () => {
			const seen = await this.ask( `/v1/tasks/${ id }` );
			return seen.finished_at && seen;
		} );
	}

	/**
	 * Asks again and again until something is so.
	 *
	 * @param {string}                    what What is waited for.
	 * @param {() => Promise<any>} so   What is true once it is so.
	 * @return {Promise<any>} What so answered.
	 */
	async until( what, so ) {
		for ( const late = Date.now() + patience; Date.now() < late; ) {
			const found = await so();
			if ( found ) {
				return found;
			}
			await new Promise( ( resolve ) => setTimeout( resolve, 100 ) );
		}
		assert.fail( `waited too long for this: ${ what }` );
	}

	/**
	 * Lets a server of the story's own listen until the story is over.
	 *
	 * @param {import('node:net').Server} server Of node:http, node:https or node:net.
	 * @return {Promise<number>} Its port on 127.0.0.1.
	 */
	async listen( server ) {
		const open = new Set();
		server.on( 'connection', ( socket ) => open.add( socket.on( 'error', () => {} ) ) );
		this.#servers.push( () => {
			server.close();
			open.forEach( ( socket ) => socket.destroy() );
		} );
		await new Promise( ( resolve ) => server.listen( 0, '127.0.0.1', resolve ) );
		return server.address().port;
	}

	/**
	 * Defines constants in the site's wp-config.php, from the next request on.
	 *
	 * @param {Object} constants Names and values; a value of null takes one away.
	 */
	define( constants ) {
		const all = { ...JSON.parse( readFileSync( where.constants, 'utf8' ) ), ...constants };
		const kept = Object.fromEntries( Object.entries( all ).filter( ( [ , value ] ) => value !== null ) );
		writeFileSync( `${ where.constants }.new`, JSON.stringify( kept ) );
		renameSync( `${ where.constants }.new`, where.constants );
	}

	/**
	 * Reads the letters that the site has sent: to, subject, message, headers.
	 *
	 * @return {Object[]} The letters, oldest first.
	 */
	letters() {
		return readdirSync( where.mail )
			.filter( ( name ) => name.endsWith( '.json' ) )
			.sort()
			.map( ( name ) => JSON.parse( readFileSync( path.join( where.mail, name ), 'utf8' ) ) );
	}

	/**
	 * Checks a page with axe-core: no rule of WCAG 2.2 AA may be broken.
	 *
	 * @param {import('playwright-core').Page} page The page.
	 * @param {string}                         part Which part of it is ours.
	 */
	async accessible( page, part = '#wpbody-content' ) {
		const { violations } = await new AxeBuilder( { page } ).include( part ).exclude( '#screen-meta-links' ).withTags( rules ).analyze();
		const said = violations.map( ( v ) => `${ v.id } (${ v.help }):\n${ v.nodes.map( ( n ) => `    ${ n.html }\n      ${ n.failureSummary.replaceAll( '\n', '\n      ' ) }` ).join( '\n' ) }` );
		assert.equal( said.length, 0, `rules of accessibility are broken at ${ page.url() }:\n  ${ said.join( '\n  ' ) }` );
	}

	/**
	 * Takes pictures of a page as it is: on a desktop and on a phone. They lie in
	 * the folder that DDAP_PICTURES names, else in .task/pictures.
	 *
	 * @param {import('playwright-core').Page} page The page.
	 * @param {string}                         name What it shows, in a word or two.
	 */
	async picture( page, name ) {
		const before = page.viewportSize();
		for ( const [ device, width, height ] of [ [ 'desktop', 1280, 900 ], [ 'phone', 390, 844 ] ] ) {
			await page.setViewportSize( { width, height } );
			await page.screenshot( { path: this.#file( `${ name }-${ device }` ), fullPage: true } );
		}
		await page.setViewportSize( before );
	}

	/**
	 * Requires that nothing of a page is wider than a phone.
	 *
	 * @param {import('playwright-core').Page} page The page.
	 */
	async fitsPhone( page ) {
		const before = page.viewportSize();
		await page.setViewportSize( { width: 390, height: 844 } );
		// Charts take their new size a moment after the page has.
		const width = () => document.documentElement.scrollWidth - window.innerWidth;
		await page.waitForFunction( `( ${ width } )() <= 0`, null, { timeout: 3000 } ).catch( () => {} );
		const over = await page.evaluate( width );
		const wide = over <= 0 ? [] : await page.evaluate( () => [ ...document.querySelectorAll( '#wpbody-content *, main *' ) ]
			.filter( ( e ) => e.getBoundingClientRect().right > window.innerWidth )
			.filter( ( e ) => {
				for ( let box = e.parentElement; box; box = box.parentElement ) {
					if ( [ 'auto', 'scroll', 'hidden' ].includes( getComputedStyle( box ).overflowX ) && box.getBoundingClientRect().right <= window.innerWidth ) {
						return false;
					}
				}
				return true;
			} )
			.map( ( e ) => e.cloneNode( false ).outerHTML ) );
		await page.setViewportSize( before );
		assert.ok( over <= 0, `${ page.url() } is ${ over } pixels wider than a phone:\n  ${ wide.slice( 0, 12 ).join( '\n  ' ) }` );
	}

	/**
	 * Lets the pages complain of something that the story brings about.
	 *
	 * @param {RegExp} complaint What is expected.
	 */
	allow( complaint ) {
		this.#allowed.push( complaint );
	}

	/**
	 * Says yes whenever a page asks something.
	 *
	 * @param {RegExp} question What is asked.
	 */
	agree( question ) {
		this.#agreed.push( question );
	}

	/** Fails if PHP or a page had something to complain of. */
	requireSilence() {
		const log = existsSync( where.debug_log ) ? readFileSync( where.debug_log, 'utf8' ) : '';
		const lines = log.split( '\n' ).filter( ( line ) => line && ! line.includes( ownComplaint ) );
		assert.deepEqual( lines, [], 'PHP has nothing to complain of' );
		const said = this.#complaints.filter( ( complaint ) => ! this.#allowed.some( ( allowed ) => allowed.test( complaint ) ) );
		assert.deepEqual( said, [], 'the pages have nothing to complain of' );
	}

	/** Leaves pictures of what was on the screens when the story failed. */
	async showFailure() {
		for ( const [ i, page ] of this.#pages.entries() ) {
			const file = this.#file( `FAILED-${ this.#name.replaceAll( /\W+/g, '-' ) }-${ i + 1 }` );
			try {
				await page.screenshot( { path: file, fullPage: true, timeout: 5000 } );
				console.log( `picture of ${ page.url() }: ${ file }` );
			} catch {
				// The page is gone; the failure itself says more.
			}
		}
		if ( this.#complaints.length ) {
			console.log( `the pages complained:\n  ${ this.#complaints.join( '\n  ' ) }` );
		}
	}

	async close() {
		this.#servers.forEach( ( end ) => end() );
		for ( const context of this.#contexts ) {
			await context.close();
		}
	}

	#file( name ) {
		mkdirSync( where.pictures, { recursive: true } );
		return path.join( where.pictures, `${ name }.png` );
	}
}
