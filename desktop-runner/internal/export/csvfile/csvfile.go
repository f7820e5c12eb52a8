// Package csvfile writes the rows of a dataset as a CSV file that a spreadsheet
// can open without running what is in its cells.
package csvfile

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/export/csvcell"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Run writes all rows, with a header, in UTF-8. DuckDB writes the file while it
// reads, so the rows need not fit into memory. Missing values are empty; text
// that a spreadsheet would take for a formula has an apostrophe in front.
// Errors are the engine's.
func Run(ctx context.Context, s *step.Step) (finding.Finding, error) {
	s.Tracker.Stage("exporting", 0.4, 1)
	name := FileName(s.Relation.Dataset)
	path := filepath.Join(s.DB.WorkDir(), name)
	rows, err := s.DB.Exec(ctx, "COPY (SELECT "+cells(s.Relation.Columns)+" FROM "+s.Relation.From+") TO "+engine.Literal(path)+
		" (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')")
	if err != nil {
		return finding.Finding{}, err
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Export, ""),
		Summary:    "{rows} rows with {columns} columns, as a CSV file.",
		Parameters: map[string]any{"format": operation.CSV},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(rows), Basis: finding.Count()},
			{Name: "columns", Value: float64(len(s.Relation.Columns)), Basis: finding.Known()},
		},
		Tables: []finding.Table{&finding.Schema{Columns: s.Relation.Columns}},
		Files:  []finding.File{{Name: name, ContentType: "text/csv; charset=utf-8", Holds: finding.RowsOfData}},
	}, nil
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// maxName leaves room for the ending within the 128 characters of an artifact's name.
const maxName = 120

// FileName makes an artifact's name of a dataset's: letters and digits of ASCII,
// dots, dashes and underscores; everything else becomes a dash.
func FileName(dataset string) string {
	name := strings.Trim(unfit.ReplaceAllString(strings.TrimSuffix(dataset, ".csv"), "-"), "-.")
	if name == "" {
		name = "data"
	}
	return name[:min(len(name), maxName)] + ".csv"
}

// cells writes numbers, dates and truth values as they are, and guards the rest.
func cells(columns []result.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		expression := "(" + source.Cell(c) + ")"
		if c.Type == result.Text || c.Type == result.Other {
			expression = "CASE WHEN regexp_matches(" + expression + ", " + engine.Literal(csvcell.Dangerous) + ") AND NOT regexp_matches(" +
				expression + ", " + engine.Literal(csvcell.Number) + ") THEN '''' || " + expression + " ELSE " + expression + " END"
		}
		out[i] = expression + " AS " + engine.Identifier(csvcell.Text(c.Name))
	}
	return strings.Join(out, ", ")
}
