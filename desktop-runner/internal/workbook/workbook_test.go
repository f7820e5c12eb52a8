package workbook_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/workbook"
	"ddap/desktop-runner/internal/workbook/workbooktest"
)

// read gives the values of a workbook's first sheet by the names of their cells.
func read(ctx context.Context, raw []byte, limits workbook.Limits) (map[string]string, error) {
	b, err := workbook.Read(ctx, bytes.NewReader(raw), int64(len(raw)), limits)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, b.Each(ctx, b.FirstVisible(), workbook.All, func(row int, cells []workbook.Cell) error {
		for _, c := range cells {
			out[workbook.PlaceName(row, c.Column)] = c.String()
		}
		return nil
	})
}

const oneRow = `<row r="1"><c r="A1"><v>1</v></c></row>`

func TestRead_RefusesWhatIsNoWorkbook(t *testing.T) {
	t.Parallel()
	whole := workbooktest.Pack(workbooktest.Parts(oneRow))
	cases := map[string]struct {
		raw  []byte
		says string
	}{
		"nothing":             {nil, "not a complete XLSX"},
		"cut off":             {whole[:len(whole)/2], "not a complete XLSX"},
		"no workbook in it":   {workbooktest.Pack(map[string]string{"a.txt": "x"}), "no spreadsheet in it"},
		"a document":          {workbooktest.Pack(workbooktest.With(map[string]string{"word/document.xml": `<document/>`}, "_rels/.rels", workbooktest.Relations(workbooktest.Relation("officeDocument", "word/document.xml", "")))), "no spreadsheet in it"},
		"OpenDocument":        {workbooktest.Pack(map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), ".ods"},
		"a binary workbook":   {workbooktest.Pack(map[string]string{"_rels/.rels": workbooktest.Relations(workbooktest.Relation("officeDocument", "xl/workbook.bin", "")), "xl/workbook.bin": "x"}), ".xlsb"},
		"no sheets":           {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Book, `<workbook/>`)), "no sheet with cells"},
		"only a chart":        {workbooktest.Pack(workbooktest.With(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.BookRelations, workbooktest.Relations(workbooktest.Relation("chartsheet", "worksheets/sheet1.xml", ""))), workbooktest.Book, `<workbook `+workbooktest.Namespaces+`><sheets><sheet name="Data" r:id="chartsheet"/></sheets></workbook>`)), "no sheet with cells"},
		"a lost relation":     {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Book, `<workbook `+workbooktest.Namespaces+`><sheets><sheet name="Data" r:id="rId7"/></sheets></workbook>`)), `"Data" leads to no part`},
		"a missing part":      {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.BookRelations, workbooktest.Relations(workbooktest.Relation("worksheet", "worksheets/other.xml", "")))), "is missing"},
		"a sheet elsewhere":   {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.BookRelations, workbooktest.Relations(workbooktest.Relation("worksheet", "file:///etc/passwd", `TargetMode="External"`)))), "lies outside of the file"},
		"a path out of it":    {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.BookRelations, workbooktest.Relations(workbooktest.Relation("worksheet", "../../../../etc/passwd", "")))), "is missing"},
		"an absolute path":    {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.BookRelations, workbooktest.Relations(workbooktest.Relation("worksheet", "/etc/passwd", "")))), "is missing"},
		"a part twice":        {twice(t), "there twice"},
		"an encrypted part":   {encrypted(t), "password"},
		"a document type":     {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Book, workbooktest.Laughs)), "document type"},
		"types in a sheet":    {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Sheet, workbooktest.Laughs)), "document type"},
		"types in the texts":  {workbooktest.Pack(workbooktest.WithTexts(oneRow, workbooktest.Laughs)), "document type"},
		"UTF-16":              {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Book, "\xff\xfe<\x00w\x00")), "not UTF-8"},
		"nested without end":  {workbooktest.Pack(workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Sheet, `<worksheet>`+strings.Repeat("<a>", 100_000))), "nested deeper"},
		"a text without end":  {workbooktest.Pack(workbooktest.Parts(`<row><c t="str"><v>` + noise(3<<20) + `</v></c></row>`)), "more than 1 MB"},
		"a tag without end":   {workbooktest.Pack(workbooktest.Parts(`<row><c ` + noise(3<<20))), "more than 1 MB"},
		"more texts than fit": {workbooktest.Pack(workbooktest.WithTexts(oneRow, `<sst>`+strings.Repeat("<si><t>"+noise(1000)+"</t></si>", 2000)+`</sst>`)), "allow tasks more memory"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t.Context(), tc.raw, workbook.Limits{StringBytes: 1 << 20})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// noise is text that does not shrink much.
