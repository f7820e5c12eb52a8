package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// engineTypes are those in which values of a database come.
var engineTypes = map[result.Type]string{
	result.Integer: "BIGINT", result.Float: "DOUBLE", result.Boolean: "BOOLEAN", result.Text: "VARCHAR",
	result.Date: "DATE", result.Timestamp: "TIMESTAMP", result.Time: "TIME",
}

// openTable reads a table of a database into the engine: what is asked for, and
// at worst more.
func openTable(ctx context.Context, db *engine.DB, index int, dataset string, file plan.File, limits plan.Limits, request Request) (*Relation, error) {
	t, err := database.Open(ctx, *file.Table, file.Path, database.Options{Limit: limits.Timeout, Tell: request.Tell})
	if err != nil {
		return nil, tableFault(dataset, err)
	}
	defer t.Close()
	total, err := t.Count(ctx)
	if err != nil {
		return nil, tableFault(dataset, err)
	}
	if rel, err := openGroups(ctx, db, t, index, dataset, file, request); rel != nil || err != nil {
		if rel != nil {
			rel.Rows = &total
		}
		return rel, err
	}
	read := database.Request{Columns: chosen(t.Columns, request), Where: request.Where, Limit: request.Limit}
	if len(file.Reading.Types) > 0 {
		// The owner's types are made of all values, and compared as those.
		read.Where = nil
	}
	return openRows(ctx, db, t, index, dataset, file, request, read, total)
}

// openRows reads rows of a table.
func openRows(ctx context.Context, db *engine.DB, t *database.Table, index int, dataset string, file plan.File, request Request, read database.Request, total int64) (*Relation, error) {
	sort := request.Repeatable && !t.Ordered
	if sort {
		read.Limit = nil
	}
	rel := &Relation{Dataset: dataset, From: engine.Identifier(fmt.Sprintf("input%d", index)), Notes: t.Notes(), Rows: &total}
	rows := fmt.Sprintf("rows%d", index)
	columns := make([]column, len(read.Columns))
	fields := make([]field, len(read.Columns))
	for i, at := range read.Columns {
		c := t.Columns[at].Column
		columns[i] = column{Column: c, expression: engine.Identifier(c.Name)}
		fields[i] = field{c.Name, engineTypes[c.Type]}
	}
	if err := (&reader{dataset: dataset, file: file}).overrideTypes(columns); err != nil {
		return nil, err
	}
	copied := func(take func([]any) error) error { return t.Read(ctx, read, take) }
	if err := fill(ctx, db, rows, fields, copied, total); err != nil {
		return nil, tableFault(dataset, err)
	}
	rel.Columns = plain(columns)
	from := engine.Identifier(rows)
	if sort {
		from += " ORDER BY ALL"
	}
	kind := "VIEW"
	if sort || len(file.Reading.Types) > 0 {
		// Sorted and cast once, and a value that does not fit is found here.
		kind = "TABLE"
	}
	_, err := db.Exec(ctx, "CREATE "+kind+" "+rel.From+" AS SELECT "+expressions(columns)+" FROM "+from)
	if engine.KindOf(err) == engine.Unreadable {
		err = (&reader{dataset: dataset}).unreadable("a value does not fit the type that was set for its column; correct it or set another type")
	}
	return rel, err
}

// field is a column of a table of the engine's, with its type there.
type field struct{ name, is string }

// fill makes a table of the engine's and copies rows from the database to it.
func fill(ctx context.Context, db *engine.DB, into string, fields []field, read func(take func([]any) error) error, total int64) error {
	const every = 10_000
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = engine.Identifier(f.name) + " " + f.is
	}
	if _, err := db.Exec(ctx, "CREATE TABLE "+engine.Identifier(into)+" ("+strings.Join(list, ", ")+")"); err != nil {
		return err
	}
	done, values := int64(0), make([]engine.Value, len(fields))
	return db.Append(ctx, into, func(add func([]engine.Value) error) error {
		return read(func(row []any) error {
			if done++; done%every == 0 && total > 0 {
				db.Appended(min(float64(done)/float64(total), 1))
			}
			for i, v := range row {
				values[i] = v
			}
			return add(values)
		})
	})
}

// chosen gives the places of columns by name, in the table's order; of all where
// the names are not all columns. A table of the engine needs one at least.
func chosen(columns []database.Column, request Request) []int {
	var all, some []int
	named := 0
	for i, c := range columns {
		all = append(all, i)
		is := slices.Contains(request.Columns, c.Name)
		if is {
			named++
		}
		if is || slices.ContainsFunc(request.Also, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			some = append(some, i)
		}
	}
	switch {
	case request.Columns == nil || named < len(unique(request.Columns)):
		return all
	case len(some) == 0:
		return all[:1]
	default:
		return some
	}
}

func unique(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// inspectTime bounds the counting of rows of a table that is only looked at.
const inspectTime = 30 * time.Second

// inspectTable looks at a table of a database for the owner.
func inspectTable(ctx context.Context, file plan.File, limits plan.Limits) (Description, error) {
	const name = "the table"
	statementLimit := inspectTime
	if limits.Timeout > 0 {
		statementLimit = min(statementLimit, limits.Timeout)
	}
	t, err := database.Open(ctx, *file.Table, file.Path, database.Options{Limit: statementLimit})
	if err != nil {
		return Description{}, tableFault(name, err)
	}
	defer t.Close()
	out := Description{Format: plan.DatabaseTable, Notes: t.Notes(), Guess: string(file.Table.Connection.Kind)}
	var columns []column
	for _, c := range t.Columns {
		columns = append(columns, column{Column: c.Column})
	}
	if err := (&reader{dataset: name, file: file}).overrideTypes(columns); err != nil {
		return Description{}, err
	}
	out.Columns = plain(columns)
	if len(out.Columns) > maxColumns {
		return Description{}, (&reader{dataset: name}).unreadable(tooWide(len(out.Columns)).Error())
	}
	rows, state, err := t.Size(ctx)
	if err == nil && rows < 0 {
		rows, err = t.Count(ctx)
	}
	switch timedOut := (*database.Error)(nil); {
	case err == nil:
		out.Rows = &rows
	case !errors.As(err, &timedOut) || !timedOut.TimedOut:
		return Description{}, tableFault(name, err)
	}
	out.State = state
	if rows >= 0 {
		out.State += fmt.Sprintf("/%d", rows)
	}
	return out, nil
}

// tableFault makes a fault of a database's error; others stay as they are.
func tableFault(dataset string, err error) error {
	known, ok := errors.AsType[*database.Error](err)
	if !ok {
		return err
	}
	f := &fault.Error{Op: "source.Open", Kind: fault.Invalid, Code: string(task.SourceUnreadable), Message: dataset + ": " + known.Sentence, Err: known}
	switch {
	case known.TimedOut:
		f.Code = string(task.Timeout)
	case known.Away:
		f.Kind = fault.Unavailable
	}
	return f
}

// Connect makes the connections that a dataset needs, before this process is
// locked in. The error is a fault like those of Open.
func Connect(ctx context.Context, dataset string, file *plan.File) error {
	if file.Table == nil {
		return nil
	}
	if err := database.Dial(ctx, file.Table); err != nil {
		return tableFault(dataset, err)
	}
	return nil
}
