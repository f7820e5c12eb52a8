// Package matrix reads columns of numbers into memory for the models: which
// columns are suitable, which rows are complete, and whether they fit.
package matrix

import (
	"context"
	"fmt"
	"math"
	"strings"

	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// defaultBytes is how large a matrix may be where the owner set no memory limit.
const defaultBytes = 512 << 20

// Features finds the columns to learn from: those that are named, or every
// column of numbers but the one to leave out. The error is an invalid_params
// fault that lists the columns that would do.
func Features(rel *source.Relation, names []string, leaveOut string, model string) ([]result.Column, error) {
	if len(names) == 0 {
		var out []result.Column
		for _, c := range rel.Columns {
			if c.Type.Numeric() && c.Name != leaveOut {
				out = append(out, c)
			}
		}
		if len(out) == 0 {
			return nil, bad("params.features", "%s has no column of numbers to learn from", rel.Dataset)
		}
		return out, nil
	}
	columns, err := rel.Pick("params.features", names)
	if err != nil {
		return nil, err
	}
	for i, c := range columns {
		if !c.Type.Numeric() && c.Type != result.Boolean {
			return nil, bad(fmt.Sprintf("params.features[%d]", i), "%s is not a column of numbers, which %s learns from; %s", c.Name, model, numeric(rel))
		}
	}
	return columns, nil
}

// Target finds the column to explain. The error is an invalid_params fault that
// lists the columns that would do.
func Target(rel *source.Relation, name, model string) (result.Column, error) {
	c, err := rel.Column("params.target", name)
	if err == nil && !c.Type.Numeric() {
		return c, bad("params.target", "%s is not a column of numbers, which %s explains; %s", name, model, numeric(rel))
	}
	return c, err
}

func numeric(rel *source.Relation) string {
	var names []string
	for _, c := range rel.Columns {
		if c.Type.Numeric() {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return "there is none in " + rel.Dataset
	}
	return "those are: " + strings.Join(names, ", ")
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("matrix", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// Columnwise reads columns of numbers, each by itself, in the order of the file:
// the rows that are complete, or every row, with NaN where a number is missing
// or not finite. It asks for room for as many numbers beside them as beside
// columns have; the error is an out_of_memory fault where all this is more than
// half of what the owner allows.
func Columnwise(ctx context.Context, s *step.Step, columns []result.Column, complete bool, beside int) ([][]float64, error) {
	from := " FROM " + s.Relation.From
	if complete {
		from += " WHERE " + Complete(columns)
	}
	counted, err := s.DB.Rows(ctx, "SELECT count(*)"+from)
	if err != nil {
		return nil, err
	}
	rows, _ := counted[0][0].(int64)
	if err := room(s, rows, len(columns), beside); err != nil {
		return nil, err
	}
	out := make([][]float64, len(columns))
	for j := range out {
		out[j] = make([]float64, 0, rows)
	}
	err = s.DB.Each(ctx, func(row []any) error {
		for j, cell := range row {
			x, ok := cell.(float64)
			if !ok || math.IsInf(x, 0) {
				x = math.NaN()
			}
			out[j] = append(out[j], x)
		}
		return nil
	}, "SELECT "+doubles(columns)+from)
	return out, err
}

func room(s *step.Step, rows int64, columns, beside int) error {
	most := s.MemoryBytes / 2
	if s.MemoryBytes <= 0 {
		most = defaultBytes
	}
	if rows <= most/8/int64(columns+beside) {
		return nil
	}
	return fault.New("matrix.room", fault.TooLarge, string(task.OutOfMemory),
		"%d columns of this many rows need more memory than the owner of this computer allows for a model; use fewer columns, or filter the rows first", columns)
}

// Complete is the condition that a row has a finite number in every column.
func Complete(columns []result.Column) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = "coalesce(isfinite(" + double(c) + "), false)"
	}
	return strings.Join(parts, " AND ")
}

// Varied gives varied.Count of the complete rows of a column.
func Varied(ctx context.Context, s *step.Step, c result.Column, complete []result.Column) (int64, error) {
	got, err := s.DB.Rows(ctx, "SELECT coalesce(sum(n), 0)::BIGINT, coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM "+s.Relation.From+
		" WHERE "+Complete(complete)+" GROUP BY "+double(c)+")")
	if err != nil {
		return 0, err
	}
	total, _ := got[0][0].(int64)
	most, _ := got[0][1].(int64)
	return varied.Of(total, most), nil
}

func double(c result.Column) string { return "CAST(" + engine.Identifier(c.Name) + " AS DOUBLE)" }

func doubles(columns []result.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = double(c)
	}
	return strings.Join(out, ", ")
}
