package workbook_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/workbook"
)

const (
	spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	packaging   = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	types       = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// parts are those of a workbook with one sheet of the rows.
func parts(rows string) map[string]string {
	return map[string]string{
		"_rels/.rels":                relations("officeDocument", "xl/workbook.xml", ""),
		"xl/_rels/workbook.xml.rels": relations("worksheet", "worksheets/sheet1.xml", ""),
		"xl/workbook.xml":            `<workbook ` + spreadsheet + `><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/worksheets/sheet1.xml":   `<worksheet ` + spreadsheet + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

func relations(kind, target, more string) string {
	return `<Relationships ` + packaging + `><Relationship Id="rId1" Type="` + types + kind + `" Target="` + target + `" ` + more + `/></Relationships>`
}

// with puts a part in place of another.
func with(in map[string]string, name, content string) map[string]string {
	out := maps.Clone(in)
	out[name] = content
	return out
}

func pack(t testing.TB, in map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(in)) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(in[name]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// read gives the values of a workbook's first sheet by the names of their cells.
func read(ctx context.Context, raw []byte, limits workbook.Limits) (map[string]string, error) {
	b, err := workbook.Read(bytes.NewReader(raw), int64(len(raw)), limits)
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
	whole := pack(t, parts(oneRow))
	cases := map[string]struct {
		raw  []byte
		says string
	}{
		"nothing":             {nil, "not a complete XLSX"},
		"cut off":             {whole[:len(whole)/2], "not a complete XLSX"},
		"no workbook in it":   {pack(t, map[string]string{"a.txt": "x"}), "no spreadsheet in it"},
		"a document":          {pack(t, with(map[string]string{"word/document.xml": `<document/>`}, "_rels/.rels", relations("officeDocument", "word/document.xml", ""))), "no spreadsheet in it"},
		"OpenDocument":        {pack(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), ".ods"},
		"a binary workbook":   {pack(t, map[string]string{"_rels/.rels": relations("officeDocument", "xl/workbook.bin", ""), "xl/workbook.bin": "x"}), ".xlsb"},
		"no sheets":           {pack(t, with(parts(oneRow), "xl/workbook.xml", `<workbook/>`)), "no sheet with cells"},
		"only a chart":        {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("chartsheet", "worksheets/sheet1.xml", ""))), "no sheet with cells"},
		"a sheet of nowhere":  {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("styles", "styles.xml", "")+" ")), "no sheet with cells"},
		"a lost relation":     {pack(t, with(parts(oneRow), "xl/workbook.xml", `<workbook `+spreadsheet+`><sheets><sheet name="Data" r:id="rId7"/></sheets></workbook>`)), `"Data" leads to no part`},
		"a missing part":      {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/other.xml", ""))), "is missing"},
		"a sheet elsewhere":   {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("worksheet", "file:///etc/passwd", `TargetMode="External"`))), "lies outside of the file"},
		"a path out of it":    {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("worksheet", "../../../../etc/passwd", ""))), "is missing"},
		"an absolute path":    {pack(t, with(parts(oneRow), "xl/_rels/workbook.xml.rels", relations("worksheet", "/etc/passwd", ""))), "is missing"},
		"a part twice":        {twice(t), "there twice"},
		"an encrypted part":   {encrypted(t), "password"},
		"a document type":     {pack(t, with(parts(oneRow), "xl/workbook.xml", laughs)), "document type"},
		"types in a sheet":    {pack(t, with(parts(oneRow), "xl/worksheets/sheet1.xml", laughs)), "document type"},
		"types in the texts":  {pack(t, withTexts(laughs, `<c r="A1" t="s"><v>0</v></c>`)), "document type"},
		"UTF-16":              {pack(t, with(parts(oneRow), "xl/workbook.xml", "\xff\xfe<\x00w\x00")), "not UTF-8"},
		"nested without end":  {pack(t, with(parts(oneRow), "xl/worksheets/sheet1.xml", `<worksheet>`+strings.Repeat("<a>", 100_000))), "nested deeper"},
		"a text without end":  {pack(t, parts(`<row><c t="str"><v>`+noise(3<<20)+`</v></c></row>`)), "more than 1 MB"},
		"a tag without end":   {pack(t, parts(`<row><c `+noise(3<<20))), "more than 1 MB"},
		"more texts than fit": {pack(t, withTexts(`<sst>`+strings.Repeat("<si><t>"+noise(1000)+"</t></si>", 2000)+`</sst>`, "")), "allow tasks more memory"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t.Context(), tc.raw, workbook.Limits{StringBytes: 1 << 20})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>`

func withTexts(sst, cell string) map[string]string {
	in := with(parts(`<row r="1">`+cell+`</row>`), "xl/sharedStrings.xml", sst)
	in["xl/_rels/workbook.xml.rels"] = strings.Replace(in["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="rId2" Type="`+types+`sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1)
	return in
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
	for name, content := range parts(oneRow) {
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
	raw := pack(t, parts(oneRow))
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
	crowd := parts(oneRow)
	for i := range 12_000 {
		crowd[fmt.Sprintf("x/%d", i)] = ""
	}
	large := parts(oneRow)
	for i := range 60_000 {
		large[fmt.Sprintf("%s/%d", strings.Repeat("x", 60), i)] = ""
	}
	for name, tc := range map[string]struct {
		parts map[string]string
		says  string
	}{
		"many parts":         {crowd, "more than 10000 parts"},
		"a directory of MBs": {large, "more than 10000 parts"},
		"a bomb of rows":     {parts(strings.Repeat(`<row><c><v>1</v></c></row>`, 1_000_000)), "far more than a spreadsheet has"},
		"a bomb of comments": {parts("<!--" + strings.Repeat(" ", 40<<20) + "-->"), "far more than a spreadsheet has"},
		"a bomb of texts":    {withTexts(`<sst>`+strings.Repeat(`<si><t/></si>`, 3_000_000)+`</sst>`, ""), "far more than a spreadsheet has"},
		"a bomb in styles":   {withStyles(strings.Repeat(`<xf numFmtId="0"/>`, 3_000_000)), "far more than a spreadsheet has"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t.Context(), pack(t, tc.parts), workbook.Limits{})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func withStyles(xfs string) map[string]string {
	in := with(parts(oneRow), "xl/styles.xml", `<styleSheet><cellXfs>`+xfs+`</cellXfs></styleSheet>`)
	in["xl/_rels/workbook.xml.rels"] = strings.Replace(in["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="rId2" Type="`+types+`styles" Target="styles.xml"/></Relationships>`, 1)
	return in
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
			_, err := read(t.Context(), pack(t, parts(tc.rows)), workbook.Limits{})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestEach_StopsWhenTheWorkDoes(t *testing.T) {
	t.Parallel()
	raw := pack(t, parts(strings.Repeat(`<row><c><v>12345</v></c></row>`, 100_000)))
	b, err := workbook.Read(bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
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
	raw := pack(t, parts(rows.String()))
	b, err := workbook.Read(bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
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
	in := with(parts(oneRow), "xl/workbook.xml", `<workbook `+spreadsheet+`><sheets><sheet name="a &amp; b" state="hidden" r:id="rId1"/><sheet name="c_x0021_" r:id="rId1"/></sheets></workbook>`)
	raw := pack(t, in)
	b, err := workbook.Read(bytes.NewReader(raw), int64(len(raw)), workbook.Limits{})
	require.NoError(t, err)
	require.Equal(t, []string{"a & b", "c!"}, b.Names())
	require.Equal(t, "c!", b.FirstVisible().Name)
	require.True(t, b.Sheets[0].Hidden)
}
