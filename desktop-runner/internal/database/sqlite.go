package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

type sqlite struct{}

// open reads the file as it is and creates nothing. A database that keeps a log
// of writes needs that log; where there is none, nobody writes, and only so can
// such a file be read without making one.
func (sqlite) open(_ plan.Table, path string) (reading, controlling *sql.DB, err error) {
	values := url.Values{"mode": {"ro"}, "readonly_shm": {"1"}, "_pragma": {"query_only(1)", "trusted_schema(0)", "temp_store(2)", "busy_timeout(2000)", "cell_size_check(1)"}}
	logged, err := keepsLog(path)
	if err != nil {
		return nil, nil, &Error{Sentence: sentences[fileBroken], detail: err.Error()}
	}
	if logged {
		if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
			values.Set("immutable", "1")
		}
	}
	name := (&url.URL{Scheme: "file", Path: path}).String()
	reading, err = sql.Open("sqlite", name+"?"+values.Encode())
	if err != nil {
		return nil, nil, err
	}
	reading.SetMaxOpenConns(1)
	return reading, nil, nil
}

// Bytes 18 and 19 of a database are 2 where it keeps a log of writes (WAL); see
// "The Database File Format" of SQLite.
const (
	headerBytes = 20
	writesLog   = 2
)

var sqliteMagic = []byte("SQLite format 3\x00")

func keepsLog(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	header := make([]byte, headerBytes)
	if _, err := f.ReadAt(header, 0); err != nil || !bytes.HasPrefix(header, sqliteMagic) {
		return false, errors.Join(errors.New("the file is no SQLite database"), err)
	}
	return header[18] == writesLog || header[19] == writesLog, nil
}

func (sqlite) begin(ctx context.Context, conn *sql.Conn, _ time.Duration) (any, error) {
	_, err := conn.ExecContext(ctx, "BEGIN")
	return nil, err
}

func (sqlite) stop(any) (string, []any) { return "", nil }

func (sqlite) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (sqlite) place(n int) string { return fmt.Sprintf("?%d", n) }

func (d sqlite) look(ctx context.Context, conn *sql.Conn, t plan.Table) (found, error) {
	out := found{from: d.quote(t.Name)}
	if t.Schema != "" && t.Schema != "main" {
		return out, &Error{Sentence: "a SQLite database has no schema of that name; leave schema out"}
	}
	out.from = "main." + out.from
	var kind, encoding string
	var withoutRowID bool
	err := conn.QueryRowContext(ctx, "SELECT type, wr FROM pragma_table_list(?1) WHERE schema = 'main' AND type IN ('table', 'view')", t.Name).Scan(&kind, &withoutRowID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return out, &Error{Sentence: sentences[noTable]}
	case err != nil:
		return out, err
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA encoding").Scan(&encoding); err != nil {
		return out, err
	}
	var columns []sqliteColumn
	key := map[int64]string{}
	err = eachRow(ctx, conn, 3, func(row []any) error {
		c := sqliteColumn{name: text(row[0]), declared: strings.ToUpper(text(row[1])), unicode: encoding == "UTF-8"}
		columns = append(columns, c)
		if place := whole(row[2]); place > 0 {
			key[place] = d.quote(c.name)
		}
		return nil
	}, "SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1", t.Name)
	if err != nil {
		return out, err
	}
	switch {
	case kind == "table" && !withoutRowID && !hasColumn(columns, "rowid"):
		out.key = []string{"rowid"}
	default:
		for place := int64(1); key[place] != ""; place++ {
			out.key = append(out.key, key[place])
		}
	}
	return out, d.typed(ctx, conn, &out, columns)
}

func hasColumn(columns []sqliteColumn, name string) bool {
	for _, c := range columns {
		if strings.EqualFold(c.name, name) {
			return true
		}
	}
	return false
}

// sqliteColumn is what the schema says of a column, and what its values are: a
// column of SQLite may hold values of any type.
type sqliteColumn struct {
	name, declared string
	unicode        bool

	integers, reals, texts, blobs, truths, dates int64
}

// typed looks at all values once, since nothing less tells their types. Asking
// SQLite to count them by type takes ten times as long as looking.
func (d sqlite) typed(ctx context.Context, conn *sql.Conn, f *found, columns []sqliteColumn) error {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = plainly(d.quote(c.name))
	}
	err := eachRow(ctx, conn, len(columns), func(row []any) error {
		for i, v := range row {
			columns[i].see(v)
		}
		return nil
	}, "SELECT "+strings.Join(list, ", ")+" FROM "+f.from)
	if err != nil {
		return err
	}
	for _, c := range columns {
		f.columns = append(f.columns, c.column(d.quote(c.name)))
	}
	return nil
}

// plainly reads a column as it is: without the plus the driver would make
// something of its declared type.
func plainly(x string) string { return "+" + x }

