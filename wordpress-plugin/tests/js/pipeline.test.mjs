// What a form becomes on its way to the server, and back.

import test from 'node:test';
import assert from 'node:assert/strict';
import { clone, condition, datasets, filled, form, models, pipeline, repeat, shared, world } from './load.mjs';

const late = { column: 'delay', op: 'ge', value: '15', value2: '' };
const of = ( ...members ) => ( { kind: 'all', members } );

test( 'looking at data is one step, and two where a filter comes first', () => {
	assert.deepEqual( pipeline.build( filled(), world ).request.tasks, [ { ref: 'analysis', name: 'Just show the data: flights', operation_code: 100, params: { source: { dataset: 'flights' }, preview_rows: 20 } } ] );
	const made = pipeline.build( filled( { filter: of( late ), rows: '5' } ), world );
	assert.deepEqual( made.request.tasks.map( ( t ) => t.params ), [
		{ source: { dataset: 'flights' }, where: { all: [ { column: 'delay', op: 'ge', value: 15 } ] } },
		{ source: { task: 'filter' }, preview_rows: 5 },
	] );
	assert.equal( made.errors.size, 0 );
} );

test( 'a dataset is named by its id where its name alone could mean another', () => {
	const two = datasets.group( [ ...shared, { ...shared[ 0 ], id: 'f3', policy: 'aggregates' } ] );
	assert.deepEqual( two.map( ( g ) => g.ambiguous ), [ true, true, false ] );
	assert.equal( datasets.sourceOf( two[ 0 ] ).anywhere, false );
	assert.deepEqual( pipeline.build( filled( { source: { kind: 'dataset', id: 'f2', name: 'flights', anywhere: false } } ), world ).request.tasks[ 0 ].params.source, { dataset_id: 'f2' } );
} );

test( 'values have the type of their column', () => {
	const where = ( ...members ) => pipeline.build( filled( { filter: of( ...members ) } ), world ).request.tasks[ 0 ].params.where.all;
	assert.deepEqual( where( { column: 'delay', op: 'between', value: '1,5', value2: '3' } )[ 0 ].value, [ 1.5, 3 ] );
	assert.deepEqual( where( { column: 'origin', op: 'in', value: 'SFO\n\n LAX ' } )[ 0 ].value, [ 'SFO', 'LAX' ] );
	assert.equal( where( { column: 'late', op: 'eq', value: 'false' } )[ 0 ].value, false );
	assert.equal( where( { column: 'date', op: 'gt', value: '2001-01-31T10:30' } )[ 0 ].value, '2001-01-31T10:30:00Z' );
	assert.deepEqual( where( { column: 'date', op: 'is_null', value: 'left over' } )[ 0 ], { column: 'date', op: 'is_null' } );
} );

test( 'what is missing or wrong is said of its field, and nothing is guessed', () => {
	const errors = ( changes ) => [ ...pipeline.build( filled( changes ), world ).errors.keys() ];
	assert.deepEqual( errors( { source: null } ), [ 'ddap-source' ] );
	assert.deepEqual( errors( { filter: of( { ...late, value: 'x' }, { column: '', op: 'eq', value: '' }, of( { column: 'gone', op: 'eq', value: '' } ) ) } ), [ 'ddap-filter-0-value', 'ddap-filter-1-column', 'ddap-filter-2-0-column' ] );
	assert.deepEqual( errors( { rows: '5000' } ), [ 'ddap-rows' ] );
	assert.deepEqual( errors( { goal: 'number', models: { number: 'ridge' }, params: { ridge: { alpha: '-1' } } } ), [ 'ddap-target', 'ddap-param-alpha' ] );
	assert.deepEqual( errors( { goal: 'compare', target: 'delay' } ), [ 'ddap-param-group' ] );
	assert.deepEqual( errors( { goal: 'groups', aggregates: [ { func: 'quantile', column: '', q: '2' } ] } ), [ 'ddap-aggregate-0-column', 'ddap-aggregate-0-q' ] );
	assert.deepEqual( errors( { goal: 'outliers', source: { kind: 'dataset', id: 'p1', name: 'payroll', anywhere: false } } ), [ 'ddap-goal' ] );
	assert.deepEqual( errors( { when: { ...form.initial().when, kind: 'at', at: '2026-11-25T06:59' } } ), [ 'ddap-when-at' ], 'it has passed in Jakarta' );
} );

