/**
 * Step 2: which rows. A tree of conditions, built by clicking or with the keyboard.
 */
( function ( ddapNew ) {
	const { __, sprintf } = wp.i18n;
	const { h, input, select, columnChoices } = ddapNew.dom;

	/** Deeper groups than these nobody reads any more. */
	const DEEPEST = 3;

	function render( app ) {
		const data = ddapNew.datasets.describe( app.world.groups, app.form.source );
		const columns = data?.columns || [];
		const context = { app, columns, types: new Map( columns.map( ( c ) => [ c.name, c.type ] ) ) };
		const any = app.form.filter.members.length > 0;
		return [
			! any && h( 'p', { class: 'description' }, __( 'All rows are taken. Add a condition to take only some.', 'ddap-data-analysis' ) ),
			groupOf( context, app.form.filter, [] ),
		];
	}

	function idOf( path ) {
		return [ 'ddap-filter', ...path ].join( '-' );
	}

	function change( { app }, path, make, focus ) {
		app.set( { filter: ddapNew.condition.edit( app.form.filter, path, make ) }, [ 'filter' ] );
		if ( focus ) {
			document.getElementById( focus )?.focus();
		}
	}

	function groupOf( context, group, path ) {
		const { app } = context;
		const id = idOf( path );
		const kinds = [ [ 'all', __( 'all of these hold', 'ddap-data-analysis' ) ], [ 'any', __( 'any of these holds', 'ddap-data-analysis' ) ], [ 'not', __( 'none of these holds', 'ddap-data-analysis' ) ] ];
		const add = ( member ) => change( context, path, ( g ) => ( { ...g, members: [ ...g.members, member ] } ), idOf( [ ...path, group.members.length, member.members ? 'add' : 'column' ] ) );
		return h( 'fieldset', { class: 'ddap-group', id },
			h( 'legend', { class: 'screen-reader-text' }, path.length ? __( 'Group of conditions', 'ddap-data-analysis' ) : __( 'Conditions', 'ddap-data-analysis' ) ),
			( group.members.length > 0 || path.length > 0 ) && h( 'div', { class: 'ddap-group-head' },
				select( app, { id: `${ id }-kind`, label: __( 'Take rows for which', 'ddap-data-analysis' ), value: group.kind, choices: kinds.map( ( [ value, label ] ) => ( { value, label } ) ) }, ( kind ) => change( context, path, ( g ) => ( { ...g, kind } ) ) ),
				path.length > 0 && remove( context, path, __( 'Remove this group', 'ddap-data-analysis' ) )
			),
			group.members.length > 0 && h( 'ul', { class: 'ddap-members' }, group.members.map( ( member, index ) => h( 'li', {}, member.members ? groupOf( context, member, [ ...path, index ] ) : comparisonOf( context, member, [ ...path, index ] ) ) ) ),
			h( 'div', { class: 'ddap-buttons' },
				h( 'button', { type: 'button', class: 'button', id: `${ id }-add`, disabled: ! context.columns.length, onclick: () => add( ddapNew.condition.comparison( '', 'string' ) ) }, __( '+ condition', 'ddap-data-analysis' ) ),
				path.length < DEEPEST && h( 'button', { type: 'button', class: 'button', id: `${ id }-add-group`, disabled: ! context.columns.length, onclick: () => add( { kind: 'all' === group.kind ? 'any' : 'all', members: [ ddapNew.condition.comparison( '', 'string' ) ] } ) }, __( '+ group', 'ddap-data-analysis' ) )
			)
		);
	}

	function remove( context, path, label ) {
		return h( 'button', { type: 'button', class: 'button-link ddap-remove', id: `${ idOf( path ) }-remove`, 'aria-label': label, title: label, onclick: () => change( context, path, () => null, `${ idOf( path.slice( 0, -1 ) ) }-add` ) }, '✕' );
	}

	function comparisonOf( context, one, path ) {
		const { app, columns, types } = context;
		const id = idOf( path );
		const type = types.get( one.column );
		const patch = ( changes ) => change( context, path, ( old ) => ( { ...old, ...changes } ) );
		return h( 'div', { class: 'ddap-comparison' },
			select( app, { id: `${ id }-column`, label: __( 'Column', 'ddap-data-analysis' ), hideLabel: true, value: one.column, choices: columnChoices( columns, one.column, __( '— column —', 'ddap-data-analysis' ) ) }, ( column ) => change( context, path, ( old ) => ddapNew.condition.withColumn( old, column, types ) ) ),
			one.column && select( app, { id: `${ id }-op`, label: __( 'Comparison', 'ddap-data-analysis' ), hideLabel: true, value: one.op, choices: ddapNew.condition.opsFor( type ).map( ( op ) => ( { value: op, label: ddapNew.condition.opLabel( op, type ) } ) ) }, ( op ) => patch( { op } ) ),
			one.column && operands( context, one, path, type ),
			/* translators: %s: a column. */
			remove( context, path, one.column ? sprintf( __( 'Remove the condition on %s', 'ddap-data-analysis' ), one.column ) : __( 'Remove this condition', 'ddap-data-analysis' ) )
		);
	}

	function operands( context, one, path, type ) {
		switch ( ddapNew.condition.operandOf( one.op ) ) {
			case 'none':
				return null;
			case 'two':
				return [ operand( context, one, path, type, 'value', __( 'From', 'ddap-data-analysis' ) ), h( 'span', {}, __( 'and', 'ddap-data-analysis' ) ), operand( context, one, path, type, 'value2', __( 'To', 'ddap-data-analysis' ) ) ];
			case 'list':
				return operand( context, one, path, 'list', 'value', __( 'Values, one on each line', 'ddap-data-analysis' ) );
			default:
				return operand( context, one, path, type, 'value', __( 'Value', 'ddap-data-analysis' ) );
		}
	}

	function operand( { app }, one, path, type, name, label ) {
		const id = `${ idOf( path ) }-${ name }`;
		// Typing changes no other field, so that the step is not made anew under the cursor.
		const take = ( value, sections = [] ) => app.set( { filter: ddapNew.condition.edit( app.form.filter, path, ( old ) => ( { ...old, [ name ]: value } ) ) }, sections );
		if ( 'boolean' === type ) {
			return select( app, { id, label, hideLabel: true, value: one[ name ], choices: [ { value: 'true', label: __( 'yes', 'ddap-data-analysis' ) }, { value: 'false', label: __( 'no', 'ddap-data-analysis' ) } ] }, take );
		}
		const types = { date: 'date', timestamp: 'datetime-local', time: 'time', list: 'textarea' };
		const numeric = [ 'integer', 'number' ].includes( type );
		return input( app, { id, label, hideLabel: true, type: types[ type ] || 'text', value: one[ name ], attributes: { inputmode: numeric ? 'decimal' : null, rows: 'list' === type ? '3' : null, placeholder: 'list' === type ? label : null, autocomplete: 'off' } }, take );
	}

	ddapNew.viewFilter = { render };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
