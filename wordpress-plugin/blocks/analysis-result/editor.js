/**
 * The block "Analysis result" in the editor: a picker of what is published, and
 * beneath it what the server makes of the choice.
 */
( function () {
	const { createElement: el, useEffect, useState } = wp.element;
	const { __, sprintf } = wp.i18n;
	const { InspectorControls, useBlockProps } = wp.blockEditor;
	const { Button, Notice, PanelBody, Placeholder, SelectControl, Spinner, TextControl } = wp.components;

	const KINDS = {
		chart: __( 'Chart', 'ddap-data-analysis' ),
		table: __( 'Table', 'ddap-data-analysis' ),
		number: __( 'Number', 'ddap-data-analysis' ),
	};

	/** What is published, once it is known; otherwise null or why it is not known. */
	function useSnapshots() {
		const [ answer, setAnswer ] = useState( { snapshots: null, error: '' } );
		useEffect( () => {
			wp.apiFetch( { path: '/ddap/v1/snapshots' } ).then(
				( snapshots ) => setAnswer( { snapshots, error: '' } ),
				( error ) => setAnswer( { snapshots: null, error: error.message } )
			);
		}, [] );
		return answer;
	}

	function options( snapshots ) {
		const choices = snapshots.map( ( snapshot ) => ( {
			value: String( snapshot.id ),
			/* translators: 1: title, 2: "Chart", "Table" or "Number", 3: a date. */
			label: sprintf( __( '%1$s (%2$s, %3$s)', 'ddap-data-analysis' ), snapshot.title, KINDS[ snapshot.kind ] || snapshot.kind, snapshot.date ),
		} ) );
		return [ { value: '0', label: __( 'Choose…', 'ddap-data-analysis' ) }, ...choices ];
	}

	function Picker( { answer, value, onChange } ) {
		if ( answer.error ) {
			return el( Notice, { status: 'error', isDismissible: false }, answer.error );
		}
		if ( ! answer.snapshots ) {
			return el( Spinner );
		}
		if ( ! answer.snapshots.length ) {
			return el( 'p', {}, __( 'Nothing is published yet. Open a task under Data Analysis > Tasks and choose a part of its result under "Publish".', 'ddap-data-analysis' ) );
		}
		return el( SelectControl, {
			label: __( 'Published result', 'ddap-data-analysis' ),
			value: String( value ),
			options: options( answer.snapshots ),
			onChange: ( id ) => onChange( Number( id ) ),
			__nextHasNoMarginBottom: true,
			__next40pxDefaultSize: true,
		} );
	}

	function Settings( { answer, attributes, setAttributes } ) {
		const chosen = ( answer.snapshots || [] ).find( ( snapshot ) => snapshot.id === attributes.snapshot );
		return el(
			InspectorControls,
			{},
			el(
				PanelBody,
				{ title: __( 'Result', 'ddap-data-analysis' ) },
				el( Picker, { answer, value: attributes.snapshot, onChange: ( snapshot ) => setAttributes( { snapshot } ) } ),
				el( TextControl, {
					label: __( 'Caption', 'ddap-data-analysis' ),
					help: __( 'Empty takes the title of what is published.', 'ddap-data-analysis' ),
					value: attributes.caption,
					onChange: ( caption ) => setAttributes( { caption } ),
					__nextHasNoMarginBottom: true,
					__next40pxDefaultSize: true,
				} ),
				chosen && 'chart' === chosen.kind && el( SelectControl, {
					label: __( 'Show as', 'ddap-data-analysis' ),
					value: attributes.view,
					options: [
						{ value: '', label: __( 'Chart with its table', 'ddap-data-analysis' ) },
						{ value: 'table', label: __( 'Table only', 'ddap-data-analysis' ) },
					],
					onChange: ( view ) => setAttributes( { view } ),
					__nextHasNoMarginBottom: true,
					__next40pxDefaultSize: true,
				} )
			)
		);
	}

	function Edit( { attributes, setAttributes } ) {
		const answer = useSnapshots();
		const blockProps = useBlockProps();
		if ( ! attributes.snapshot ) {
			return el(
				'div',
				blockProps,
				el(
					Placeholder,
					{ icon: 'chart-area', label: __( 'Analysis result', 'ddap-data-analysis' ), instructions: __( 'Choose what visitors see here.', 'ddap-data-analysis' ) },
					el( Picker, { answer, value: 0, onChange: ( snapshot ) => setAttributes( { snapshot } ) } )
				)
			);
		}
		return el(
			'div',
			blockProps,
			el( Settings, { answer, attributes, setAttributes } ),
			el( wp.serverSideRender, { block: 'ddap/analysis-result', attributes } ),
			// After an unpublishing there is only a note, which offers the way on.
			answer.snapshots && ! answer.snapshots.some( ( snapshot ) => snapshot.id === attributes.snapshot ) &&
				el( Button, { variant: 'secondary', onClick: () => setAttributes( { snapshot: 0 } ) }, __( 'Choose another one', 'ddap-data-analysis' ) )
		);
	}

	wp.blocks.registerBlockType( 'ddap/analysis-result', { edit: Edit, save: () => null } );
}() );
