// Loads the parts of the form that need no browser, as scripts of one page.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const folder = path.join( import.meta.dirname, '../../assets/js/new-analysis' );

/** The texts as they are written; %s, %1$s and %d are filled in as WordPress does. */
globalThis.wp = {
	i18n: {
		__: ( text ) => text,
		_n: ( one, many, count ) => ( 1 === count ? one : many ),
		sprintf: ( text, ...values ) => {
			let next = 0;
			return text.replace( /%(?:(\d+)\$)?[sd]/g, ( _, place ) => String( values[ place ? place - 1 : next++ ] ) );
		},
	},
};

for ( const name of [ 'form', 'datasets', 'condition', 'models', 'repeat', 'sentence', 'pipeline', 'clone' ] ) {
	vm.runInThisContext( readFileSync( path.join( folder, `${ name }.js` ), 'utf8' ), { filename: `${ name }.js` } );
}

export const { form, datasets, condition, models, repeat, sentence, pipeline, clone } = globalThis.ddapNew;

/** Two datasets: rows of one may leave and are on two computers; of the other, only summaries. */
export const shared = [
	{ id: 'f1', name: 'flights', policy: 'rows', rows: 200, runner_name: 'lab', online: true, columns: [ { name: 'delay', type: 'integer' }, { name: 'origin', type: 'string' }, { name: 'date', type: 'timestamp' }, { name: 'late', type: 'boolean' } ] },
	{ id: 'f2', name: 'flights', policy: 'rows', rows: 200, runner_name: 'desk', online: false, columns: [ { name: 'delay', type: 'integer' }, { name: 'origin', type: 'string' }, { name: 'date', type: 'timestamp' }, { name: 'late', type: 'boolean' } ] },
	{ id: 'p1', name: 'payroll', policy: 'aggregates', min_group_size: 5, rows: 80, runner_name: 'desk', online: false, columns: [ { name: 'pay', type: 'number' }, { name: 'team', type: 'string' } ] },
];

const ranged = ( name, type, preset, minimum, maximum ) => ( { [ name ]: { type, default: preset, minimum, maximum, title: name } } );

/** What GET /operations tells, in small: with PHP's empty list for an empty object. */
export const operations = [ {
	code: 300,
	parameters: {
		properties: {
			validation: { 'x-order': [ 'method' ], properties: { method: { type: 'string', enum: [ 'split', 'none' ], 'x-choices': [ { value: 'split', title: 'Keep some rows back' } ] } } },
			preprocess: { 'x-order': [], properties: [] },
		},
		'x-models': [
			{ model: 'describe', title: 'Describe', 'x-questions': [ 'describe' ], params: { 'x-order': [], properties: [] } },
			{ model: 'ridge', title: 'Ridge', has_target: true, 'x-trains': true, 'x-questions': [ 'number' ], params: { 'x-order': [ 'alpha', 'fit_intercept' ], properties: { ...ranged( 'alpha', 'number', 1, 0, 100 ), fit_intercept: { type: 'boolean', default: true } } } },
			{ model: 'auto', title: 'Whatever suits', has_target: true, 'x-trains': true, 'x-questions': [ 'number', 'class' ], params: [] },
			{ model: 'kmeans', title: 'k-means', 'x-questions': [ 'groups' ], params: { 'x-order': [ 'n_clusters', 'n_clusters_range' ], properties: { ...ranged( 'n_clusters', 'integer', 8, 1, 1000 ), n_clusters_range: { type: 'array', items: { type: 'integer', minimum: 1 } } } } },
			{ model: 'isolation_forest', title: 'Isolation forest', 'x-questions': [ 'outliers' ], params: { 'x-order': [ 'max_samples' ], properties: { max_samples: { type: [ 'string', 'number', 'boolean' ], default: 'auto' } } } },
			{ model: 't_test', title: 't test', has_target: true, 'x-questions': [ 'test' ], params: { 'x-order': [ 'group' ], required: [ 'group' ], properties: { group: { type: 'string', 'x-column': {} } } } },
			{ model: 'of_tomorrow', title: 'Of tomorrow', 'x-questions': [ 'something' ], params: [] },
		],
	},
} ];

export const world = {
	groups: datasets.group( shared ),
	catalogue: models.catalogue( operations ),
	language: 'en',
	siteZone: 'Asia/Jakarta',
	now: new Date( '2026-11-25T00:00:00Z' ),
};

/** A form with some things filled in. */
export function filled( changes ) {
	return { ...form.initial(), source: { kind: 'dataset', id: 'f1', name: 'flights', anywhere: true }, ...changes };
}
