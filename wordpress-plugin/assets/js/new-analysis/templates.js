/**
 * Forms to begin from: use, save, rename, delete.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h, hidden, fill } = ddapNew.dom;
	const PATH = '/ddap/v1/analysis/templates';

	async function load( app ) {
		try {
			take( app, await wp.apiFetch( { path: PATH } ) );
		} catch ( error ) {
			app.notice( 'error', error.message );
		}
	}

	function take( app, answer ) {
		app.templates = answer.templates;
		app.mayShare = answer.may_share;
		render( app );
	}

	/** Changes the list on the site, and says so. */
	async function change( app, request, said ) {
		try {
			take( app, await wp.apiFetch( request ) );
			wp.a11y.speak( said );
			app.notice( 'success', said );
		} catch ( error ) {
			app.notice( 'error', error.message );
		}
	}

	function render( app ) {
		const list = app.templates || [];
		fill( document.getElementById( 'ddap-templates' ),
			h( 'details', { open: app.ui.templates, ontoggle: ( event ) => ( app.ui.templates = event.target.open ) },
				h( 'summary', { class: 'button', id: 'ddap-templates-open' }, __( 'Templates', 'ddap-data-analysis' ) ),
				h( 'div', { class: 'ddap-panel' },
					list.length ? h( 'ul', {}, list.map( ( one ) => item( app, one ) ) ) : h( 'p', {}, __( 'There are no templates yet. Fill in the form and save it here to use it again.', 'ddap-data-analysis' ) ),
					saving( app ) ) )
		);
	}

	function item( app, one ) {
		if ( app.ui.renaming === one.id ) {
			return renaming( app, one );
		}
		return h( 'li', {},
			h( 'button', { type: 'button', class: 'button-link ddap-template-use', onclick: () => use( app, one ) }, hidden( __( 'Use the template', 'ddap-data-analysis' ) + ' ' ), one.name ),
			one.shared && h( 'span', { class: 'description' }, ' ', __( '(of the site)', 'ddap-data-analysis' ) ),
			one.may_change && [
				' ', h( 'button', { type: 'button', class: 'button-link', onclick: () => {
					app.ui.renaming = one.id;
					render( app );
					document.getElementById( 'ddap-template-rename' ).focus();
				} }, __( 'Rename', 'ddap-data-analysis' ), hidden( ` ${ one.name }` ) ),
				' ', h( 'button', { type: 'button', class: 'button-link button-link-delete', onclick: () => {
					/* translators: %s: a template. */
					if ( window.confirm( sprintf( __( 'Delete the template “%s”?', 'ddap-data-analysis' ), one.name ) ) ) {
						change( app, { path: `${ PATH }/${ one.id }`, method: 'DELETE' }, __( 'The template is deleted.', 'ddap-data-analysis' ) );
					}
				} }, __( 'Delete', 'ddap-data-analysis' ), hidden( ` ${ one.name }` ) ),
			]
		);
	}

	function renaming( app, one ) {
		const done = () => {
			const name = document.getElementById( 'ddap-template-rename' ).value.trim();
			app.ui.renaming = '';
			if ( name && name !== one.name ) {
				change( app, { path: `${ PATH }/${ one.id }`, method: 'PATCH', data: { name } }, __( 'The template is renamed.', 'ddap-data-analysis' ) );
			}
			render( app );
			document.getElementById( 'ddap-templates-open' ).focus();
		};
		return h( 'li', {},
			h( 'label', { for: 'ddap-template-rename', class: 'screen-reader-text' }, __( 'New name', 'ddap-data-analysis' ) ),
			h( 'input', { type: 'text', id: 'ddap-template-rename', value: one.name, maxlength: '100', onkeydown: ( event ) => {
				if ( 'Enter' === event.key ) {
					event.preventDefault();
					done();
				}
			} } ), ' ',
			h( 'button', { type: 'button', class: 'button', onclick: done }, __( 'Rename', 'ddap-data-analysis' ) )
		);
	}

	function saving( app ) {
		const save = () => {
			const name = document.getElementById( 'ddap-template-name' );
			if ( ! name.value.trim() ) {
				name.setAttribute( 'aria-invalid', 'true' );
				name.focus();
				wp.a11y.speak( __( 'Enter a name for the template.', 'ddap-data-analysis' ), 'assertive' );
				return;
			}
			const shared = Boolean( document.getElementById( 'ddap-template-shared' )?.checked );
			change( app, { path: PATH, method: 'POST', data: { name: name.value.trim(), form: JSON.stringify( app.form ), shared } }, __( 'The form is saved as a template.', 'ddap-data-analysis' ) );
		};
		return h( 'div', { class: 'ddap-template-save' },
			h( 'label', { for: 'ddap-template-name' }, __( 'Save this form as', 'ddap-data-analysis' ) ), ' ',
			h( 'input', { type: 'text', id: 'ddap-template-name', maxlength: '100', onkeydown: ( event ) => {
				if ( 'Enter' === event.key ) {
					event.preventDefault();
					save();
				}
			} } ), ' ',
			h( 'button', { type: 'button', class: 'button', id: 'ddap-template-save', onclick: save }, __( 'Save', 'ddap-data-analysis' ) ),
			app.mayShare && h( 'label', { class: 'ddap-check' }, h( 'input', { type: 'checkbox', id: 'ddap-template-shared' } ), ' ', __( 'for everybody on this site', 'ddap-data-analysis' ) )
		);
	}

	function use( app, one ) {
		const form = read( one );
		if ( ! form ) {
			app.notice( 'error', __( 'This template is of another version of the plugin and cannot be read. Delete it and save a new one.', 'ddap-data-analysis' ) );
			return;
		}
		app.begin( form );
		app.ui.templates = false;
		render( app );
		/* translators: %s: a template. */
		wp.a11y.speak( sprintf( __( 'The form is filled in from the template %s.', 'ddap-data-analysis' ), one.name ) );
		document.getElementById( 'ddap-templates-open' ).focus();
	}

	function read( one ) {
		try {
			return ddapNew.form.revive( JSON.parse( one.form ) );
		} catch {
			return null;
		}
	}

	ddapNew.templates = { load, use };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
