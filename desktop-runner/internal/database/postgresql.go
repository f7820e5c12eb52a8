package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

type postgresql struct{}

func (postgresql) open(t plan.Table, _ string) (reading, controlling *sql.DB, err error) {
	l, err := newLines(t)
	if err != nil {
		return nil, nil, err
	}
	// What is not said here would be taken from the environment, which is empty.
	config, err := pgx.ParseConfig("host=localhost sslmode=disable")
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the connection: %w", err)
	}
	c := t.Connection
	config.Host, config.Port, config.Database, config.User, config.Password = c.Host, uint16(c.Port), c.Database, c.User, string(c.Password)
	if config.TLSConfig, err = protection(t); err != nil {
		return nil, nil, err
	}
	config.Fallbacks = nil
	config.DialFunc = l.dial
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.RuntimeParams = map[string]string{"application_name": "ddap-runner"}
	open := func() *sql.DB {
		pool := stdlib.OpenDB(*config)
		pool.SetMaxOpenConns(1)
		return pool
	}
	return open(), open(), nil
}

// checkInterval is how often PostgreSQL looks whether a client is still there
// while it works; from version 14 on.
const (
	checkInterval     = "500ms"
	firstWithInterval = 140000
)

func (postgresql) begin(ctx context.Context, conn *sql.Conn, limit time.Duration) (any, error) {
	var pid, version int64
	err := conn.QueryRowContext(ctx, "SELECT pg_backend_pid(), current_setting('server_version_num')::int").Scan(&pid, &version)
	if err != nil {
		return nil, err
	}
	settings := []string{
		"SET statement_timeout = " + fmt.Sprint(max(limit.Milliseconds(), 0)),
		"SET DateStyle = 'ISO'", "SET IntervalStyle = 'postgres'", "SET TimeZone = 'UTC'", "SET extra_float_digits = 1", "SET bytea_output = 'hex'",
		"BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ",
	}
	if version >= firstWithInterval {
		settings = append([]string{"SET client_connection_check_interval = '" + checkInterval + "'"}, settings...)
	}
	for _, s := range settings {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return nil, err
		}
	}
	return pid, nil
}

func (postgresql) stop(id any) (string, []any) { return "SELECT pg_cancel_backend($1)", []any{id} }

func (postgresql) quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func (postgresql) place(n int) string { return fmt.Sprintf("$%d", n) }

// postgresqlKinds are what can be read: tables, views, materialized and foreign
// ones, and those in parts.
var postgresqlKinds = []string{"r", "v", "m", "f", "p"}

const postgresqlColumns = `SELECT a.attname, b.typname, b.typtype::text, b.typcategory::text,
	CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, coalesce(co.collisdeterministic, true),
	coalesce(array_position(i.indkey::int2[], a.attnum), -1), coalesce(i.indnatts, 0), current_setting('server_encoding')
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attnum`

