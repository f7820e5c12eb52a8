/**
 * Publishing a part of a result, and taking it down: on the page of a task and
 * in the list of what is published.
 */
( function () {
	const { __, sprintf } = wp.i18n;

	function say( text, ok ) {
		const box = document.createElement( 'div' );
		box.className = 'notice inline ' + ( ok ? 'notice-success' : 'notice-error' );
		const sentence = document.createElement( 'p' );
		sentence.textContent = ( ok ? '✓ ' : '✕ ' ) + text;
		box.append( sentence );
		document.getElementById( 'ddap-publish-verdict' ).replaceChildren( box );
	}

	function reason( error ) {
		return error.code ? error.message + ' (' + error.code + ')' : error.message;
	}

	/** A line of the list beneath the form. */
	function entry( snapshot ) {
		const line = document.createElement( 'li' );
		const title = document.createElement( 'strong' );
		title.dir = 'auto';
		title.textContent = snapshot.title;
		const code = document.createElement( 'code' );
		code.textContent = `[ddap_result id="${ snapshot.id }"]`;
		const remove = document.createElement( 'button' );
		remove.type = 'button';
		remove.className = 'button-link button-link-delete';
		remove.dataset.ddapUnpublish = snapshot.id;
		remove.textContent = __( 'Unpublish', 'ddap-data-analysis' );
		line.append( title, ' ', code, ' ', remove );
		return line;
	}

	async function publish( form ) {
		const send = form.querySelector( '[type=submit]' );
		const [ kind, ...name ] = form.elements.part.value.split( ':' );
		send.disabled = true;
		try {
			const snapshot = await wp.apiFetch( {
				path: '/ddap/v1/snapshots',
				method: 'POST',
				data: { task_id: form.dataset.task, kind, name: name.join( ':' ), title: form.elements.title.value },
			} );
			document.getElementById( 'ddap-published' ).prepend( entry( snapshot ) );
			/* translators: %s: a shortcode. */
			say( sprintf( __( 'Published. Put it on a page with the block "Analysis result", or with %s.', 'ddap-data-analysis' ), `[ddap_result id="${ snapshot.id }"]` ), true );
		} catch ( error ) {
			say( reason( error ), false );
		}
		send.disabled = false;
	}

	async function unpublish( button ) {
		// eslint-disable-next-line no-alert -- as WordPress asks before it deletes.
		if ( ! window.confirm( __( 'Take this down? Pages that show it will show nothing in its place.', 'ddap-data-analysis' ) ) ) {
			return;
		}
		button.disabled = true;
		try {
			await wp.apiFetch( { path: '/ddap/v1/snapshots/' + button.dataset.ddapUnpublish, method: 'DELETE' } );
			button.closest( 'li, tr' ).remove();
			say( __( 'Unpublished. Nobody sees it any more.', 'ddap-data-analysis' ), true );
		} catch ( error ) {
			say( reason( error ), false );
			button.disabled = false;
		}
	}

	// A task may have ended since its page was opened.
	document.addEventListener( 'ddap-result', () => {
		if ( ! document.querySelector( '.ddap-publish' ) ) {
			window.ddapPanels.reload( 'publish' );
		}
	} );
	document.addEventListener( 'submit', ( event ) => {
		if ( 'ddap-publish-form' === event.target.id ) {
			event.preventDefault();
			publish( event.target );
		}
	} );
	document.addEventListener( 'click', ( event ) => {
		const button = event.target.closest( '[data-ddap-unpublish]' );
		if ( button ) {
			unpublish( button );
		}
	} );
}() );
