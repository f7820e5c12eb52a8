// What the reader is told before anything is sent.

import test from 'node:test';
import assert from 'node:assert/strict';
import { filled, sentence, world } from './load.mjs';

const payroll = { kind: 'dataset', id: 'p1', name: 'payroll', anywhere: false };

test( 'it says where, which rows and what is done', () => {
	const filter = { kind: 'all', members: [ { column: 'delay', op: 'ge', value: '15' }, { kind: 'any', members: [ { column: 'origin', op: 'eq', value: 'SFO' }, { column: 'late', op: 'eq', value: 'true' } ] } ] };
	const told = sentence.tell( filled( { filter, goal: 'number', models: { number: 'ridge' }, target: 'delay', features: [ 'origin', 'date' ] } ), world );
	assert.equal( told.does, 'On one of 2 computers, take the rows of “flights” where delay is at least 15 and (origin is SFO or late is yes) and learn to predict delay from origin and date; method: Ridge.' );
	assert.equal( told.leaves, 'Leaves that computer: the trained model with its tables and charts.' );
	assert.match( told.stays, /rows themselves stay there, but the owner allows/ );
	assert.deepEqual( told.cautions, [] );
} );

test( 'of data that is shared as summaries it promises no rows', () => {
	for ( const changes of [ { goal: 'show' }, { goal: 'groups', groupBy: [ 'team' ] }, { goal: 'number', target: 'pay' }, { goal: 'clusters' }, { goal: 'describe' } ] ) {
		const told = sentence.tell( filled( { source: payroll, formats: [ 'csv' ], ...changes } ), world );
		assert.match( told.stays, /No rows leave, and nothing that tells of fewer than 5/ );
		assert.doesNotMatch( told.leaves, /first|file|unusual/ );
	}
} );

test( 'rows that leave are told, each way in which they do', () => {
	assert.match( sentence.tell( filled(), world ).leaves, /the first 20 rows/ );
	assert.match( sentence.tell( filled( { formats: [ 'csv' ] } ), world ).leaves, /all these rows as a file/ );
	assert.match( sentence.tell( filled( { goal: 'outliers' } ), world ).leaves, /50 most unusual rows/ );
} );

test( 'it warns of what will be withheld, and of data that nobody has connected', () => {
	const told = sentence.tell( filled( { source: payroll, goal: 'groups', aggregates: [ { func: 'max', column: 'pay', q: '' } ] } ), world );
	assert.equal( told.cautions.length, 2 );
	assert.match( told.cautions[ 0 ], /waits until one is/ );
	assert.match( told.cautions[ 1 ], /will be withheld/ );
} );

test( 'it says when', () => {
	const when = ( changes ) => sentence.tell( filled( { when: { ...filled().when, ...changes } } ), world ).when;
	assert.equal( when( {} ), 'It begins at once.' );
	assert.equal( when( { kind: 'at', at: '2026-12-01T07:00' } ), 'It begins on 2026-12-01 07:00 (Asia/Jakarta).' );
	assert.equal( when( { kind: 'repeat', repeat: { every: 'week', time: '07:30', weekdays: [ '5', '1' ] } } ), 'It runs again and again: every Monday and Friday at 07:30 (Asia/Jakarta).' );
} );

test( 'without data there is nothing to tell', () => {
	assert.equal( sentence.tell( filled( { source: null } ), world ), null );
} );