func (d postgresql) look(ctx context.Context, conn *sql.Conn, t plan.Table) (found, error) {
	name := d.quote(t.Name)
	if t.Schema != "" {
		name = d.quote(t.Schema) + "." + name
	}
	var oid sql.NullInt64
	var schema, kind sql.NullString
	err := conn.QueryRowContext(ctx, `SELECT c.oid::int8, n.nspname::text, c.relkind::text FROM (SELECT to_regclass($1) AS r) AS found
		LEFT JOIN pg_class c ON c.oid = found.r LEFT JOIN pg_namespace n ON n.oid = c.relnamespace`, name).Scan(&oid, &schema, &kind)
	switch {
	case err != nil:
		return found{}, err
	case !oid.Valid || !slices.Contains(postgresqlKinds, kind.String):
		return found{}, &Error{Sentence: sentences[noTable]}
	}
	out := found{from: d.quote(schema.String) + "." + d.quote(t.Name), id: oid.Int64}
	key, parts := map[int64]string{}, int64(0)
	rows, err := conn.QueryContext(ctx, postgresqlColumns, oid.Int64)
	if err != nil {
		return found{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var c postgresqlColumn
		var place int64
		if err := rows.Scan(&c.name, &c.base, &c.class, &c.category, &c.modifier, &c.deterministic, &place, &parts, &c.encoding); err != nil {
			return found{}, err
		}
		column := c.column(d.quote(c.name))
		out.columns = append(out.columns, column)
		if place >= 0 {
			key[place] = d.quote(c.name)
		}
	}
	if err := rows.Err(); err != nil {
		return found{}, err
	}
	if len(out.columns) == 0 {
		return found{}, &Error{Sentence: sentences[noPermission]}
	}
	// A key of which a column may not be read puts nothing in order.
	for place := range parts {
		if key[place] == "" {
			out.key = nil
			break
		}
		out.key = append(out.key, key[place])
	}
	return out, nil
}

// postgresqlColumn is what the catalogue says of a column; base is its type, or
// that of its domain.
type postgresqlColumn struct {
	name, base, class, category, encoding string
	modifier                              int64
	deterministic                         bool
}

// column maps a type of PostgreSQL's to one of ours; x is the column, quoted. What
// has no counterpart is its text.
func (c postgresqlColumn) column(x string) Column {
	out := Column{Column: result.Column{Name: c.name}}
	as := func(t result.Type, read string, take func(any) (any, error), by comparison) Column {
		out.Type, out.read, out.take, out.compare = t, read, take, by
		return out
	}
	switch base := c.base; {
	case c.class == "e" || c.category == "A":
		return c.textual(out, "("+x+")::text", "")
	case base == "int2", base == "int4", base == "int8", base == "oid":
		return as(result.Integer, "("+x+")::int8", toInteger, comparison{equal: x, order: x, exact: x, there: x, cast: "%::int8"})
	case base == "float4", base == "float8":
		number := "nullif((" + x + ")::float8, 'NaN'::float8)"
		return as(result.Float, "("+x+")::float8", toFloat, comparison{exact: number, there: x, cast: "%::float8"})
	case base == "numeric":
		return c.decimal(out, x)
	case base == "bool":
		return as(result.Boolean, x, toBoolean, comparison{equal: x, exact: x, there: x, cast: "%::bool"})
	case base == "date":
		finite := "CASE WHEN isfinite(" + x + ") THEN " + x + " END"
		return as(result.Date, finite, toMoment(time.DateOnly), comparison{equal: x, order: x, exact: "(" + finite + ")", there: x, cast: "%::date"})
	case base == "timestamp", base == "timestamptz":
		value, cast := x, "%::timestamp"
		if base == "timestamptz" {
			value, cast = "("+x+" AT TIME ZONE 'UTC')", "(%::timestamp AT TIME ZONE 'UTC')"
		}
		finite := "CASE WHEN isfinite(" + x + ") AND " + x + " < '" + lastTimestamp + "' THEN "
		return as(result.Timestamp, finite+value+" END", toMoment(timestampLayout),
			comparison{equal: x, order: x, exact: "(" + finite + x + " END)", there: x, cast: cast})
	case base == "time":
		within := "CASE WHEN " + x + " < '24:00' THEN " + x + " END"
		return as(result.Time, "("+within+")::text", toMoment(timeLayout), comparison{equal: x, order: x, exact: "(" + within + ")", there: x, cast: "%::time"})
	case base == "bytea":
		out = as(result.Text, "encode("+x+", 'hex')", toText, comparison{there: x})
		out.note = "is binary and read as hexadecimal digits"
		return out
	case base == "text", base == "varchar":
		return c.textual(out, x, x)
	default: // bpchar among them: its text is without the blanks that fill it up
		return c.textual(out, "("+x+")::text", "")
	}
}

// lastTimestamp is the first that the engine has no number for.
const lastTimestamp = "294247-01-01"

// textual compares with a collation that knows bytes only. Where the column's own
// calls only the same text equal, an index of it helps.
func (c postgresqlColumn) textual(out Column, read, indexed string) Column {
	bytes := read + ` COLLATE "C"`
	out.Type, out.read, out.take = result.Text, read, toText
	out.compare = comparison{exact: bytes, text: bytes, there: read, cast: "%::text"}
	if indexed != "" && c.deterministic {
		out.compare.equal = indexed
	}
	if c.encoding != "UTF8" {
		// Text that this encoding has not would be an error.
		out.compare = comparison{there: read}
	}
	return out
}

// maxWholeDigits is how many digits always fit into 64 bits.
const maxWholeDigits = 18

// decimal reads whole numbers exactly where all of them fit into 64 bits, and
// others as the nearest binary number. The modifier has precision and scale.
func (c postgresqlColumn) decimal(out Column, x string) Column {
	const header, scaleBits = 4, 16
	precision, scale := (c.modifier-header)>>scaleBits, (c.modifier-header)&(1<<11-1)
	out.compare.there = x
	if c.modifier >= header && scale == 0 && precision <= maxWholeDigits {
		number := "nullif(" + x + ", 'NaN')"
		out.Type, out.read, out.take = result.Integer, number+"::int8", toInteger
		out.compare = comparison{equal: x, order: x, exact: number, there: x, cast: "%::int8"}
		return out
	}
	out.Type, out.read, out.take = result.Float, "("+x+")::text", toFloat
	out.compare = comparison{equal: x, order: x, there: x, cast: "%::numeric", rounded: true}
	out.note = "has decimal numbers, which are calculated with as binary numbers of 15 to 17 digits"
	return out
}

func (postgresql) size(f found) (string, []any) {
	return `SELECT CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 1e6 THEN c.reltuples::int8 END,
		c.relfilenode::text || '/' || coalesce((s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::text, '')
		FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid WHERE c.oid = $1`, []any{f.id}
}

func (postgresql) sum(x string) string { return "sum(" + x + ")::text" }

func (postgresql) textual(op operation.Op, text, place string) string {
	switch op {
	case operation.StartsWith:
		return "starts_with(" + text + ", " + place + ")"
	case operation.EndsWith:
		return "starts_with(reverse(" + text + "), reverse(" + place + "))"
	default:
		return "(strpos(" + text + ", " + place + ") > 0)"
	}
}

// explain knows the classes of SQLSTATE.
func (postgresql) explain(err error) trouble {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		var connect *pgconn.ConnectError
		var operr *net.OpError
		switch {
		case errors.As(err, &connect) && strings.Contains(err.Error(), "server refused TLS"):
			return tlsWrong
		case errors.As(err, &operr):
			return connectionLost
		default:
			return unknownTrouble
		}
	}
	switch code := refused.Code; {
	case code == "28P01", code == "28000":
		return wrongPassword
	case code == "3D000":
		return noDatabase
	case code == "42P01", code == "3F000":
		return noTable
	case code == "42501":
		return noPermission
	case code == "57014":
		return statementTimedOut
	case strings.HasPrefix(code, "53"), code == "57P03":
		return serverBusy
	case strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "08"), code == "25P03":
		return connectionLost
	default:
		return unknownTrouble
	}
}
