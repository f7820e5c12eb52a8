/**
 * The bell in the admin bar: news as they come, and "Mark all as read" without
 * leaving the page.
 */
( function () {
	const { __ } = wp.i18n;

	function bell() {
		return document.getElementById( 'wp-admin-bar-ddap-bell' );
	}

	function latest() {
		const count = bell().querySelector( '.ddap-bell-count' );
		return Number( count.dataset.latest );
	}

	// The items themselves stay, with what WordPress's own script has bound to
	// them; the list stays too while somebody is in it.
	function show( state ) {
		const fresh = new DOMParser().parseFromString( state.html, 'text/html' ).getElementById( 'wp-admin-bar-ddap-bell' );
		if ( ! fresh ) {
			return;
		}
		bell().querySelector( ':scope > .ab-item' ).innerHTML = fresh.querySelector( ':scope > .ab-item' ).innerHTML;
		const list = bell().querySelector( '.ab-submenu' );
		if ( ! list.contains( document.activeElement ) ) {
			list.innerHTML = fresh.querySelector( '.ab-submenu' ).innerHTML;
		}
		if ( state.news.length ) {
			wp.a11y.speak( state.news.join( '. ' ) );
		}
	}

	async function readAll( event ) {
		event.preventDefault();
		try {
			const state = await wp.apiFetch( { path: '/ddap/v1/notifications/read', method: 'POST' } );
			bell().querySelector( ':scope > .ab-item' ).focus();
			show( state );
			wp.a11y.speak( __( 'All are marked as read.', 'ddap-data-analysis' ) );
		} catch ( error ) {
			// The address does the same, and says what is wrong.
			window.location = event.target.closest( 'a' ).href;
		}
	}

	wp.domReady( function () {
		if ( ! bell() ) {
			return;
		}
		bell().addEventListener( 'click', function ( event ) {
			if ( event.target.closest( '#wp-admin-bar-ddap-bell-read-all a' ) ) {
				readAll( event );
			}
		} );
		if ( ! window.jQuery || ! wp.heartbeat ) {
			return;
		}
		window.jQuery( document )
			.on( 'heartbeat-send', ( event, data ) => {
				data.ddap_bell = latest();
			} )
			.on( 'heartbeat-tick', ( event, data ) => {
				if ( data.ddap_bell ) {
					show( data.ddap_bell );
				}
			} );
	} );
}() );
