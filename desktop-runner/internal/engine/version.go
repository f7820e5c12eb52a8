package engine

import (
	"context"
	"fmt"
)

// Version gives the engine's name and version, as in "DuckDB v1.5.5".
func (db *DB) Version(ctx context.Context) (string, error) {
	rows, err := db.Rows(ctx, "SELECT version()")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("DuckDB %v", rows[0][0]), nil
}
