// Documents in the reader's language.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const all = JSON.parse( readFileSync( new URL( '../../includes/result-words.json', import.meta.url ), 'utf8' ) );
const inLanguage = ( words ) => Object.fromEntries( Object.entries( words ).map( ( [ name, word ] ) => [ name, word.id ] ) );
globalThis.ddapResultWords = { ...all, labels: inLanguage( all.labels ), types: inLanguage( all.types ) };

const require = createRequire( import.meta.url );
require( '../../assets/js/result/speech.js' );
require( '../../assets/js/result/translate.js' );
const { translate, speech } = globalThis.ddap;

test( 'a result of groups is told in Indonesian', () => {
	const told = translate( {
		kind: 'analyze.kmeans',
		summary: '344 rows fall into 3 groups by 2 columns.',
		metrics: { n_clusters: 3, rows_used: 344 },
		notes: [ '12 rows were left out because a number was missing or not finite.', 'What a newer release notes.' ],
		tables: [ { name: 'clusters', title: 'Groups and their centres', columns: [ { name: 'cluster', type: 'integer' }, { name: 'size', type: 'integer' }, { name: 'mean', type: 'number' } ], rows: [ [ 0, 3, 1.5 ] ] } ],
		charts: [ { name: 'size', title: 'Groups by Beak and Body', type: 'bar', x: { title: 'Group' }, y: { title: 'Beak' }, series: [ { name: 'Rows', x: [], y: [] } ] } ],
	} );
	assert.equal( told.summary, '344 baris terbagi menjadi 3 kelompok.' );
	assert.deepEqual( told.notes, [ '12 baris tidak dipakai karena ada angka yang hilang atau tak hingga.', 'What a newer release notes.' ] );
	assert.deepEqual( told.tables[ 0 ].columns.map( ( c ) => c.name ), [ 'Kelompok', 'Baris', 'mean' ], 'a column of the data keeps its name' );
	assert.equal( told.charts[ 0 ].title, 'Kelompok menurut Beak dan Body' );
	assert.equal( told.charts[ 0 ].y.title, 'Beak' );
	assert.equal( speech.label( 'n_clusters' ), 'Kelompok' );
} );

test( 'values of the data are never translated, and words of operations are', () => {
	const told = translate( { kind: 'fetch', tables: [
		{ name: 'preview', title: 'First rows', columns: [ { name: 'type', type: 'string' } ], rows: [ [ 'integer' ] ] },
		{ name: 'schema', title: 'Columns', columns: [ { name: 'column', type: 'string' }, { name: 'type', type: 'string' } ], rows: [ [ 'type', 'integer' ] ] },
	] } );
	assert.deepEqual( [ told.tables[ 0 ].columns[ 0 ].name, told.tables[ 0 ].rows[ 0 ][ 0 ] ], [ 'type', 'integer' ] );
	assert.deepEqual( told.tables[ 1 ].rows[ 0 ], [ 'type', 'bilangan bulat' ] );
} );

test( 'a sentence with a number that is withheld stays as the computer said it', () => {
	assert.equal( translate( { kind: 'fetch', summary: 'Some rows.', metrics: { columns: 3 } } ).summary, 'Some rows.' );
} );
