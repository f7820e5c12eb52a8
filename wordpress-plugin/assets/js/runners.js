/**
 * Computers: why one does nothing, and invitations.
 */
( function () {
	const { __, sprintf } = wp.i18n;

	function line( tag, ...content ) {
		const made = document.createElement( tag );
		made.append( ...content );
		return made;
	}

	function notice( kind, ...content ) {
		const box = line( 'div', ...content );
		box.className = 'notice inline notice-' + kind;
		return box;
	}

	function reason( error ) {
		return '✕ ' + error.message + ( error.code ? ' (' + error.code + ')' : '' );
	}

	async function explain( details ) {
		const place = details.querySelector( 'div' );
		if ( ! details.open || place.hasChildNodes() ) {
			return;
		}
		place.textContent = __( 'Asking the server…', 'ddap-data-analysis' );
		try {
			const { html } = await wp.apiFetch( { path: wp.url.addQueryArgs( '/ddap/v1/panels/why', { id: details.dataset.ddapWhy } ) } );
			place.innerHTML = html;
		} catch ( error ) {
			place.textContent = reason( error );
		}
	}

	function copyButton( field ) {
		const button = line( 'button', __( 'Copy', 'ddap-data-analysis' ) );
		button.type = 'button';
		button.className = 'button';
		button.addEventListener( 'click', async () => {
			field.select();
			try {
				await navigator.clipboard.writeText( field.value );
			} catch ( refused ) {
				// Sites without https have no clipboard of their own.
				document.execCommand( 'copy' );
			}
			wp.a11y.speak( __( 'Copied.', 'ddap-data-analysis' ) );
			button.textContent = '✓ ' + __( 'Copied', 'ddap-data-analysis' );
		} );
		return button;
	}

	/** The code, which is shown this once, with what its receiver does with it. */
	function invitation( made ) {
		const field = document.createElement( 'input' );
		field.type = 'text';
		field.readOnly = true;
		field.className = 'large-text code';
		field.id = 'ddap-invite-code';
		field.value = made.code;
		const label = line( 'label', line( 'strong', __( 'Code', 'ddap-data-analysis' ) ) );
		label.htmlFor = field.id;
		return notice(
			'success',
			/* translators: %s: a date with a time. */
			line( 'p', '✓ ' + sprintf( __( 'Here is the invitation, valid until %s. It is shown only now: copy it and send it to the owner in a way that nobody else reads.', 'ddap-data-analysis' ), made.expires ) ),
			line( 'p', label, field, copyButton( field ) ),
			line( 'p', __( 'What the owner does:', 'ddap-data-analysis' ) ),
			line(
				'ol',
				line( 'li', __( 'Install the DDAP app and open it.', 'ddap-data-analysis' ) ),
				/* translators: %s: the address of the server. */
				line( 'li', sprintf( __( 'Enter the server %s and paste the code.', 'ddap-data-analysis' ), made.server ) ),
				line( 'li', __( 'Choose what to share. Nothing is shared before that.', 'ddap-data-analysis' ) )
			),
			line( 'p', __( 'On a computer without a screen:', 'ddap-data-analysis' ) ),
			line( 'p', line( 'code', `ddap-runner --headless --server ${ made.server } --token ${ made.code } --data NAME=FILE` ) )
		);
	}

	async function invite( form, request ) {
		const send = form.querySelector( '[type=submit]' );
		const place = document.getElementById( 'ddap-invite-verdict' );
		send.disabled = true;
		try {
			const made = await wp.apiFetch( {
				path: '/ddap/v1/invitations',
				method: 'POST',
				data: {
					max_uses: Number( form.elements.max_uses.value ),
					days: Number( form.elements.days.value ),
					require_approval: form.elements.require_approval.checked,
					request,
				},
			} );
			place.replaceChildren( invitation( made ) );
			document.getElementById( 'ddap-invite-code' ).select();
			window.ddapPanels.reload( 'invitations' );
		} catch ( error ) {
			place.replaceChildren( notice( 'error', line( 'p', reason( error ) ) ) );
		}
		send.disabled = false;
	}

	async function withdraw( button ) {
		// eslint-disable-next-line no-alert -- as WordPress asks before it deletes.
		if ( ! window.confirm( __( 'Withdraw this invitation? Nobody can come in with its code any more. Computers that came in stay.', 'ddap-data-analysis' ) ) ) {
			return;
		}
		button.disabled = true;
		try {
			await wp.apiFetch( { path: '/ddap/v1/invitations/' + button.dataset.ddapRevoke, method: 'DELETE' } );
			wp.a11y.speak( __( 'Withdrawn.', 'ddap-data-analysis' ) );
		} catch ( error ) {
			document.getElementById( 'ddap-invite-verdict' ).replaceChildren( notice( 'error', line( 'p', reason( error ) ) ) );
		}
		window.ddapPanels.reload( 'invitations' );
	}

	/** Random, as crypto.randomUUID gives it where the site has https. */
	function uuid() {
		const bytes = crypto.getRandomValues( new Uint8Array( 16 ) );
		bytes[ 6 ] = ( bytes[ 6 ] & 0x0f ) | 0x40;
		bytes[ 8 ] = ( bytes[ 8 ] & 0x3f ) | 0x80;
		const hex = [ ...bytes ].map( ( byte ) => byte.toString( 16 ).padStart( 2, '0' ) ).join( '' );
		return hex.replace( /^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5' );
	}

	document.addEventListener( 'submit', ( event ) => {
		if ( 'ddap-invite-form' === event.target.id ) {
			event.preventDefault();
			invite( event.target, uuid() );
		}
	} );
	document.addEventListener( 'click', ( event ) => {
		const button = event.target.closest( '[data-ddap-revoke]' );
		if ( button ) {
			withdraw( button );
		}
	} );
	// The event "toggle" does not bubble.
	document.addEventListener( 'toggle', ( event ) => event.target.matches( '.ddap-why' ) && explain( event.target ), true );
}() );
