package step

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// added is the table with the columns that WriteWith adds.
const added = "added columns"

// WriteWith writes the rows as they are, in their order, with columns of numbers
// beside them, as the task's output. Some rows may have none of these numbers:
// those that do not meet the condition kept, in SQL, or none where it is empty.
// Of the others, in their order, fill puts the numbers of row i into a slice that
// is as long as columns are many; NaN is a missing one, and any number but 0 is
// true. A name that a column of the rows has already, in any letter case, gets a
// number behind it.
func (s *Step) WriteWith(ctx context.Context, columns []result.Column, labels []string, kept string, fill func(i int64, into []float64)) (*finding.Output, string, error) {
	columns = unused(columns, s.Relation.Columns)
	list := make([]string, len(columns))
	for j, c := range columns {
		list[j] = engine.Identifier(c.Name) + " " + databaseType(c.Type)
	}
	table := engine.Identifier(added)
	if _, err := s.DB.Exec(ctx, "CREATE OR REPLACE TABLE "+table+" ("+strings.Join(list, ", ")+")"); err != nil {
		return nil, "", err
	}
	var places []bool
	if kept != "" {
		places = make([]bool, 0, s.Rows)
		err := s.DB.Each(ctx, func(row []any) error {
			met, _ := row[0].(bool)
			places = append(places, met)
			return nil
		}, "SELECT "+kept+" FROM "+s.Relation.From)
		if err != nil {
			return nil, "", err
		}
	}
	if err := s.append(ctx, columns, labels, places, fill); err != nil {
		return nil, "", err
	}
	all := slices.Concat(s.Relation.Columns, columns)
	out, from, err := s.Write(ctx, all, "SELECT "+source.List(all)+" FROM "+s.Relation.From+" POSITIONAL JOIN "+table)
	if err != nil {
		return nil, "", err
	}
	if out.Rows != s.Rows {
		return nil, "", fmt.Errorf("adding columns: %d rows became %d", s.Rows, out.Rows)
	}
	_, err = s.DB.Exec(ctx, "DROP TABLE "+table)
	return out, from, err
}

// append fills the table row by row; places says which rows have numbers, nil
// that all do.
func (s *Step) append(ctx context.Context, columns []result.Column, labels []string, places []bool, fill func(i int64, into []float64)) error {
	const often = 1 << 14
	return s.DB.Append(ctx, added, func(add func([]engine.Value) error) error {
		row, numbers := make([]engine.Value, len(columns)), make([]float64, len(columns))
		var i int64
		for place := range s.Rows {
			if place%often == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				s.DB.Appended(float64(place) / float64(s.Rows))
			}
			clear(row)
			if places == nil || places[place] {
				fill(i, numbers)
				i++
				for j, v := range numbers {
					row[j] = value(v, columns[j].Type, labels)
				}
			}
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	})
}

func value(v float64, t result.Type, labels []string) engine.Value {
	switch {
	case math.IsNaN(v):
		return nil
	case t == result.Integer:
		return int64(v)
	case t == result.Boolean:
		return v != 0
	case t == result.Text:
		return labels[int(v)]
	default:
		return v
	}
}

func databaseType(t result.Type) string {
	switch t {
	case result.Integer:
		return "BIGINT"
	case result.Boolean:
		return "BOOLEAN"
	case result.Text:
		return "VARCHAR"
	default:
		return "DOUBLE"
	}
}

// unused gives names that none of the columns that are there has.
func unused(columns, there []result.Column) []result.Column {
	out := slices.Clone(columns)
	for j := range out {
		taken := func(name string) bool {
			same := func(c result.Column) bool { return strings.EqualFold(c.Name, name) }
			return slices.ContainsFunc(there, same) || slices.ContainsFunc(out[:j], same)
		}
		for n := 2; taken(out[j].Name); n++ {
			out[j].Name = fmt.Sprintf("%s_%d", columns[j].Name, n)
		}
	}
	return out
}