// see counts a value by its type.
func (c *sqliteColumn) see(v any) {
	switch v := v.(type) {
	case int64:
		c.integers++
		if v == 0 || v == 1 {
			c.truths++
		}
	case float64:
		c.reals++
	case string:
		// One text that is no date is enough.
		if c.dates == c.texts && len(v) == len(time.DateOnly) {
			if _, err := time.Parse(time.DateOnly, v); err == nil {
				c.dates++
			}
		}
		c.texts++
	case []byte:
		c.blobs++
	default: // missing
	}
}

// column gives the type that all values have; the declared one decides only what
// is true or false and what is a date. Empty columns are what they are declared.
func (c *sqliteColumn) column(x string) Column {
	out := Column{Column: result.Column{Name: c.name}}
	plain := plainly(x)
	as := func(t result.Type, read string, take func(any) (any, error), by comparison) Column {
		out.Type, out.read, out.take, out.compare = t, read, take, by
		return out
	}
	numbers := comparison{equal: x, order: x, exact: x, there: x}
	switch {
	case c.blobs > 0 || c.isEmptyOf("BLOB"):
		out.note = "is binary and read as hexadecimal digits"
		return as(result.Text, "CASE WHEN "+x+" IS NOT NULL THEN lower(hex("+x+")) END", toText, comparison{there: x})
	case c.says("BOOL") && c.areTruths():
		return as(result.Boolean, plain, toBoolean, comparison{equal: x, exact: x, there: x})
	case c.integers > 0 && c.reals+c.texts == 0 || c.isEmptyOf("INT"):
		return as(result.Integer, plain, toInteger, numbers)
	case c.reals > 0 && c.texts == 0 || c.isEmptyOf("REAL", "FLOAT", "DOUBLE", "NUM", "DEC"):
		if c.integers > 0 {
			// Of both it compares whole numbers in full, and the engine does not.
			numbers = comparison{there: x}
		}
		return as(result.Float, plain, toFloat, numbers)
	case c.areDates():
		bytes := x + " COLLATE BINARY"
		return as(result.Date, plain, toMoment(time.DateOnly), comparison{equal: bytes, order: bytes, exact: bytes, there: x})
	case c.integers+c.reals > 0:
		out.note = "has numbers and text, and is read as text"
		return as(result.Text, "CAST("+x+" AS TEXT)", toText, comparison{there: x})
	default:
		return c.textual(out, x)
	}
}

// says reports whether the declared type has one of the words in it.
func (c *sqliteColumn) says(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(c.declared, word) })
}

// areTruths reports whether all values are 0 or 1.
func (c *sqliteColumn) areTruths() bool { return c.truths == c.integers && c.reals+c.texts == 0 }

// areDates reports whether all values are texts like 2020-01-31.
func (c *sqliteColumn) areDates() bool {
	return c.texts > 0 && c.integers+c.reals == 0 && c.dates == c.texts
}

// isEmptyOf reports whether there are no values, and one of the words in the type.
func (c *sqliteColumn) isEmptyOf(words ...string) bool {
	return c.integers+c.reals+c.texts+c.blobs == 0 && c.says(words...)
}

// textual compares bytes, where those are UTF-8.
func (c *sqliteColumn) textual(out Column, x string) Column {
	out.Type, out.read, out.take = result.Text, plainly(x), toText
	out.compare = comparison{equal: x, there: x}
	if c.unicode {
		// The plus keeps a column that prefers numbers from making one of the value.
		bytes := "(+" + x + ") COLLATE BINARY"
		out.compare.exact, out.compare.text = bytes, bytes
	}
	return out
}

func (sqlite) size(found) (string, []any) { return "", nil }

// sum fails in SQLite where it does not fit into 64 bits.
func (sqlite) sum(string) string { return "" }

func (sqlite) textual(op operation.Op, text, place string) string {
	switch op {
	case operation.StartsWith:
		return "(instr(" + text + ", " + place + ") = 1)"
	case operation.EndsWith:
		return "(substr(" + text + ", -max(length(" + place + "), 1)) = " + place + " OR " + place + " = '')"
	default:
		return "(instr(" + text + ", " + place + ") > 0)"
	}
}

var sqliteNoTable = regexp.MustCompile(`no such (table|column)`)

// primaryCode is in the low byte of SQLite's codes; the rest is detail.
const primaryCode = 0xff

func (sqlite) explain(err error) trouble {
	var refused *driver.Error
	if !errors.As(err, &refused) {
		return unknownTrouble
	}
	switch refused.Code() & primaryCode {
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB, codes.SQLITE_READONLY, codes.SQLITE_CANTOPEN, codes.SQLITE_IOERR:
		return fileBroken
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return serverBusy
	case codes.SQLITE_ERROR:
		if sqliteNoTable.MatchString(err.Error()) {
			return noTable
		}
		return unknownTrouble
	default:
		return unknownTrouble
	}
}
