// A runner that reports whatever a story wants: what a real one never says has
// to be shown safely as well. It speaks the runner's API with the real server.

import assert from 'node:assert/strict';

/**
 * Enrols a runner that shares one dataset.
 *
 * @param {Object}   s       The story.
 * @param {Object}   offer   The runner's name, and the dataset's: name, dataset, columns, publish.
 * @return {Promise<Runner>} The runner.
 */
export async function enrol( s, { name = 'fake', dataset = 'anything', columns = [ { name: 'a', type: 'integer' } ], publish = false } = {} ) {
	const { token } = await s.ask( '/v1/enrollments', { max_uses: 1, expires_in_seconds: 600 } );
	const answer = await send( s, '/v1/register', token, {
		name, hostname: name, os: 'linux', arch: 'amd64', version: '0.1.0', operations: [ 100, 200, 300 ],
		datasets: [ { name: dataset, columns, policy: 'rows', revision: '1', publish } ],
	} );
	return new Runner( s, answer.token, answer.runner_id, dataset );
}

async function send( s, route, token, body ) {
	const answer = await fetch( s.server.url + route, {
		method: 'POST',
		headers: { authorization: `Bearer ${ token }`, 'content-type': 'application/json' },
		body: JSON.stringify( body ),
	} );
	const text = await answer.text();
	assert.ok( answer.ok, `${ route }: ${ answer.status } ${ text }` );
	return text ? JSON.parse( text ) : null;
}

class Runner {
	constructor( s, token, id, dataset ) {
		this.s = s;
		this.token = token;
		this.id = id;
		this.dataset = dataset;
	}

	/**
	 * Creates a task for this runner and takes it.
	 *
	 * @param {string} name The task's.
	 * @param {string} user For whom: "ID;NAME".
	 * @return {Promise<Object>} What the server handed out.
	 */
	async take( name, user = '1;admin' ) {
		const answer = await fetch( this.s.server.url + '/v1/task', {
			method: 'POST',
			headers: { authorization: `Bearer ${ this.s.server.key }`, 'content-type': 'application/json', 'ddap-acting-user': user },
			body: JSON.stringify( { name, operation_code: 100, params: { source: { dataset: this.dataset } }, runner_id: this.id, max_attempts: 1 } ),
		} );
		assert.equal( answer.status, 201, await answer.clone().text() );
		const { tasks } = await send( this.s, '/v1/claim?wait=20&limit=1', this.token, {} );
		assert.equal( tasks.length, 1, 'the runner gets its task' );
		return tasks[ 0 ];
	}

	/** Says how far a task is. */
	ping( task, progress ) {
		return send( this.s, '/v1/ping', this.token, { state: 'working', running: [ { ...ticket( task ), ...progress } ] } );
	}

	/** Ends a task with a document. */
	succeed( task, document ) {
		return send( this.s, '/v1/result', this.token, { ...ticket( task ), outcome: 'succeeded', result: { version: 1, kind: 'fetch', summary: '', ...document } } );
	}

	/** Ends a task without one. */
	fail( task, reason, message ) {
		return send( this.s, '/v1/result', this.token, { ...ticket( task ), outcome: 'failed', error: { reason, message, retryable: false } } );
	}

	/**
	 * Creates a task and ends it with a document.
	 *
	 * @param {string} name     The task's.
	 * @param {Object} document Its result, without what every document has.
	 * @param {string} user     For whom.
	 * @return {Promise<string>} The task's id.
	 */
	async finish( name, document, user ) {
		const task = await this.take( name, user );
		await this.succeed( task, document );
		return task.task_id;
	}
}

function ticket( { task_id, attempt, lease_token } ) {
	return { task_id, attempt, lease_token };
}
