/**
 * Makes elements. Text goes in as text, never as HTML: what computers send may
 * hold anything.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );

	/**
	 * Makes an element.
	 *
	 * @param {string}                      tag        Its name.
	 * @param {Object}                      attributes Its attributes; null and false ones are left out. on… are listeners.
	 * @param {...(Node|string|null|false)} content    What is in it.
	 * @return {HTMLElement} The element.
	 */
	function element( tag, attributes = {}, ...content ) {
		const made = document.createElement( tag );
		for ( const [ name, value ] of Object.entries( attributes ) ) {
			if ( typeof value === 'function' ) {
				made.addEventListener( name.slice( 2 ), value );
			} else if ( value !== null && value !== false && value !== undefined ) {
				made.setAttribute( name, value === true ? '' : value );
			}
		}
		made.append( ...content.filter( ( part ) => part !== null && part !== false && part !== undefined ) );
		return made;
	}

	/**
	 * Text of the data, kept apart from what stands around it: its direction, and
	 * its control characters, end with it.
	 *
	 * @param {string} text Anything.
	 * @return {HTMLElement} A bdi.
	 */
	function isolated( text ) {
		return element( 'bdi', {}, text );
	}

	let last = 0;

	/** An id that no other element has. */
	function id( name ) {
		last++;
		return `ddap-${ name }-${ last }`;
	}

	ddap.element = element;
	ddap.isolated = isolated;
	ddap.id = id;
}() );
