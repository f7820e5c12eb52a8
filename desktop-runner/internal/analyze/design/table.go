// Package design turns columns of the data into the numbers that a model learns
// from: missing values are filled in, categories become columns of zeros and
// ones, and numbers are scaled. A Recipe is learned from the training rows alone
// and applied to any others, also on another computer.
package design

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxLevels is how many different texts of a column are told apart; what is less
// frequent counts as Rare.
const maxLevels = 1000

// Codes of categories that are no place in Column.Levels.
const (
	// Missing is a value that is not there, Rare one of those that were not told
	// apart.
	Missing int32 = -1
	Rare    int32 = -2
)

// Table is columns in memory, in the order of the file.
type Table struct {
	Rows    int
	Columns []Column
}

// Column is one column of a table: numbers (truth values are 0 and 1), or categories.
type Column struct {
	result.Column
	// Numbers has NaN where one is missing or not finite; nil for categories.
	Numbers []float64
	// Codes are places in Levels, Missing or Rare; nil for numbers.
	Codes  []int32
	Levels []string
}

// Categorical reports whether columns of a type become categories.
func Categorical(t result.Type) bool { return t == result.Text }

// Suitable reports whether a model can learn from columns of a type.
func Suitable(t result.Type) bool { return t.Numeric() || t == result.Boolean || Categorical(t) }

// Column finds one by its name, which is there.
func (t *Table) Column(name string) *Column {
	return &t.Columns[slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })]
}

// Read reads columns into memory: eight bytes for each number, four for each
// category. The error is an out_of_memory fault where that, and as much again
// for what a model makes of them, is more than half of what the owner allows.
func Read(ctx context.Context, s *step.Step, columns []result.Column) (*Table, error) {
	if err := room(s, s.Rows, len(columns)); err != nil {
		return nil, err
	}
	t := &Table{Rows: int(s.Rows), Columns: make([]Column, len(columns))}
	places := make([]map[string]int32, len(columns))
	for j, c := range columns {
		t.Columns[j].Column = c
		if !Categorical(c.Type) {
			t.Columns[j].Numbers = make([]float64, 0, s.Rows)
			continue
		}
		levels, err := levels(ctx, s, c)
		if err != nil {
			return nil, err
		}
		places[j] = make(map[string]int32, len(levels))
		for i, level := range levels {
			places[j][level] = int32(i)
		}
		t.Columns[j].Levels, t.Columns[j].Codes = levels, make([]int32, 0, s.Rows)
	}
	err := s.DB.Stream(ctx, func(row []engine.Value) error {
		for j, cell := range row {
			t.Columns[j].add(cell, places[j])
		}
		return nil
	}, "SELECT "+selected(columns)+" FROM "+s.Relation.From)
	return t, err
}

func (c *Column) add(cell any, places map[string]int32) {
	if places == nil {
		x, ok := cell.(float64)
		if !ok || math.IsInf(x, 0) {
			x = math.NaN()
		}
		c.Numbers = append(c.Numbers, x)
		return
	}
	code := Missing
	if text, ok := cell.(string); ok {
		if code, ok = places[text]; !ok {
			code = Rare
		}
	}
	c.Codes = append(c.Codes, code)
}

// levels gives the most frequent texts of a column, in their own order.
func levels(ctx context.Context, s *step.Step, c result.Column) ([]string, error) {
	rows, err := s.DB.Rows(ctx, "SELECT "+value(c)+" AS v FROM "+s.Relation.From+" WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT ?", maxLevels)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(rows))
	for _, row := range rows {
		if text, ok := row[0].(string); ok {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out, nil
}

// value is a column as it is read. A time counts in seconds.
func value(c result.Column) string {
	switch c.Type {
	case result.Text:
		return engine.Identifier(c.Name)
	case result.Date, result.Timestamp:
		return "epoch_us(CAST(" + engine.Identifier(c.Name) + " AS TIMESTAMP))::DOUBLE / 1e6"
	default:
		return "CAST(" + engine.Identifier(c.Name) + " AS DOUBLE)"
	}
}

func selected(columns []result.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = value(c)
	}
	return strings.Join(out, ", ")
}

// defaultBytes is how large tables may be where the owner set no memory limit.
const defaultBytes = 1 << 30

func room(s *step.Step, rows int64, columns int) error {
	most := s.MemoryBytes / 2
	if s.MemoryBytes <= 0 {
		most = defaultBytes
	}
	// Once as they are read, and once as the model gets them.
	if rows <= most/16/int64(max(columns, 1)) {
		return nil
	}
	return fault.New("design.room", fault.TooLarge, string(task.OutOfMemory),
		"%d columns of this many rows need more memory than the owner of this computer allows for a model; use fewer columns, or filter the rows first", columns)
}

// maxDistinct is how many different texts a column may have that nobody named:
// beyond it they are rather names or remarks than categories.
const maxDistinct = 50

// Choose finds the columns to learn from: those that are named, or every one of
// numbers, of truth values and of categories but those to leave out. Skipped are
// those with too many different texts. The error is an invalid_params fault that
// lists the columns that would do.
func Choose(ctx context.Context, s *step.Step, names, leaveOut []string) (chosen []result.Column, skipped []string, err error) {
	if len(names) > 0 {
		chosen, err = s.Relation.Pick("params.features", names)
		for i, c := range chosen {
			if !Suitable(c.Type) {
				return nil, nil, bad(fmt.Sprintf("params.features[%d]", i), "%s is a column of type %s, from which no model learns; %s", c.Name, c.Type, suitable(s.Relation))
			}
		}
		return chosen, nil, err
	}
	for _, c := range s.Relation.Columns {
		if !Suitable(c.Type) || slices.Contains(leaveOut, c.Name) {
			continue
		}
		if Categorical(c.Type) {
			distinct, err := s.DB.Rows(ctx, "SELECT count(DISTINCT "+value(c)+") FROM "+s.Relation.From)
			if err != nil {
				return nil, nil, err
			}
			if n, _ := distinct[0][0].(int64); n > maxDistinct {
				skipped = append(skipped, c.Name)
				continue
			}
		}
		chosen = append(chosen, c)
	}
	if len(chosen) == 0 {
		return nil, nil, bad("params.features", "%s has no column to learn from beside the target", s.Relation.Dataset)
	}
	return chosen, skipped, nil
}

func suitable(rel *source.Relation) string {
	var names []string
	for _, c := range rel.Columns {
		if Suitable(c.Type) {
			names = append(names, c.Name)
		}
	}
	return "those that do are: " + strings.Join(names, ", ")
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("design", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// Take copies some rows into a table of their own.
func (t *Table) Take(rows []int) *Table {
	out := &Table{Rows: len(rows), Columns: make([]Column, len(t.Columns))}
	for j, c := range t.Columns {
		out.Columns[j] = c.take(rows)
	}
	return out
}

// Shuffled is the table with the values of one column in another order; all
// other columns share its memory.
func (t *Table) Shuffled(column string, order []int) *Table {
	out := &Table{Rows: t.Rows, Columns: slices.Clone(t.Columns)}
	*out.Column(column) = t.Column(column).take(order)
	return out
}

func (c *Column) take(rows []int) Column {
	out := *c
	if c.Codes != nil {
		out.Codes = make([]int32, len(rows))
		for k, i := range rows {
			out.Codes[k] = c.Codes[i]
		}
		return out
	}
	out.Numbers = make([]float64, len(rows))
	for k, i := range rows {
		out.Numbers[k] = c.Numbers[i]
	}
	return out
}
