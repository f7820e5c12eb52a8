// Package database reads tables of PostgreSQL, MySQL (and MariaDB) and SQLite. It
// knows their SQL and their types; what it gives are the types and values of
// package result. A table is read in one transaction that sees one state of it
// and can change nothing.
//
// The process that reads cannot open a connection any more: Dial makes them
// before it is locked in. What a question needs of a table, such as a condition,
// is asked of the database only as far as it can be trusted to answer as the
// engine would; see condition.go.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Column is a column of a table, and how it is read and compared.
type Column struct {
	result.Column
	// read is an expression whose values take makes ours.
	read    string
	take    func(any) (any, error)
	compare comparison
	// note says of the column what a reader of results should know.
	note string
}

// Table is an open table. Its methods must not be called concurrently.
type Table struct {
	// Columns are those that may be read.
	Columns []Column
	// Ordered means that rows come in the order of a key, the same each time.
	Ordered bool

	dialect dialect
	pool    *sql.DB
	conn    *sql.Conn
	control *control
	limit   time.Duration
	from    string
	order   string
	tell    func(statement string)
}

// dialect is what is particular to one kind of database.
type dialect interface {
	// open gives a pool that uses the table's lines, for reading and for control.
	open(t plan.Table, path string) (reading, controlling *sql.DB, err error)
	// begin starts a transaction that reads one state, and gives what stop needs to
	// end what it runs. Statements end after limit, where that is not zero.
	begin(ctx context.Context, conn *sql.Conn, limit time.Duration) (id any, err error)
	// stop is the statement that ends what the session with an id runs.
	stop(id any) (statement string, args []any)
	// look finds the table, its columns and its key.
	look(ctx context.Context, conn *sql.Conn, t plan.Table) (found, error)
	// size gives a statement that estimates the number of rows without counting
	// them, and says otherwise by what a change shows; both may be missing (NULL).
	size(f found) (statement string, args []any)
	quote(name string) string
	// place stands for the bound value number n, from 1.
	place(n int) string
	// sum adds whole numbers up, however large the sum, and gives it as text; empty
	// where the database cannot.
	sum(x string) string
	// textual compares text for contains, starts_with and ends_with, byte by byte.
	textual(op operation.Op, text, place string) string
	// explain says what an error means; the zero trouble where it does not know.
	explain(err error) trouble
}

// found is what a database says of a table.
type found struct {
	columns []Column
	key     []string
	// from names the table in a statement; id is what the dialect knows it by.
	from string
	id   any
}

func dialectOf(kind plan.DatabaseKind) (dialect, error) {
	switch kind {
	case plan.PostgreSQL:
		return postgresql{}, nil
	case plan.MySQL:
		return mysqlDialect{}, nil
	case plan.SQLite:
		return sqlite{}, nil
	default:
		return nil, fmt.Errorf("no database of the kind %q", kind)
	}
}

// Options are what Open may be told; the zero value is fine.
type Options struct {
	// Limit ends each statement on the server; none when zero.
	Limit time.Duration
	// Tell gets every statement that is sent, with places for its values. It is
	// for the owner of the computer.
	Tell func(statement string)
}

// Open connects and looks at the table; path is the file of SQLite's. Close it
// after use. Errors are of type *Error, or the context's.
func Open(ctx context.Context, t plan.Table, path string, o Options) (*Table, error) {
	d, err := dialectOf(t.Connection.Kind)
	if err != nil {
		return nil, err
	}
	out := &Table{dialect: d, limit: o.Limit, tell: o.Tell}
	if out.tell == nil {
		out.tell = func(string) {}
	}
	if err := out.connect(ctx, t, path); err != nil {
		out.Close()
		return nil, out.wrong(ctx, err)
	}
	return out, nil
}

func (t *Table) connect(ctx context.Context, table plan.Table, path string) error {
	reading, controlling, err := t.dialect.open(table, path)
	if err != nil {
		return err
	}
	t.pool = reading
	if t.conn, err = reading.Conn(ctx); err != nil {
		return errors.Join(err, closeOf(controlling))
	}
	id, err := t.dialect.begin(ctx, t.conn, t.limit)
	if err != nil {
		return errors.Join(err, closeOf(controlling))
	}
	if t.control, err = newControl(ctx, controlling, t.dialect, id); err != nil {
		return err
	}
	return t.look(ctx, table)
}

func closeOf(pool *sql.DB) error {
	if pool == nil {
		return nil
	}
	return pool.Close()
}

func (t *Table) look(ctx context.Context, table plan.Table) error {
	defer t.control.guard(ctx)()
	f, err := t.dialect.look(ctx, t.conn, table)
	if err != nil {
		return err
	}
	seen := map[string]string{}
	for _, c := range f.columns {
		lower := strings.ToLower(c.Name)
		if other, twice := seen[lower]; twice {
			return &Error{Sentence: fmt.Sprintf("the columns %q and %q differ only in letter case; share a view that names them otherwise", other, c.Name)}
		}
		seen[lower] = c.Name
	}
	t.Columns, t.from, t.Ordered = f.columns, f.from, len(f.key) > 0
	if t.Ordered {
		t.order = " ORDER BY " + strings.Join(f.key, ", ")
	}
	t.control.found = f
	return nil
}

