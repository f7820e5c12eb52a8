package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
)

func open(t *testing.T, o engine.Options) *engine.DB {
	t.Helper()
	db, err := engine.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func write(t *testing.T, path string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600))
	return path
}

func TestOpen_LetsNothingElseBeTouched(t *testing.T) {
	t.Parallel()
	shared, work := t.TempDir(), t.TempDir()
	data, other := write(t, filepath.Join(shared, "data.csv")), write(t, filepath.Join(shared, "other.csv"))
	require.NoError(t, os.Symlink(other, filepath.Join(work, "link.csv")))
	outside := filepath.Join(shared, "written")
	db := open(t, engine.Options{WorkDir: work, Files: []string{data}})

	rows, err := db.Rows(t.Context(), "SELECT a, b FROM read_csv("+engine.Path(data)+")")
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(1), int64(2)}}, rows)

	refused := map[string]string{
		"another file":            "SELECT * FROM read_csv('" + other + "')",
		"another file as text":    "SELECT * FROM read_text('" + other + "')",
		"a file by name":          "SELECT * FROM '" + other + "'",
		"a pattern":               "SELECT * FROM read_csv('" + shared + "/*.csv')",
		"a list of files":         "SELECT * FROM glob('/etc/*')",
		"dots out of the folder":  "SELECT * FROM read_csv('" + work + "/../" + filepath.Base(shared) + "/other.csv')",
		"dots from the file":      "SELECT * FROM read_csv('" + shared + "/data.csv/../other.csv')",
		"a link in the folder":    "SELECT * FROM read_csv('" + work + "/link.csv')",
		"the sniffer":             "SELECT * FROM sniff_csv('" + other + "')",
		"attach":                  "ATTACH '" + outside + ".db'",
		"copy to elsewhere":       "COPY (SELECT 1) TO '" + outside + ".csv'",
		"copy from elsewhere":     "CREATE TABLE t (a INT, b INT); COPY t FROM '" + other + "'",
		"export":                  "EXPORT DATABASE '" + outside + "'",
		"import":                  "IMPORT DATABASE '" + shared + "'",
		"install":                 "INSTALL httpfs",
		"load":                    "LOAD httpfs",
		"load a file":             "LOAD '" + other + "'",
		"the network":             "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
		"set":                     "SET threads = 8",
		"reset":                   "RESET memory_limit",
		"pragma":                  "PRAGMA enable_external_access = true",
		"external access":         "SET enable_external_access = true",
		"unlocking":               "SET lock_configuration = false",
		"allowing a folder":       "SET allowed_directories = ['/']",
		"the environment":         "SELECT getenv('PATH')",
		"a secret in a file":      "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
		"profiling into a file":   "SET profiling_output = '" + outside + ".json'",
		"a database of a network": "ATTACH 'host=127.0.0.1' AS p (TYPE postgres)",
	}
	for name, statement := range refused {
		_, err := db.Exec(t.Context(), statement)
		require.Error(t, err, name)
	}
	left, err := os.ReadDir(shared)
	require.NoError(t, err)
	require.Len(t, left, 2, "nothing was written beside the data")
	require.NoFileExists(t, outside+".csv")
}

func TestOpen_WritesNothingWithoutAWorkFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data := write(t, filepath.Join(folder, "data.csv"))
	db := open(t, engine.Options{Files: []string{data}})
	_, err := db.Rows(t.Context(), "SELECT * FROM read_csv("+engine.Path(data)+")")
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), "COPY (SELECT 1) TO '"+folder+"/x.csv'")
	require.Equal(t, engine.Refused, engine.KindOf(err))
}

func TestOpen_BoundsWhatATaskMayUse(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir(), Limits: plan.Limits{MemoryBytes: 64 << 20, DiskBytes: 1 << 20, Threads: 1}})
	_, err := db.Exec(t.Context(), "CREATE TABLE t AS SELECT range AS i, md5(range::VARCHAR) AS m FROM range(5000000)")
	require.Contains(t, []engine.Kind{engine.DiskFull, engine.OutOfMemory}, engine.KindOf(err), "%v", err)
	_, err = db.Rows(t.Context(), "SELECT list(md5(range::VARCHAR)) FROM range(5000000)")
	require.Contains(t, []engine.Kind{engine.DiskFull, engine.OutOfMemory}, engine.KindOf(err), "%v", err)
	_, err = db.Rows(t.Context(), "SELECT 1")
	require.NoError(t, err, "the database lives on")
}

func TestEach_StopsWithinASecondOfItsContext(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir()})
	for _, query := range []string{
		"SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3",
		"SELECT sum(sqrt(range)) FROM range(90000000000)",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(100*time.Millisecond, cancel)
		begin := time.Now()
		_, err := db.Rows(ctx, query)
		timer.Stop()
		cancel()
		require.Equal(t, engine.Interrupted, engine.KindOf(err))
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, time.Since(begin), 1100*time.Millisecond)
	}
	_, err := db.Rows(t.Context(), "SELECT 1")
	require.NoError(t, err)
}

