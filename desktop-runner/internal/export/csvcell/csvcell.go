// Package csvcell writes cells so that a spreadsheet shows them and does not
// run them: text that begins like a formula gets an apostrophe in front.
package csvcell

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"ddap/shared/result"
)

// Dangerous is a regular expression (RE2) for text that spreadsheets take for a
// formula; Number is one for the plain numbers among it, which are harmless.
const (
	Dangerous = `^[=+\-@\t\r]`
	Number    = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`
)

var (
	dangerous = regexp.MustCompile(Dangerous)
	number    = regexp.MustCompile(Number)
)

// Text gives text as it should stand in a cell.
func Text(text string) string {
	if dangerous.MatchString(text) && !number.MatchString(text) {
		return "'" + text
	}
	return text
}

// Write writes a table of a document: a header, then the rows. Missing cells are
// empty; withheld ones say "(withheld)".
func Write(w io.Writer, columns []result.Column, rows [][]any) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = Text(c.Name)
	}
	err := out.Write(record)
	for _, row := range rows {
		for i, cell := range row {
			record[i] = format(cell)
		}
		if err == nil {
			err = out.Write(record)
		}
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("writing a table: %w", err)
	}
	return nil
}

func format(cell any) string {
	if _, withheld := result.SuppressedReason(cell); withheld {
		return "(withheld)"
	}
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return Text(v)
	default:
		return fmt.Sprint(v)
	}
}
