/**
 * What will happen and what will leave the computer, in plain words, before anything is sent.
 */
( function ( ddapNew ) {
	const { __, _n, sprintf } = wp.i18n;

	/** More columns than these are told as their number. */
	const FEW = 6;

	function list( words, world ) {
		return ddapNew.repeat.listOf( words, world.language );
	}

	function number( value, world ) {
		return new Intl.NumberFormat( world.language ).format( value );
	}

	/** The name that an analysis gets where nobody gives it one. */
	function title( form, world ) {
		const data = ddapNew.datasets.describe( world.groups, form.source )?.name || __( 'data', 'ddap-data-analysis' );
		const goal = world.catalogue.goals.find( ( g ) => g.id === form.goal );
		const model = ddapNew.models.chosen( world.catalogue, form );
		if ( model?.hasTarget && form.target ) {
			/* translators: 1: what is done, as in "Predict a number", 2: a column, 3: a dataset. */
			return sprintf( __( '%1$s: %2$s (%3$s)', 'ddap-data-analysis' ), goal.label, form.target, data );
		}
		if ( 'groups' === form.goal && form.groupBy.length ) {
			/* translators: 1: a dataset, 2: columns. */
			return sprintf( __( '%1$s by %2$s', 'ddap-data-analysis' ), data, list( form.groupBy, world ) );
		}
		/* translators: 1: what is done, as in "Find groups", 2: a dataset. */
		return sprintf( __( '%1$s: %2$s', 'ddap-data-analysis' ), goal?.label || '', data );
	}

	/**
	 * Everything that the reader should know before sending.
	 *
	 * @return {{does: string, leaves: string, stays: string, when: string, cautions: string[]}|null} Null while no data is chosen.
	 */
	function tell( form, world ) {
		const data = ddapNew.datasets.describe( world.groups, form.source );
		if ( ! data ) {
			return null;
		}
		const leaves = whatLeaves( form, world, data );
		return {
			/* translators: 1: where, as in "On the computer laboratory", 2: which rows, as in "take all rows of flights", 3: what is done with them. */
			does: sprintf( __( '%1$s, %2$s and %3$s.', 'ddap-data-analysis' ), place( form, data, world ), rows( form, data, world ), action( form, world ) ),
			leaves: sprintf(
				/* translators: %s: what leaves, as in "a summary of the model with its tables and charts". */
				'upload' === form.source.kind ? __( 'You get: %s.', 'ddap-data-analysis' ) : __( 'Leaves that computer: %s.', 'ddap-data-analysis' ),
				list( leaves, world )
			),
			stays: stays( form, data ),
			when: when( form, world ),
			cautions: cautions( form, world, data ),
		};
	}

	function place( form, data, world ) {
		if ( 'upload' === form.source.kind ) {
			return __( 'On the next computer that is free', 'ddap-data-analysis' );
		}
		if ( form.source.anywhere ) {
			/* translators: %s: a number of computers. */
			return sprintf( _n( 'On %s computer', 'On one of %s computers', data.computers.length, 'ddap-data-analysis' ), number( data.computers.length, world ) );
		}
		const computer = data.computers.find( ( c ) => c.id === form.source.id ) || data.computers[ 0 ];
		/* translators: %s: a computer's name. */
		return sprintf( __( 'On the computer “%s”', 'ddap-data-analysis' ), computer.name );
	}

	function rows( form, data, world ) {
		const types = new Map( ( data.columns || [] ).map( ( c ) => [ c.name, c.type ] ) );
		const conditions = tree( form.filter, types, world );
		return conditions
			/* translators: 1: a dataset, 2: conditions, as in "delay is at least 15". */
			? sprintf( __( 'take the rows of “%1$s” where %2$s', 'ddap-data-analysis' ), data.name, conditions )
			/* translators: %s: a dataset. */
			: sprintf( __( 'take all rows of “%s”', 'ddap-data-analysis' ), data.name );
	}

	/** Conditions in words; groups within groups stand in brackets. */
	function tree( group, types, world ) {
		const parts = group.members.map( ( member ) => {
			if ( ! member.members ) {
				return comparison( member, types, world );
			}
			const inner = tree( member, types, world );
			return inner && ( member.members.length > 1 || 'not' === member.kind ) ? `(${ inner })` : inner;
		} ).filter( Boolean );
		if ( ! parts.length ) {
			return '';
		}
		const kind = 'all' === group.kind ? 'conjunction' : 'disjunction';
		const joined = new Intl.ListFormat( world.language, { type: kind } ).format( parts );
		/* translators: %s: conditions joined by "or". */
		return 'not' === group.kind ? sprintf( __( 'it is not true that %s', 'ddap-data-analysis' ), joined ) : joined;
	}

	function comparison( one, types, world ) {
		if ( ! one.column ) {
			return '';
		}
		const type = types.get( one.column );
		const label = ddapNew.condition.opLabel( one.op, type );
		const shown = ( text ) => ( 'boolean' === type ? truth( text ) : text.replace( 'T', 'timestamp' === type ? ' ' : 'T' ) ) || '…';
		switch ( ddapNew.condition.operandOf( one.op ) ) {
			case 'none':
				return `${ one.column } ${ label }`;
			case 'two':
				/* translators: 1: a column, 2: "is between", 3: the lower value, 4: the upper one. */
				return sprintf( __( '%1$s %2$s %3$s and %4$s', 'ddap-data-analysis' ), one.column, label, shown( one.value ), shown( one.value2 ) );
			case 'list':
				return `${ one.column } ${ label } ${ new Intl.ListFormat( world.language, { type: 'disjunction' } ).format( ddapNew.condition.linesOf( one.value ).slice( 0, FEW ) ) || '…' }`;
			default:
				return `${ one.column } ${ label } ${ shown( one.value ) }`;
		}
	}

	function truth( text ) {
		return 'true' === text ? __( 'yes', 'ddap-data-analysis' ) : __( 'no', 'ddap-data-analysis' );
	}

	function columns( names, world ) {
		/* translators: %s: a number of columns. */
		return names.length > FEW ? sprintf( _n( '%s column', '%s columns', names.length, 'ddap-data-analysis' ), number( names.length, world ) ) : list( names, world );
	}

	/** What is done with the rows, as it follows "take all rows of flights and". */
	function action( form, world ) {
		const model = ddapNew.models.chosen( world.catalogue, form );
		const target = form.target || '…';
		const from = form.features.filter( ( c ) => c !== form.target );
		switch ( form.goal ) {
			case 'show':
				if ( 'aggregates' === policyOf( form, world ) ) {
					return __( 'describe their columns', 'ddap-data-analysis' );
				}
				/* translators: %s: a number of rows. */
				return sprintf( __( 'show the first %s of them', 'ddap-data-analysis' ), form.rows || '20' );
			case 'groups':
				return groups( form, world );
			case 'number':
			case 'class':
				return sprintf(
					from.length
						/* translators: 1: a column, 2: columns, 3: a model. */
						? __( 'learn to predict %1$s from %2$s; method: %3$s', 'ddap-data-analysis' )
						/* translators: 1: a column, 3: a method. */
						: __( 'learn to predict %1$s from all other columns; method: %3$s', 'ddap-data-analysis' ),
					target,
					columns( from, world ),
					model?.title || ''
				);
			case 'forecast':
				return forecast( form, model, target );
			case 'compare':
				/* translators: 1: a column, 2: a test. */
				return sprintf( __( 'compare %1$s between groups; method: %2$s', 'ddap-data-analysis' ), target, model?.title || '' );
			case 'predict':
				return __( 'add to each what the trained model predicts', 'ddap-data-analysis' );
			default:
				return looking( form, model, from, world );
		}
	}

	function policyOf( form, world ) {
		return ddapNew.datasets.describe( world.groups, form.source )?.policy;
	}

	function looking( form, model, from, world ) {
		const of = from.length ? columns( from, world ) : __( 'all columns that suit', 'ddap-data-analysis' );
		const by = {
			/* translators: 1: columns, 2: a model. */
			clusters: __( 'find groups of rows that are alike in %1$s; method: %2$s', 'ddap-data-analysis' ),
			/* translators: 1: columns, 2: a model. */
			outliers: __( 'find rows that are unlike the others in %1$s; method: %2$s', 'ddap-data-analysis' ),
			/* translators: 1: columns, 2: a model. */
			describe: __( 'describe %1$s; method: %2$s', 'ddap-data-analysis' ),
		};
		/* translators: 1: columns, 2: a model. */
		return sprintf( by[ form.goal ] || __( 'look at %1$s; method: %2$s', 'ddap-data-analysis' ), of, model?.title || '' );
	}

	function forecast( form, model, target ) {
		const typed = ddapNew.form.asObject( form.params[ model?.model ] ).steps;
		const steps = typed || model?.fields.find( ( f ) => 'steps' === f.name )?.preset || '…';
		/* translators: 1: a number of steps, 2: a column. */
		return sprintf( __( 'forecast the next %1$s values of %2$s', 'ddap-data-analysis' ), steps, target );
	}

	function groups( form, world ) {
		const what = form.aggregates.map( ( one ) => aggregate( one ) );
		const counted = what.length ? list( what, world ) : '…';
		return form.groupBy.length
			/* translators: 1: what is calculated, as in "mean of delay", 2: columns. */
			? sprintf( __( 'tell for each %2$s: %1$s', 'ddap-data-analysis' ), counted, list( form.groupBy, world ) )
			/* translators: %s: what is calculated, as in "mean of delay". */
			: sprintf( __( 'tell of all of them together: %s', 'ddap-data-analysis' ), counted );
	}

	/** The functions of groups, in the order in which the form offers them. */
	function functions() {
		return {
			size: __( 'number of rows', 'ddap-data-analysis' ),
			mean: __( 'mean', 'ddap-data-analysis' ),
			sum: __( 'sum', 'ddap-data-analysis' ),
			count: __( 'number of values', 'ddap-data-analysis' ),
			nunique: __( 'number of different values', 'ddap-data-analysis' ),
			std: __( 'standard deviation', 'ddap-data-analysis' ),
			var: __( 'variance', 'ddap-data-analysis' ),
			min: __( 'smallest value', 'ddap-data-analysis' ),
			max: __( 'largest value', 'ddap-data-analysis' ),
			median: __( 'median', 'ddap-data-analysis' ),
			quantile: __( 'quantile', 'ddap-data-analysis' ),
			first: __( 'first value', 'ddap-data-analysis' ),
			last: __( 'last value', 'ddap-data-analysis' ),
		};
	}

	function aggregate( one ) {
		const name = functions()[ one.func ] || one.func;
		/* translators: 1: a function, as in "mean", 2: a column. */
		return 'size' === one.func ? name : sprintf( __( '%1$s of %2$s', 'ddap-data-analysis' ), name, one.column || '…' );
	}

	/** What leaves the computer, each as a phrase. */
	function whatLeaves( form, world, data ) {
		const summaries = 'aggregates' === data.policy;
		const smallest = number( data.minGroupSize || 5, world );
		const out = [];
		if ( 'show' === form.goal ) {
			out.push( summaries
				/* translators: %s: a number of rows. */
				? sprintf( __( 'counts, means and the most frequent values of each column, of at least %s rows each', 'ddap-data-analysis' ), smallest )
				/* translators: %s: a number of rows. */
				: sprintf( __( 'the first %s rows, and counts, ranges and the most frequent values of each column', 'ddap-data-analysis' ), form.rows || '20' ) );
		} else if ( 'groups' === form.goal ) {
			out.push( summaries
				/* translators: %s: a number of rows. */
				? sprintf( __( 'one line for each group of at least %s rows', 'ddap-data-analysis' ), smallest )
				: __( 'one line for each group', 'ddap-data-analysis' ) );
		} else if ( 'isolation_forest' === ddapNew.models.chosen( world.catalogue, form )?.model ) {
			out.push( __( 'the 50 most unusual rows, and how unusual all are as a chart', 'ddap-data-analysis' ) );
		} else if ( 'predict' === form.goal ) {
			out.push( __( 'the first rows with their predictions, and charts', 'ddap-data-analysis' ) );
		} else {
			out.push( [ 'number', 'class' ].includes( form.goal )
				? __( 'the trained model with its tables and charts', 'ddap-data-analysis' )
				: __( 'a summary with its tables and charts', 'ddap-data-analysis' ) );
		}
		if ( leavesAsFile( form, data ) ) {
			out.push( 'groups' === form.goal ? __( 'all groups as a file', 'ddap-data-analysis' ) : __( 'all these rows as a file', 'ddap-data-analysis' ) );
		}
		return out;
	}

	/** Whether the rows themselves are asked for as a file. */
	function leavesAsFile( form, data ) {
		return ddapNew.pipeline.formatsFor( form, data ).some( ( f ) => [ 'csv', 'parquet' ].includes( f ) && form.formats.includes( f ) );
	}

	/** What does not leave. */
	function stays( form, data ) {
		if ( 'aggregates' === data.policy ) {
			/* translators: %s: a number of rows. */
			return sprintf( __( 'No rows leave, and nothing that tells of fewer than %s of them.', 'ddap-data-analysis' ), data.minGroupSize || 5 );
		}
		if ( 'upload' === form.source.kind ) {
			return '';
		}
		if ( [ 'show', 'outliers', 'predict', 'groups' ].includes( form.goal ) ) {
			return leavesAsFile( form, data ) && 'groups' !== form.goal ? '' : __( 'Everything else stays there.', 'ddap-data-analysis' );
		}
		return __( 'The rows themselves stay there, but the owner allows that tables and charts show single ones.', 'ddap-data-analysis' );
	}

	function when( form, world ) {
		const zone = form.when.timeZone || world.siteZone;
		switch ( form.when.kind ) {
			case 'at':
				/* translators: 1: date and time, 2: a time zone. */
				return sprintf( __( 'It begins on %1$s (%2$s).', 'ddap-data-analysis' ), ( form.when.at || '…' ).replace( 'T', ' ' ), zone );
			case 'repeat':
				/* translators: 1: as in "every day at 07:00", 2: a time zone. */
				return sprintf( __( 'It runs again and again: %1$s (%2$s).', 'ddap-data-analysis' ), ddapNew.repeat.inWords( form.when.repeat, world.language ), zone );
			default:
				return __( 'It begins at once.', 'ddap-data-analysis' );
		}
	}

	/** What may not go as the reader expects. */
	function cautions( form, world, data ) {
		const out = [];
		if ( data.computers && ! ( form.source.anywhere ? data.computers : data.computers.filter( ( c ) => c.id === form.source.id ) ).some( ( c ) => c.online ) ) {
			out.push( __( 'No computer with this data is connected now. The analysis waits until one is.', 'ddap-data-analysis' ) );
		}
		const single = form.aggregates.some( ( a ) => [ 'min', 'max', 'first', 'last', 'median', 'quantile' ].includes( a.func ) );
		if ( 'aggregates' === data.policy && 'groups' === form.goal && single ) {
			out.push( __( 'The owner shares summaries only: smallest, largest, first and last values, medians and quantiles may be the value of a single row and will be withheld.', 'ddap-data-analysis' ) );
		}
		return out;
	}

	ddapNew.sentence = { title, tell, functions };
}( ( globalThis.ddapNew = globalThis.ddapNew || {} ) ) );
