package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// mysqlDialect is MariaDB's as well.
type mysqlDialect struct{}

func (mysqlDialect) open(t plan.Table, _ string) (reading, controlling *sql.DB, err error) {
	l, err := newLines(t)
	if err != nil {
		return nil, nil, err
	}
	c := t.Connection
	config := mysql.NewConfig()
	config.User, config.Passwd, config.DBName = c.User, string(c.Password), c.Database
	config.Net, config.Addr = addressOf(c)
	config.DialFunc = l.dial
	config.Collation = "utf8mb4_bin"
	config.Logger = silent{}
	if config.TLS, err = protection(t); err != nil {
		return nil, nil, err
	}
	open := func() (*sql.DB, error) {
		connector, err := mysql.NewConnector(config)
		if err != nil {
			return nil, fmt.Errorf("prepare the connection: %w", err)
		}
		pool := sql.OpenDB(connector)
		pool.SetMaxOpenConns(1)
		return pool, nil
	}
	if reading, err = open(); err != nil {
		return nil, nil, err
	}
	controlling, err = open()
	return reading, controlling, errors.Join(err)
}

// silent drops what the driver would print: it may quote the server.
type silent struct{}

// Print drops it.
func (silent) Print(...any) {}

func (mysqlDialect) begin(ctx context.Context, conn *sql.Conn, limit time.Duration) (any, error) {
	var id int64
	var version string
	if err := conn.QueryRowContext(ctx, "SELECT CONNECTION_ID(), VERSION()").Scan(&id, &version); err != nil {
		return nil, err
	}
	timeLimit := fmt.Sprintf("SET SESSION max_execution_time = %d", max(limit.Milliseconds(), 0))
	if strings.Contains(version, "MariaDB") {
		timeLimit = fmt.Sprintf("SET SESSION max_statement_time = %.3f", max(limit.Seconds(), 0))
	}
	for _, s := range []string{
		timeLimit,
		// Zero dates are read and become missing; CHAR is read without its padding.
		"SET SESSION sql_mode = ''", "SET SESSION time_zone = '+00:00'",
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return nil, err
		}
	}
	return id, nil
}

func (mysqlDialect) stop(id any) (string, []any) { return fmt.Sprintf("KILL QUERY %d", id), nil }

func (mysqlDialect) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func (mysqlDialect) place(int) string { return "?" }

const mysqlColumns = `SELECT c.COLUMN_NAME, LOWER(c.DATA_TYPE), LOWER(c.COLUMN_TYPE), COALESCE(c.NUMERIC_PRECISION, 0), COALESCE(c.NUMERIC_SCALE, 0),
	LOWER(COALESCE(c.CHARACTER_SET_NAME, '')), COALESCE(s.SEQ_IN_INDEX, 0),
	(SELECT COUNT(*) FROM information_schema.STATISTICS p WHERE p.TABLE_SCHEMA = c.TABLE_SCHEMA AND p.TABLE_NAME = c.TABLE_NAME AND p.INDEX_NAME = 'PRIMARY')
FROM information_schema.COLUMNS c LEFT JOIN information_schema.STATISTICS s
	ON s.TABLE_SCHEMA = c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME AND s.INDEX_NAME = 'PRIMARY'
WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? AND FIND_IN_SET('select', LOWER(c.PRIVILEGES)) > 0
ORDER BY c.ORDINAL_POSITION`

func (d mysqlDialect) look(ctx context.Context, conn *sql.Conn, t plan.Table) (found, error) {
	schema := t.Schema
	if schema == "" {
		schema = t.Connection.Database
	}
	out := found{from: d.quote(schema) + "." + d.quote(t.Name), id: [2]string{schema, t.Name}}
	key, parts, large := map[int64]string{}, int64(0), []int(nil)
	err := eachRow(ctx, conn, 8, func(row []any) error {
		c := mysqlColumn{name: text(row[0]), base: text(row[1]), full: text(row[2]), precision: whole(row[3]), scale: whole(row[4]), charset: text(row[5])}
		x := d.quote(c.name)
		if c.base == "bigint" && strings.Contains(c.full, "unsigned") {
			large = append(large, len(out.columns))
		}
		out.columns = append(out.columns, c.column(x))
		if place := whole(row[6]); place > 0 {
			key[place] = x
		}
		parts = whole(row[7])
		return nil
	}, mysqlColumns, schema, t.Name)
	if err != nil {
		return found{}, err
	}
	if len(out.columns) == 0 {
		return found{}, d.unseen(ctx, conn, out.from)
	}
	for place := int64(1); place <= parts; place++ {
		if key[place] == "" {
			out.key = nil
			break
		}
		out.key = append(out.key, key[place])
	}
	return out, d.settleLarge(ctx, conn, &out, large)
}

// unseen asks the table itself why nothing is known of it: what a user may not
// read is not shown to it.
func (d mysqlDialect) unseen(ctx context.Context, conn *sql.Conn, from string) error {
	err := eachRow(ctx, conn, 0, func([]any) error { return nil }, "SELECT 1 FROM "+from+" LIMIT 0")
	if err == nil {
		return &Error{Sentence: sentences[noPermission]}
	}
	return err
}

