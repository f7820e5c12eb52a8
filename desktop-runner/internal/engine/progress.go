package engine

import (
	"database/sql"
	"math"
	"reflect"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Progress is how far the running statement is.
type Progress struct {
	// Fraction is between 0 and 1; it stays 0 in statements whose size DuckDB cannot tell.
	Fraction float64
	// RowsDone and RowsTotal count the rows of the scans; estimates for some formats.
	RowsDone, RowsTotal int64
}

type progressReader struct {
	conn  mapping.Connection
	valid bool
}

// Progress gives how far the running statement is; ok is false when nothing
// runs, or when it is not known. It may be called while another method runs,
// but not after Close.
func (db *DB) Progress() (p Progress, ok bool) {
	if fraction := math.Float64frombits(db.appended.Load()); fraction > 0 {
		return Progress{Fraction: min(fraction, 1)}, true
	}
	if !db.progress.valid {
		return Progress{}, false
	}
	state := mapping.QueryProgress(db.progress.conn)
	percent, done, total := mapping.QueryProgressTypeMembers(&state)
	if percent < 0 {
		return Progress{}, false
	}
	return Progress{Fraction: min(percent/100, 1), RowsDone: int64(done), RowsTotal: int64(total)}, true
}

// findProgress takes the native connection out of the driver's. The driver keeps
// it in an unexported field and offers no progress of its own; a driver that
// names the field otherwise leaves the progress unknown, and a test says so.
func findProgress(conn *sql.Conn) (reader progressReader) {
	// The only error is that of the function itself.
	_ = conn.Raw(func(driverConn any) error {
		v := reflect.ValueOf(driverConn)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
			return nil
		}
		native := v.Elem().FieldByName("conn")
		if !native.IsValid() || native.Type() != reflect.TypeFor[mapping.Connection]() {
			return nil
		}
		if ptr := native.FieldByName("Ptr"); ptr.IsValid() && ptr.Kind() == reflect.UnsafePointer {
			reader = progressReader{conn: mapping.Connection{Ptr: ptr.UnsafePointer()}, valid: true}
		}
		return nil
	})
	return reader
}