test( 'of a model only what differs from the defaults is sent', () => {
	const made = pipeline.build( filled( {
		goal: 'number', models: { number: 'ridge' }, target: 'delay', features: [ 'origin', 'delay' ], formats: [ 'pdf', 'csv' ], language: 'id',
		params: { ridge: { alpha: '2', fit_intercept: '' } }, validation: { method: 'none' },
	} ), world ).request.tasks;
	assert.deepEqual( made[ 0 ].params, { source: { dataset: 'flights' }, model: 'ridge', target: 'delay', target_type: 'number', features: [ 'origin' ], params: { alpha: 2 }, validation: { method: 'none' } } );
	assert.deepEqual( made.slice( 1 ).map( ( t ) => [ t.ref, t.params ] ), [ [ 'file_pdf', { inputs: [ { task: 'analysis' } ], format: 'pdf', title: 'Predict a number: delay (flights)', language: 'id' } ] ], 'a model leaves no rows for a CSV file' );
} );

test( 'parameters take words, numbers and lists', () => {
	const field = ( model, name ) => world.catalogue.models.find( ( m ) => m.model === model ).fields.find( ( f ) => f.name === name );
	assert.deepEqual( models.read( field( 'isolation_forest', 'max_samples' ), '0.5' ), { value: 0.5 } );
	assert.deepEqual( models.read( field( 'isolation_forest', 'max_samples' ), 'auto' ), { value: 'auto' } );
	assert.deepEqual( models.read( field( 'kmeans', 'n_clusters_range' ), '2\n10' ), { value: [ 2, 10 ] } );
	assert.ok( models.read( field( 'kmeans', 'n_clusters_range' ), '2 x' ).error );
	assert.ok( models.read( field( 'kmeans', 'n_clusters' ), '2.5' ).error );
} );

test( 'a model that this release does not know is offered, and the one that chooses by itself comes first', () => {
	assert.deepEqual( world.catalogue.goals.find( ( g ) => 'other' === g.id ).models, [ 'of_tomorrow' ] );
	assert.deepEqual( world.catalogue.goals.find( ( g ) => 'number' === g.id ).models, [ 'auto', 'ridge' ] );
} );

test( 'a refusal finds its field, whatever was left out before it', () => {
	const { places } = pipeline.build( filled( { goal: 'number', models: { number: 'ridge' }, target: 'delay', filter: of( of(), late ) } ), world );
	const found = pipeline.locate( { 'tasks[0].params.where.all[0].value': 'no', 'tasks[1].params.params.alpha': 'too small', 'tasks[1].params.features[3]': 'unknown', 'workspace': 'full' }, places );
	assert.deepEqual( [ ...found.byField ].map( ( [ field, { message } ] ) => [ field, message ] ), [ [ 'ddap-filter-1-value', 'no' ], [ 'ddap-param-alpha', 'too small' ], [ 'ddap-features', 'unknown' ] ] );
	assert.deepEqual( found.rest, [ 'workspace: full' ] );
} );

test( 'a schedule holds the pipeline, and its refusals find their fields', () => {
	const when = { kind: 'repeat', at: '', repeat: { every: 'week', time: '07:30', weekdays: [ '5', '1' ], day: '1', cron: '' }, timeZone: '' };
	const made = pipeline.build( filled( { when, filter: of( late ) } ), world );
	assert.equal( made.kind, 'schedule' );
	assert.deepEqual( [ made.request.cron, made.request.time_zone, made.request.pipeline.tasks.length ], [ '30 7 * * 1,5', 'Asia/Jakarta', 2 ] );
	assert.deepEqual( [ ...pipeline.locate( { 'pipeline.tasks[0].params.where.all[0].op': 'no', time_zone: 'no' }, made.places ).byField.keys() ], [ 'ddap-filter-0-op', 'ddap-time-zone' ] );
} );

