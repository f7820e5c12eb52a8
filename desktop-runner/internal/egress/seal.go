package egress

import (
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// outputGrain is what the size of an output is rounded up to where rows may not
// leave: the exact size of a small file tells how many rows it has.
const outputGrain = 64 << 10

// Seal builds the outcome of a task that succeeded: its document, the files
// that go with it, and the output that stays. The error is a policy_refused
// fault that says what would be allowed, or one of writing a file.
func Seal(p plan.Plan, f finding.Finding) (plan.Outcome, error) {
	s := sealing{plan: p, policy: PolicyOf(p.Inputs)}
	if err := s.build(f); err != nil {
		return plan.Outcome{}, err
	}
	out := plan.Outcome{Document: &s.doc}
	for _, file := range f.Files {
		if file.Holds != finding.Report {
			if err := s.policy.RefuseRows("this export"); err != nil {
				return plan.Outcome{}, err
			}
		}
		out.Artifacts = append(out.Artifacts, plan.Artifact{Name: file.Name, ContentType: file.ContentType})
	}
	if f.Output != nil {
		out.Output = f.Output.File
	}
	if f.Model != nil {
		artifact, err := s.model(f)
		if err != nil {
			return plan.Outcome{}, err
		}
		out.Artifacts = append(out.Artifacts, artifact)
	}
	spilled, err := s.fit()
	if err != nil {
		return plan.Outcome{}, err
	}
	out.Artifacts = append(out.Artifacts, spilled...)
	if err := s.doc.Check(); err != nil {
		return plan.Outcome{}, fmt.Errorf("checking the document: %w", err)
	}
	return out, nil
}

// sealing is a document while it is built.
type sealing struct {
	plan          plan.Plan
	policy        Policy
	doc           result.Document
	withheldCells int
}

func (s *sealing) build(f finding.Finding) error {
	metrics := s.policy.sealMetrics(f)
	s.doc = result.Document{
		Version: result.Version, Kind: f.Kind,
		Summary: metrics.sentence(f.Summary), Metrics: metrics.told,
		Parameters: f.Parameters, Sources: s.sources(),
	}
	for _, t := range f.Tables {
		if err := s.table(t); err != nil {
			return err
		}
	}
	for _, c := range f.Charts {
		if err := s.chart(c, f.Tables); err != nil {
			return err
		}
	}
	for _, n := range f.Notes {
		s.note("%s", metrics.sentence(n))
	}
	s.doc.Notes = append(s.doc.Notes, metrics.note(s.policy)...)
	s.manifest(f.Manifest)
	if f.Output != nil {
		s.output(*f.Output)
	}
	if s.withheldCells > 0 {
		s.note("Some numbers are withheld: they describe fewer than %d rows, may be the value of a single row, or would let such a number be calculated.", s.policy.MinGroupSize())
	}
	s.nullNonFinite(f)
	return nil
}

// note adds a note once.
func (s *sealing) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(s.doc.Notes, n) {
		s.doc.Notes = append(s.doc.Notes, n)
	}
}

func (s *sealing) sources() []result.Source {
	var out []result.Source
	for _, in := range s.plan.Inputs {
		for _, src := range in.Sources {
			if !slices.Contains(out, src) {
				out = append(out, src)
			}
		}
	}
	return out
}

// output describes the rows that stay. Their exact number is withheld under the
// same conditions as that of a metric, and then rounded down to whole groups.
func (s *sealing) output(o finding.Output) {
	d := &result.Dataset{
		Rows: o.Rows, Columns: o.Columns, Bytes: o.Bytes,
		Location: result.Location{RunnerID: s.plan.RunnerID, TaskID: s.plan.TaskID, Attempt: s.plan.Attempt},
	}
	d.Policy, d.MinGroupSize = s.policy.wire()
	d.RowsAreGroups = o.Grouped
	if !s.policy.rows {
		n := s.policy.MinGroupSize()
		// The number of groups tells how many small ones there are.
		if o.Grouped || o.Rows < n || s.policy.hidesFew(o.From-o.Rows) || s.policy.hidesFew(o.Apart) {
			d.Rows -= d.Rows % n
			d.RowsApproximate = true
		}
		d.Bytes = (d.Bytes + outputGrain - 1) / outputGrain * outputGrain
	}
	s.doc.Dataset = d
}

// nullNonFinite replaces what JSON has no number for, and says where.
func (s *sealing) nullNonFinite(f finding.Finding) {
	for _, m := range f.Metrics {
		if v, told := s.doc.Metrics[m.Name]; told && !finite(float64(v)) {
			s.note("%s is not a finite number and is shown as missing.", m.Name)
		}
	}
	for _, t := range s.doc.Tables {
		for _, row := range t.Rows {
			if nullCells(row) {
				s.note("The table %q has numbers that are not finite; they are shown as missing.", t.Title)
			}
		}
	}
	for _, c := range s.doc.Charts {
		for _, series := range c.Series {
			// Both must be looked at, so no short-circuit.
			if x, y := nullCells(series.X), nullCells(series.Y); x || y {
				s.note("The picture %q has numbers that are not finite; they are left out.", c.Title)
			}
		}
	}
}

func nullCells(row []any) (found bool) {
	for i, cell := range row {
		if v, ok := cell.(float64); ok && !finite(v) {
			row[i], found = nil, true
		}
	}
	return found
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
