package operation

import (
	"fmt"
	"slices"

	"ddap/shared/fault"
	"ddap/shared/i18n"
	"ddap/shared/result"
)

// Reading says how a data file is written, with pandas' names. What is zero is
// found out from the file.
type Reading struct {
	// Delimiter is one ASCII character between fields.
	Delimiter string `json:"delimiter,omitempty"`
	// Encoding is one of the names that Encodings lists.
	Encoding string `json:"encoding,omitempty"`
	// Decimal is "." or ",", and Thousands what groups digits, if anything.
	Decimal   string `json:"decimal,omitempty"`
	Thousands string `json:"thousands,omitempty"`
	// Header tells whether the first line has the names of the columns.
	Header *bool `json:"header,omitempty"`
	// DayFirst tells how 01/02/2020 is read; without it such dates stay text.
	DayFirst *bool `json:"dayfirst,omitempty"`
	// NAValues are the texts that stand for a missing value, beside an empty
	// field; nil is pandas' own list, an empty one is none.
	NAValues []string `json:"na_values,omitzero"`
	// Sheet is the name of a workbook's sheet, SheetNumber its place, from 1; where
	// neither is set it is the first that people see. Range is a part of it, as in
	// A1:F200, A:F or A5:.
	Sheet       string `json:"sheet,omitempty"`
	SheetNumber int    `json:"sheet_number,omitempty"`
	Range       string `json:"range,omitempty"`
	// Types gives columns another type than that which is found, by name.
	Types map[string]result.Type `json:"types,omitempty"`
}

// Encodings lists the encodings of text that can be read.
func Encodings() []string {
	return []string{"utf-8", "utf-16le", "utf-16be", "windows-1252", "latin-1"}
}

var columnTypes = []result.Type{result.Text, result.Integer, result.Float, result.Boolean, result.Date, result.Timestamp}

// checkReading judges how an upload is said to be written.
func checkReading(path string, value any) []fault.Field {
	object, ok := value.(map[string]any)
	if !ok {
		return wrongKind(path, value, Property{Kind: Object})
	}
	out := checkObject(path, object, readingProperties)
	if text, ok := object["delimiter"].(string); ok && (len(text) != 1 || text[0] > 126 || text == "\n" || text == "\r" || text == `"`) {
		out = append(out, fault.Field{Path: path + ".delimiter", Message: "must be one character, such as a comma, a semicolon, or \\t for a tab"})
	}
	if decimal, ok := object["decimal"].(string); ok && decimal == object["thousands"] {
		out = append(out, fault.Field{Path: path + ".thousands", Message: "is the same as decimal"})
	}
	if object["sheet"] != nil && object["sheet_number"] != nil {
		out = append(out, fault.Field{Path: path + ".sheet_number", Message: "is for a sheet without its name; give one of sheet and sheet_number"})
	}
	types, _ := object["types"].(map[string]any)
	for _, column := range sortedKeys(types) {
		if name, ok := types[column].(string); !ok || !slices.Contains(columnTypes, result.Type(name)) {
			out = append(out, fault.Field{Path: path + ".types." + column, Message: fmt.Sprintf("must be one of %v", columnTypes)})
		}
	}
	return out
}

var readingProperties = []Property{
	{
		Name: "delimiter", Kind: String,
		Title: i18n.Text{EN: "Separator", ID: "Pemisah"},
		Help:  i18n.Text{EN: "The character between fields.", ID: "Karakter di antara kolom."},
	},
	{
		Name: "encoding", Kind: String, Choices: Encodings(),
		Title: i18n.Text{EN: "Encoding", ID: "Pengodean"},
	},
	{
		Name: "decimal", Kind: String, Choices: []string{".", ","},
		Title: i18n.Text{EN: "Decimal sign", ID: "Tanda desimal"},
	},
	{
		Name: "thousands", Kind: String, Choices: []string{".", ","},
		Title: i18n.Text{EN: "Sign between thousands", ID: "Tanda ribuan"},
	},
	{
		Name: "header", Kind: Boolean,
		Title: i18n.Text{EN: "The first line has the names", ID: "Baris pertama berisi nama kolom"},
	},
	{
		Name: "dayfirst", Kind: Boolean,
		Title: i18n.Text{EN: "Dates begin with the day", ID: "Tanggal diawali hari"},
		Help:  i18n.Text{EN: "How 01/02/2020 is read; without it such dates stay text.", ID: "Cara membaca 01/02/2020; tanpa ini tanggal seperti itu tetap teks."},
	},
	{
		Name: "na_values", Kind: Array, Items: &Property{Kind: String, MayBeEmpty: true}, MaxItems: 100,
		Title: i18n.Text{EN: "Texts that mean missing", ID: "Teks yang berarti hilang"},
	},
	{
		Name: "sheet", Kind: String,
		Title: i18n.Text{EN: "Sheet", ID: "Lembar"},
	},
	{
		Name: "sheet_number", Kind: Integer, Minimum: new(1.0), Maximum: new(10_000.0),
		Title: i18n.Text{EN: "Number of the sheet", ID: "Nomor lembar"},
	},
	{
		Name: "range", Kind: String,
		Title: i18n.Text{EN: "Range", ID: "Rentang"},
		Help:  i18n.Text{EN: "A part of the sheet, as in A1:F200.", ID: "Bagian lembar, seperti A1:F200."},
	},
	{
		Name: "types", Kind: Object,
		Title: i18n.Text{EN: "Types of columns", ID: "Jenis kolom"},
		Help:  i18n.Text{EN: "Another type than the one that is found, by the column's name.", ID: "Jenis lain daripada yang ditemukan, menurut nama kolom."},
	},
}
