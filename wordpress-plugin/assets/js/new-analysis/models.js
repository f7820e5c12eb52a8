/**
 * What can be asked for: goals as people name them, the server's models behind
 * each, and the fields of a model's parameters, from GET /operations.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;

	/** The goals of the form, by the server's word for what a model is for. Models that are for none of these are offered under "other". */
	const GOALS = { describe: 'describe', number: 'number', class: 'class', groups: 'clusters', forecast: 'forecast', outliers: 'outliers', test: 'compare', predict: 'predict' };

	/** Models that look at single rows, so that summaries-only data cannot have them. */
	const NEEDS_ROWS = [ 'isolation_forest', 'predict' ];

	function goalsOf( model ) {
		const known = model.questions.map( ( question ) => GOALS[ question ] ).filter( Boolean );
		return known.length ? known : [ 'other' ];
	}

	function goals( models ) {
		const labels = [
			[ 'show', __( 'Just show the data', 'ddap-data-analysis' ) ],
			[ 'groups', __( 'Summaries by group', 'ddap-data-analysis' ) ],
			[ 'describe', __( 'Describe columns', 'ddap-data-analysis' ) ],
			[ 'number', __( 'Predict a number', 'ddap-data-analysis' ) ],
			[ 'class', __( 'Predict a class', 'ddap-data-analysis' ) ],
			[ 'clusters', __( 'Find groups', 'ddap-data-analysis' ) ],
			[ 'forecast', __( 'Forecast', 'ddap-data-analysis' ) ],
			[ 'outliers', __( 'Find outliers', 'ddap-data-analysis' ) ],
			[ 'compare', __( 'Compare groups', 'ddap-data-analysis' ) ],
			[ 'predict', __( 'Use a trained model', 'ddap-data-analysis' ) ],
			[ 'other', __( 'Other', 'ddap-data-analysis' ) ],
		];
		// The one that chooses by itself comes first: it suits those who do not know the others.
		const of = ( id ) => models.filter( ( m ) => goalsOf( m ).includes( id ) ).map( ( m ) => m.model ).sort( ( a, b ) => ( 'auto' === b ) - ( 'auto' === a ) );
		return labels
			.map( ( [ id, label ] ) => ( { id, label, models: of( id ) } ) )
			.filter( ( goal ) => [ 'show', 'groups' ].includes( goal.id ) || goal.models.length );
	}

	/**
	 * The catalogue that the form works with.
	 *
	 * @param {Object[]} operations Of GET /operations, in the reader's language.
	 */
	function catalogue( operations ) {
		const analyze = operations.find( ( o ) => 300 === o.code )?.parameters || {};
		const models = ( analyze[ 'x-models' ] || [] ).map( ( m ) => ( {
			model: m.model,
			title: m.title || m.model,
			help: m.description || '',
			hasTarget: Boolean( m.has_target ),
			targetTypes: m[ 'x-target-types' ] || null,
			trains: Boolean( m[ 'x-trains' ] ),
			leavesRows: Boolean( m[ 'x-leaves-rows' ] ),
			questions: m[ 'x-questions' ] || [],
			fields: fieldsOf( m.params ),
		} ) );
		return {
			models,
			goals: goals( models ),
			preprocess: fieldsOf( analyze.properties?.preprocess ),
			validation: fieldsOf( analyze.properties?.validation ),
		};
	}

	/**
	 * The fields of an object's schema, in its order.
	 *
	 * @return {Object[]} { name, title, help, type, choices, columnTypes, preset, min, max, required, items }
	 */
	function fieldsOf( schema ) {
		const properties = ddapNew.form.asObject( schema?.properties );
		const order = schema?.[ 'x-order' ] || Object.keys( properties );
		return order.filter( ( name ) => properties[ name ] ).map( ( name ) => {
			const one = properties[ name ];
			return {
				name,
				title: one.title || name,
				help: one.description || '',
				type: typeOf( one ),
				choices: choicesOf( one ),
				columnTypes: one[ 'x-column' ]?.types || one.items?.[ 'x-column' ]?.types || null,
				preset: one.default,
				min: one.minimum ?? one.items?.minimum,
				max: one.maximum ?? one.items?.maximum,
				items: one.items?.type || '',
				required: ( schema.required || [] ).includes( name ),
			};
		} );
	}

	function choicesOf( { enum: values = [], 'x-choices': words = [] } ) {
		return values.map( ( value ) => ( { value, label: words.find( ( word ) => word.value === value )?.title || String( value ) } ) );
	}

	function typeOf( schema ) {
		if ( schema.enum ) {
			return 'choice';
		}
		if ( 'array' === schema.type ) {
			return schema.items?.[ 'x-column' ] ? 'columns' : 'list';
		}
		if ( schema[ 'x-column' ] ) {
			return 'column';
		}
		return Array.isArray( schema.type ) ? 'scalar' : schema.type || 'string';
	}

	/** The model that a form asks for; null where its goal is none. */
	function chosen( catalogue_, form ) {
		const goal = catalogue_.goals.find( ( g ) => g.id === form.goal );
		const name = goal?.models.includes( form.models[ form.goal ] ) ? form.models[ form.goal ] : goal?.models[ 0 ];
		return catalogue_.models.find( ( m ) => m.model === name ) || null;
	}

	/**
	 * What was typed for a parameter, as its value.
	 *
	 * @return {{value: *}|{error: string}} The value is undefined where the default holds.
	 */
	function read( field, typed ) {
		const text = 'string' === typeof typed ? typed.trim() : typed;
		if ( undefined === text || '' === text || ( Array.isArray( text ) && ! text.length ) ) {
			return field.required && undefined === field.preset ? { error: __( 'This is needed.', 'ddap-data-analysis' ) } : { value: undefined };
		}
		switch ( field.type ) {
			case 'integer':
			case 'number':
				return readNumber( field, text );
			case 'boolean':
				return { value: true === text || 'true' === text };
			case 'list':
				return readList( field, text );
			case 'scalar':
				return { value: scalar( text ) };
			default:
				return { value: text };
		}
	}

	function readNumber( field, text ) {
		const number = Number( String( text ).replace( /^(-?\d+),(\d+)$/, '$1.$2' ) );
		if ( ! Number.isFinite( number ) || ( 'integer' === field.type && ! Number.isInteger( number ) ) ) {
			return { error: 'integer' === field.type ? __( 'Enter a whole number.', 'ddap-data-analysis' ) : __( 'Enter a number, such as 15 or 2.5.', 'ddap-data-analysis' ) };
		}
		return number < field.min || number > field.max ? { error: rangeOf( field ) } : { value: number };
	}

	/** Says which numbers a field takes; '' where it takes all. */
	function rangeOf( { min, max } ) {
		if ( undefined !== min && undefined !== max ) {
			/* translators: 1: the smallest number, 2: the largest one. */
			return wp.i18n.sprintf( __( 'From %1$s to %2$s.', 'ddap-data-analysis' ), min, max );
		}
		if ( undefined !== min ) {
			/* translators: %s: the smallest number. */
			return wp.i18n.sprintf( __( 'At least %s.', 'ddap-data-analysis' ), min );
		}
		/* translators: %s: the largest number. */
		return undefined === max ? '' : wp.i18n.sprintf( __( 'At most %s.', 'ddap-data-analysis' ), max );
	}

	function readList( field, text ) {
		const parts = Array.isArray( text ) ? text : String( text ).split( /[\n;]/ ).map( ( part ) => part.trim() ).filter( Boolean );
		if ( ! [ 'integer', 'number' ].includes( field.items ) ) {
			return { value: parts };
		}
		const read_ = parts.flatMap( ( part ) => String( part ).split( /[\s,]+/ ) ).filter( Boolean ).map( ( part ) => readNumber( { ...field, type: field.items }, part ) );
		const wrong = read_.find( ( one ) => one.error );
		return wrong || { value: read_.map( ( one ) => one.value ) };
	}

	/** A parameter that takes words and numbers: "auto" is a word, 0.1 a number. */
	function scalar( text ) {
		if ( [ 'true', 'false' ].includes( text ) ) {
			return 'true' === text;
		}
		return Number.isFinite( Number( text ) ) ? Number( text ) : text;
	}

	ddapNew.models = { catalogue, chosen, read, rangeOf, NEEDS_ROWS };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
