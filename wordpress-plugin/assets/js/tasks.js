/**
 * The list of tasks, renewed while somebody looks at it. What is selected, where
 * the focus is and how far the page is scrolled stays as it was.
 */
( function () {
	const { __, _n, sprintf } = wp.i18n;

	/** Words for states in which a task has ended: only those are said aloud. */
	const ENDED = [ 'succeeded', 'failed', 'canceled' ];

	function cellOf( row, column ) {
		return row.querySelector( '.column-' + column );
	}

	/** Puts a cell's new content in place, unless somebody is in it. */
	function fill( cell, html ) {
		// The button that opens a row on a phone belongs to WordPress and to the first cell.
		const toggle = cell.querySelector( ':scope > .toggle-row' );
		const told = cell.ddapHtml;
		if ( told === html || cell.contains( document.activeElement ) ) {
			return;
		}
		cell.ddapHtml = html;
		cell.innerHTML = html;
		if ( toggle ) {
			cell.append( toggle );
		}
	}

	function fillRow( row, task ) {
		row.dataset.state = task.state;
		for ( const [ column, html ] of Object.entries( task.cells ) ) {
			const cell = cellOf( row, column );
			if ( cell ) {
				fill( cell, html );
			}
		}
	}

	/** Makes a row of one that is there: columns and their order are WordPress's. */
	function newRow( model, task ) {
		const row = model.cloneNode( true );
		row.dataset.task = task.id;
		row.classList.remove( 'is-expanded' );
		const box = row.querySelector( 'input[type=checkbox]' );
		box.value = task.id;
		box.checked = false;
		box.id = 'cb-' + task.id;
		const label = row.querySelector( '.check-column label' );
		label.htmlFor = box.id;
		/* translators: %s: the name of a task. */
		label.querySelector( '.screen-reader-text' ).textContent = sprintf( __( 'Select %s', 'ddap-data-analysis' ), task.name );
		for ( const cell of row.cells ) {
			delete cell.ddapHtml;
		}
		fillRow( row, task );
		return row;
	}

	/** Says what ended since the last time, in one sentence. */
	function announce( before, tasks ) {
		const ended = tasks.filter( ( task ) => ENDED.includes( task.state ) && before.has( task.id ) && before.get( task.id ) !== task.state );
		if ( ! ended.length ) {
			return;
		}
		const live = document.getElementById( 'ddap-live' );
		live.textContent = ended.length === 1
			/* translators: 1: the name of a task, 2: its state, as in "Done". */
			? sprintf( __( '%1$s: %2$s', 'ddap-data-analysis' ), ended[ 0 ].name, ended[ 0 ].word )
			/* translators: %s: a number of tasks. */
			: sprintf( _n( '%s task has ended.', '%s tasks have ended.', ended.length, 'ddap-data-analysis' ), ended.length );
	}

	/** Whether a row has to stay although the list does not name it any more. */
	function isHeld( row ) {
		return row.querySelector( 'input[type=checkbox]' )?.checked || row.contains( document.activeElement );
	}

	function show( form, answer ) {
		const body = form.querySelector( '#the-list' );
		const rows = new Map( [ ...body.querySelectorAll( 'tr[data-task]' ) ].map( ( row ) => [ row.dataset.task, row ] ) );
		announce( new Map( [ ...rows ].map( ( [ id, row ] ) => [ id, row.dataset.state ] ) ), answer.rows );
		showCounts( form, answer );
		const model = rows.values().next().value;
		if ( ! model ) {
			// Nothing is there to make a row of; the page itself knows how.
			if ( answer.rows.length ) {
				location.reload();
			}
			return;
		}
		let place = null;
		for ( const task of answer.rows ) {
			const known = rows.get( task.id );
			const row = known ?? newRow( model, task );
			rows.delete( task.id );
			if ( known ) {
				fillRow( row, task );
			}
			const wanted = place ? place.nextElementSibling : body.firstElementChild;
			// Moving a row takes the focus away, so one that holds it stays where it is.
			if ( wanted !== row && ! row.contains( document.activeElement ) ) {
				body.insertBefore( row, wanted );
			}
			place = row;
		}
		for ( const row of rows.values() ) {
			if ( ! isHeld( row ) && ( answer.rows.length || row !== model ) ) {
				row.remove();
			}
		}
	}

	function showCounts( form, answer ) {
		for ( const place of document.querySelectorAll( '[data-ddap-count]' ) ) {
			place.textContent = '(' + answer.counts[ place.dataset.ddapCount ] + ')';
		}
		for ( const place of form.querySelectorAll( '.displaying-num' ) ) {
			place.textContent = answer.total;
		}
	}

	function fail( error, failures ) {
		// One lost question is nobody's business.
		if ( failures === 2 ) {
			document.getElementById( 'ddap-live' ).textContent = sprintf(
				/* translators: 1: what went wrong, 2: a code. */
				__( 'The list is not renewed at the moment: %1$s (%2$s)', 'ddap-data-analysis' ),
				error.message,
				error.code
			);
		}
		document.getElementById( 'ddap-stale' ).hidden = failures < 2;
	}

	function confirmFirst( event ) {
		const link = event.target.closest( '[data-ddap-confirm]' );
		// eslint-disable-next-line no-alert -- the one question that works everywhere, also with a screen reader.
		if ( link && ! window.confirm( link.dataset.ddapConfirm ) ) {
			event.preventDefault();
		}
	}

	function checkBulk( form, event ) {
		const action = [ 'action', 'action2' ].map( ( name ) => form.elements[ name ]?.value ).find( ( value ) => value && value !== '-1' );
		const count = form.querySelectorAll( '[name="tasks[]"]:checked' ).length;
		const say = ( text ) => {
			event.preventDefault();
			document.getElementById( 'ddap-bulk-error' ).textContent = text;
			wp.a11y.speak( text, 'assertive' );
		};
		if ( ! event.submitter?.id.startsWith( 'doaction' ) || ! action ) {
			return;
		}
		if ( action === 'compare' && count !== 2 ) {
			say( __( 'Select exactly two tasks to compare them.', 'ddap-data-analysis' ) );
		} else if ( ! count ) {
			say( __( 'Select at least one task.', 'ddap-data-analysis' ) );
		} else if ( [ 'cancel', 'delete' ].includes( action ) ) {
			const question = action === 'cancel'
				/* translators: %s: a number of tasks. */
				? _n( 'Cancel %s task? What it has done so far is lost.', 'Cancel %s tasks? What they have done so far is lost.', count, 'ddap-data-analysis' )
				/* translators: %s: a number of tasks. */
				: _n( 'Delete %s task with its result? This cannot be undone.', 'Delete %s tasks with their results? This cannot be undone.', count, 'ddap-data-analysis' );
			// eslint-disable-next-line no-alert -- as above.
			if ( ! window.confirm( sprintf( question, count ) ) ) {
				event.preventDefault();
			}
		}
	}

	wp.domReady( function () {
		document.addEventListener( 'click', confirmFirst );
		const form = document.getElementById( 'ddap-tasks' );
		if ( ! form ) {
			return;
		}
		form.addEventListener( 'submit', ( event ) => checkBulk( form, event ) );
		const path = wp.url.addQueryArgs( '/ddap/v1/tasks', { ...JSON.parse( form.dataset.ddapQuery ), per_page: form.dataset.ddapPerPage } );
		const first = form.dataset.ddapUnnamed ? 0 : undefined;
		ddap.poll.poll(
			() => wp.apiFetch( { path } ),
			( answer ) => {
				document.getElementById( 'ddap-stale' ).hidden = true;
				show( form, answer );
			},
			fail,
			first
		);
	} );
}() );
