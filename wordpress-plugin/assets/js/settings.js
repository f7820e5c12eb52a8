/**
 * The button that tries the connection, and the verdict beneath it.
 */
( function () {
	const { __ } = wp.i18n;

	function show( verdict ) {
		const place = document.getElementById( 'ddap-verdict' );
		const box = document.createElement( 'div' );
		box.className = 'notice inline ' + ( verdict.ok ? 'notice-success' : 'notice-error' );
		const sentence = document.createElement( 'p' );
		sentence.textContent = ( verdict.ok ? '✓ ' : '✕ ' ) + verdict.verdict + ( verdict.code ? ' (' + verdict.code + ')' : '' );
		box.append( sentence );
		if ( verdict.warnings.length ) {
			const list = document.createElement( 'ul' );
			list.className = 'ul-disc';
			for ( const warning of verdict.warnings ) {
				const item = document.createElement( 'li' );
				item.textContent = warning;
				list.append( item );
			}
			box.append( list );
		}
		place.replaceChildren( box );
	}

	async function test( button ) {
		button.disabled = true;
		document.getElementById( 'ddap-verdict' ).textContent = __( 'Asking the server…', 'ddap-data-analysis' );
		try {
			show( await wp.apiFetch( { path: '/ddap/v1/server/test', method: 'POST' } ) );
		} catch ( error ) {
			show( { ok: false, verdict: error.message, code: error.code, warnings: [] } );
		}
		button.disabled = false;
	}

	wp.domReady( function () {
		const button = document.getElementById( 'ddap-test' );
		if ( ! button ) {
			return;
		}
		button.addEventListener( 'click', () => test( button ) );
		if ( document.querySelector( '[data-ddap-test]' ) && ! button.disabled ) {
			test( button );
		}
	} );
}() );
