//go:build unix

package database_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/database/databasetest"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// open connects as a task does.
func open(t *testing.T, connection plan.Connection, path, name string) (*database.Table, error) {
	t.Helper()
	table := plan.Table{Connection: connection, Name: name}
	if err := database.Dial(t.Context(), &table); err != nil {
		return nil, err
	}
	out, err := database.Open(t.Context(), table, path, database.Options{Limit: time.Minute})
	if err == nil {
		t.Cleanup(out.Close)
	}
	return out, err
}

// all reads everything; dates and times as text.
func all(t *testing.T, table *database.Table, request database.Request) [][]any {
	t.Helper()
	if request.Columns == nil {
		for i := range table.Columns {
			request.Columns = append(request.Columns, i)
		}
	}
	var out [][]any
	require.NoError(t, table.Read(context.Background(), request, func(row []any) error {
		copied := append([]any(nil), row...)
		for i, v := range copied {
			if at, ok := v.(time.Time); ok {
				copied[i] = at.Format("2006-01-02 15:04:05.999999")
			}
		}
		out = append(out, copied)
		return nil
	}))
	return out
}

// column is a column of a test's table, with its values in the database's words
// and what becomes of them.
type column struct {
	name, declared string
	values         []string
	is             result.Type
	want           []any
}

var postgresColumns = []column{
	{"i2", "smallint", []string{"-32768", "NULL"}, result.Integer, []any{int64(-32768), nil}},
	{"i8", "bigint", []string{"9223372036854775807", "-9223372036854775808"}, result.Integer, []any{int64(9223372036854775807), int64(-9223372036854775808)}},
	{"f4", "real", []string{"0.1", "'NaN'"}, result.Float, []any{float64(float32(0.1)), nil}},
	{"f8", "double precision", []string{"0.1", "'-Infinity'"}, result.Float, []any{0.1, inf(-1)}},
	{"n", "numeric", []string{"123456789012345678901234567890.5", "'NaN'"}, result.Float, []any{1.2345678901234568e29, nil}},
	{"n_huge", "numeric", []string{"1e400", "-0.1"}, result.Float, []any{inf(1), -0.1}},
	{"n_whole", "numeric(18,0)", []string{"999999999999999999", "'NaN'"}, result.Integer, []any{int64(999999999999999999), nil}},
	{"n_wide", "numeric(20,0)", []string{"18446744073709551615", "1"}, result.Float, []any{18446744073709551615.0, 1.0}},
	{"b", "boolean", []string{"true", "NULL"}, result.Boolean, []any{true, nil}},
	{"t", "text", []string{"'Ünï \U0001F600 ''q'''", "''"}, result.Text, []any{"Ünï \U0001F600 'q'", ""}},
	{"c", "char(5)", []string{"'ab'", "NULL"}, result.Text, []any{"ab", nil}},
	{"d", "date", []string{"'2020-02-29'", "'infinity'"}, result.Date, []any{"2020-02-29 00:00:00", nil}},
	{"d_old", "date", []string{"'0001-01-01'", "'1582-10-15'"}, result.Date, []any{"0001-01-01 00:00:00", "1582-10-15 00:00:00"}},
	{"ts", "timestamp", []string{"'2020-01-01 10:00:00.123456'", "'-infinity'"}, result.Timestamp, []any{"2020-01-01 10:00:00.123456", nil}},
	{"tz", "timestamptz", []string{"'2020-01-01 00:30:00+02'", "'infinity'"}, result.Timestamp, []any{"2019-12-31 22:30:00", nil}},
	{"tm", "time", []string{"'23:59:59.5'", "'24:00'"}, result.Time, []any{"0000-01-01 23:59:59.5", nil}},
	{"iv", "interval", []string{"'1 day 2 hours'", "NULL"}, result.Text, []any{"1 day 02:00:00", nil}},
	{"j", "jsonb", []string{`'{"a": [1, null]}'`, "NULL"}, result.Text, []any{`{"a": [1, null]}`, nil}},
	{"u", "uuid", []string{"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "NULL"}, result.Text, []any{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", nil}},
	{"by", "bytea", []string{`'\xdeadBEEF'`, "NULL"}, result.Text, []any{"deadbeef", nil}},
	{"ar", "int[]", []string{"'{1,NULL,3}'", "NULL"}, result.Text, []any{"{1,NULL,3}", nil}},
	{"en", "mood", []string{"'sad'", "NULL"}, result.Text, []any{"sad", nil}},
	{"dom", "positive", []string{"7", "NULL"}, result.Integer, []any{int64(7), nil}},
	{`odd "name"; --`, "money", []string{"12.34", "NULL"}, result.Text, []any{"$12.34", nil}},
}

