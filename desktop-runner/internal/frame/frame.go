// Package frame is the only one that knows gota. Small tables (previews,
// statistics, coefficients, centres) travel as gota data frames between the
// engine and the documents; this package fills them and reads them, and is the
// one place that knows how gota marks what is missing.
//
// gota takes the text "NaN" for a missing value, knows int but not int64, and
// has no dates. Here text stays text whatever it says, integers keep all 64
// bits, and dates are ISO 8601 text; a missing value is nil going in and out,
// and so is a NaN, as in pandas.
package frame

import (
	"fmt"
	"math"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"ddap/shared/result"
)

// Frame is a gota data frame.
type Frame = dataframe.DataFrame

// New fills a frame from rows as wide as columns, whose names must differ. A
// cell is nil, bool, string, float64, int or int64, and fits its column's type:
// integers for Integer, any number for Float, bool for Boolean, text for the
// rest. The error names the cell that does not fit.
func New(columns []result.Column, rows [][]any) (Frame, error) {
	all := make([]series.Series, len(columns))
	for j, c := range columns {
		cells := make([]any, len(rows))
		for i, row := range rows {
			cell, err := toGota(row[j], c.Type)
			if err != nil {
				return Frame{}, fmt.Errorf("row %d, column %d: %w", i, j, err)
			}
			cells[i] = cell
		}
		all[j] = series.New(cells, gotaType(c.Type), c.Name)
	}
	f := dataframe.New(all...)
	if f.Err != nil {
		return Frame{}, fmt.Errorf("filling a frame: %w", f.Err)
	}
	return f, nil
}

// Rows gives the cells back, as nil, bool, string, float64 or int64.
func Rows(f Frame) [][]any {
	rows := make([][]any, f.Nrow())
	for i := range rows {
		rows[i] = make([]any, f.Ncol())
		for j := range rows[i] {
			rows[i][j] = Cell(f, i, j)
		}
	}
	return rows
}

// Cell gives one cell as nil, bool, string, float64 or int64.
func Cell(f Frame, row, column int) any {
	switch v := f.Elem(row, column).Val().(type) {
	case int:
		return int64(v)
	default:
		return v
	}
}

// Column gives a column's place, or -1.
func Column(f Frame, name string) int {
	for j, n := range f.Names() {
		if n == name {
			return j
		}
	}
	return -1
}

func gotaType(t result.Type) series.Type {
	switch t {
	case result.Integer:
		return series.Int
	case result.Float:
		return series.Float
	case result.Boolean:
		return series.Bool
	default:
		return series.String
	}
}

func toGota(cell any, t result.Type) (any, error) {
	switch v := cell.(type) {
	case nil:
		return nil, nil
	case string:
		if gotaType(t) == series.String {
			return verbatim{text: v}, nil
		}
	case bool:
		if t == result.Boolean {
			return v, nil
		}
	case int:
		return toGota(int64(v), t)
	case int64:
		switch t {
		case result.Integer:
			return int(v), nil
		case result.Float:
			return float64(v), nil
		default: // no other column holds numbers
		}
	case float64:
		if t == result.Float {
			if math.IsNaN(v) {
				return nil, nil
			}
			return v, nil
		}
	}
	return nil, fmt.Errorf("a %T does not fit a column of type %s", cell, t)
}

// verbatim hands text to gota as an element, which gota copies without looking
// whether it says "NaN".
type verbatim struct {
	series.Element
	text string
}

func (v verbatim) String() string { return v.text }