func TestProgress_MovesWhileARelationIsRead(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir(), Limits: plan.Limits{Threads: 1}})
	_, err := db.Exec(t.Context(), "CREATE TABLE t AS SELECT range AS i FROM range(3000000)")
	require.NoError(t, err)

	moved, stop, ended := false, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				if p, ok := db.Progress(); ok && p.Fraction > 0 && p.RowsTotal > 0 {
					moved = true
				}
			}
		}
	}()
	_, err = db.Rows(t.Context(), "SELECT max(md5(md5(md5(i::VARCHAR)))) FROM t")
	close(stop)
	<-ended
	require.NoError(t, err)
	require.True(t, moved, "the driver may have renamed the field that findProgress reads")
}

func TestIdentifierAndLiteral_AreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir()})
	for _, text := range []string{`a"b`, `a'b`, `"; DROP TABLE x; --`, "a\nb", "é€😀", "$1", "?"} {
		names, _, err := db.Columns(t.Context(), "SELECT "+engine.Literal(text)+" AS "+engine.Identifier(text))
		require.NoError(t, err)
		require.Equal(t, []string{text}, names)
		rows, err := db.Rows(t.Context(), "SELECT "+engine.Literal(text)+" = ?", text)
		require.NoError(t, err)
		require.Equal(t, [][]any{{true}}, rows)
	}
}

func TestWriteParquet_KeepsTheOrderAndCounts(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	db := open(t, engine.Options{WorkDir: work})
	rows, bytes, err := db.WriteParquet(t.Context(), "output.parquet", "SELECT range AS i FROM range(300000) WHERE range % ? = 0 ORDER BY i DESC", 3)
	require.NoError(t, err)
	require.EqualValues(t, 100_000, rows)
	info, err := os.Stat(filepath.Join(work, "output.parquet"))
	require.NoError(t, err)
	require.Equal(t, info.Size(), bytes)
	got, err := db.Rows(t.Context(), "SELECT i FROM read_parquet("+engine.Path(filepath.Join(db.WorkDir(), "output.parquet"))+") LIMIT 2")
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(299997)}, {int64(299994)}}, got)
}

func TestPath_IsOneFileWhateverItsName(t *testing.T) {
	t.Parallel()
	work := filepath.Join(t.TempDir(), "[1]*?")
	require.NoError(t, os.Mkdir(work, 0o700))
	name := func(ending string) string { return filepath.Join(work, "a[b]*?'"+ending) }
	files := map[string]string{name(".csv"): "a\n1\n", name(".json"): `[{"a":1}]`, filepath.Join(work, "ab-and-more'.csv"): "a\n2\n"}
	var all []string
	for path, content := range files {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		all = append(all, path)
	}
	db := open(t, engine.Options{WorkDir: work, Files: all})
	_, _, err := db.WriteParquet(t.Context(), filepath.Base(name(".parquet")), "SELECT 1::BIGINT AS a")
	require.NoError(t, err)
	for ending, reader := range map[string]string{".csv": "read_csv", ".json": "read_json", ".parquet": "read_parquet"} {
		rows, err := db.Rows(t.Context(), "SELECT a FROM "+reader+"("+engine.Path(name(ending))+")")
		require.NoError(t, err, ending)
		require.Equal(t, [][]any{{int64(1)}}, rows, ending)
	}
}

func TestStream_GivesTheCellsOfEach(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir()})
	query := "SELECT i::DOUBLE AS x, CASE WHEN i % 3 = 0 THEN NULL ELSE 'é' || i END AS s, i % 2 = 0 AS b FROM range(10000) r(i) ORDER BY i DESC"
	want, err := db.Rows(t.Context(), query)
	require.NoError(t, err)
	var got [][]any
	require.NoError(t, db.Stream(t.Context(), func(row []engine.Value) error {
		one := make([]any, len(row))
		for i, cell := range row {
			one[i] = cell
		}
		got = append(got, one)
		return nil
	}, query))
	require.Equal(t, want, got)
}

func TestStream_StopsAtAnErrorAndAtItsContext(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{WorkDir: t.TempDir()})
	full, rows := errors.New("full"), 0
	require.Equal(t, full, db.Stream(t.Context(), func([]engine.Value) error { rows++; return full }, "SELECT range FROM range(100000)"))
	require.Equal(t, 1, rows)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Stream(ctx, func([]engine.Value) error { cancel(); rows++; return nil }, "SELECT range FROM range(1000000)")
	require.Equal(t, engine.Interrupted, engine.KindOf(err))
	require.Less(t, rows, 10_000)
	require.Equal(t, engine.Internal, engine.KindOf(db.Stream(t.Context(), nil, "SELECT nothing")))
	_, err = db.Rows(t.Context(), "SELECT 1")
	require.NoError(t, err, "the database lives on")
}
