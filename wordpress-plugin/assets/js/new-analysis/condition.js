/**
 * The tree of conditions: which comparisons fit a column's type, how what was
 * typed becomes a value, and how the tree becomes the server's.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;

	const RANGE = [ 'ge', 'gt', 'le', 'lt', 'eq', 'ne', 'between' ];
	const MISSING = [ 'is_null', 'not_null' ];

	/** By type of column, the most useful first. */
	const OPS = {
		integer: [ ...RANGE, 'in', 'not_in', ...MISSING ],
		number: [ ...RANGE, 'in', 'not_in', ...MISSING ],
		date: [ ...RANGE, ...MISSING ],
		timestamp: [ ...RANGE, ...MISSING ],
		time: [ ...RANGE, ...MISSING ],
		boolean: [ 'eq', 'ne', ...MISSING ],
		string: [ 'eq', 'ne', 'contains', 'starts_with', 'ends_with', 'in', 'not_in', 'matches', ...MISSING ],
		other: MISSING,
	};

	function opsFor( type ) {
		return OPS[ type ] || OPS.other;
	}

	/** An operator's words for a type of column. */
	function opLabel( op, type ) {
		const inTime = [ 'date', 'timestamp', 'time' ].includes( type );
		const labels = {
			eq: __( 'is', 'ddap-data-analysis' ),
			ne: __( 'is not', 'ddap-data-analysis' ),
			ge: inTime ? __( 'is not before', 'ddap-data-analysis' ) : __( 'is at least', 'ddap-data-analysis' ),
			gt: inTime ? __( 'is after', 'ddap-data-analysis' ) : __( 'is more than', 'ddap-data-analysis' ),
			le: inTime ? __( 'is not after', 'ddap-data-analysis' ) : __( 'is at most', 'ddap-data-analysis' ),
			lt: inTime ? __( 'is before', 'ddap-data-analysis' ) : __( 'is less than', 'ddap-data-analysis' ),
			between: __( 'is between', 'ddap-data-analysis' ),
			in: __( 'is one of', 'ddap-data-analysis' ),
			not_in: __( 'is none of', 'ddap-data-analysis' ),
			contains: __( 'contains', 'ddap-data-analysis' ),
			starts_with: __( 'begins with', 'ddap-data-analysis' ),
			ends_with: __( 'ends with', 'ddap-data-analysis' ),
			matches: __( 'matches the pattern', 'ddap-data-analysis' ),
			is_null: __( 'is missing', 'ddap-data-analysis' ),
			not_null: __( 'is not missing', 'ddap-data-analysis' ),
		};
		return labels[ op ] || op;
	}

	/** Which field an operator needs: none, one, two, or list (one value a line). */
	function operandOf( op ) {
		if ( MISSING.includes( op ) ) {
			return 'none';
		}
		if ( 'between' === op ) {
			return 'two';
		}
		return [ 'in', 'not_in' ].includes( op ) ? 'list' : 'one';
	}

	function comparison( column, type ) {
		return { column, op: opsFor( type )[ 0 ], value: 'boolean' === type ? 'true' : '', value2: '' };
	}

	/** A comparison with another column: operator and value stay where they fit. */
	function withColumn( old, column, types ) {
		const type = types.get( column );
		const fits = '' !== old.column && opsFor( type ).includes( old.op );
		const keeps = fits && types.get( old.column ) === type;
		return { ...comparison( column, type ), ...( fits ? { op: old.op } : {} ), ...( keeps ? { value: old.value, value2: old.value2 } : {} ) };
	}

	/**
	 * The group with a member replaced, added or removed.
	 *
	 * @param {Object}   root   The tree.
	 * @param {number[]} path   Places of members, from the root down.
	 * @param {Function} change Gets the member and gives its successor; null removes it.
	 */
	function edit( root, path, change ) {
		if ( 0 === path.length ) {
			return change( root );
		}
		const members = root.members.slice();
		const successor = edit( members[ path[ 0 ] ], path.slice( 1 ), change );
		members.splice( path[ 0 ], 1, ...( null === successor ? [] : [ successor ] ) );
		return { ...root, members };
	}

	/**
	 * What was typed, as a value of the column's type.
	 *
	 * @return {{value: *}|{error: string}}
	 */
	function read( text, type ) {
		const trimmed = String( text ).trim();
		if ( 'string' !== type && '' === trimmed ) {
			return { error: __( 'Enter a value.', 'ddap-data-analysis' ) };
		}
		switch ( type ) {
			case 'integer':
			case 'number': {
				const number = Number( trimmed.replace( /^(-?\d+),(\d+)$/, '$1.$2' ) );
				return Number.isFinite( number ) ? { value: number } : { error: __( 'Enter a number, such as 15 or 2.5.', 'ddap-data-analysis' ) };
			}
			case 'boolean':
				return { value: 'true' === trimmed };
			case 'timestamp':
				return { value: trimmed.replace( /^(\d{4}-\d\d-\d\dT\d\d:\d\d)$/, '$1:00' ).replace( /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)$/, '$1Z' ) };
			case 'time':
				return { value: trimmed.replace( /^(\d\d:\d\d)$/, '$1:00' ) };
			default:
				return { value: String( text ) };
		}
	}

	/** The text that stands in a field for a value of the server's. */
	function write( value, type ) {
		return 'timestamp' === type ? String( value ).replace( /Z$/, '' ) : String( value ?? '' );
	}

	/**
	 * The server's tree.
	 *
	 * @param {Object} group  Of the form.
	 * @param {Map}    types  By column.
	 * @param {Object} book   Of pipeline.js: takes places and errors.
	 * @param {string} path   Where the tree will stand in the request.
	 * @param {string} field  The id of the group's field.
	 * @return {Object|null} Null where there is no condition.
	 */
	function toWhere( group, types, book, path, field ) {
		const list = [];
		group.members.forEach( ( member, index ) => {
			const place = `${ path }.${ group.kind }[${ list.length }]`;
			const id = `${ field }-${ index }`;
			const made = member.members ? toWhere( member, types, book, place, id ) : toComparison( member, types, book, place, id );
			if ( made ) {
				list.push( made );
			}
		} );
		book.place( path, `${ field }-kind` );
		return list.length ? { [ group.kind ]: list } : null;
	}

	function toComparison( member, types, book, path, field ) {
		if ( ! member.column ) {
			book.error( `${ field }-column`, __( 'Choose a column, or remove this condition.', 'ddap-data-analysis' ) );
			return null;
		}
		const type = types.get( member.column );
		book.place( path, `${ field }-column` );
		book.place( `${ path }.op`, `${ field }-op` );
		book.place( `${ path }.value`, `${ field }-value` );
		if ( undefined === type ) {
			book.error( `${ field }-column`, __( 'The data has no such column. Choose another one.', 'ddap-data-analysis' ) );
			return null;
		}
		const made = { column: member.column, op: member.op };
		const take = ( text, id ) => {
			const got = read( text, type );
			if ( got.error ) {
				book.error( id, got.error );
			}
			return got.value;
		};
		switch ( operandOf( member.op ) ) {
			case 'one':
				made.value = take( member.value, `${ field }-value` );
				break;
			case 'two':
				book.place( `${ path }.value[1]`, `${ field }-value2` );
				made.value = [ take( member.value, `${ field }-value` ), take( member.value2, `${ field }-value2` ) ];
				break;
			case 'list': {
				const lines = linesOf( member.value );
				if ( ! lines.length ) {
					book.error( `${ field }-value`, __( 'Enter at least one value, each on its own line.', 'ddap-data-analysis' ) );
				}
				made.value = lines.map( ( line ) => take( line, `${ field }-value` ) );
			}
		}
		return made;
	}

	function linesOf( text ) {
		return String( text ).split( '\n' ).map( ( line ) => line.trim() ).filter( ( line ) => '' !== line );
	}

	/** A group of the form from the server's tree, for clones. */
	function fromWhere( where, types ) {
		const kind = [ 'all', 'any', 'not' ].find( ( name ) => Array.isArray( where[ name ] ) );
		if ( ! kind ) {
			return { kind: 'all', members: [ fromComparison( where, types ) ] };
		}
		return { kind, members: where[ kind ].map( ( member ) => ( member.column ? fromComparison( member, types ) : fromWhere( member, types ) ) ) };
	}

	function fromComparison( { column, op, value }, types ) {
		const type = types.get( column );
		if ( 'two' === operandOf( op ) ) {
			return { column, op, value: write( value[ 0 ], type ), value2: write( value[ 1 ], type ) };
		}
		const text = Array.isArray( value ) ? value.map( ( one ) => write( one, type ) ).join( '\n' ) : write( value, type );
		return { column, op, value: text, value2: '' };
	}

	/** How many comparisons a tree has. */
	function count( group ) {
		return group.members.reduce( ( sum, member ) => sum + ( member.members ? count( member ) : 1 ), 0 );
	}

	ddapNew.condition = { opsFor, opLabel, operandOf, comparison, withColumn, edit, read, toWhere, fromWhere, linesOf, count };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
