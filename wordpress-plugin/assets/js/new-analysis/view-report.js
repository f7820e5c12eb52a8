/**
 * Step 4: what comes out, when it runs, what it is called.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;
	const { h, input, select, checkbox } = ddapNew.dom;

	function render( app ) {
		return [ files( app ), times( app ), naming( app ) ];
	}

	function files( app ) {
		const { form, world } = app;
		const labels = {
			pdf: __( 'PDF', 'ddap-data-analysis' ),
			xlsx: __( 'Excel', 'ddap-data-analysis' ),
			html: __( 'Web page (HTML)', 'ddap-data-analysis' ),
			csv: __( 'All rows as CSV', 'ddap-data-analysis' ),
			parquet: __( 'All rows as Parquet', 'ddap-data-analysis' ),
		};
		const offered = ddapNew.pipeline.formatsFor( form, ddapNew.datasets.describe( world.groups, form.source ) );
		const reports = [ 'pdf', 'xlsx', 'html' ].some( ( f ) => form.formats.includes( f ) );
		return h( 'fieldset', { class: 'ddap-row' },
			h( 'legend', {}, __( 'Result', 'ddap-data-analysis' ) ),
			checkbox( app, { id: 'ddap-format-here', label: __( 'Shown here', 'ddap-data-analysis' ), checked: true, disabled: true }, () => {} ),
			offered.map( ( format ) => checkbox( app, { id: `ddap-format-${ format }`, label: labels[ format ], checked: form.formats.includes( format ) }, ( on ) => app.set( { formats: on ? [ ...app.form.formats, format ] : app.form.formats.filter( ( f ) => f !== format ) }, [ 'report' ] ) ) ),
			reports && select( app, { id: 'ddap-language', label: __( 'Language of the report', 'ddap-data-analysis' ), value: form.language, choices: [ { value: 'en', label: 'English' }, { value: 'id', label: 'Bahasa Indonesia' } ] }, ( language ) => app.set( { language }, [] ) )
		);
	}

	function times( app ) {
		const { form } = app;
		const kinds = [ [ 'now', __( 'Now', 'ddap-data-analysis' ) ], [ 'at', __( 'At a time', 'ddap-data-analysis' ) ], [ 'repeat', __( 'Again and again', 'ddap-data-analysis' ) ] ];
		const put = ( changes, sections ) => app.set( { when: { ...app.form.when, ...changes } }, sections );
		return h( 'fieldset', { class: 'ddap-when' },
			h( 'legend', {}, __( 'When', 'ddap-data-analysis' ) ),
			h( 'div', { class: 'ddap-row' }, kinds.map( ( [ kind, label ] ) => h( 'label', {}, h( 'input', { type: 'radio', name: 'ddap-when', id: `ddap-when-${ kind }`, checked: kind === form.when.kind, onchange: () => put( { kind }, [ 'report', 'send' ] ) } ), ' ', label ) ) ),
			'at' === form.when.kind && h( 'div', { class: 'ddap-row' },
				input( app, { id: 'ddap-when-at', label: __( 'Date and time', 'ddap-data-analysis' ), type: 'datetime-local', value: form.when.at }, ( at ) => put( { at }, [] ) ),
				zone( app, put ) ),
			'repeat' === form.when.kind && h( 'div', { class: 'ddap-row' },
				ddapNew.viewRepeat.render( app, form.when.repeat, ( changes, again ) => put( { repeat: { ...app.form.when.repeat, ...changes } }, again ? [ 'report' ] : [] ) ),
				zone( app, put ) ),
			h( 'p', { class: 'description' }, __( 'The bell at the top of the page tells you when it is done. By e-mail, if your profile says so.', 'ddap-data-analysis' ) )
		);
	}

	function zone( app, put ) {
		const { form, world } = app;
		return ddapNew.viewRepeat.zone( app, form.when.timeZone || world.siteZone, ( timeZone ) => put( { timeZone }, [] ) );
	}

	function naming( app ) {
		const { form, world } = app;
		return input( app, { id: 'ddap-name', label: __( 'Name', 'ddap-data-analysis' ), help: __( 'So that you find it again. Without one it is called as shown.', 'ddap-data-analysis' ), value: form.name, class: 'ddap-name', attributes: { maxlength: '200', placeholder: ddapNew.sentence.title( form, world ) } }, ( name ) => app.set( { name }, [] ) );
	}

	ddapNew.viewReport = { render };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
