/**
 * What the form holds: plain data that drafts and templates keep as JSON. Fields
 * hold text as it was typed; pipeline.js makes values of it.
 */
( function ( ddapNew ) {
	/** Drafts and templates of another version are not read. */
	const VERSION = 1;

	function initial() {
		return {
			version: VERSION,
			name: '',
			/** null, { kind: 'dataset', id, name, anywhere } or { kind: 'upload', id, name, columns, rows }. */
			source: null,
			filter: { kind: 'all', members: [] },
			goal: 'show',
			rows: '20',
			sort: { column: '', descending: false },
			groupBy: [],
			aggregates: [ { func: 'size', column: '', q: '' } ],
			models: {},
			target: '',
			/** Empty stands for every column that suits. */
			features: [],
			/** By model, then by parameter: what was typed; a parameter that is not there has its default. */
			params: {},
			preprocess: {},
			validation: {},
			modelFrom: '',
			formats: [],
			language: 'en',
			when: { kind: 'now', at: '', repeat: { every: 'day', time: '07:00', weekdays: [ '1' ], day: '1', cron: '' }, timeZone: '' },
		};
	}

	/**
	 * A form of what was stored: fields that it lacks are as in a new one, and what is no form gives null.
	 *
	 * @param {*} stored What JSON.parse() gave.
	 */
	function revive( stored ) {
		if ( ! isObject( stored ) || stored.version !== VERSION ) {
			return null;
		}
		const form = initial();
		for ( const name of Object.keys( form ) ) {
			if ( sameKind( form[ name ], stored[ name ], 'source' === name ) ) {
				form[ name ] = stored[ name ];
			}
		}
		form.when = { ...initial().when, ...form.when, repeat: { ...initial().when.repeat, ...asObject( form.when.repeat ) } };
		return form;
	}

	function sameKind( like, value, mayBeNull ) {
		if ( undefined === value || null === value ) {
			return mayBeNull && null === value;
		}
		if ( mayBeNull || isObject( like ) ) {
			// PHP tells an empty object as an empty list.
			return isObject( value );
		}
		return Array.isArray( like ) === Array.isArray( value ) && typeof like === typeof value;
	}

	function isObject( value ) {
		return 'object' === typeof value && null !== value && ! Array.isArray( value );
	}

	/** An object, also where PHP made an empty list of an empty one. */
	function asObject( value ) {
		return isObject( value ) ? value : {};
	}

	ddapNew.form = { initial, revive, asObject, isObject };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
