/**
 * One task: its head and its panel are renewed while it goes on; its result is
 * drawn when there is one.
 */
( function () {
	const { __, sprintf } = wp.i18n;

	function replace( place, html ) {
		if ( place.ddapHtml !== html && ! place.contains( document.activeElement ) ) {
			place.ddapHtml = html;
			place.innerHTML = html;
		}
	}

	function say( text ) {
		document.getElementById( 'ddap-live' ).textContent = text;
	}

	function message( place, text, type = 'info' ) {
		const box = document.createElement( 'div' );
		box.className = 'notice inline notice-' + type;
		const words = document.createElement( 'p' );
		words.textContent = text;
		box.append( words );
		place.replaceChildren( box );
	}

	function trouble( error ) {
		/* translators: 1: what went wrong, 2: a code. */
		return sprintf( __( '%1$s (%2$s)', 'ddap-data-analysis' ), error.message, error.code );
	}

	async function showResult( place ) {
		message( place, __( 'Getting the result …', 'ddap-data-analysis' ) );
		try {
			const answer = await wp.apiFetch( { path: `/ddap/v1/tasks/${ place.dataset.task }/result` } );
			if ( answer.document ) {
				place.replaceChildren( ddap.document.render( answer ) );
				document.dispatchEvent( new CustomEvent( 'ddap-result', { detail: { place, answer } } ) );
			} else {
				message( place, __( 'This task left no result.', 'ddap-data-analysis' ) );
			}
		} catch ( error ) {
			message( place, trouble( error ), 'error' );
		}
	}

	/** What stands where the result will be. */
	function showNoResult( place, state ) {
		if ( state === 'failed' || state === 'canceled' ) {
			message( place, __( 'There is no result, because the task did not finish. Why stands above.', 'ddap-data-analysis' ) );
		} else {
			message( place, __( 'The result will appear here as soon as the task is done.', 'ddap-data-analysis' ) );
		}
	}

	function follow( place ) {
		let state = place.dataset.state;
		const head = document.getElementById( 'ddap-head' );
		const path = wp.url.addQueryArgs( `/ddap/v1/tasks/${ place.dataset.task }/panel`, { panel: place.dataset.panel, cursor: place.dataset.cursor } );
		ddap.poll.poll(
			() => wp.apiFetch( { path } ),
			( answer ) => {
				replace( head, answer.head );
				if ( answer.state !== state ) {
					say( answer.said );
					state = answer.state;
				}
				if ( place.dataset.panel !== 'result' ) {
					replace( place, answer.panel );
				} else if ( answer.state === 'succeeded' ) {
					showResult( place );
				} else if ( answer.ended ) {
					showNoResult( place, answer.state );
				}
				return ! answer.ended;
			},
			( error, failures ) => failures === 2 && say( trouble( error ) ),
			2000
		);
	}

	wp.domReady( function () {
		document.addEventListener( 'click', ( event ) => {
			const link = event.target.closest( '[data-ddap-confirm]' );
			// eslint-disable-next-line no-alert -- the one question that works everywhere, also with a screen reader.
			if ( link && ! window.confirm( link.dataset.ddapConfirm ) ) {
				event.preventDefault();
			}
		} );
		const place = document.getElementById( 'ddap-task' );
		if ( ! place ) {
			return;
		}
		if ( place.dataset.panel === 'result' ) {
			if ( place.dataset.state === 'succeeded' ) {
				showResult( place );
			} else {
				showNoResult( place, place.dataset.state );
			}
		}
		if ( ! place.dataset.ended ) {
			follow( place );
		}
	} );
}() );