var mariaColumns = []column{
	{"i1", "tinyint(1)", []string{"1", "5"}, result.Integer, []any{int64(1), int64(5)}},
	{"u8_small", "bigint unsigned", []string{"9223372036854775807", "NULL"}, result.Integer, []any{int64(9223372036854775807), nil}},
	{"u8", "bigint unsigned", []string{"18446744073709551615", "1"}, result.Text, []any{"18446744073709551615", "1"}},
	{"f4", "float", []string{"16777217", "0.1"}, result.Float, []any{16777216.0, float64(float32(0.1))}},
	{"f8", "double", []string{"0.1", "1e300"}, result.Float, []any{0.1, 1e300}},
	{"n", "decimal(30,2)", []string{"12345678901234567890.12", "-0.10"}, result.Float, []any{12345678901234567890.12, -0.1}},
	{"n_whole", "decimal(18,0)", []string{"999999999999999999", "NULL"}, result.Integer, []any{int64(999999999999999999), nil}},
	{"t", "varchar(100)", []string{"'Ünï \U0001F600 ''q'''", "''"}, result.Text, []any{"Ünï \U0001F600 'q'", ""}},
	{"l1", "varchar(100) character set latin1", []string{"'Ünï'", "'a '"}, result.Text, []any{"Ünï", "a "}},
	{"c", "char(5)", []string{"'ab'", "NULL"}, result.Text, []any{"ab", nil}},
	{"d", "date", []string{"'2020-02-29'", "'0000-00-00'"}, result.Date, []any{"2020-02-29 00:00:00", nil}},
	{"d_half", "date", []string{"'2020-00-10'", "'1000-01-01'"}, result.Date, []any{nil, "1000-01-01 00:00:00"}},
	{"ts", "datetime(6)", []string{"'2020-01-01 10:00:00.123456'", "'0000-00-00 00:00:00'"}, result.Timestamp, []any{"2020-01-01 10:00:00.123456", nil}},
	{"tz", "timestamp NULL", []string{"'2020-01-01 10:00:00'", "NULL"}, result.Timestamp, []any{"2020-01-01 08:00:00", nil}},
	{"tm", "time", []string{"'-838:59:59'", "'10:00:00'"}, result.Text, []any{"-838:59:59", "10:00:00"}},
	{"y", "year", []string{"2020", "NULL"}, result.Integer, []any{int64(2020), nil}},
	{"bt", "bit(3)", []string{"b'101'", "NULL"}, result.Integer, []any{int64(5), nil}},
	{"j", "json", []string{`'{"a": [1, null]}'`, "NULL"}, result.Text, []any{`{"a": [1, null]}`, nil}},
	{"by", "varbinary(10)", []string{"x'DEADBEEF'", "NULL"}, result.Text, []any{"deadbeef", nil}},
	{"en", "enum('sad','glad')", []string{"'sad'", "NULL"}, result.Text, []any{"sad", nil}},
	{"odd `name`; --", "int", []string{"1", "NULL"}, result.Integer, []any{int64(1), nil}},
}

var sqliteColumns = []column{
	{"i", "INTEGER", []string{"9223372036854775807", "NULL"}, result.Integer, []any{int64(9223372036854775807), nil}},
	{"f", "REAL", []string{"0.1", "2"}, result.Float, []any{0.1, 2.0}},
	{"both", "NUMERIC", []string{"1", "0.5"}, result.Float, []any{1.0, 0.5}},
	{"t", "TEXT", []string{"'Ünï \U0001F600'", "''"}, result.Text, []any{"Ünï \U0001F600", ""}},
	{"mixed", "INTEGER", []string{"1", "'one'"}, result.Text, []any{"1", "one"}},
	{"blob", "BLOB", []string{"x'DEADBEEF'", "NULL"}, result.Text, []any{"deadbeef", nil}},
	{"flag", "BOOLEAN", []string{"1", "0"}, result.Boolean, []any{true, false}},
	{"no_flag", "BOOLEAN", []string{"1", "2"}, result.Integer, []any{int64(1), int64(2)}},
	{"d", "DATE", []string{"'2020-02-29'", "NULL"}, result.Date, []any{"2020-02-29 00:00:00", nil}},
	{"no_d", "DATE", []string{"'2020-02-30'", "'2020-01-01'"}, result.Text, []any{"2020-02-30", "2020-01-01"}},
	{"ts", "DATETIME", []string{"'2020-01-01 10:00:00'", "NULL"}, result.Text, []any{"2020-01-01 10:00:00", nil}},
	{"none", "", []string{"NULL", "NULL"}, result.Text, []any{nil, nil}},
	{"none_i", "INT", []string{"NULL", "NULL"}, result.Integer, []any{nil, nil}},
	{`odd "name"; --`, "INTEGER", []string{"1", "NULL"}, result.Integer, []any{int64(1), nil}},
}

func TestRead_MapsTypes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		columns []column
		quote   string
		make    func(t *testing.T, statements ...string) (plan.Connection, string)
	}{
		"PostgreSQL": {postgresColumns, `"`, func(t *testing.T, statements ...string) (plan.Connection, string) {
			s := databasetest.PostgreSQL(t)
			s.Exec(t, "CREATE TYPE mood AS ENUM ('sad', 'glad')", "CREATE DOMAIN positive AS int CHECK (VALUE > 0)", "SET lc_monetary = 'C'")
			s.Exec(t, statements...)
			s.Grant(t, "t")
			return s.Connection, ""
		}},
		"MariaDB": {mariaColumns, "`", func(t *testing.T, statements ...string) (plan.Connection, string) {
			s := databasetest.MariaDB(t)
			for i, text := range statements {
				statements[i] = "SET SESSION sql_mode = '', time_zone = '+02:00'; " + text
			}
			s.Exec(t, statements...)
			s.Grant(t, "t")
			return s.Connection, ""
		}},
		"SQLite": {sqliteColumns, `"`, func(t *testing.T, statements ...string) (plan.Connection, string) {
			return plan.Connection{Kind: plan.SQLite}, sqliteFile(t, statements...)
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connection, path := tc.make(t, creation(tc.columns, tc.quote)...)
			table, err := open(t, connection, path, "t")
			require.NoError(t, err)
			rows := all(t, table, database.Request{})
			require.Len(t, rows, 2)
			for i, c := range tc.columns {
				got := table.Columns[i]
				require.Equal(t, result.Column{Name: c.name, Type: c.is}, got.Column)
				for row, want := range c.want {
					require.Equal(t, want, rows[row][i], "%s, %s", c.name, c.values[row])
				}
			}
			n, err := table.Count(t.Context())
			require.NoError(t, err)
			require.Equal(t, int64(2), n)
		})
	}
}

// sqliteFile makes a database.
func sqliteFile(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, text := range statements {
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err, text)
	}
	require.NoError(t, db.Close())
	return path
}
