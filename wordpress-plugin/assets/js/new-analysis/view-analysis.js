/**
 * Step 3: what is done with the rows.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h, field, input, select, checkbox, columnChoices, errorOf } = ddapNew.dom;

	function render( app ) {
		const { form, world } = app;
		const data = ddapNew.datasets.describe( world.groups, form.source );
		const columns = data?.columns || [];
		const model = ddapNew.models.chosen( world.catalogue, form );
		return [
			goals( app ),
			'show' === form.goal && showFields( app, data, columns ),
			'groups' === form.goal && [ groupFields( app, columns ), aggregateFields( app, columns ) ],
			model && modelFields( app, model, columns ),
		].flat();
	}

	function goals( app ) {
		const { form, world } = app;
		const error = app.errors.get( 'ddap-goal' );
		return h( 'fieldset', { class: 'ddap-goals', id: 'ddap-goal', tabindex: '-1', 'aria-describedby': error ? 'ddap-goal-error' : null },
			h( 'legend', { class: 'screen-reader-text' }, __( 'What should be done', 'ddap-data-analysis' ) ),
			world.catalogue.goals.map( ( goal ) => h( 'label', { class: 'ddap-goal' },
				h( 'input', { type: 'radio', name: 'ddap-goal', id: `ddap-goal-${ goal.id }`, checked: goal.id === form.goal, onchange: () => {
					app.errors.delete( 'ddap-goal' );
					app.set( { goal: goal.id }, [ 'analysis', 'report' ] );
				} } ), ' ', goal.label ) ),
			errorOf( 'ddap-goal', error )
		);
	}

	function showFields( app, data, columns ) {
		const { form } = app;
		if ( 'aggregates' === data?.policy ) {
			return h( 'p', { class: 'description' }, __( 'The owner shares summaries only, so you will see what is known of each column, and no rows.', 'ddap-data-analysis' ) );
		}
		return h( 'div', { class: 'ddap-row' },
			input( app, { id: 'ddap-rows', label: __( 'Rows to show', 'ddap-data-analysis' ), value: form.rows, attributes: { inputmode: 'numeric', size: '6' } }, ( rows ) => app.set( { rows }, [] ) ),
			select( app, { id: 'ddap-sort-column', label: __( 'Sorted by', 'ddap-data-analysis' ), value: form.sort.column, choices: columnChoices( columns, form.sort.column, __( 'as they are', 'ddap-data-analysis' ) ) }, ( column ) => app.set( { sort: { ...form.sort, column } }, [ 'analysis' ] ) ),
			form.sort.column && checkbox( app, { id: 'ddap-sort-descending', label: __( 'largest first', 'ddap-data-analysis' ), checked: form.sort.descending }, ( descending ) => app.set( { sort: { ...app.form.sort, descending } }, [] ) )
		);
	}

	/** The columns that make the groups: a list with one more place at its end. */
	function groupFields( app, columns ) {
		const { form } = app;
		const rest = columns.filter( ( c ) => ! form.groupBy.includes( c.name ) );
		const error = app.errors.get( 'ddap-group-by' );
		const put = ( groupBy, focus ) => {
			app.forgive( 'ddap-group-by' );
			app.set( { groupBy }, [ 'analysis' ] );
			document.getElementById( focus )?.focus();
		};
		return h( 'fieldset', { class: 'ddap-chips' },
			h( 'legend', {}, __( 'For each', 'ddap-data-analysis' ) ),
			form.groupBy.map( ( column, index ) => h( 'span', { class: 'ddap-chip' }, column, ' ',
				/* translators: %s: a column. */
				h( 'button', { type: 'button', class: 'button-link ddap-remove', 'aria-label': sprintf( __( 'Do not group by %s', 'ddap-data-analysis' ), column ), onclick: () => put( form.groupBy.filter( ( c, i ) => i !== index ), 'ddap-group-by' ) }, '✕' ) ) ),
			h( 'select', { id: 'ddap-group-by', 'aria-label': __( 'Add a column to group by', 'ddap-data-analysis' ), 'aria-describedby': error ? 'ddap-group-by-error' : null, 'aria-invalid': error ? 'true' : null, value: '', onchange: ( event ) => put( [ ...form.groupBy, event.target.value ], 'ddap-group-by' ) },
				columnChoices( rest, '', form.groupBy.length ? __( '+ column', 'ddap-data-analysis' ) : __( 'all rows together', 'ddap-data-analysis' ) ).map( ( c ) => h( 'option', { value: c.value }, c.label ) ) ),
			errorOf( 'ddap-group-by', error )
		);
	}

	function aggregateFields( app, columns ) {
		const { form } = app;
		const put = ( index, changes ) => app.set( { aggregates: app.form.aggregates.map( ( one, i ) => ( i === index ? { ...one, ...changes } : one ) ) }, 'q' in changes ? [] : [ 'analysis' ] );
		const error = app.errors.get( 'ddap-aggregate-add' );
		return h( 'fieldset', { class: 'ddap-aggregates' },
			h( 'legend', {}, __( 'Tell', 'ddap-data-analysis' ) ),
			form.aggregates.map( ( one, index ) => aggregateOf( app, columns, one, index, put ) ),
			h( 'button', { type: 'button', class: 'button', id: 'ddap-aggregate-add', 'aria-describedby': error ? 'ddap-aggregate-add-error' : null, onclick: () => {
				app.forgive( 'ddap-aggregate-add' );
				app.set( { aggregates: [ ...form.aggregates, { func: 'mean', column: '', q: '' } ] }, [ 'analysis' ] );
				document.getElementById( `ddap-aggregate-${ form.aggregates.length }-func` )?.focus();
			} }, __( '+ number', 'ddap-data-analysis' ) ),
			errorOf( 'ddap-aggregate-add', error )
		);
	}

	function aggregateOf( app, columns, one, index, put ) {
		const id = `ddap-aggregate-${ index }`;
		const functions = Object.entries( ddapNew.sentence.functions() ).map( ( [ value, label ] ) => ( { value, label } ) );
		const fits = [ 'mean', 'sum', 'std', 'var', 'median', 'quantile' ].includes( one.func ) ? columns.filter( ( c ) => [ 'integer', 'number', 'boolean' ].includes( c.type ) ) : columns;
		return h( 'div', { class: 'ddap-row' },
			select( app, { id: `${ id }-func`, label: __( 'What', 'ddap-data-analysis' ), hideLabel: true, value: one.func, choices: functions }, ( func ) => put( index, { func } ) ),
			'size' !== one.func && select( app, { id: `${ id }-column`, label: __( 'Of which column', 'ddap-data-analysis' ), hideLabel: true, value: one.column, choices: columnChoices( fits, one.column, __( '— column —', 'ddap-data-analysis' ) ) }, ( column ) => put( index, { column } ) ),
			'quantile' === one.func && input( app, { id: `${ id }-q`, label: __( 'Part, from 0 to 1', 'ddap-data-analysis' ), hideLabel: true, value: one.q, attributes: { inputmode: 'decimal', size: '5', placeholder: '0.9' } }, ( q ) => put( index, { q } ) ),
			h( 'button', { type: 'button', class: 'button-link ddap-remove', 'aria-label': __( 'Remove this number', 'ddap-data-analysis' ), onclick: () => {
				app.set( { aggregates: app.form.aggregates.filter( ( a, i ) => i !== index ) }, [ 'analysis' ] );
				document.getElementById( 'ddap-aggregate-add' )?.focus();
			} }, '✕' )
		);
	}

	function modelFields( app, model, columns ) {
		const { form, world } = app;
		const goal = world.catalogue.goals.find( ( g ) => g.id === form.goal );
		const choices = goal.models.map( ( name ) => ( { value: name, label: world.catalogue.models.find( ( m ) => m.model === name ).title } ) );
		const required = model.fields.filter( ( f ) => f.required );
		return [
			h( 'div', { class: 'ddap-row' },
				choices.length > 1 && select( app, { id: 'ddap-model', label: __( 'Method', 'ddap-data-analysis' ), value: model.model, choices }, ( name ) => app.set( { models: { ...form.models, [ form.goal ]: name } }, [ 'analysis' ] ) ),
				model.hasTarget && select( app, { id: 'ddap-target', label: targetLabel( form ), value: form.target, choices: columnChoices( targets( form, model, columns ), form.target, __( '— column —', 'ddap-data-analysis' ) ) }, ( target ) => app.set( { target }, [ 'analysis' ] ) ),
				'predict' === form.goal && input( app, { id: 'ddap-model-from', label: __( 'Task that trained the model', 'ddap-data-analysis' ), help: __( 'Its number, as its page shows it.', 'ddap-data-analysis' ), value: form.modelFrom, attributes: { size: '38' } }, ( modelFrom ) => app.set( { modelFrom }, [] ) ),
				required.map( ( f ) => parameter( app, f, 'param', form.params[ model.model ], columns, ( typed ) => putParameter( app, model, f, typed ) ) )
			),
			model.help && h( 'p', { class: 'description' }, model.help ),
			ddapNew.pipeline.takesFeatures( form ) && featureFields( app, columns ),
			options( app, model, columns ),
		];
	}

	function putParameter( app, model, f, typed ) {
		const { form } = app;
		app.set( { params: { ...form.params, [ model.model ]: { ...ddapNew.form.asObject( form.params[ model.model ] ), [ f.name ]: typed } } }, [] );
	}

	function targetLabel( form ) {
		if ( 'number' === form.goal || 'class' === form.goal ) {
			return __( 'Column to predict', 'ddap-data-analysis' );
		}
		return 'forecast' === form.goal ? __( 'Column to forecast', 'ddap-data-analysis' ) : __( 'Column to compare', 'ddap-data-analysis' );
	}

	/** Those columns that a model can have as its target. */
	function targets( form, model, columns ) {
		const types = 'number' === form.goal ? [ 'integer', 'number' ] : 'class' !== form.goal && model.targetTypes;
		return types ? columns.filter( ( c ) => types.includes( c.type ) ) : columns;
	}

	/** Those columns that a parameter can take. */
	function fitting( f, columns ) {
		return f.columnTypes ? columns.filter( ( c ) => f.columnTypes.includes( c.type ) ) : columns;
	}

	function featureFields( app, columns ) {
		const { form, ui } = app;
		const offered = columns.filter( ( c ) => c.name !== form.target );
		const error = app.errors.get( 'ddap-features' );
		const label = () => featuresLabel( app.form );
		return h( 'details', { class: 'ddap-features', open: ui.features || Boolean( error ), ontoggle: ( event ) => ( ui.features = event.target.open ) },
			h( 'summary', { id: 'ddap-features' }, label() ),
			errorOf( 'ddap-features', error ),
			h( 'p', { class: 'description' }, __( 'Where none is ticked, all that suit are taken.', 'ddap-data-analysis' ) ),
			h( 'div', { class: 'ddap-columns-box' }, offered.map( ( c, index ) => checkbox( app, { id: `ddap-feature-${ index }`, label: c.name, checked: form.features.includes( c.name ) }, ( on ) => {
				app.forgive( 'ddap-features' );
				app.set( { features: on ? [ ...app.form.features, c.name ] : app.form.features.filter( ( name ) => name !== c.name ) }, [] );
				document.getElementById( 'ddap-features' ).textContent = label();
			} ) ) )
		);
	}

	function featuresLabel( form ) {
		const chosen = form.features.filter( ( c ) => c !== form.target );
		return chosen.length
			/* translators: %s: a number of columns. */
			? sprintf( __( 'Columns to look at: %s', 'ddap-data-analysis' ), chosen.length )
			: __( 'Columns to look at: all that suit', 'ddap-data-analysis' );
	}

	/** All that has a default. */
	function options( app, model, columns ) {
		const { form, world, ui } = app;
		const own = model.fields.filter( ( f ) => ! f.required );
		const parts = [ [ own, 'param', form.params[ model.model ], ( f, typed ) => putParameter( app, model, f, typed ), '' ] ];
		if ( model.trains ) {
			parts.push( [ world.catalogue.validation, 'validation', form.validation, ( f, typed ) => app.set( { validation: { ...app.form.validation, [ f.name ]: typed } }, [] ), __( 'Check of the model', 'ddap-data-analysis' ) ] );
			parts.push( [ world.catalogue.preprocess, 'preprocess', form.preprocess, ( f, typed ) => app.set( { preprocess: { ...app.form.preprocess, [ f.name ]: typed } }, [] ), __( 'Preparation', 'ddap-data-analysis' ) ] );
		}
		const shown = parts.filter( ( [ fields ] ) => fields.length );
		const wrong = shown.some( ( [ fields, prefix ] ) => fields.some( ( f ) => app.errors.has( `ddap-${ prefix }-${ f.name }` ) ) );
		return shown.length > 0 && h( 'details', { class: 'ddap-options', open: ui.options || wrong, ontoggle: ( event ) => ( ui.options = event.target.open ) },
			h( 'summary', { id: 'ddap-options' }, __( 'Options', 'ddap-data-analysis' ) ),
			shown.map( ( [ fields, prefix, typed, put, title ] ) => [
				title && h( 'h3', {}, title ),
				h( 'div', { class: 'ddap-parameters' }, fields.map( ( f ) => parameter( app, f, prefix, typed, columns, ( value ) => put( f, value ) ) ) ),
			] ).flat()
		);
	}

	/** The field of one parameter, after its schema. */
	function parameter( app, f, prefix, typed, columns, take ) {
		const id = `ddap-${ prefix }-${ f.name }`;
		const value = ddapNew.form.asObject( typed )[ f.name ];
		const range = [ 'integer', 'number' ].includes( f.type ) ? ddapNew.models.rangeOf( f ) : '';
		const common = { id, label: f.title, help: [ f.help, range ].filter( Boolean ).join( ' ' ) };
		switch ( f.type ) {
			case 'choice': {
				const preset = f.choices.find( ( c ) => c.value === f.preset );
				return select( app, { ...common, value: value ?? '', choices: [ { value: '', label: preset ? usual( preset.label ) : unset( f ) }, ...f.choices.filter( ( c ) => c !== preset ) ] }, take );
			}
			case 'boolean':
				return select( app, { ...common, value: value ?? '', choices: [ { value: '', label: undefined === f.preset ? unset( f ) : usual( truth( f.preset ) ) }, ...[ true, false ].filter( ( b ) => b !== f.preset ).map( ( b ) => ( { value: String( b ), label: truth( b ) } ) ) ] }, take );
			case 'column':
				return select( app, { ...common, value: value ?? '', choices: columnChoices( fitting( f, columns ), value, f.required ? __( '— column —', 'ddap-data-analysis' ) : __( 'none', 'ddap-data-analysis' ) ) }, take );
			case 'list':
				return input( app, { ...common, help: [ common.help, __( 'One value on each line.', 'ddap-data-analysis' ) ].filter( Boolean ).join( ' ' ), type: 'textarea', value: value ?? '', attributes: { rows: '2' } }, take );
			case 'columns':
				return field( app, common, ( needed ) => h( 'select', { ...needed, multiple: true, size: '4', onchange: ( event ) => take( [ ...event.target.selectedOptions ].map( ( o ) => o.value ) ) }, fitting( f, columns ).map( ( c ) => h( 'option', { value: c.name, selected: ( value || [] ).includes( c.name ) }, c.name ) ) ) );
			default:
				return input( app, { ...common, value: value ?? '', attributes: { placeholder: f.preset ?? '', inputmode: [ 'integer', 'number' ].includes( f.type ) ? 'decimal' : null, autocomplete: 'off' } }, take );
		}
	}

	function truth( value ) {
		return value ? __( 'yes', 'ddap-data-analysis' ) : __( 'no', 'ddap-data-analysis' );
	}

	/** The label of the default. */
	function usual( label ) {
		/* translators: %s: a choice. */
		return sprintf( __( '%s (usual)', 'ddap-data-analysis' ), label );
	}

	function unset( f ) {
		return f.required ? __( '— choose —', 'ddap-data-analysis' ) : __( 'as suits the model', 'ddap-data-analysis' );
	}

	ddapNew.viewAnalysis = { render };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
