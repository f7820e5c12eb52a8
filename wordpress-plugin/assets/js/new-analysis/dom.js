/**
 * Elements: short ways to make them, and fields with their label, help and error.
 */
( function ( ddapNew ) {
	/**
	 * Makes an element.
	 *
	 * @param {string} tag        Its name.
	 * @param {Object} attributes Attributes; on… are listeners, true is an empty attribute, false, null and undefined are none.
	 * @param {...*}   children   Nodes and texts; empty ones are left out.
	 */
	function h( tag, attributes = {}, ...children ) {
		const element = document.createElement( tag );
		for ( const [ name, value ] of Object.entries( attributes ) ) {
			if ( name.startsWith( 'on' ) ) {
				element.addEventListener( name.slice( 2 ), value );
			} else if ( 'value' === name || 'checked' === name ) {
				element[ name ] = value;
			} else if ( false !== value && null !== value && undefined !== value ) {
				element.setAttribute( name, true === value ? '' : value );
			}
		}
		element.append( ...children.flat().filter( ( child ) => null !== child && undefined !== child && false !== child && '' !== child ) );
		if ( 'SELECT' === element.tagName && 'value' in attributes ) {
			element.value = attributes.value;
		}
		return element;
	}

	/** A text that only screen readers tell. */
	function hidden( text ) {
		return h( 'span', { class: 'screen-reader-text' }, text );
	}

	function describedBy( id, help, error ) {
		return [ help && `${ id }-help`, error && `${ id }-error` ].filter( Boolean ).join( ' ' ) || null;
	}

	/** What is wrong with a field, and what may have been meant. */
	function errorOf( id, error ) {
		if ( ! error ) {
			return null;
		}
		return h( 'p', { class: 'ddap-field-error', id: `${ id }-error` }, `✕ ${ error.message }`,
			error.suggestion && h( 'button', { type: 'button', class: 'button-link ddap-suggestion', onclick: error.apply }, error.suggestion )
		);
	}

	/**
	 * A control with its label, its help and its error.
	 *
	 * @param {Object}   app     The page.
	 * @param {Object}   options { id, label, help, hideLabel, class }
	 * @param {Function} make    Gets the attributes that the control needs, and gives the control.
	 */
	function field( app, { id, label, help, hideLabel, class: more }, make ) {
		const error = app.errors.get( id );
		const control = make( { id, 'aria-describedby': describedBy( id, help, error ), 'aria-invalid': error ? 'true' : null } );
		return h( 'div', { class: `ddap-field ${ more || '' }` },
			h( 'label', { for: id, class: hideLabel ? 'screen-reader-text' : null }, label ),
			control,
			help && h( 'p', { class: 'description', id: `${ id }-help` }, help ),
			errorOf( id, error )
		);
	}

	/**
	 * A field of text, or of another type of input.
	 *
	 * @param {Object}   app     The page.
	 * @param {Object}   options Of field(), with type, value and any attributes in attributes.
	 * @param {Function} take    Gets what was typed.
	 */
	function input( app, options, take ) {
		const { type = 'text', value, attributes = {} } = options;
		return field( app, options, ( needed ) => h( 'textarea' === type ? 'textarea' : 'input', {
			...( 'textarea' === type ? {} : { type } ), ...attributes, ...needed, value, oninput: ( event ) => {
				app.forgive( options.id );
				take( event.target.value );
			},
		} ) );
	}

	/**
	 * A choice among few or many.
	 *
	 * @param {Object}   app     The page.
	 * @param {Object}   options Of field(), with value and choices: [{ value, label }].
	 * @param {Function} take    Gets the value.
	 */
	function select( app, options, take ) {
		return field( app, options, ( needed ) => h( 'select', {
			...needed, value: options.value, onchange: ( event ) => {
				app.forgive( options.id );
				take( event.target.value );
			},
		}, options.choices.map( ( choice ) => h( 'option', { value: choice.value }, choice.label ) ) ) );
	}

	/**
	 * A box to tick.
	 */
	function checkbox( app, { id, label, help, checked, disabled, describedby }, take ) {
		const error = app.errors.get( id );
		return h( 'div', { class: 'ddap-check' },
			h( 'label', { for: id }, h( 'input', {
				type: 'checkbox', id, checked, disabled, 'aria-describedby': describedBy( id, help, error ) || describedby, 'aria-invalid': error ? 'true' : null,
				onchange: ( event ) => {
					app.forgive( id );
					take( event.target.checked );
				},
			} ), ' ', label ),
			help && h( 'p', { class: 'description', id: `${ id }-help` }, help ),
			errorOf( id, error )
		);
	}

	/** A choice of columns, with the one that is chosen even where the data has none of its name. */
	function columnChoices( columns, value, empty ) {
		const names = columns.map( ( c ) => c.name );
		const all = value && ! names.includes( value ) ? [ value, ...names ] : names;
		return [ { value: '', label: empty }, ...all.map( ( name ) => ( { value: name, label: name } ) ) ];
	}

	/** Puts content into a place; the element that had the focus has it again. */
	function fill( place, ...content ) {
		const focused = place.contains( document.activeElement ) ? document.activeElement.id : '';
		place.replaceChildren( ...content.flat().filter( Boolean ) );
		if ( focused ) {
			document.getElementById( focused )?.focus();
		}
	}

	ddapNew.dom = { h, hidden, field, input, select, checkbox, errorOf, columnChoices, fill };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
