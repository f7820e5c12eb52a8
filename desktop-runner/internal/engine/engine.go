// Package engine is the only one that speaks to DuckDB. It opens a database in
// memory, bounds what it may use, and locks it down to the files of one task
// before any parameter of that task reaches it.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	// The driver registers itself; everything else here goes through database/sql.
	_ "github.com/duckdb/duckdb-go/v2"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
)

// What a task may use when its owner has set no limits: enough for files of
// some gigabytes (DuckDB spills to disk), and little enough that the owner's
// other programs do not notice.
const (
	defaultMemoryBytes = 1 << 30
	defaultDiskBytes   = 10 << 30
	defaultThreads     = 2
)

// Options say what one database may touch.
type Options struct {
	// WorkDir is the only folder that is written to. It must exist. When empty,
	// nothing is written at all, and nothing spilled.
	WorkDir string
	// Files are the data files that may be read, as sharepath.Resolve gives them.
	// They are held until Close, and read by what PathOf gives.
	Files []string
	// Limits bound memory, disk and threads; zero fields take cautious defaults.
	Limits plan.Limits
}

// DB is one locked-down database on one connection. Its methods must not be
// called concurrently, except Progress.
type DB struct {
	pool     *sql.DB
	conn     *sql.Conn
	workDir  string
	held     map[string]*sharepath.Held
	progress progressReader
	// appended is how far an Append is, as the bits of a float64.
	appended atomic.Uint64
}

// Open starts a database and locks it down. After Open nothing but Files can be
// read, nothing but WorkDir can be written, no extension can be loaded, and none
// of it can be changed by a statement. The error is an *Error of kind Unreadable
// where a file cannot be held; it then wraps one of sharepath.Hold.
func Open(ctx context.Context, o Options) (*DB, error) {
	workDir := ""
	if o.WorkDir != "" {
		var err error
		if workDir, err = filepath.EvalSymlinks(o.WorkDir); err != nil {
			return nil, fmt.Errorf("finding the work folder: %w", err)
		}
	}
	held, err := hold(o.Files)
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", classify(err)), release(held))
	}
	// In memory, every connection of a pool would see the same database but not
	// the same progress or temporary tables.
	pool.SetMaxOpenConns(1)
	db := &DB{pool: pool, workDir: workDir, held: held}
	if db.conn, err = pool.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("connecting: %w", classify(err)), pool.Close(), release(held))
	}
	for _, statement := range lockDown(workDir, db.allowed(), o.Limits) {
		if _, err := db.conn.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(fmt.Errorf("locking down: %w", classify(err)), db.Close())
		}
	}
	db.progress = findProgress(db.conn)
	return db, nil
}

// lockDown lists the settings in the only order that works: limits while
// settings can still be made, then the paths, then external access (which
// freezes the paths), and the lock last.
func lockDown(workDir string, files []string, limits plan.Limits) []string {
	memory, disk, threads := limits.MemoryBytes, limits.DiskBytes, limits.Threads
	if memory <= 0 {
		memory = defaultMemoryBytes
	}
	if disk <= 0 {
		disk = defaultDiskBytes
	}
	if threads <= 0 {
		threads = defaultThreads
	}
	// A path that does not exist stands where a setting needs one.
	nowhere, spill, writable := "/nonexistent", "", "[]"
	if workDir != "" {
		nowhere, spill, writable = filepath.Join(workDir, "none"), filepath.Join(workDir, "spill"), "["+Literal(workDir)+"]"
	}
	return []string{
		"SET memory_limit = " + Literal(strconv.FormatInt(memory, 10)+"B"),
		"SET threads = " + strconv.Itoa(threads),
		"SET temp_directory = " + Literal(spill),
		"SET max_temp_directory_size = " + Literal(strconv.FormatInt(disk, 10)+"B"),
		"SET home_directory = " + Literal(nowhere),
		"SET extension_directory = " + Literal(nowhere),
		"SET secret_directory = " + Literal(nowhere),
		"SET allow_persistent_secrets = false",
		"SET TimeZone = 'UTC'",
		"SET enable_progress_bar = true",
		"SET enable_progress_bar_print = false",
		// INSTALL would otherwise ask the network even without external access.
		"SET custom_extension_repository = " + Literal(nowhere),
		"SET autoinstall_extension_repository = " + Literal(nowhere),
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allowed_directories = " + writable,
		"SET allowed_paths = [" + strings.Join(files, ", ") + "]",
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	}
}

// Close ends the database and frees what it holds.
func (db *DB) Close() error {
	return errors.Join(db.conn.Close(), db.pool.Close(), release(db.held))
}

