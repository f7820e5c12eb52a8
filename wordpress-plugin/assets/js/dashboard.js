/**
 * Fills the dashboard's widget once the dashboard is there.
 */
( function () {
	const { __, sprintf } = wp.i18n;

	function element( name, text, className ) {
		const made = document.createElement( name );
		if ( text ) {
			made.textContent = text;
		}
		if ( className ) {
			made.className = className;
		}
		return made;
	}

	function progress( fraction ) {
		const bar = element( 'progress' );
		bar.max = 1;
		bar.value = fraction;
		bar.setAttribute( 'aria-label', __( 'Progress', 'ddap-data-analysis' ) );
		const text = element( 'span', ' ' + sprintf( /* translators: %s: a whole number. */ __( '%s %%', 'ddap-data-analysis' ), Math.floor( fraction * 100 ) ) );
		const line = element( 'div', '', 'ddap-dashboard-progress' );
		line.append( bar, text );
		return line;
	}

	function item( task ) {
		const line = element( 'li' );
		const glyph = element( 'span', task.glyph + ' ' );
		glyph.className = 'wp-exclude-emoji';
		glyph.setAttribute( 'aria-hidden', 'true' );
		glyph.style.color = task.color;
		const name = element( 'a', task.name );
		name.href = task.url;
		name.dir = 'auto';
		line.append( glyph, element( 'span', task.word + ': ' ), name );
		if ( task.age ) {
			line.append( element( 'span', ' · ' + task.age, 'ddap-dashboard-age' ) );
		}
		if ( task.fraction !== null ) {
			line.append( progress( task.fraction ) );
		}
		if ( task.detail ) {
			line.append( element( 'div', task.detail, 'ddap-dashboard-detail' ) );
		}
		return line;
	}

	function section( title, tasks, nothing ) {
		const list = element( 'ul' );
		list.append( ...tasks.map( item ) );
		return [ element( 'h3', title ), tasks.length ? list : element( 'p', nothing ) ];
	}

	function warning( text ) {
		const box = element( 'div', '', 'notice notice-warning inline' );
		box.append( element( 'p', text ) );
		return box;
	}

	function show( place, content ) {
		const running = content.trouble
			? [ warning( content.trouble ) ]
			: section( __( 'Running', 'ddap-data-analysis' ), content.running, __( 'Nothing of yours runs now.', 'ddap-data-analysis' ) );
		const ended = section( __( 'Ended last', 'ddap-data-analysis' ), content.ended, __( 'Nothing yet. What you ask for appears here when it has ended.', 'ddap-data-analysis' ) );
		place.replaceChildren( ...running, ...ended );
	}

	wp.domReady( async function () {
		const place = document.getElementById( 'ddap-dashboard-list' );
		if ( ! place ) {
			return;
		}
		try {
			show( place, await wp.apiFetch( { path: '/ddap/v1/dashboard' } ) );
		} catch ( error ) {
			place.replaceChildren( warning( error.message ) );
		}
		place.setAttribute( 'aria-busy', 'false' );
	} );
}() );
