/**
 * Fills the panels of a page, each when its answer is there, and looks again at
 * those that change by themselves while somebody sees them.
 */
( function () {
	const { __ } = wp.i18n;
	const panels = new Map();

	/** What happened, what it means, what to do, and a code to quote. */
	function failure( error, again ) {
		const box = document.createElement( 'div' );
		box.className = 'notice notice-error inline';
		const sentence = document.createElement( 'p' );
		sentence.textContent = '✕ ' + error.message + ( error.code ? ' (' + error.code + ')' : '' );
		const button = document.createElement( 'button' );
		button.type = 'button';
		button.className = 'button';
		button.textContent = __( 'Try again', 'ddap-data-analysis' );
		button.addEventListener( 'click', again );
		const line = document.createElement( 'p' );
		line.append( button );
		box.append( sentence, line );
		box.setAttribute( 'role', 'alert' );
		return box;
	}

	/** Whether the page says already, at another place, what happened: one server that is away is one sentence. */
	function told( error, place ) {
		return [ ...document.querySelectorAll( '[data-ddap-panel] [role="alert"] p' ) ].some( ( sentence ) => ! place.contains( sentence ) && sentence.textContent.includes( error.message ) );
	}

	function sameFailure() {
		const sentence = document.createElement( 'p' );
		sentence.textContent = '✕ ' + __( 'No answer, for the same reason.', 'ddap-data-analysis' );
		return sentence;
	}

	/** Asks again for all that failed. */
	function retry() {
		for ( const [ place, panel ] of panels ) {
			if ( panel.failed ) {
				load( place, panel.search );
			}
		}
	}

	function path( place, search ) {
		const asked = {};
		if ( search ) {
			asked.search = search;
		}
		if ( place.dataset.ddapId ) {
			asked.id = place.dataset.ddapId;
		}
		return wp.url.addQueryArgs( '/ddap/v1/panels/' + place.dataset.ddapPanel, asked );
	}

	/** What a reader has opened or focused must not close under their hands. */
	function isInUse( place ) {
		return place.contains( document.activeElement ) || null !== place.querySelector( '.ddap-why[open]' );
	}

	async function load( place, search ) {
		const panel = panels.get( place );
		const turn = ++panel.turn;
		panel.search = search;
		place.setAttribute( 'aria-busy', 'true' );
		try {
			const { html } = await wp.apiFetch( { path: path( place, search ) } );
			// A later question may have been answered first.
			if ( turn === panel.turn && html !== panel.html ) {
				panel.failed = false;
				panel.html = html;
				place.innerHTML = html;
				place.dispatchEvent( new CustomEvent( 'ddap:filled', { bubbles: true } ) );
			}
		} catch ( error ) {
			if ( turn === panel.turn ) {
				panel.html = null;
				panel.failed = true;
				place.replaceChildren( told( error, place ) ? sameFailure() : failure( error, retry ) );
			}
		}
		if ( turn === panel.turn ) {
			place.setAttribute( 'aria-busy', 'false' );
		}
	}

	function watch( place ) {
		const seconds = Number( place.dataset.ddapEvery );
		if ( seconds > 0 ) {
			window.setInterval( () => {
				const rests = 'false' === place.getAttribute( 'aria-busy' );
				if ( rests && ! document.hidden && ! isInUse( place ) ) {
					load( place, panels.get( place ).search );
				}
			}, seconds * 1000 );
		}
	}

	/** A field that searches in a panel while somebody types. */
	function connect( field ) {
		const place = document.querySelector( `[data-ddap-panel="${ field.dataset.ddapSearch }"]` );
		let timer = 0;
		const search = async () => {
			await load( place, field.value.trim() );
			const count = place.querySelector( 'p' );
			wp.a11y.speak( count ? count.textContent : '' );
		};
		field.addEventListener( 'input', () => {
			window.clearTimeout( timer );
			timer = window.setTimeout( search, 300 );
		} );
		field.form.addEventListener( 'submit', ( event ) => {
			event.preventDefault();
			window.clearTimeout( timer );
			search();
		} );
	}

	wp.domReady( () => {
		document.querySelectorAll( '[data-ddap-panel]' ).forEach( ( place ) => {
			const field = document.querySelector( `[data-ddap-search="${ place.dataset.ddapPanel }"]` );
			panels.set( place, { turn: 0, html: null, failed: false, search: '' } );
			load( place, field ? field.value.trim() : '' );
			watch( place );
		} );
		document.querySelectorAll( '[data-ddap-search]' ).forEach( connect );
	} );

	/** For other scripts of the page: something has changed. */
	window.ddapPanels = {
		reload( name ) {
			document.querySelectorAll( `[data-ddap-panel="${ name }"]` ).forEach( ( place ) => panels.has( place ) && load( place, panels.get( place ).search ) );
		},
	};
}() );
