/**
 * Asks again and again while somebody looks.
 */
( function () {
	const ddap = ( globalThis.ddap ??= {} );

	/** Between two questions while all is well, in milliseconds. */
	const USUAL = 5000;

	/** Between two questions at most, when there is trouble. */
	const LONGEST = 60000;

	/**
	 * How long to wait before the next question.
	 *
	 * @param {number} failures How many questions in a row had no answer.
	 * @return {number} Milliseconds.
	 */
	function pause( failures ) {
		return Math.min( USUAL * 2 ** failures, LONGEST );
	}

	/**
	 * Asks, shows, and asks again; not while the page is hidden.
	 *
	 * @param {() => Promise<any>}                ask    Gives an answer.
	 * @param {(answer: any) => boolean|void}     show   Shows it; false ends the asking.
	 * @param {(error: any, failures: number) => void} fail Tells of a question without an answer.
	 * @param {number}                            first  Milliseconds before the first question.
	 */
	function poll( ask, show, fail, first = USUAL ) {
		let failures = 0;
		let timer = 0;
		let asking = false;

		async function turn() {
			if ( asking || document.hidden ) {
				return;
			}
			asking = true;
			let goesOn = true;
			try {
				goesOn = show( await ask() ) !== false;
				failures = 0;
			} catch ( error ) {
				failures++;
				fail( error, failures );
			}
			asking = false;
			clearTimeout( timer );
			if ( goesOn ) {
				timer = setTimeout( turn, pause( failures ) );
			} else {
				document.removeEventListener( 'visibilitychange', turn );
			}
		}

		document.addEventListener( 'visibilitychange', turn );
		timer = setTimeout( turn, first );
	}

	ddap.poll = { poll, pause };
}() );