func noise(n int) string {
	out, x := make([]byte, n), uint32(1)
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = 'a' + byte(x>>24)%26
	}
	return string(out)
}

func twice(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range workbooktest.Parts(oneRow) {
		for _, name := range []string{name, strings.ToUpper(name)} {
			w, err := z.Create(name)
			require.NoError(t, err)
			_, err = w.Write([]byte(content))
			require.NoError(t, err)
		}
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// encrypted sets the flag of an encrypted part in each entry of the directory.
func encrypted(t *testing.T) []byte {
	t.Helper()
	raw := workbooktest.Pack(workbooktest.Parts(oneRow))
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte("PK\x01\x02"))
		if i < 0 {
			return raw
		}
		at += i + 8
		raw[at] |= 1
	}
}

func TestRead_BoundsItsArchive(t *testing.T) {
	t.Parallel()
	crowd := workbooktest.Parts(oneRow)
	for i := range 12_000 {
		crowd[fmt.Sprintf("x/%d", i)] = ""
	}
	large := workbooktest.Parts(oneRow)
	for i := range 60_000 {
		large[fmt.Sprintf("%s/%d", strings.Repeat("x", 60), i)] = ""
	}
	for name, tc := range map[string]struct {
		parts map[string]string
		says  string
	}{
		"many parts":         {crowd, "more than 10000 parts"},
		"a directory of MBs": {large, "more than 10000 parts"},
		"a bomb of rows":     {workbooktest.Parts(strings.Repeat(`<row><c><v>1</v></c></row>`, 1_000_000)), "far more than a spreadsheet has"},
		"a bomb of comments": {workbooktest.Parts("<!--" + strings.Repeat(" ", 40<<20) + "-->"), "far more than a spreadsheet has"},
		"a bomb of texts":    {workbooktest.WithTexts(oneRow, `<sst>`+strings.Repeat(`<si><t/></si>`, 3_000_000)+`</sst>`), "far more than a spreadsheet has"},
		"a bomb in styles":   {workbooktest.WithStyles(oneRow, strings.Repeat(`<xf numFmtId="0"/>`, 3_000_000)), "far more than a spreadsheet has"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t.Context(), workbooktest.Pack(tc.parts), workbook.Limits{})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestEach_NamesSheetAndCellOfWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ rows, says string }{
		"no number":             {`<row r="3"><c r="B3"><v>1x</v></c></row>`, `sheet "Data", at cell B3: its value is not of the kind`},
		"no boolean":            {`<row r="3"><c r="B3" t="b"><v>2</v></c></row>`, "cell B3: its value is not of the kind"},
		"no date":               {`<row r="3"><c r="B3" t="d"><v>soon</v></c></row>`, "cell B3: its value is not of the kind"},
		"a kind that is none":   {`<row r="3"><c r="B3" t="z"><v>2</v></c></row>`, "cell B3: its value is not of the kind"},
		"a text that is none":   {`<row r="3"><c r="B3" t="s"><v>7</v></c></row>`, "cell B3: it names a text"},
		"a text below nothing":  {`<row r="3"><c r="B3" t="s"><v>-1</v></c></row>`, "cell B3: it names a text"},
		"an entity":             {`<row r="3"><c r="B3" t="str"><v>&lol;</v></c></row>`, "cell B3: its XML has an entity"},
		"a character of none":   {`<row r="3"><c r="B3" t="str"><v>&#xD800;</v></c></row>`, "cell B3: its XML has an entity"},
		"no UTF-8":              {"<row r=\"3\"><c r=\"B3\" t=\"str\"><v>\xff</v></c></row>", "cell B3: its XML is not UTF-8"},
		"an end in the middle":  {`<row r="3"><c r="B3"><v>1`, `cell B3: its XML is broken`},
		"another element's end": {`<row r="3"><c r="B3"><v>1</c></v></row>`, "cell B3: its XML is broken"},
		"cells out of order":    {`<row r="3"><c r="C3"><v>1</v></c><c r="B3"><v>1</v></c></row>`, "it comes after C3"},
		"a cell of another row": {`<row r="3"><c r="B4"><v>1</v></c></row>`, "it is elsewhere"},
		"rows out of order":     {`<row r="3"/><row r="3"/>`, "row 3 comes after row 3"},
		"a row below nothing":   {`<row r="-3"/>`, "row -3 comes after row 0"},
		"too many rows":         {`<row r="1048577"/>`, "1048576 rows"},
		"too many columns":      {`<row r="1"><c r="XFE1"/></row>`, "XFD1048576"},
		"columns without names": {`<row r="1"><c r="XFD1"/><c/></row>`, "16384 columns"},
		"a column of words":     {`<row r="1"><c r="AAAAAAAAAAAAAAAAAAAAAAA1"/></row>`, "XFD1048576"},
		"a style of words":      {`<row r="1"><c r="A1" s="x"/></row>`, "XML is broken"},
		"a style beyond all":    {`<row r="1"><c r="A1" s="99999999999999999999999"/></row>`, "XML is broken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t.Context(), workbooktest.Pack(workbooktest.Parts(tc.rows)), workbook.Limits{})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestEach_StopsWhenTheWorkDoes(t *testing.T) {
	t.Parallel()
	raw := workbooktest.Pack(workbooktest.Parts(strings.Repeat(`<row><c><v>12345</v></c></row>`, 100_000)))
	b, err := workbook.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	reason, rows := errors.New("enough"), 0
	require.ErrorIs(t, b.Each(ctx, b.Sheets[0], workbook.All, func(int, []workbook.Cell) error {
		rows++
		cancel(reason)
		return nil
	}), reason)
	require.Less(t, rows, 100_000)
	require.Equal(t, reason, b.Each(t.Context(), b.Sheets[0], workbook.All, func(int, []workbook.Cell) error { return reason }), "the same error")
	require.NotZero(t, b.Done())
}

func TestEach_GivesTheCellsOfARange(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for row := 1; row <= 9; row++ {
		rows.WriteString("<row>" + strings.Repeat("<c><v>1</v></c>", 9) + "</row>")
	}
	raw := workbooktest.Pack(workbooktest.Parts(rows.String()))
	b, err := workbook.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
	require.NoError(t, err)
	for text, want := range map[string]string{
		"B2:C3": "B2:C3", "b2:$c$3": "B2:C3", "A:B": "A1:B9", "8:": "A8:I9", "G8:": "G8:I9", "C:": "C1:I9", ":B2": "A1:B2", "3:4": "A3:I4", "C7:D": "C7:D9", "H8:XFD99": "H8:I9",
	} {
		within, err := workbook.ParseRange(text)
		require.NoError(t, err, text)
		var first, last string
		require.NoError(t, b.Each(t.Context(), b.Sheets[0], within, func(row int, cells []workbook.Cell) error {
			if first == "" {
				first = workbook.PlaceName(row, cells[0].Column)
			}
			last = workbook.PlaceName(row, cells[len(cells)-1].Column)
			return nil
		}))
		require.Equal(t, want, first+":"+last, text)
	}
}

func TestParseRange_SaysHowOneLooks(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"": "looks like", ":": "looks like", "A1": "looks like", "A1:B2:C3": "looks like", "1A:2B": "looks like", "A0:B1": "looks like", "A1:B+2": "looks like",
		"A1:B-2": "looks like", "Data!A1:B2": "looks like", "C1:A2": "before its beginning", "A3:B2": "before its beginning", "A1:XFE2": "XFD",
		"A1:B1048577": "1048576", "A1:B99999999999999999999": "looks like", "ÄÖ:B": "looks like",
	} {
		_, err := workbook.ParseRange(text)
		require.ErrorContains(t, err, says, text)
	}
}

func TestRead_KnowsTabsThatPeopleDoNotSee(t *testing.T) {
	t.Parallel()
	in := workbooktest.With(workbooktest.Parts(oneRow), workbooktest.Book, `<workbook `+workbooktest.Namespaces+`><sheets><sheet name="a &amp; b" state="hidden" r:id="worksheet"/><sheet name="c_x0021_" r:id="worksheet"/></sheets></workbook>`)
	raw := workbooktest.Pack(in)
	b, err := workbook.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
	require.NoError(t, err)
	require.Equal(t, []string{"a & b", "c!"}, b.Names())
	require.Equal(t, "c!", b.FirstVisible().Name)
	require.True(t, b.Sheets[0].Hidden)
}
