// Package parquetfile writes the rows of a dataset as a Parquet file, with the
// types that they have.
package parquetfile

import (
	"context"
	"strings"

	"ddap/desktop-runner/internal/export/csvfile"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// Run writes all rows, in their order, compressed with Zstandard. The engine writes
// while it reads, so the rows need not fit into memory. Text stays as it is: no
// reader of Parquet takes it for a formula. Errors are the engine's.
func Run(ctx context.Context, s *step.Step) (finding.Finding, error) {
	s.Tracker.Stage("exporting", 0.4, 1)
	name := fileName(s.Relation.Dataset)
	rows, _, err := s.DB.WriteParquet(ctx, name, "SELECT "+source.List(s.Relation.Columns)+" FROM "+s.Relation.From)
	if err != nil {
		return finding.Finding{}, err
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Export, ""),
		Summary:    "{rows} rows with {columns} columns, as a Parquet file.",
		Parameters: map[string]any{"format": operation.Parquet},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(rows), Basis: finding.Count()},
			{Name: "columns", Value: float64(len(s.Relation.Columns)), Basis: finding.Known()},
		},
		Tables: []finding.Table{&finding.Schema{Columns: s.Relation.Columns}},
		Files:  []finding.File{{Name: name, ContentType: "application/vnd.apache.parquet", Holds: finding.RowsOfData}},
	}, nil
}

func fileName(dataset string) string {
	return strings.TrimSuffix(csvfile.FileName(strings.TrimSuffix(dataset, ".parquet")), ".csv") + ".parquet"
}
