// Package source turns a data file into a relation of the engine: it finds the
// format, the dialect and the types, and is strict about files that are not
// what they seem. DuckDB's own detection is generous: it reads a file with
// ragged lines as one wide text column, and skips lines until something fits.
// Here such a file fails, with the line that is wrong.
package source

import (
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Relation is a data file as a table of the engine.
type Relation struct {
	// Dataset is how people know the data.
	Dataset string
	// Columns are those of the file, with values normalized: NaN is missing,
	// integers fit in 64 bits, what has no type of ours is text.
	Columns []result.Column
	// From names the relation in a statement, quoted.
	From string
	// Notes say of columns what could not be decided.
	Notes []string
	// Protected means that the owner shares these rows as summaries only.
	Protected bool
	// Rows is how many the dataset has, of which the relation may have a part only
	// where no others were asked for; nil where nobody has counted them.
	Rows *int64
	// Groups is set where the rows are groups; Columns then has their keys alone.
	Groups *Groups

	// reader is set where the file is read while the operation runs.
	reader *reader
}

// Groups says that the rows of a relation are groups of rows, which a database
// made. Several may have the same keys.
type Groups struct {
	// Size names the column with how many rows are in each, and Parts those with
	// the numbers that were asked for, in that order. They are not among Columns.
	Size  string
	Parts []result.Column
}

// Grouping is what rows are grouped by, and what is calculated of each group.
type Grouping struct {
	Keys       []string
	Aggregates []operation.Aggregate
}

// Request says what an operation reads of a dataset, so that a database sends no
// more than that; a file has all of it in any case. The zero value is everything.
type Request struct {
	// Columns are the names of those that are read; all when nil. A name that is
	// none makes it all of them, so that the error about it is the usual one.
	Columns []string
	// Also are further ones, in any letter case, which need not be there.
	Also []string
	// Where leaves out rows that do not meet it. Some of them may come all the
	// same: the operation has to apply it.
	Where *operation.Where
	// Group asks for groups instead of rows, where they can be had without a change
	// of the answer; see Relation.Groups.
	Group *Grouping
	// Limit is how many rows are read, from the first on; all when nil.
	Limit *int64
	// Repeatable means that the answer depends on the order of the rows.
	Repeatable bool
	// Tell gets what a database was asked, for the owner; it may be nil.
	Tell func(statement string)
}

// InFileOrder is an expression that numbers a relation's rows in the order of
// the file; it stands in the SELECT that reads the relation, and nowhere deeper.
const InFileOrder = "row_number() OVER ()"

// Names lists the columns' names.
func (r *Relation) Names() []string { return NamesOf(r.Columns) }

// Column finds a column by its exact name: DuckDB would ignore letter case, and
// a task that works by luck here would fail on the next computer. The error is
// an invalid_params fault at path that offers the nearest name.
func (r *Relation) Column(path, name string) (result.Column, error) {
	i := slices.IndexFunc(r.Columns, func(c result.Column) bool { return c.Name == name })
	if i < 0 {
		return result.Column{}, fault.BadFields("source.Column", string(task.InvalidParams),
			operation.UnknownName(path, "column of "+r.Dataset, name, r.Names()))
	}
	return r.Columns[i], nil
}

// Pick finds several columns, in the order given; all columns when names is
// empty. Paths of errors are path[i].
func (r *Relation) Pick(path string, names []string) ([]result.Column, error) {
	if len(names) == 0 {
		return r.Columns, nil
	}
	out := make([]result.Column, len(names))
	for i, name := range names {
		c, err := r.Column(fmt.Sprintf("%s[%d]", path, i), name)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// List writes columns for a SELECT.
func List(columns []result.Column) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = engine.Identifier(c.Name)
	}
	return strings.Join(quoted, ", ")
}

// Cells writes columns for a SELECT whose rows are cells of a result: bool,
// int64, float64 or text. Dates and times are ISO 8601.
func Cells(columns []result.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = Cell(c) + " AS " + engine.Identifier(c.Name)
	}
	return strings.Join(out, ", ")
}

// Cell writes one column as Cells does, without a name.
func Cell(c result.Column) string {
	name := engine.Identifier(c.Name)
	switch c.Type {
	case result.Integer:
		return "CAST(" + name + " AS BIGINT)"
	case result.Float:
		return "CAST(" + name + " AS DOUBLE)"
	case result.Boolean:
		return name
	case result.Timestamp:
		return "replace(CAST(" + name + " AS VARCHAR), ' ', 'T')"
	default:
		return "CAST(" + name + " AS VARCHAR)"
	}
}

// NamesOf lists the names of columns.
func NamesOf(columns []result.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// FreeName gives a name that none of the columns has, whatever its letter case.
func FreeName(columns []result.Column) string {
	longest := 0
	for _, c := range columns {
		longest = max(longest, len(c.Name))
	}
	return strings.Repeat("p", longest+1)
}
