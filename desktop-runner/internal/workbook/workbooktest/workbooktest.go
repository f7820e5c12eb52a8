// Package workbooktest writes workbooks for the tests of any package: whole ones,
// and such as no spreadsheet program would.
package workbooktest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/workbook"
)

// Namespaces are what the root of a workbook's part declares.
const Namespaces = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + relationTypes + `"`

const relationTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// Where Parts puts them.
const (
	Book          = "xl/workbook.xml"
	BookRelations = "xl/_rels/workbook.xml.rels"
	Sheet         = "xl/worksheets/sheet1.xml"
	Texts         = "xl/sharedStrings.xml"
	Styles        = "xl/styles.xml"
)

// Laughs is XML that a small document type makes large.
const Laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>`

// Parts are those of a workbook with one sheet, "Data", whose rows are XML.
func Parts(rows string) map[string]string {
	return map[string]string{
		"_rels/.rels": Relations(Relation("officeDocument", Book, "")),
		BookRelations: Relations(Relation("worksheet", "worksheets/sheet1.xml", "")),
		Book:          `<workbook ` + Namespaces + `><sheets><sheet name="Data" sheetId="1" r:id="worksheet"/></sheets></workbook>`,
		Sheet:         `<worksheet ` + Namespaces + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

// Relation points from one part to another; its kind is its id as well.
func Relation(kind, target, more string) string {
	return `<Relationship Id="` + kind + `" Type="` + relationTypes + `/` + kind + `" Target="` + target + `" ` + more + `/>`
}

// Relations are the part that holds them.
func Relations(all ...string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + strings.Join(all, "") + `</Relationships>`
}

// With puts a part in place of another.
func With(parts map[string]string, name, content string) map[string]string {
	out := maps.Clone(parts)
	out[name] = content
	return out
}

// WithTexts are the parts of a workbook that shares texts.
func WithTexts(rows, texts string) map[string]string {
	out := With(Parts(rows), Texts, texts)
	out[BookRelations] = Relations(Relation("worksheet", "worksheets/sheet1.xml", ""), Relation("sharedStrings", "sharedStrings.xml", ""))
	return out
}

// WithStyles are the parts of a workbook whose cells have styles.
func WithStyles(rows, styles string) map[string]string {
	out := With(Parts(rows), Styles, `<styleSheet `+Namespaces+`><cellXfs>`+styles+`</cellXfs></styleSheet>`)
	out[BookRelations] = Relations(Relation("worksheet", "worksheets/sheet1.xml", ""), Relation("styles", "styles.xml", ""))
	return out
}

// Pack makes an archive of parts.
func Pack(parts map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(parts[name]))
		}
		if err != nil {
			panic(err) // memory takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Rows writes values as the XML of rows: texts, numbers, booleans, and nil for a
// cell that is not there.
func Rows(rows ...[]any) string {
	var out strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&out, `<row r="%d">`, i+1)
		for j, value := range row {
			place := workbook.PlaceName(i+1, j)
			switch v := value.(type) {
			case nil:
			case string:
				fmt.Fprintf(&out, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, place, v)
			case bool:
				fmt.Fprintf(&out, `<c r="%s" t="b"><v>%d</v></c>`, place, map[bool]int{true: 1}[v])
			default:
				fmt.Fprintf(&out, `<c r="%s"><v>%v</v></c>`, place, v)
			}
		}
		out.WriteString("</row>")
	}
	return out.String()
}

// File is a workbook of values, as Rows writes them.
func File(rows ...[]any) []byte { return Pack(Parts(Rows(rows...))) }