// settleLarge makes columns of unsigned 64 bits whole numbers where all of them
// fit into ours, and text where they do not, as with files.
func (d mysqlDialect) settleLarge(ctx context.Context, conn *sql.Conn, f *found, large []int) error {
	for _, i := range large {
		x := d.quote(f.columns[i].Name)
		fits := true
		err := eachRow(ctx, conn, 1, func(row []any) error {
			fits = row[0] == nil || whole(row[0]) == 0
			return nil
		}, "SELECT MAX("+x+") > 9223372036854775807 FROM "+f.from)
		if err != nil {
			return err
		}
		if !fits {
			c := f.columns[i]
			c.Type, c.read, c.take, c.compare = result.Text, "CAST("+x+" AS CHAR)", toText, comparison{there: x}
			f.columns[i] = c
		}
	}
	return nil
}

// mysqlColumn is what the catalogue says of a column.
type mysqlColumn struct {
	name, base, full, charset string
	precision, scale          int64
}

// column maps a type of MySQL's to one of ours; x is the column, quoted.
func (c mysqlColumn) column(x string) Column {
	out := Column{Column: result.Column{Name: c.name}}
	as := func(t result.Type, read string, take func(any) (any, error), by comparison) Column {
		out.Type, out.read, out.take, out.compare = t, read, take, by
		return out
	}
	switch c.base {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "year":
		return as(result.Integer, x, toInteger, comparison{equal: x, order: x, exact: x, there: x})
	case "bit":
		return as(result.Integer, "("+x+" + 0)", toInteger, comparison{there: x})
	case "float", "double":
		return as(result.Float, "("+x+" + 0E0)", toFloat, comparison{exact: "(" + x + " + 0E0)", there: x})
	case "decimal":
		if c.scale == 0 && c.precision <= maxWholeDigits {
			return as(result.Integer, x, toInteger, comparison{equal: x, order: x, exact: x, there: x})
		}
		out.note = "has decimal numbers, which are calculated with as binary numbers of 15 to 17 digits"
		return as(result.Float, x, toFloat, comparison{exact: "(" + x + " + 0E0)", there: x})
	case "date":
		return as(result.Date, "CAST("+x+" AS CHAR)", toMoment(time.DateOnly), comparison{equal: x, order: x, there: x, cast: "CAST(% AS DATE)"})
	case "datetime", "timestamp":
		return as(result.Timestamp, "CAST("+x+" AS CHAR)", toMoment(timestampLayout), comparison{equal: x, order: x, there: x, cast: "CAST(% AS DATETIME(6))"})
	case "time":
		out.note = "is a span of time, which may be longer than a day, and read as text"
		return as(result.Text, "CAST("+x+" AS CHAR)", toText, comparison{there: x})
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set":
		out = c.textual(out, x)
		// A column of another character set cannot be compared with texts that this
		// has not: an error, where the engine finds nothing.
		if strings.HasPrefix(c.charset, "utf8") {
			out.compare.equal, out.compare.castEqual = x, "%"
		}
		return out
	case "json", "inet4", "inet6", "uuid":
		return c.textual(out, x)
	default:
		out.note = "is binary and read as hexadecimal digits"
		return as(result.Text, "LOWER(HEX("+x+"))", toText, comparison{there: x})
	}
}

// textual compares bytes. The column's own collation may ignore letter case,
// accents and blanks, and so calls equal at least what is the same; an index of it
// helps.
func (c mysqlColumn) textual(out Column, x string) Column {
	bytes := "CAST(CONVERT(" + x + " USING utf8mb4) AS BINARY)"
	out.Type, out.read, out.take = result.Text, "CONVERT("+x+" USING utf8mb4)", toText
	out.compare = comparison{exact: bytes, text: bytes, there: x, cast: "CAST(% AS BINARY)"}
	return out
}

func (mysqlDialect) size(f found) (string, []any) {
	id, _ := f.id.([2]string)
	return `SELECT CASE WHEN TABLE_TYPE = 'BASE TABLE' AND TABLE_ROWS >= 1000000 THEN TABLE_ROWS END, CONCAT_WS('/', CREATE_TIME, UPDATE_TIME)
		FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`, []any{id[0], id[1]}
}

func (mysqlDialect) sum(x string) string { return "CAST(SUM(" + x + ") AS CHAR)" }

func (mysqlDialect) textual(op operation.Op, text, place string) string {
	switch op {
	case operation.StartsWith:
		return "(LOCATE(" + place + ", " + text + ") = 1)"
	case operation.EndsWith:
		return "(LOCATE(REVERSE(" + place + "), REVERSE(" + text + ")) = 1)"
	default:
		return "(LOCATE(" + place + ", " + text + ") > 0)"
	}
}

// explain knows the numbers of MySQL's errors.
func (mysqlDialect) explain(err error) trouble {
	var refused *mysql.MySQLError
	if !errors.As(err, &refused) {
		switch {
		case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, mysql.ErrMalformPkt):
			return connectionLost
		case errors.Is(err, mysql.ErrNoTLS):
			return tlsWrong
		case errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrNativePassword), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrUnknownPlugin):
			return wrongPassword
		default:
			return unknownTrouble
		}
	}
	switch refused.Number {
	case 1045, 1698, 1251, 3118:
		return wrongPassword
	case 1044, 1049:
		return noDatabase
	case 1146, 1051:
		return noTable
	case 1142, 1143, 1227:
		return noPermission
	case 1040, 1203, 1226, 1053, 1152:
		return serverBusy
	case 1969, 3024, 1317:
		return statementTimedOut
	case 1927, 2006, 2013:
		return connectionLost
	default:
		return unknownTrouble
	}
}
