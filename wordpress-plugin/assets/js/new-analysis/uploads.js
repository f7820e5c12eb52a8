/**
 * Files as data: from the disk, or from the media library.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;

	async function send( app, body ) {
		app.ui.uploading = true;
		app.ui.uploadError = '';
		app.render( 'data' );
		try {
			const made = await wp.apiFetch( { path: '/ddap/v1/analysis/uploads', method: 'POST', ...body } );
			app.ui.uploading = false;
			app.ui.preview = null;
			app.errors.delete( 'ddap-source' );
			app.set( { source: { kind: 'upload', id: made.id, name: made.name, columns: null, rows: null } }, [ 'data', 'filter', 'analysis', 'report' ] );
			// Its columns are known only once a computer has looked at it.
			ddapNew.preview.begin( app );
		} catch ( error ) {
			app.ui.uploading = false;
			app.ui.uploadError = `✕ ${ error.message }`;
			app.render( 'data' );
			wp.a11y.speak( error.message, 'assertive' );
		}
	}

	function fromDisk( app, file ) {
		const body = new FormData();
		body.append( 'file', file );
		body.append( 'key', ddapNew.draft.newKey() );
		return send( app, { body } );
	}

	function fromLibrary( app ) {
		const frame = wp.media( { title: __( 'Choose a file with data', 'ddap-data-analysis' ), button: { text: __( 'Use this file', 'ddap-data-analysis' ) }, multiple: false } );
		frame.on( 'select', () => {
			const file = frame.state().get( 'selection' ).first().toJSON();
			send( app, { data: { attachment_id: file.id, key: ddapNew.draft.newKey() } } );
		} );
		frame.open();
	}

	ddapNew.uploads = { fromDisk, fromLibrary };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
