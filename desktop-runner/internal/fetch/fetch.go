// Package fetch is operation 100: a dataset as it is, with its columns, first
// rows and a profile of every column.
package fetch

import (
	"context"
	"strconv"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/profile"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Run writes the chosen columns and rows as the task's output, and describes
// them. Errors are invalid_params faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.FetchParams) (finding.Finding, error) {
	columns, err := s.Relation.Pick("params.columns", p.Columns)
	if err != nil {
		return finding.Finding{}, err
	}
	query, args := rowsOf(s, columns, p)
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
		Output: output, Manifest: &finding.Manifest{Rows: s.Rows, Columns: s.Relation.Columns},
	}
	what := "The first"
	if p.Limit != nil {
		f.Parameters["limit"] = *p.Limit
	}
	if p.Sample != nil {
		f.Parameters["sample"], what = p.Sample, "A random sample of"
	}
	if output.Rows < s.Rows {
		f.Summary = what + " {rows} of {rows_total} rows, with {columns} columns."
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
		s.Tracker.Counted("profiling", 0.6, 1)
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

// Needs says what Run reads of a dataset.
func Needs(p *operation.FetchParams) source.Request {
	out := source.Request{Limit: p.Limit, Repeatable: p.Sample != nil || p.Limit != nil}
	if len(p.Columns) > 0 {
		out.Columns = p.Columns
	}
	return out
}

// rowsOf gives the statement that reads what is asked for, in the order of the data.
func rowsOf(s *step.Step, columns []result.Column, p *operation.FetchParams) (string, []any) {
	list, from := source.List(columns), s.Relation.From
	switch {
	case p.Limit != nil:
		return "SELECT " + list + " FROM " + from + " LIMIT ?", []any{*p.Limit}
	case p.Sample == nil:
		return "SELECT " + list + " FROM " + from, nil
	}
	// Every row draws a number that follows from its place and the seed alone: MD5
	// is the same in every version of the engine, and its own sampling is not.
	place := engine.Identifier(source.FreeName(s.Relation.Columns))
	numbered := "(SELECT " + source.InFileOrder + " AS " + place + ", * FROM " + from + ")"
	return "SELECT " + list + " FROM " + numbered + " WHERE " + place + " IN (SELECT " + place + " FROM " + numbered +
			" ORDER BY md5_number_lower(concat(?, ':', " + place + ")), " + place + " LIMIT ?) ORDER BY " + place,
		[]any{strconv.FormatInt(p.Sample.RandomState, 10), p.Sample.Size(s.Rows)}
}
