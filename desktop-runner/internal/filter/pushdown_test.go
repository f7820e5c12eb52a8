//go:build unix

package filter_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/database/databasetest"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// pushed is a database with a table of awkward values.
type pushed struct {
	connection plan.Connection
	path       string
}

func (p pushed) file(t testing.TB) plan.File {
	t.Helper()
	table := plan.Table{Connection: p.connection, Name: "awkward"}
	require.NoError(t, database.Dial(context.Background(), &table))
	return plan.File{Path: p.path, Format: plan.DatabaseTable, Policy: result.Rows, Table: &table}
}

// ask runs a filter, and gives its rows and numbers. With push, the database is
// told what is asked for.
func (p pushed) ask(t testing.TB, work string, params *operation.FilterParams, push bool) (rows [][]any, metrics []finding.Metric, statements []string, err error) {
	t.Helper()
	ctx := context.Background()
	request := source.Request{}
	if push {
		request = filter.Needs(params)
	}
	request.Tell = func(text string) { statements = append(statements, text) }
	file := p.file(t)
	db, err := engine.Open(ctx, engine.Options{WorkDir: work, Files: file.Paths()})
	require.NoError(t, err)
	defer db.Close()
	rel, err := source.OpenFor(ctx, db, 0, "awkward", file, plan.Limits{}, source.Use{Request: request})
	require.NoError(t, err, "%v", statements)
	s := &step.Step{DB: db, Others: map[string]*source.Relation{}, Relation: rel, Rows: *rel.Rows, SingleRowsMayShow: true, Tracker: &step.Tracker{}}
	f, err := filter.Run(ctx, s, params)
	if err != nil {
		return nil, nil, statements, err
	}
	rows, err = db.Rows(ctx, "SELECT "+source.Cells(f.Output.Columns)+" FROM read_parquet("+engine.Path(filepath.Join(db.WorkDir(), step.OutputFile))+")")
	require.NoError(t, err)
	return rows, f.Metrics, statements, nil
}

