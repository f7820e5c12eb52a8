// Package describe is the model that only describes: the profile of every
// column, with pandas' definitions.
package describe

import (
	"context"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/profile"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// Run describes the features, or every column. Errors are invalid_params faults,
// or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	columns, err := s.Relation.Pick("params.features", p.Features)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("describing", 0.4, 1)
	described, err := profile.Of(ctx, s.DB, s.Relation.From, profile.Options{
		Columns: columns, SingleRowsMayShow: s.SingleRowsMayShow,
		Step: func(done int) { s.Tracker.Advance(float64(done) / float64(len(columns))) },
	})
	if err != nil {
		return finding.Finding{}, err
	}
	described.Name, described.Title = "describe", "Description of every column"
	return finding.Finding{
		Kind:       finding.Kind(operation.Analyze, operation.Describe),
		Summary:    "{columns} columns of {rows} rows.",
		Parameters: map[string]any{"model": operation.Describe, "features": source.NamesOf(columns)},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(described.Rows), Basis: finding.Count()},
			{Name: "columns", Value: float64(len(columns)), Basis: finding.Known()},
		},
		Tables: []finding.Table{described},
	}, nil
}
