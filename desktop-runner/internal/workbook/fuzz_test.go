package workbook_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/workbook"
	"ddap/desktop-runner/internal/workbook/workbooktest"
)

// FuzzSheet holds that whatever stands in a sheet gives cells in order and within
// a sheet, or an error.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{
		oneRow, `<row><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`, `<row r="2"><c r="B2" s="1" t="n"><f>1</f><v>43861.5</v></c></row>`,
		`<row r="1048576"><c r="XFD1048576" t="e"><v>#N/A</v></c></row>`, `<row><c t="str"><v><![CDATA[x]]>&#65;_x0041_</v></c></row>`, `<row><c t="d"><v>2020-01-31</v></c></row>`,
		`<row><c t='b'><v>1</v></c><!-- c --><?p?></row>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		requireOrder(t, workbooktest.Pack(workbooktest.WithStyles(rows, `<xf/><xf numFmtId="22"/>`)))
	})
}

// FuzzWorkbook holds the same of whole files.
func FuzzWorkbook(f *testing.F) {
	f.Add(workbooktest.Pack(workbooktest.Parts(oneRow)))
	f.Add(workbooktest.Pack(workbooktest.WithTexts(`<row><c t="s"><v>0</v></c></row>`, `<sst><si><t>a</t></si></sst>`)))
	f.Add(workbooktest.Pack(workbooktest.WithStyles(oneRow, `<xf numFmtId="14"/>`)))
	f.Fuzz(func(t *testing.T, raw []byte) { requireOrder(t, raw) })
}

func requireOrder(t *testing.T, raw []byte) {
	t.Helper()
	b, err := workbook.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), workbook.Limits{StringBytes: 1 << 16})
	if err != nil {
		require.NotEmpty(t, err.Error())
		return
	}
	for _, s := range b.Sheets {
		before := 0
		_ = b.Each(t.Context(), s, workbook.All, func(row int, cells []workbook.Cell) error {
			require.Greater(t, row, before)
			require.LessOrEqual(t, row, workbook.MaxRows)
			require.NotEmpty(t, cells)
			before = row
			column := -1
			for _, c := range cells {
				require.Greater(t, c.Column, column)
				require.Less(t, c.Column, workbook.MaxColumns)
				require.NotZero(t, c.Kind)
				_ = c.String()
				column = c.Column
			}
			return nil
		})
	}
}

// FuzzParseRange holds that a range that is taken lies within a sheet, and means
// the same when it is written.
func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"A1:F200", "A:F", "5:", ":", "$A$1:b2", "XFD1048576:XFD1048576"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := workbook.ParseRange(text)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, r.FirstRow, 1)
		require.LessOrEqual(t, r.FirstRow, r.LastRow)
		require.LessOrEqual(t, r.LastRow, workbook.MaxRows)
		require.GreaterOrEqual(t, r.FirstColumn, 0)
		require.LessOrEqual(t, r.FirstColumn, r.LastColumn)
		require.Less(t, r.LastColumn, workbook.MaxColumns)
		again, err := workbook.ParseRange(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}
