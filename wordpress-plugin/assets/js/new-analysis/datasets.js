/**
 * Shared datasets as people see them: those of one name, with the same columns and the
 * same policy, are one, on several computers.
 */
( function ( ddapNew ) {
	/**
	 * Groups what the server lists.
	 *
	 * @param {Object[]} list Of GET /datasets.
	 * @return {Object[]} { name, columns, policy, minGroupSize, rows, description, computers: [{ id, name, online }], ambiguous }, by name.
	 */
	function group( list ) {
		const groups = new Map();
		for ( const dataset of list ) {
			const key = JSON.stringify( [ dataset.name, dataset.policy, dataset.min_group_size || 0, ( dataset.columns || [] ).map( ( c ) => [ c.name, c.type ] ) ] );
			if ( ! groups.has( key ) ) {
				groups.set( key, {
					name: dataset.name,
					columns: dataset.columns || [],
					policy: dataset.policy,
					minGroupSize: dataset.min_group_size || 0,
					rows: null,
					description: dataset.description || '',
					computers: [],
				} );
			}
			const one = groups.get( key );
			one.computers.push( { id: dataset.id, name: dataset.runner_name, online: Boolean( dataset.online ) } );
			one.rows = Math.max( one.rows || 0, dataset.rows || 0 ) || null;
		}
		return marked( [ ...groups.values() ] );
	}

	/** Of an ambiguous name, the server has to be told which computer's is meant. */
	function marked( groups ) {
		const times = new Map();
		groups.forEach( ( g ) => times.set( g.name, ( times.get( g.name ) || 0 ) + 1 ) );
		groups.forEach( ( g ) => ( g.ambiguous = times.get( g.name ) > 1 ) );
		return groups.sort( ( a, b ) => a.name.localeCompare( b.name ) );
	}

	/** The group that a form's source means; null where it is not shared any more. */
	function find( groups, source ) {
		if ( ! source || 'dataset' !== source.kind ) {
			return null;
		}
		return groups.find( ( g ) => g.computers.some( ( c ) => c.id === source.id ) ) || groups.find( ( g ) => g.name === source.name ) || null;
	}

	/** The source of a form for a group: on any of its computers where that is clear. */
	function sourceOf( one ) {
		const first = one.computers.find( ( c ) => c.online ) || one.computers[ 0 ];
		return { kind: 'dataset', id: first.id, name: one.name, anywhere: ! one.ambiguous && one.computers.length > 1 };
	}

	/**
	 * What is known of the data that a form is about.
	 *
	 * @return {Object|null} { name, columns, policy, minGroupSize, rows, computers }; columns is null while an upload has not been looked at.
	 */
	function describe( groups, source ) {
		if ( source && 'upload' === source.kind ) {
			return { name: source.name, columns: source.columns || null, policy: 'rows', minGroupSize: 0, rows: source.rows || null, computers: null };
		}
		return find( groups, source );
	}

	ddapNew.datasets = { group, find, sourceOf, describe };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
