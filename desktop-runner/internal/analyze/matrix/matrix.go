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
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// defaultBytes is how large a matrix may be where the owner set no memory limit.
const defaultBytes = 512 << 20

// Matrix says what complete rows are read as a matrix: Rows × Columns numbers, all
// of them finite.
type Matrix struct {
	Columns []result.Column
	Rows    int
	// Dropped counts the rows that were left out because a number was missing or
	// not finite.
	Dropped int64
}

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

// largest leaves room for the sum of the squares of as many numbers as fit in
// any memory.
const largest = 1e145

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

// Load reads the complete rows as Columnwise does, and says how many there are and
// were left out. The error is an operation_failed fault where a number is too large
// to be squared and added up.
func Load(ctx context.Context, s *step.Step, columns []result.Column, beside int) ([][]float64, *Matrix, error) {
	numbers, err := Columnwise(ctx, s, columns, true, beside)
	if err != nil {
		return nil, nil, err
	}
	m := &Matrix{Columns: columns, Rows: len(numbers[0]), Dropped: s.Rows - int64(len(numbers[0]))}
	for _, column := range numbers {
		for _, x := range column {
			if math.Abs(x) > largest {
				return nil, nil, tooLarge("matrix.Load")
			}
		}
	}
	return numbers, m, nil
}

func tooLarge(op string) error {
	return fault.New(op, fault.Invalid, string(task.OperationFailed),
		"a number in the data is too large to calculate with; filter such rows out, or leave the column out")
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

// Support gives the column in which the fewest complete rows differ from all the
// others, which agree, and that number.
func Support(ctx context.Context, s *step.Step, columns, complete []result.Column) (rows int64, name string, err error) {
	for i, c := range columns {
		n, err := Varied(ctx, s, c, complete)
		if err != nil {
			return 0, "", err
		}
		if i == 0 || n < rows {
			rows, name = n, c.Name
		}
	}
	return rows, name, nil
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

// Judge asks the policy about a model of the matrix's columns, and completes its
// support. Call it before any error about the rows themselves: that there are
// few, or that they are all alike, is not to be told of a few rows.
func Judge(ctx context.Context, s *step.Step, columns []result.Column, model *finding.Fit) (err error) {
	if s.SingleRowsMayShow {
		return nil
	}
	if err := s.Judge(*model); err != nil {
		return err
	}
	if model.Support, model.SupportOf, err = Support(ctx, s, columns, columns); err != nil {
		return err
	}
	return s.Judge(*model)
}

// Counts gives the metrics that say how many rows a model used, and that they
// are the parts of all rows.
func (m *Matrix) Counts() ([]finding.Metric, finding.Split) {
	used, dropped := float64(m.Rows), float64(m.Dropped)
	return []finding.Metric{
		{Name: "rows", Value: used + dropped, Basis: finding.Count()},
		{Name: "rows_used", Value: used, Basis: finding.Count()},
		{Name: "rows_dropped", Value: dropped, Basis: finding.Remainder()},
	}, finding.Split{Total: "rows", Parts: []string{"rows_used", "rows_dropped"}, Keep: "rows_used"}
}

// Write writes all rows with further columns of numbers, which the rows of the
// matrix have, as the task's output; see step.WriteWith.
func (m *Matrix) Write(ctx context.Context, s *step.Step, columns []result.Column, fill func(i int64, into []float64)) (*finding.Output, error) {
	kept := ""
	if m.Dropped > 0 {
		kept = Complete(m.Columns)
	}
	out, _, err := s.WriteWith(ctx, columns, nil, kept, fill)
	if err != nil {
		return nil, err
	}
	out.Apart = m.Dropped
	return out, nil
}

// Notes says that rows were left out, if they were.
func (m *Matrix) Notes() []string {
	if m.Dropped == 0 {
		return nil
	}
	return []string{"{rows_dropped} rows were left out because a number was missing or not finite."}
}

func double(c result.Column) string { return "CAST(" + engine.Identifier(c.Name) + " AS DOUBLE)" }

func doubles(columns []result.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = double(c)
	}
	return strings.Join(out, ", ")
}
