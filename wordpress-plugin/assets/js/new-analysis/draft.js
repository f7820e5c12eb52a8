/**
 * What was typed, kept in this tab until it is sent, with the key under which it is sent.
 */
( function ( ddapNew ) {
	/** A key under which the server does the same thing only once. */
	function newKey() {
		const bytes = globalThis.crypto.getRandomValues( new Uint8Array( 16 ) );
		return [ ...bytes ].map( ( b ) => b.toString( 16 ).padStart( 2, '0' ) ).join( '' );
	}

	function nameFor( user ) {
		return `ddap-new-${ user }`;
	}

	function keep( user, form, key ) {
		try {
			sessionStorage.setItem( nameFor( user ), JSON.stringify( { form, key } ) );
		} catch {
			// A browser that keeps nothing, or no more: the page works all the same.
		}
	}

	/** @return {{form: Object, key: string}|null} What was kept, where it is worth keeping. */
	function restore( user ) {
		try {
			const kept = JSON.parse( sessionStorage.getItem( nameFor( user ) ) );
			const form = ddapNew.form.revive( kept?.form );
			return form && 'string' === typeof kept.key ? { form, key: kept.key } : null;
		} catch {
			return null;
		}
	}

	function forget( user ) {
		try {
			sessionStorage.removeItem( nameFor( user ) );
		} catch {
			// As above.
		}
	}

	ddapNew.draft = { newKey, keep, restore, forget };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
