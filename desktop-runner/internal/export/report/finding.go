package report

import (
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
)

// Finding is what an operation tells of a report that it wrote as files, the
// report first.
func (r *Report) Finding(p *operation.ExportParams, files []finding.File) finding.Finding {
	summary := "A report of {inputs} results."
	if len(r.Sections) == 1 {
		summary = "A report of {inputs} result."
	}
	parameters := map[string]any{"format": p.Format, "title": r.Title, "language": r.Speech.Language()}
	if len(p.Sections) > 0 {
		parameters["sections"] = p.Sections
	}
	return finding.Finding{
		Kind: finding.Kind(operation.Export, ""), Summary: summary, Parameters: parameters,
		Metrics: []finding.Metric{{Name: "inputs", Value: float64(len(r.Sections)), Basis: finding.Known()}},
		Files:   files,
	}
}