var texts = []string{"a", "A", "a ", " a", "ä", "Ä", "ab", "aB", "b", "", "straße", "STRASSE", "\U0001F600", "ж", "%", "_", "o'x", `\`, "10", "9"}

// values are what conditions compare with, by column.
var values = map[string][]any{
	"id": {json.Number("1"), json.Number("20"), json.Number("2.5"), json.Number("99999999999999999999")},
	"i":  {json.Number("-9223372036854775808"), json.Number("9223372036854775807"), json.Number("0"), json.Number("9007199254740993"), json.Number("1e3")},
	"f":  {json.Number("0.1"), json.Number("0"), json.Number("-0.0"), json.Number("1e308"), json.Number("16777217"), json.Number("0.30000000000000004")},
	"n":  {json.Number("0.1"), json.Number("0.3"), json.Number("12345678901234567890.12"), json.Number("-1e-5"), json.Number("0.30000000000000004")},
	"d":  {"2020-02-29", "1582-10-15", "9999-12-31", "0000-01-01", "2020-01-01"},
	"ts": {"2020-01-01T10:00:00.123456Z", "2020-01-01", "2020-01-01 10:00", "2020-01-01T12:00:00+02:00"},
	"b":  {true, false},
}

// rowsOf writes the rows of the table in a database's words.
func rowsOf(d map[string][]string) []string {
	var out []string
	for i := range 40 {
		pick := func(column string) string { return d[column][i%len(d[column])] }
		out = append(out, fmt.Sprintf("(%d, %s, %s, %s, %s, %s, %s, %s, %s)", i+1, pick("i"), pick("f"), pick("n"), pick("t"), pick("c"), pick("d"), pick("ts"), pick("b")))
	}
	return out
}

func quoted(backslash string) []string {
	out := []string{"NULL"}
	for _, t := range texts {
		out = append(out, "'"+strings.NewReplacer("'", "''", `\`, backslash).Replace(t)+"'")
	}
	return out
}

var integers = []string{"0", "-9223372036854775808", "9223372036854775807", "NULL", "9007199254740993", "9007199254740992", "1000"}

func onPostgreSQL(t *testing.T) pushed {
	s := databasetest.PostgreSQL(t)
	s.Exec(t, `CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`,
		`CREATE TABLE awkward (id int PRIMARY KEY, i bigint, f float8, n numeric, t text COLLATE folded, c char(5), d date, ts timestamptz, b boolean)`,
		`CREATE INDEX ON awkward (t)`,
		`INSERT INTO awkward VALUES `+strings.Join(rowsOf(map[string][]string{
			"i": integers, "f": {"0.1", "'NaN'", "'Infinity'", "'-Infinity'", "NULL", "0", "'-0'", "0.30000000000000004", "16777217"},
			"n": {"0.1", "0.3", "0.30000000000000004", "0.30000000000000001", "'NaN'", "NULL", "12345678901234567890.12", "1e400", "-0.00001"},
			"t": quoted(`\`), "c": {"'a'", "'A'", "NULL", "'ab'", "''"},
			"d":  {"'2020-02-29'", "'infinity'", "'-infinity'", "NULL", "'1582-10-15'", "'0001-01-01'", "'2020-01-01'"},
			"ts": {"'2020-01-01 10:00:00.123456+00'", "'infinity'", "NULL", "'-infinity'", "'2020-01-01 00:00+00'", "'2020-01-01 10:00+00'"},
			"b":  {"true", "false", "NULL"},
		}), ","))
	s.Grant(t, "awkward")
	return pushed{connection: s.Connection}
}

func onMariaDB(t *testing.T) pushed {
	s := databasetest.MariaDB(t)
	s.Exec(t, "CREATE TABLE awkward (id int PRIMARY KEY, i bigint, f double, n decimal(30, 20), t varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, "+
		"c char(5) CHARACTER SET latin1, d date, ts datetime(6), b int, KEY (t))",
		"SET SESSION sql_mode = ''; INSERT INTO awkward VALUES "+strings.Join(rowsOf(map[string][]string{
			"i": integers, "f": {"0.1", "NULL", "0", "-0e0", "0.30000000000000004", "16777217", "1e308"},
			"n": {"0.1", "0.3", "0.30000000000000004", "0.30000000000000001", "NULL", "-0.00001"},
			"t": quoted(`\\`), "c": {"'a'", "'A'", "NULL", "'ab'", "''", "'ä'"},
			"d":  {"'2020-02-29'", "'0000-00-00'", "'2020-00-10'", "NULL", "'1582-10-15'", "'2020-01-01'"},
			"ts": {"'2020-01-01 10:00:00.123456'", "'0000-00-00'", "NULL", "'2020-01-01'", "'2020-01-01 10:00'"},
			"b":  {"1", "0", "NULL"},
		}), ","))
	s.Grant(t, "awkward")
	return pushed{connection: s.Connection}
}

func onSQLite(t *testing.T) pushed {
	path := filepath.Join(t.TempDir(), "app.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, text := range []string{
		"CREATE TABLE awkward (id INTEGER PRIMARY KEY, i INTEGER, f REAL, n NUMERIC, t TEXT COLLATE NOCASE, c NUMERIC COLLATE RTRIM, d DATE, ts DATETIME, b BOOLEAN)",
		"CREATE INDEX by_t ON awkward (t)",
		"INSERT INTO awkward VALUES " + strings.Join(rowsOf(map[string][]string{
			"i": integers, "f": {"0.1", "9e999", "-9e999", "NULL", "0", "-0.0", "0.30000000000000004", "16777217"},
			"n": {"0.1", "0.3", "0.30000000000000004", "1", "NULL", "9007199254740993", "9223372036854775807"},
			"t": quoted(`\`), "c": {"'a'", "'A'", "NULL", "'ab'", "''", "'a '"},
			"d":  {"'2020-02-29'", "NULL", "'1582-10-15'", "'0001-01-01'", "'2020-01-01'"},
			"ts": {"'2020-01-01 10:00:00.123456'", "NULL", "'2020-01-01'"},
			"b":  {"1", "0", "NULL"},
		}), ","),
	} {
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err, text)
	}
	require.NoError(t, db.Close())
	return pushed{connection: plan.Connection{Kind: plan.SQLite}, path: path}
}

// conditions draws trees of comparisons.
func conditions(depth int) *rapid.Generator[operation.Where] {
	return rapid.Custom(func(rt *rapid.T) operation.Where {
		if depth > 0 && rapid.IntRange(0, 2).Draw(rt, "group") == 0 {
			members := rapid.SliceOfN(conditions(depth-1), 0, 3).Draw(rt, "members")
			return []operation.Where{{All: members}, {Any: members}, {Not: members}}[rapid.IntRange(0, 2).Draw(rt, "kind")]
		}
		column := rapid.SampledFrom([]string{"id", "i", "f", "n", "t", "t", "c", "d", "ts", "b", "made"}).Draw(rt, "column")
		pool := values[column]
		ops := []operation.Op{operation.Eq, operation.Ne, operation.Lt, operation.Le, operation.Gt, operation.Ge, operation.In, operation.NotIn, operation.Between, operation.IsNull, operation.NotNull}
		switch column {
		case "b":
			ops = []operation.Op{operation.Eq, operation.Ne, operation.In, operation.NotIn, operation.IsNull, operation.NotNull}
		case "made":
			pool = values["id"]
		case "t", "c":
			ops = append(ops, operation.Contains, operation.StartsWith, operation.EndsWith)
			for _, text := range texts {
				pool = append(pool, text)
			}
		}
		w := operation.Where{Column: column, Op: rapid.SampledFrom(ops).Draw(rt, "op")}
		value := rapid.SampledFrom(pool)
		switch w.Op {
		case operation.IsNull, operation.NotNull:
		case operation.In, operation.NotIn:
			w.Value = rapid.SliceOfN(value, 0, 3).Draw(rt, "values")
		case operation.Between:
			w.Value = rapid.SliceOfN(value, 2, 2).Draw(rt, "bounds")
		default:
			w.Value = value.Draw(rt, "value")
		}
		return w
	})
}

// What a database is told may spare it rows, and never changes an answer.
func TestRun_AnswersTheSame_WhateverTheDatabaseWasTold(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) pushed{"PostgreSQL": onPostgreSQL, "MariaDB": onMariaDB, "SQLite": onSQLite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			work := t.TempDir()
			sent, grouped := 0, 0
			rapid.Check(t, func(rt *rapid.T) {
				where := conditions(3).Draw(rt, "where")
				params := &operation.FilterParams{Where: &where, Derive: []operation.Derivation{{Name: "made", Expression: "id * 2"}}}
				switch rapid.IntRange(0, 3).Draw(rt, "shape") {
				case 3:
					params.Derive, params.GroupBy, params.Aggregates = nil, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"t", "c", "b", "d", "i", "f"}), 0, 2, rapid.ID[string]).Draw(rt, "keys"), nil
					for _, f := range []operation.AggFunc{operation.Size, operation.Count, operation.Sum, operation.Min, operation.Max} {
						column := rapid.SampledFrom([]string{"id", "i", "d", "ts", "t", "f"}).Draw(rt, "column")
						if f == operation.Sum {
							column = rapid.SampledFrom([]string{"id", "i"}).Draw(rt, "number")
						}
						params.Aggregates = append(params.Aggregates, operation.Aggregate{Func: f, Column: column, Name: "of_" + string(f)})
					}
					params.Aggregates = rapid.SliceOfNDistinct(rapid.SampledFrom(params.Aggregates), 0, 3, func(a operation.Aggregate) string { return a.Name }).Draw(rt, "aggregates")
					if len(params.Aggregates) == 0 && len(params.GroupBy) == 0 {
						params.GroupBy = []string{"t"}
					}
					keep := rapid.Bool().Draw(rt, "dropna")
					params.DropNA = &keep
					if rapid.Bool().Draw(rt, "all") {
						params.Where = nil
					}
				case 0:
					params.GroupBy, params.Aggregates = []string{"b"}, []operation.Aggregate{{Func: operation.Size}, {Func: operation.Max, Column: "d"}, {Func: operation.Sum, Column: "id"}}
				case 1:
					params.Select = []string{"made", "t"}
				}
				want, wantMetrics, _, wantErr := p.ask(t, work, params, false)
				got, gotMetrics, statements, gotErr := p.ask(t, work, params, true)
				require.Equal(t, wantErr, gotErr)
				require.Equal(t, want, got, "%v", statements)
				require.Equal(t, wantMetrics, gotMetrics)
				last := statements[len(statements)-1]
				if strings.Contains(last, " WHERE ") {
					sent++
				}
				if strings.Contains(last, " GROUP BY ") {
					grouped++
				}
			})
			require.Positive(t, sent, "no condition was sent")
			require.Positive(t, grouped, "no groups were asked for")
		})
	}
}
