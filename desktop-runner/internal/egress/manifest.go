package egress

import (
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/result"
)

// manifest tells which data it was. Where rows may not leave, that is its kind,
// its columns and its revision, and the rows in whole groups, as the list of
// datasets tells them: the exact size of two revisions differs by what one person
// was added with, and a hash confirms a guess.
func (s *sealing) manifest(m *finding.Manifest) {
	if m == nil {
		return
	}
	out := &result.Manifest{
		Source: m.Source, Rows: &m.Rows, Bytes: m.Bytes, SHA256: m.SHA256, SHA256State: m.HashState, Engine: m.Engine,
		ColumnCount: len(m.Columns), Columns: m.Columns[:min(len(m.Columns), result.MaxManifestColumns)],
	}
	if !s.policy.rows {
		out.Source = result.ManifestSource{Kind: m.Source.Kind, Format: m.Source.Format, Revision: m.Source.Revision}
		out.Bytes, out.SHA256, out.SHA256State = nil, "", result.HashWithheld
		out.Rows, out.RowsApproximate = roundDown(&m.Rows, s.policy.MinGroupSize()), true
		if *out.Rows == 0 {
			out.Rows, out.RowsApproximate = nil, false
		}
	}
	s.doc.Manifest = out
}
