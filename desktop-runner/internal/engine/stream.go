package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// checkEvery is how many rows are taken between two looks at the context: about
// a millisecond's worth.
const checkEvery = 4096

// Stream is Each for whole columns of a large file: it skips the conversions of
// database/sql, which take several times as long as the rest for numbers. The
// query has no arguments, and take must not use the database; a cell is what the
// driver gives.
func (db *DB) Stream(ctx context.Context, take func(row []Value) error, query string) error {
	var own error
	err := db.conn.Raw(func(driverConn any) (failed error) {
		c, ok := driverConn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("stream: %T answers no queries", driverConn)
		}
		rows, err := c.QueryContext(ctx, query, nil)
		if err != nil {
			return err //nolint:wrapcheck // wrapped below, where its kind is found
		}
		defer func() { failed = errors.Join(failed, rows.Close()) }()
		row := make([]Value, len(rows.Columns()))
		for n := 1; ; n++ {
			switch err := rows.Next(row); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err //nolint:wrapcheck // as above
			}
			if own = take(row); own != nil {
				return nil
			}
			if n%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
	})
	if own != nil {
		return own
	}
	return wrap(ctx, err)
}
