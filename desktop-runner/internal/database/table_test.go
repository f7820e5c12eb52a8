//go:build unix

package database_test

import (
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func inf(sign int) float64 { return math.Inf(sign) }

// creation writes the statements that make a table of columns, t.
func creation(columns []column, quote string) []string {
	var declared []string
	for _, c := range columns {
		declared = append(declared, quote+strings.ReplaceAll(c.name, quote, quote+quote)+quote+" "+c.declared)
	}
	out := []string{"CREATE TABLE t (" + strings.Join(declared, ", ") + ")"}
	for row := range 2 {
		var values []string
		for _, c := range columns {
			values = append(values, c.values[row])
		}
		out = append(out, fmt.Sprintf("INSERT INTO t VALUES (%s)", strings.Join(values, ", ")))
	}
	return out
}

// sqliteWriter is a program that has a database open.
func sqliteWriter(t *testing.T, path string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	for _, text := range statements {
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err, text)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