// PathOf gives the path by which a file of Options.Files is read, here and by
// whoever else looks into it: DuckDB compares the names of what it may read when it
// is asked, and opens what has the name a moment later. A path that is none of them
// stays what it is.
func (db *DB) PathOf(file string) string {
	if h, ok := db.held[file]; ok {
		return h.Path()
	}
	return file
}

// InPlace reports whether these of Options.Files still are the files that were
// there at Open.
func (db *DB) InPlace(files []string) bool {
	return !slices.ContainsFunc(files, func(file string) bool {
		h, ok := db.held[file]
		return ok && !h.InPlace()
	})
}

// WorkDir is the folder that the database may write to, without symbolic links.
func (db *DB) WorkDir() string { return db.workDir }

// Exec runs one statement and gives the number of rows that it changed or wrote.
// Canceling ctx interrupts it. Errors are of type *Error.
func (db *DB) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	res, err := db.conn.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, wrap(ctx, err)
	}
	n, err := res.RowsAffected()
	return n, wrap(ctx, err)
}

// Each runs a query and hands every row to take, in order; the slice is reused.
// It stops at take's first error and gives it back as it is. Errors of the
// database are of type *Error.
func (db *DB) Each(ctx context.Context, take func(row []any) error, query string, args ...any) error {
	rows, err := db.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return wrap(ctx, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return wrap(ctx, err)
	}
	row, into := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return wrap(ctx, err)
		}
		if err := take(row); err != nil {
			return err
		}
	}
	return wrap(ctx, rows.Err())
}

// Rows runs a query and gives all its rows; meant for results that are small.
func (db *DB) Rows(ctx context.Context, query string, args ...any) ([][]any, error) {
	var out [][]any
	err := db.Each(ctx, func(row []any) error {
		out = append(out, append([]any(nil), row...))
		return nil
	}, query, args...)
	return out, err
}

// Columns gives the names and the database's types of a query's columns. The
// query is looked at once: DESCRIBE would do so when it is prepared and again when
// it is run, which for JSON means to read the file twice.
func (db *DB) Columns(ctx context.Context, query string) (names, databaseTypes []string, err error) {
	const view = "columns of a query"
	if _, err := db.Exec(ctx, "CREATE OR REPLACE TEMP VIEW "+Identifier(view)+" AS "+query); err != nil {
		return nil, nil, err
	}
	err = db.Each(ctx, func(row []any) error {
		names = append(names, fmt.Sprint(row[0]))
		databaseTypes = append(databaseTypes, fmt.Sprint(row[1]))
		return nil
	}, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", view)
	if _, dropping := db.Exec(ctx, "DROP VIEW IF EXISTS "+Identifier(view)); err == nil {
		err = dropping
	}
	return names, databaseTypes, err
}

// WriteParquet writes a query's rows, in the query's order, to a new file of
// WorkDir, and gives their number and the file's size. Snappy takes a third of
// zstd's time for numbers, which neither makes much smaller, and four fifths of it
// for a fifth more bytes of mixed columns: nothing of these files travels.
func (db *DB) WriteParquet(ctx context.Context, name, query string, args ...any) (rows, bytes int64, err error) {
	path := filepath.Join(db.workDir, name)
	rows, err = db.Exec(ctx, "COPY ("+query+") TO "+Literal(path)+" (FORMAT parquet, COMPRESSION snappy)", args...)
	if err != nil {
		return 0, 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, &Error{Kind: Internal, Err: err}
	}
	return rows, info.Size(), nil
}

// Identifier quotes a name for use in a statement. The name must be one that the
// database itself gave: it is not checked here.
func Identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal quotes text that comes from the owner's configuration, such as a path,
// for the places of a statement where nothing can be bound.
func Literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Path quotes the path of one file for the table functions that read files. They
// would take some characters as a pattern, but they look for a file of exactly
// that name first; and to find a pattern's files they would have to list the
// folder, which a task may not. Where the file has gone, and the pattern fits
// another, that one is not among those allowed.
func Path(path string) string { return Literal(path) }

func (db *DB) allowed() []string {
	var out []string
	for _, h := range db.held {
		out = append(out, Literal(h.Path()))
	}
	return out
}

func hold(files []string) (map[string]*sharepath.Held, error) {
	held := make(map[string]*sharepath.Held, len(files))
	for _, path := range files {
		if held[path] != nil {
			continue
		}
		h, err := sharepath.Hold(path)
		if err != nil {
			return nil, errors.Join(&Error{Kind: Unreadable, Err: err}, release(held))
		}
		held[path] = h
	}
	return held, nil
}

func release(held map[string]*sharepath.Held) error {
	var wrong []error
	for _, h := range held {
		wrong = append(wrong, h.Close())
	}
	return errors.Join(wrong...)
}
