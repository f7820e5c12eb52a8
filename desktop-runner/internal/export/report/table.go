package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ddap/shared/result"
)

// Table is a table as it is shown.
type Table struct {
	Number         int
	Name           string
	Title, Caption string
	// Region names the table apart from all others of the report, also from that of
	// the data behind a chart.
	Region string
	// File is beside the report and has all rows, where Rows does not.
	File  string
	Heads []Head
	Rows  [][]Cell
	// Columns and Raw are what the rows were made of, for a file beside a report
	// that cannot show all of them. Raw is as long as Rows.
	Columns []result.Column
	Raw     [][]any
}

func (s Speech) region(word string, number int, title string) string {
	return fmt.Sprintf("%s %d. %s", s.Word(word), number, s.Phrase(title))
}

// Head is the name above a column.
type Head struct {
	Text    string
	Numeric bool
}

// Cell is the text of a cell, and what it is.
type Cell struct {
	Text string
	Kind CellKind
	// Right is set in columns of numbers.
	Right bool
}

// CellKind tells apart what looks different.
type CellKind string

// The kinds of cells; plain text has none.
const (
	NumberCell   CellKind = "number"
	WithheldCell CellKind = "withheld"
	MissingCell  CellKind = "missing"
)

// ownTables have cells that operations wrote, and how many of their columns,
// from the left, operations named: all where it says -1. The columns of other
// tables are those of the data, and are shown as they are.
var ownTables = map[string]int{
	"schema": -1, "profile": -1, "describe": -1, "top_values": -1, "coefficients": -1, "pairs": -1, "clusters": 2, "missing": -1,
	"confusion_matrix": 1, "correlation": 1, "classes": -1, "permutation_importance": -1, "feature_importance": -1, "tree": -1,
	"comparison": -1, "preprocessing": -1, "anova": -1, "elbow": -1, "explained_variance": -1, "forecast": -1, "parameters": -1, "candidates": -1, "scores": -1,
}

// OwnTable reports whether operations wrote cells of the table; of a table of
// another name, all are those of the data.
func OwnTable(name string) bool {
	_, own := ownTables[name]
	return own
}

// OwnColumn reports whether an operation named the column at index i of the
// table in a document of that kind, so that it has a name in every language. A
// column of the data keeps its own, even where it is called "mean".
func OwnColumn(kind, table string, i int) bool {
	if table == "groups" && strings.HasPrefix(kind, "analyze.") {
		return true
	}
	n, own := ownTables[table]
	return own && (n < 0 || i < n)
}

func (s Speech) table(kind string, t result.Table, number int) Table {
	out := Table{Number: number, Region: s.region("table", number, t.Title), Name: t.Name, Title: s.Phrase(t.Title), Columns: t.Columns, Raw: t.Rows}
	own := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		own[i] = OwnColumn(kind, t.Name, i)
		name := c.Name
		if own[i] {
			name = s.Label(c.Name)
		} else if t.Name == "confusion_matrix" {
			name = s.Phrase(c.Name)
		}
		if c.Unit != "" {
			name += " (" + c.Unit + ")"
		}
		out.Heads = append(out.Heads, Head{name, c.Type.Numeric()})
	}
	decimals := decimalsOf(t)
	for _, row := range t.Rows {
		cells := make([]Cell, len(row))
		for j, v := range row {
			cells[j] = s.cell(v, t.Columns[j], own[j])
			if f, isFloat := v.(float64); isFloat && decimals[j] >= 0 {
				cells[j].Text = s.localized(strconv.FormatFloat(f, 'f', decimals[j], 64))
			}
			cells[j].Right = t.Columns[j].Type.Numeric()
		}
		out.Rows = append(out.Rows, cells)
	}
	if int64(len(t.Rows)) < t.TotalRows {
		out.Caption = s.FirstOf(int64(len(t.Rows)), t.TotalRows)
	}
	if t.Artifact != "" {
		out.Caption = strings.TrimSpace(out.Caption + " " + s.InFile(t.Artifact))
	}
	return out
}

// FirstOf says how many rows are shown of how many.
func (s Speech) FirstOf(shown, total int64) string {
	return strings.NewReplacer("{shown}", s.Integer(shown), "{total}", s.Integer(total)).Replace(s.Word("first"))
}

// InFile says in which file all rows are.
func (s Speech) InFile(name string) string { return s.Word("attached") + " " + name + "." }

// maxDecimals is how many decimals a column of data may have to be shown with
// the same number in every row.
const maxDecimals = 3

// decimalsOf gives, for each column of data, with how many decimals all its
// numbers are shown; -1 where each is shown by itself.
func decimalsOf(t result.Table) []int {
	out := slices.Repeat([]int{-1}, len(t.Columns))
	for j := range out {
		if OwnTable(t.Name) || t.Columns[j].Type != result.Float {
			continue
		}
		most := 0
		for _, row := range t.Rows {
			if f, ok := row[j].(float64); ok {
				_, fraction, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
				most = max(most, len(fraction))
			}
		}
		if most <= maxDecimals {
			out[j] = most
		}
	}
	return out
}

// Value writes a value of a chart.
func (s Speech) Value(v any) Cell { return s.cell(v, result.Column{}, false) }

func (s Speech) cell(v any, c result.Column, own bool) Cell {
	if _, withheld := result.SuppressedReason(v); withheld {
		return Cell{Text: s.Word("withheld"), Kind: WithheldCell}
	}
	switch v := v.(type) {
	case nil:
		return Cell{Text: "–", Kind: MissingCell}
	case bool:
		return Cell{Text: s.truth(v)}
	case string:
		if own {
			return Cell{Text: s.OwnText(v, c.Name)}
		}
		return Cell{Text: v}
	case int:
		return s.numbered(s.Integer(int64(v)))
	case int64:
		return s.numbered(s.Integer(v))
	case result.Number:
		return s.cell(float64(v), c, own)
	case float64:
		if own && c.Name == "p_value" {
			return s.numbered(s.probability(v))
		}
		return s.numbered(s.Number(v))
	default:
		return Cell{Text: fmt.Sprint(v)}
	}
}

func (Speech) numbered(text string) Cell { return Cell{Text: text, Kind: NumberCell, Right: true} }

// OwnText gives the words for text that operations put into a column of their own
// tables.
func (s Speech) OwnText(text, column string) string {
	name, isType := typeNames[result.Type(text)]
	switch {
	case column == "type" && isType:
		return name.In(s.words)
	case column == "rule" && text == "all rows", column == "missing", column == "encoding", column == "outcome":
		return s.Phrase(text)
	case column == "term" && text == "intercept":
		return s.Label("fit_intercept")
	default:
		return text
	}
}
