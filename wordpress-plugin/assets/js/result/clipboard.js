/**
 * Copies text, and saves it as a file.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );
	const { __ } = ddap.i18n;

	/** Copies where the page has no right to the clipboard: it has none without https. */
	function copyBySelection( text ) {
		const field = ddap.element( 'textarea', { class: 'screen-reader-text', readonly: true } );
		const focused = document.activeElement;
		field.value = text;
		document.body.append( field );
		field.select();
		const done = document.execCommand( 'copy' );
		field.remove();
		focused?.focus();
		return done;
	}

	async function copy( text ) {
		let done = false;
		try {
			await navigator.clipboard.writeText( text );
			done = true;
		} catch {
			done = copyBySelection( text );
		}
		wp.a11y.speak( done ? __( 'Copied.', 'ddap-data-analysis' ) : __( 'The browser did not let it be copied.', 'ddap-data-analysis' ) );
	}

	function save( text, name ) {
		const address = URL.createObjectURL( new Blob( [ text ], { type: 'text/csv;charset=utf-8' } ) );
		const link = ddap.element( 'a', { href: address, download: name } );
		document.body.append( link );
		link.click();
		link.remove();
		URL.revokeObjectURL( address );
	}

	ddap.clipboard = { copy, save };
}() );
