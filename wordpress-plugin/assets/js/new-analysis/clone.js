/**
 * A form of an analysis that was sent before.
 */
( function ( ddapNew ) {
	/** What the form has fields for, by operation; the rest is told as lost. */
	const KNOWN = {
		100: [ 'source', 'preview_rows', 'profile' ],
		200: [ 'source', 'where', 'group_by', 'aggregates', 'sort' ],
		300: [ 'source', 'model', 'target', 'target_type', 'features', 'params', 'preprocess', 'validation', 'model_from' ],
		400: [ 'inputs', 'format', 'title', 'language' ],
	};

	/**
	 * Reads the steps.
	 *
	 * @param {Object} thing { name, tasks: [{ id, ref, operation_code, params }], cron?, time_zone? } as a route of this plugin gives it.
	 * @param {Object} world Of pipeline.build().
	 * @return {{form: Object, lost: string[]}} lost names parameters that the form cannot show.
	 */
	function read( thing, world ) {
		const form = ddapNew.form.initial();
		const lost = new Set();
		form.name = thing.name || '';
		const tasks = ( thing.tasks || [] ).map( ( task ) => ( { ...task, params: ddapNew.form.asObject( task.params ) } ) );
		tasks.forEach( ( task ) => Object.keys( task.params ).forEach( ( name ) => {
			if ( ! ( KNOWN[ task.operation_code ] || [] ).includes( name ) ) {
				lost.add( name );
			}
		} ) );
		readSteps( form, tasks, lost, world );
		if ( thing.cron ) {
			form.when = { ...form.when, kind: 'repeat', repeat: ddapNew.repeat.fromCron( thing.cron ), timeZone: thing.time_zone || '' };
		}
		return { form, lost: [ ...lost ] };
	}

	function readSteps( form, tasks, lost, world ) {
		const of = ( code ) => tasks.filter( ( t ) => code === t.operation_code );
		const [ looks, filters, analyses ] = [ of( 100 ), of( 200 ), of( 300 ) ];
		[ ...looks.slice( 1 ), ...filters.slice( 1 ), ...analyses.slice( 1 ) ].forEach( ( t ) => lost.add( t.name || t.ref ) );
		const first = filters[ 0 ] || looks[ 0 ] || analyses[ 0 ];
		if ( first ) {
			readSource( form, ddapNew.form.asObject( first.params.source ), lost, world );
		}
		const data = ddapNew.datasets.describe( world.groups, form.source );
		const types = new Map( ( data?.columns || [] ).map( ( c ) => [ c.name, c.type ] ) );
		if ( looks.length ) {
			form.rows = String( looks[ 0 ].params.preview_rows ?? 20 );
		}
		if ( filters.length ) {
			readFilter( form, filters[ 0 ].params, types );
		}
		if ( analyses.length ) {
			readModel( form, analyses[ 0 ].params, world );
		}
		for ( const { params } of of( 400 ) ) {
			form.formats.push( params.format );
			form.language = params.language || form.language;
		}
	}

	function readSource( form, source, lost, world ) {
		const id = source.dataset_id;
		const found = id
			? ddapNew.datasets.find( world.groups, { kind: 'dataset', id } )
			: ddapNew.datasets.find( world.groups, { kind: 'dataset', name: source.dataset } );
		if ( found ) {
			form.source = id ? { kind: 'dataset', id, name: found.name, anywhere: false } : ddapNew.datasets.sourceOf( found );
		} else if ( source.upload ) {
			form.source = { kind: 'upload', id: source.upload, name: source.upload, columns: null, rows: null };
		} else {
			lost.add( 'source' );
		}
	}

	function readFilter( form, params, types ) {
		if ( params.where ) {
			form.filter = ddapNew.condition.fromWhere( params.where, types );
		}
		if ( params.sort?.length ) {
			form.sort = { column: params.sort[ 0 ].column, descending: false === params.sort[ 0 ].ascending };
		}
		if ( params.group_by || params.aggregates ) {
			form.goal = 'groups';
			form.groupBy = params.group_by || [];
			form.aggregates = ( params.aggregates || [ { func: 'size' } ] ).map( ( a ) => ( { func: a.func, column: a.column || '', q: undefined === a.q ? '' : String( a.q ) } ) );
		}
	}

	function readModel( form, params, world ) {
		const goals = world.catalogue.goals.filter( ( g ) => g.models.includes( params.model ) );
		const goal = goals.find( ( g ) => g.id === params.target_type ) || goals[ 0 ];
		form.goal = goal?.id || 'show';
		form.models = { [ form.goal ]: params.model };
		form.target = params.target || '';
		form.features = params.features || [];
		form.params = { [ params.model ]: typed( params.params ) };
		form.preprocess = typed( params.preprocess );
		form.validation = typed( params.validation );
		form.modelFrom = params.model_from?.task || '';
	}

	/** Values as fields hold them. */
	function typed( values ) {
		return Object.fromEntries( Object.entries( ddapNew.form.asObject( values ) ).map( ( [ name, value ] ) => [ name, Array.isArray( value ) ? value.join( '\n' ) : String( value ) ] ) );
	}

	ddapNew.clone = { read };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