// Close ends the transaction and the connections.
func (t *Table) Close() {
	if t.control != nil {
		t.control.close()
	}
	if t.conn != nil {
		_ = t.conn.Close()
	}
	if t.pool != nil {
		_ = t.pool.Close()
	}
}

// Notes says of columns how their values are taken.
func (t *Table) Notes() []string {
	var out []string
	for _, c := range t.Columns {
		if c.note != "" {
			out = append(out, fmt.Sprintf("Column %q %s.", c.Name, c.note))
		}
	}
	if !t.Ordered {
		out = append(out, "The rows have no key that puts them in order, so what depends on their order may come out otherwise another time.")
	}
	return out
}

// Count counts the rows.
func (t *Table) Count(ctx context.Context) (int64, error) {
	rows, err := t.rows(ctx, 1, "SELECT count(*) FROM "+t.from)
	if err != nil {
		return 0, err
	}
	return whole(rows[0][0]), nil
}

// Size estimates the number of rows where that is cheaper than to count them;
// rows is negative where it is not known. State changes when the table does,
// as far as the database tells.
func (t *Table) Size(ctx context.Context) (rows int64, state string, err error) {
	statement, args := t.dialect.size(t.control.found)
	if statement == "" {
		return -1, "", nil
	}
	got, err := t.rows(ctx, 2, statement, args...)
	if err != nil || len(got) == 0 {
		return -1, "", err
	}
	rows = -1
	if got[0][0] != nil {
		rows = whole(got[0][0])
	}
	return rows, text(got[0][1]), nil
}

// Request says which rows and columns to read.
type Request struct {
	// Columns are positions in Table.Columns.
	Columns []int
	// Where leaves out rows that cannot meet it. Rows that do not meet it may come
	// all the same: whoever asks applies it again.
	Where *operation.Where
	// Limit is how many rows come at most; all when nil.
	Limit *int64
}

// Read hands over the rows, in the order of the table's key. The slice is reused.
// It stops at take's first error and gives it back as it is.
func (t *Table) Read(ctx context.Context, r Request, take func(row []any) error) error {
	text, args := t.statement(r)
	columns := make([]Column, len(r.Columns))
	for i, at := range r.Columns {
		columns[i] = t.Columns[at]
	}
	out := make([]any, len(columns))
	return t.each(ctx, len(columns), func(row []any) error {
		for i, c := range columns {
			if row[i] == nil {
				out[i] = nil
				continue
			}
			v, err := c.take(row[i])
			if err != nil {
				return &Error{Sentence: fmt.Sprintf("the column %q has a value that is no %s; the type of the column may have changed meanwhile, so try again", c.Name, c.Type)}
			}
			out[i] = v
		}
		return take(out)
	}, text, args...)
}

func (t *Table) statement(r Request) (text string, args []any) {
	list := make([]string, len(r.Columns))
	for i, at := range r.Columns {
		list[i] = t.Columns[at].read
	}
	if len(list) == 0 {
		list = []string{"NULL"}
	}
	text = "SELECT " + strings.Join(list, ", ") + " FROM " + t.from
	if r.Where != nil {
		if condition, values, ok := t.condition(*r.Where); ok {
			text, args = text+" WHERE "+condition, values
		}
	}
	text += t.order
	if r.Limit != nil {
		text += fmt.Sprintf(" LIMIT %d", *r.Limit)
	}
	return text, args
}

// rows gives all rows of a short answer.
func (t *Table) rows(ctx context.Context, columns int, text string, args ...any) ([][]any, error) {
	var out [][]any
	err := t.each(ctx, columns, func(row []any) error {
		out = append(out, append([]any(nil), row...))
		return nil
	}, text, args...)
	return out, err
}

// each runs a statement and makes sure that the server stops it when ctx ends.
func (t *Table) each(ctx context.Context, columns int, take func(row []any) error, text string, args ...any) error {
	t.tell(text)
	defer t.control.guard(ctx)()
	err := eachRow(ctx, t.conn, columns, take, text, args...)
	return t.wrong(ctx, err)
}

// querier is a connection or a prepared statement's home.
type querier interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// eachRow prepares a statement, because MySQL sends numbers of a prepared one in
// full, and hands over its rows.
func eachRow(ctx context.Context, conn querier, columns int, take func(row []any) error, text string, args ...any) error {
	prepared, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer prepared.Close()
	rows, err := prepared.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	row, into := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := take(row[:max(columns, 0)]); err != nil {
			return &takeError{err}
		}
	}
	return rows.Err()
}

// takeError carries an error of whoever takes the rows past those of the database.
type takeError struct{ error }

func (e *takeError) Unwrap() error { return e.error }