test( 'a planned analysis begins at the time of the site, and only its first step waits for it', () => {
	const when = { ...form.initial().when, kind: 'at', at: '2026-12-01T07:00' };
	assert.deepEqual( pipeline.build( filled( { when, filter: of( late ), formats: [ 'pdf' ] } ), world ).request.tasks.map( ( t ) => t.run_at ), [ '2026-12-01T00:00:00.000Z', undefined, undefined ] );
	assert.equal( repeat.momentOf( '2026-03-29T12:00', 'Europe/Berlin' ).toISOString(), '2026-03-29T10:00:00.000Z', 'the day on which clocks change' );
} );

test( 'simple repetitions come back from their expressions, others stay expressions', () => {
	for ( const every of [ { every: 'hour', time: '00:05' }, { every: 'day', time: '07:30' }, { every: 'week', time: '23:00', weekdays: [ '0', '3' ] }, { every: 'month', time: '00:00', day: '31' } ] ) {
		const whole = { every: 'day', time: '07:00', weekdays: [ '1' ], day: '1', cron: '', ...every };
		assert.deepEqual( repeat.fromCron( repeat.toCron( whole ).cron ), whole );
	}
	for ( const cron of [ '*/5 * * * *', '@daily', '0 7 1 * 1', '0 7-9 * * *', '0 7 * 6 *' ] ) {
		assert.deepEqual( [ repeat.fromCron( cron ).every, repeat.toCron( repeat.fromCron( cron ) ).cron ], [ 'cron', cron ] );
	}
	assert.equal( repeat.toCron( { every: 'week', time: '07:00', weekdays: [] } ).part, 'weekdays' );
} );

test( 'a clone asks for the same again', () => {
	const forms = [
		filled( { filter: of( late, { kind: 'not', members: [ { column: 'origin', op: 'in', value: 'SFO\nLAX', value2: '' }, { column: 'date', op: 'between', value: '2001-01-01T00:00:00', value2: '2001-02-01T00:00:00' } ] } ), sort: { column: 'delay', descending: true }, rows: '7', name: 'one' } ),
		filled( { goal: 'groups', groupBy: [ 'origin' ], aggregates: [ { func: 'size', column: '', q: '' }, { func: 'quantile', column: 'delay', q: '0.9' } ], name: 'two', formats: [ 'xlsx' ], language: 'id' } ),
		filled( { goal: 'number', models: { number: 'ridge' }, target: 'delay', params: { ridge: { alpha: '2' } }, filter: of( late ), name: 'three' } ),
	];
	for ( const one of forms ) {
		const { request } = pipeline.build( one, world );
		const again = clone.read( request, world );
		assert.deepEqual( again.lost, [] );
		assert.deepEqual( pipeline.build( again.form, world ).request, request );
	}
	const strange = clone.read( { name: 'x', tasks: [ { ref: 'a', operation_code: 200, params: { source: { dataset: 'flights' }, join: {} } } ] }, world );
	assert.deepEqual( strange.lost, [ 'join' ], 'what the form cannot show is named' );
} );

test( 'drafts of another version or shape are not taken, and empty objects survive PHP', () => {
	assert.equal( form.revive( { version: 0 } ), null );
	assert.equal( form.revive( 'nonsense' ), null );
	assert.deepEqual( form.revive( { ...filled(), params: [], groupBy: 'x' } ), { ...filled(), params: {} } );
} );

test( 'a comparison keeps what fits when its column changes', () => {
	const types = new Map( [ [ 'delay', 'integer' ], [ 'distance', 'number' ], [ 'origin', 'string' ] ] );
	assert.deepEqual( condition.withColumn( condition.comparison( '', 'string' ), 'delay', types ).op, 'ge' );
	assert.deepEqual( condition.withColumn( late, 'origin', types ), { column: 'origin', op: 'eq', value: '', value2: '' } );
	assert.equal( condition.withColumn( late, 'delay', types ).value, '15' );
} );

test( 'two hundred datasets of two hundred columns are grouped at once', () => {
	const wide = Array.from( { length: 200 }, ( _, i ) => ( { id: `d${ i }`, name: `set ${ i % 150 }`, policy: 'rows', runner_name: `pc ${ i }`, online: true, columns: Array.from( { length: 200 }, ( __, c ) => ( { name: `column ${ c }`, type: 'number' } ) ) } ) );
	const begun = performance.now();
	assert.equal( datasets.group( wide ).length, 150 );
	assert.ok( performance.now() - begun < 1000 );
} );
