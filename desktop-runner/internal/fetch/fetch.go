// Package fetch is operation 100: a dataset as it is, with its columns, first
// rows and a profile of every column.
package fetch

import (
	"context"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/profile"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// Run writes the chosen columns and rows as the task's output, and describes
// them. Errors are invalid_params faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.FetchParams) (finding.Finding, error) {
	columns, err := s.Relation.Pick("params.columns", p.Columns)
	if err != nil {
		return finding.Finding{}, err
	}
	query, args := "SELECT "+source.List(columns)+" FROM "+s.Relation.From, []any(nil)
	if p.Limit != nil {
		query, args = query+" LIMIT ?", []any{*p.Limit}
	}
	s.Tracker.Stage("writing", 0.4, 0.6)
	output, from, err := s.Write(ctx, columns, query, args...)
	if err != nil {
		return finding.Finding{}, err
	}
	previewRows, withProfile := operation.DefaultPreviewRows, true
	if p.PreviewRows != nil {
		previewRows = *p.PreviewRows
	}
	if p.Profile != nil {
		withProfile = *p.Profile
	}
	f := finding.Finding{
		Kind:    finding.Kind(operation.Fetch, ""),
		Summary: "{rows} rows with {columns} columns.",
		Parameters: map[string]any{
			"columns": source.NamesOf(columns), "profile": withProfile, "preview_rows": previewRows,
		},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(output.Rows), Basis: finding.Count()},
			{Name: "columns", Value: float64(len(columns)), Basis: finding.Known()},
		},
		Tables: []finding.Table{&finding.Schema{Columns: columns}},
		Output: output,
	}
	if p.Limit != nil {
		f.Parameters["limit"] = *p.Limit
	}
	if output.Rows < s.Rows {
		f.Summary = "The first {rows} of {rows_total} rows, with {columns} columns."
		f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_total", Value: float64(s.Rows), Basis: finding.Count()},
			finding.Metric{Name: "rows_left_out", Value: float64(s.Rows - output.Rows), Basis: finding.Remainder()})
		f.Splits = []finding.Split{{Total: "rows_total", Parts: []string{"rows", "rows_left_out"}, Keep: "rows_total"}}
	}
	if previewRows > 0 {
		sample, err := s.Sample(ctx, from, output, previewRows)
		if err != nil {
			return finding.Finding{}, err
		}
		f.Tables = append(f.Tables, sample)
	}
	if withProfile {
		s.Tracker.Stage("profiling", 0.6, 1)
		described, err := profile.Of(ctx, s.DB, from, profile.Options{
			Columns: columns, SingleRowsMayShow: s.SingleRowsMayShow,
			Step: func(done int) { s.Tracker.Advance(float64(done) / float64(len(columns))) },
		})
		if err != nil {
			return finding.Finding{}, err
		}
		f.Tables = append(f.Tables, described)
	}
	return f, nil
}
