package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Value is a cell as Append takes it.
type Value = driver.Value

// Append fills a table, given by its unquoted name, with the rows that fill hands
// to add: a value for each column, of the type that the driver gives for it, or
// nil. The slice may be used again. An error of fill goes back as it is, others
// are of type *Error; the table may then have some of the rows.
func (db *DB) Append(ctx context.Context, table string, fill func(add func(row []Value) error) error) error {
	defer db.Appended(0)
	var own, failed error
	err := db.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(driver.Conn)
		if !ok {
			return fmt.Errorf("append: %T is no connection", driverConn)
		}
		a, err := duckdb.NewAppenderFromConn(c, "", table)
		if err != nil {
			return fmt.Errorf("append: %w", err)
		}
		own = fill(func(row []Value) error {
			failed = a.AppendRow(row...)
			return failed
		})
		if own != nil {
			// What waits to be written is not wanted any more.
			failed = errors.Join(failed, a.Clear())
		}
		return errors.Join(failed, a.CloseWithCancel(ctx))
	})
	if own != nil && failed == nil {
		return own
	}
	return wrap(ctx, err)
}

// Appended says how far an Append is, between 0 and 1; only who fills it knows.
func (db *DB) Appended(fraction float64) { db.appended.Store(math.Float64bits(fraction)) }
