/**
 * The request that a form stands for, with a note of which field each part of it
 * came from, so that what the server says of a part is shown beside the field.
 */
( function ( ddapNew ) {
	const { __ } = wp.i18n;

	/** The step whose result people look at. */
	const MAIN = 'analysis';

	/** How many rows can be looked at: what GET /operations says of preview_rows. */
	const ROWS = { type: 'integer', min: 0, max: 1000, required: true };

	/** Takes down errors by field, and fields by place. */
	function openBook( prefix ) {
		const errors = new Map();
		const places = [];
		return {
			errors,
			places,
			error: ( field, message ) => errors.has( field ) || errors.set( field, message ),
			place: ( path, field ) => places.push( [ prefix + path, field ] ),
		};
	}

	/**
	 * Makes the request.
	 *
	 * @param {Object} form  Of form.js.
	 * @param {Object} world { groups, catalogue, language, siteZone, now }
	 * @return {Object} { kind: 'pipeline' | 'schedule', request, main, errors: Map of field to message, places }; main is the
	 *                  ref of the step whose result people look at.
	 */
	function build( form, world ) {
		const repeats = 'repeat' === form.when.kind;
		const book = openBook( repeats ? 'pipeline.' : '' );
		const data = ddapNew.datasets.describe( world.groups, form.source );
		const types = new Map( ( data?.columns || [] ).map( ( c ) => [ c.name, c.type ] ) );
		const source = sourceOf( form, data, book );
		const steps = [];
		const add = ( ref, code, params, title ) => {
			steps.push( { ref, name: title.slice( 0, 200 ), operation_code: code, params } );
			return { path: `tasks[${ steps.length - 1 }].params`, params };
		};
		const name = ( form.name.trim() || ddapNew.sentence.title( form, world ) ).slice( 0, 200 );
		addData( form, world, { source, types, data, book, add, steps, name } );
		addReports( form, { data, book, add, name } );
		const request = { name, tasks: steps };
		book.place( 'name', 'ddap-name' );
		const finished = { main: MAIN, errors: book.errors, places: book.places };
		return repeats ? { kind: 'schedule', request: scheduleOf( form, request, book, world ), ...finished } : { kind: 'pipeline', request: runAt( form, request, book, world ), ...finished };
	}

	function sourceOf( form, data, book ) {
		if ( ! form.source || ! data ) {
			book.error( 'ddap-source', form.source ? __( 'This data is not shared any more. Choose another one.', 'ddap-data-analysis' ) : __( 'Choose the data first.', 'ddap-data-analysis' ) );
			return {};
		}
		if ( 'upload' === form.source.kind ) {
			return { upload: form.source.id };
		}
		const there = data.computers.some( ( c ) => c.id === form.source.id );
		return form.source.anywhere ? { dataset: data.name } : { dataset_id: there ? form.source.id : data.computers[ 0 ].id };
	}

	/** The steps that read the data: one, or a filter and an analysis of what it leaves. */
	function addData( form, world, ctx ) {
		const { source, types, book, add, steps, name } = ctx;
		const filters = ddapNew.condition.count( form.filter ) > 0;
		const before = filters ? 'tasks[0].params.where' : '';
		const where = filters ? ddapNew.condition.toWhere( form.filter, types, book, before, 'ddap-filter' ) : null;
		book.place( 'tasks[0].params.source', 'ddap-source' );
		if ( 'show' === form.goal ) {
			addShow( form, where, ctx );
			return;
		}
		if ( 'groups' === form.goal ) {
			addGroups( form, where, ctx );
			return;
		}
		let from = source;
		if ( where ) {
			add( 'filter', 200, { source, where }, __( 'Filter', 'ddap-data-analysis' ) );
			from = { task: 'filter' };
		}
		addModel( form, world, { ...ctx, from, at: `tasks[${ steps.length }].params`, name } );
	}

	/** A look at the data, or at what a filter leaves of it. */
	function addShow( form, where, { source, types, book, add, steps, name } ) {
		let from = source;
		if ( where || form.sort.column ) {
			const params = { source };
			if ( where ) {
				params.where = where;
			}
			if ( form.sort.column ) {
				params.sort = [ { column: form.sort.column, ascending: ! form.sort.descending } ];
				book.place( 'tasks[0].params.sort', 'ddap-sort-column' );
				knownColumn( form.sort.column, types, book, 'ddap-sort-column' );
			}
			add( 'filter', 200, params, __( 'Filter', 'ddap-data-analysis' ) );
			from = { task: 'filter' };
		}
		const rows = ddapNew.models.read( ROWS, form.rows );
		if ( rows.error ) {
			book.error( 'ddap-rows', rows.error );
		}
		book.place( `tasks[${ steps.length }].params.preview_rows`, 'ddap-rows' );
		add( MAIN, 100, { source: from, preview_rows: rows.value }, name );
	}

	function addGroups( form, where, { source, types, book, add, name } ) {
		const params = { source };
		if ( where ) {
			params.where = where;
		}
		if ( form.groupBy.length ) {
			params.group_by = form.groupBy.slice();
			book.place( 'tasks[0].params.group_by', 'ddap-group-by' );
			form.groupBy.forEach( ( column ) => knownColumn( column, types, book, 'ddap-group-by' ) );
		}
		params.aggregates = form.aggregates.map( ( one, index ) => aggregateOf( one, index, types, book ) );
		if ( ! params.aggregates.length ) {
			book.error( 'ddap-aggregate-add', __( 'Choose at least one thing to count or to calculate.', 'ddap-data-analysis' ) );
		}
		book.place( 'tasks[0].params.aggregates', 'ddap-aggregate-add' );
		add( MAIN, 200, params, name );
	}

	function aggregateOf( one, index, types, book ) {
		const field = `ddap-aggregate-${ index }`;
		const path = `tasks[0].params.aggregates[${ index }]`;
		book.place( path, `${ field }-func` );
		book.place( `${ path }.column`, `${ field }-column` );
		book.place( `${ path }.q`, `${ field }-q` );
		const made = { func: one.func };
		if ( 'size' !== one.func ) {
			made.column = one.column;
			knownColumn( one.column, types, book, `${ field }-column` );
		}
		if ( 'quantile' === one.func ) {
			const q = ddapNew.models.read( { type: 'number', min: 0, max: 1, required: true }, one.q );
			made.q = q.value;
			if ( q.error ) {
				book.error( `${ field }-q`, q.error );
			}
		}
		return made;
	}

	function knownColumn( column, types, book, field ) {
		if ( ! column ) {
			book.error( field, __( 'Choose a column.', 'ddap-data-analysis' ) );
		} else if ( types.size && ! types.has( column ) ) {
			book.error( field, __( 'The data has no such column. Choose another one.', 'ddap-data-analysis' ) );
		}
	}

	function addModel( form, world, { from, at, types, data, book, add, name } ) {
		const model = ddapNew.models.chosen( world.catalogue, form );
		const params = { source: from, model: model?.model || '' };
		book.place( at, 'ddap-goal' );
		book.place( `${ at }.model`, 'ddap-model' );
		if ( model && 'aggregates' === data?.policy && ddapNew.models.NEEDS_ROWS.includes( model.model ) ) {
			book.error( 'ddap-goal', __( 'The owner shares summaries only, and this looks at single rows. Choose another analysis or other data.', 'ddap-data-analysis' ) );
		}
		if ( model?.hasTarget ) {
			params.target = form.target;
			book.place( `${ at }.target`, 'ddap-target' );
			knownColumn( form.target, types, book, 'ddap-target' );
		}
		if ( model?.trains ) {
			params.target_type = 'class' === form.goal ? 'class' : 'number';
			book.place( `${ at }.target_type`, 'ddap-target' );
		}
		addColumns( form, model, params, types, book, at );
		addParams( form, world, model, params, book, at );
		add( MAIN, 300, params, name );
	}

	/** Which columns the model looks at; those of tests and of a trained model are said elsewhere. */
	function addColumns( form, model, params, types, book, at ) {
		book.place( `${ at }.features`, 'ddap-features' );
		if ( 'predict' === form.goal ) {
			params.model_from = { task: form.modelFrom.trim() };
			book.place( `${ at }.model_from`, 'ddap-model-from' );
			if ( ! params.model_from.task ) {
				book.error( 'ddap-model-from', __( 'Enter the number of the task that trained the model. It stands on its page.', 'ddap-data-analysis' ) );
			}
			return;
		}
		const features = takesFeatures( form ) ? form.features.filter( ( column ) => column !== params.target ) : [];
		if ( features.length ) {
			params.features = features;
			features.forEach( ( column ) => knownColumn( column, types, book, 'ddap-features' ) );
		}
	}

	function takesFeatures( form ) {
		return ! [ 'compare', 'forecast', 'predict', 'show', 'groups' ].includes( form.goal );
	}

	/** Parameters of the model, its preparation and its check: only what differs from the default is sent. */
	function addParams( form, world, model, params, book, at ) {
		if ( ! model ) {
			return;
		}
		const parts = [ [ 'params', model.fields, ddapNew.form.asObject( form.params[ model.model ] ), 'param' ] ];
		if ( model.trains ) {
			parts.push( [ 'preprocess', world.catalogue.preprocess, form.preprocess, 'preprocess' ], [ 'validation', world.catalogue.validation, form.validation, 'validation' ] );
		}
		for ( const [ part, fields, typed, prefix ] of parts ) {
			const values = {};
			for ( const field of fields ) {
				const id = `ddap-${ prefix }-${ field.name }`;
				book.place( `${ at }.${ part }.${ field.name }`, id );
				const got = ddapNew.models.read( field, ddapNew.form.asObject( typed )[ field.name ] );
				if ( got.error ) {
					book.error( id, got.error );
				} else if ( undefined !== got.value && got.value !== field.preset ) {
					values[ field.name ] = got.value;
				}
			}
			if ( Object.keys( values ).length ) {
				params[ part ] = values;
			}
		}
	}

	/** The files that can be made: those of rows where there are rows that may leave. */
	function formatsFor( form, data ) {
		const rows = 'aggregates' !== data?.policy && [ 'show', 'groups' ].includes( form.goal );
		return [ 'pdf', 'xlsx', 'html', ...( rows ? [ 'csv', 'parquet' ] : [] ) ];
	}

	/** A step for each file. */
	function addReports( form, { data, book, add, name } ) {
		for ( const format of formatsFor( form, data ).filter( ( f ) => form.formats.includes( f ) ) ) {
			const params = { inputs: [ { task: MAIN } ], format };
			if ( [ 'html', 'pdf', 'xlsx' ].includes( format ) ) {
				params.title = name;
				params.language = form.language;
			}
			const { path } = add( `file_${ format }`, 400, params, `${ name } (${ format.toUpperCase() })` );
			book.place( path, `ddap-format-${ format }` );
			book.place( `${ path }.language`, 'ddap-language' );
		}
	}

	/** At a time: the steps that wait for no other one begin then. */
	function runAt( form, request, book, world ) {
		if ( 'at' !== form.when.kind ) {
			return request;
		}
		const moment = ddapNew.repeat.momentOf( form.when.at, zoneOf( form, world ) );
		request.tasks.forEach( ( step, index ) => {
			if ( ! step.params.source?.task && ! step.params.inputs ) {
				step.run_at = moment ? moment.toISOString() : '';
				book.place( `tasks[${ index }].run_at`, 'ddap-when-at' );
			}
		} );
		if ( ! moment ) {
			book.error( 'ddap-when-at', __( 'Enter a date and a time.', 'ddap-data-analysis' ) );
		} else if ( moment <= world.now ) {
			book.error( 'ddap-when-at', __( 'This time has passed. Enter one that is still to come.', 'ddap-data-analysis' ) );
		}
		return request;
	}

	function scheduleOf( form, request, book, world ) {
		const cron = ddapNew.repeat.toCron( form.when.repeat );
		if ( cron.error ) {
			book.error( `ddap-repeat-${ cron.part }`, cron.error );
		}
		book.places.push( [ 'cron', 'cron' === form.when.repeat.every ? 'ddap-repeat-cron' : 'ddap-repeat-every' ], [ 'time_zone', 'ddap-time-zone' ], [ 'name', 'ddap-name' ] );
		return { name: request.name, cron: cron.cron || '', time_zone: zoneOf( form, world ), pipeline: request };
	}

	function zoneOf( form, world ) {
		return form.when.timeZone || world.siteZone;
	}

	/**
	 * The fields that a refusal of the server is about.
	 *
	 * @param {Object} fields What is wrong, by path.
	 * @param {Array}  places Of build().
	 * @return {{byField: Map, rest: string[]}} rest is what belongs to no field.
	 */
	function locate( fields, places ) {
		const byField = new Map();
		const rest = [];
		for ( const [ path, message ] of Object.entries( fields ) ) {
			let best = null;
			for ( const [ place, field ] of places ) {
				const within = path === place || path.startsWith( place + '.' ) || path.startsWith( place + '[' );
				if ( within && ( ! best || place.length > best.place.length ) ) {
					best = { place, field };
				}
			}
			if ( best ) {
				byField.set( best.field, { path, message } );
			} else {
				rest.push( `${ path }: ${ message }` );
			}
		}
		return { byField, rest };
	}

	ddapNew.pipeline = { build, locate, takesFeatures, formatsFor };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
