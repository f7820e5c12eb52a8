// Package dbscan is the model dbscan: it finds groups where rows lie close
// together, and rows that belong to none, with scikit-learn's parameters and names.
package dbscan

import (
	"context"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/dbscan/density"
	"ddap/desktop-runner/internal/analyze/kmeans/lloyd"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/prepared"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	// maxShown is how many groups the table has, the largest ones.
	maxShown = 1000
	// sampled is how many rows the silhouette and the picture of distances are
	// calculated from.
	sampled = 1000
)

// Run finds the groups, and writes the rows with the number of their group.
// Errors are invalid_params and policy_refused faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.DBSCAN()
	if err != nil {
		return finding.Finding{}, err
	}
	if err := allowed(s, asked.MinSamples); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.5)
	// The points, and the tree of them.
	beside := func(columns int) int { return 2*columns + (columns+3)/4 + 3 }
	d, err := prepared.Read(ctx, s, p, prepared.Work{Beside: beside, Squares: true})
	if err != nil {
		return finding.Finding{}, err
	}
	r := report{d: d, asked: asked, points: s.SingleRowsMayShow}
	r.model = finding.Fit{Rows: int64(d.Rows), Parameters: int64(len(d.Columns)), Support: int64(d.Rows)}
	if err := d.Judge(ctx, s, &r.model); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.5, 0.9)
	if err := r.fit(ctx, s.Tracker.Advance); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("writing", 0.9, 1)
	output, _, err := d.Write(ctx, s, []result.Column{{Name: "cluster", Type: result.Integer}}, func(i int64, into []float64) {
		into[0] = float64(r.g.Labels[i])
	})
	if err != nil {
		return finding.Finding{}, err
	}
	f, err := r.finding()
	f.Output = output
	f.Parameters = map[string]any{
		"model": p.Model, "features": source.NamesOf(d.Features), "eps": asked.Eps, "min_samples": asked.MinSamples,
		"metric": "euclidean", "standardize": asked.Standardize,
	}
	return f, err
}

// allowed refuses groups that fewer rows make than the owner asks for: how many
// groups there are would tell which few rows are near each other.
func allowed(s *step.Step, minSamples int) error {
	if s.SingleRowsMayShow || int64(minSamples) >= s.MinGroupSize {
		return nil
	}
	return fault.New("dbscan.Run", fault.Forbidden, string(task.PolicyRefused),
		"groups that grow from %d rows would tell of these, and the owner shares summaries of at least %d rows only. Allowed is a min_samples of %d or more.",
		minSamples, s.MinGroupSize, s.MinGroupSize)
}

type report struct {
	d     *prepared.Data
	asked operation.DBSCANParams
	model finding.Fit
	g     *density.Groups
	sizes []int64
	// far are the distances to the neighbor that makes a row one of the core, of
	// some rows, sorted; only where single rows may show.
	far    []float64
	score  float64
	scored int
	points bool
}

func (r *report) fit(ctx context.Context, advance func(float64)) error {
	x, err := points.Of(ctx, r.d.Numbers, r.d.Scaling)
	if err != nil {
		return err
	}
	tree, err := density.NewTree(ctx, x)
	if err != nil {
		return err
	}
	if r.g, err = tree.Cluster(ctx, r.asked.Eps, r.asked.MinSamples, advance); err != nil {
		return err
	}
	r.sizes = make([]int64, r.g.K)
	for _, label := range r.g.Labels {
		if label >= 0 {
			r.sizes[label]++
		}
	}
	if r.points {
		if r.far, err = tree.KDistances(ctx, r.asked.MinSamples, sampled); err != nil {
			return err
		}
		r.far = slices.DeleteFunc(r.far, func(d float64) bool { return math.IsInf(d, 1) })
		slices.Sort(r.far)
	}
	r.score, r.scored, err = lloyd.Silhouette(ctx, x, r.g.Labels, r.g.K, sampled)
	return err
}

// noise counts the rows in no group.
func (r *report) noise() int64 {
	out := int64(r.d.Rows)
	for _, size := range r.sizes {
		out -= size
	}
	return out
}

func (r *report) finding() (finding.Finding, error) {
	table, err := r.clusters()
	if err != nil {
		return finding.Finding{}, err
	}
	steps, err := r.d.Steps(r.model)
	if err != nil {
		return finding.Finding{}, err
	}
	noise, grouped := r.noise(), int64(r.d.Rows)-r.noise()
	metrics, split := r.d.Counts()
	metrics = append(metrics,
		finding.Metric{Name: "n_clusters", Value: float64(r.g.K), Basis: finding.Known()},
		finding.Metric{Name: "rows_grouped", Value: float64(grouped), Basis: finding.Remainder()},
		finding.Metric{Name: "rows_noise", Value: float64(noise), Basis: finding.Remainder()},
		finding.Metric{Name: "rows_core", Value: float64(r.g.Core), Basis: finding.Remainder()},
		finding.Metric{Name: "rows_border", Value: float64(grouped - int64(r.g.Core)), Basis: finding.Remainder()},
	)
	if !math.IsNaN(r.score) {
		metrics = append(metrics, finding.Metric{Name: "silhouette_score", Value: r.score, Basis: finding.Over(int64(r.scored))})
	}
	f := finding.Finding{
		Kind:    finding.Kind(operation.Analyze, operation.DBSCAN),
		Summary: "{rows_used} rows fall into {n_clusters} groups; {rows_noise} of them are noise, in no group.",
		Metrics: metrics, Notes: r.notes(),
		Splits: []finding.Split{
			split, {Total: "rows_used", Parts: []string{"rows_grouped", "rows_noise"}, Keep: "rows_used"},
			{Total: "rows_grouped", Parts: []string{"rows_core", "rows_border"}, Keep: "rows_grouped"},
		},
		Tables: []finding.Table{table, steps},
	}
	if names := table.Frame.Nrow(); names > 0 {
		labels := make([]any, names)
		for i := range labels {
			labels[i] = fmt.Sprint(r.shown()[i])
		}
		f.Charts = append(f.Charts, &finding.Sizes{Name: "cluster_sizes", Title: "Size of each group", Groups: "clusters", AxisTitle: "Group", Labels: labels})
	}
	if len(r.far) > 0 {
		f.Charts = append(f.Charts, r.distances())
	}
	return f, nil
}

func (r *report) notes() []string {
	out := r.d.Notes()
	if r.g.K > maxShown {
		out = append(out, fmt.Sprintf("The table has the largest %d groups; a larger eps makes fewer.", maxShown))
	}
	if r.asked.Standardize {
		out = append(out, "Distances, eps among them, are in standard deviations of the features; means are in the features' own units.")
	}
	if !math.IsNaN(r.score) {
		out = append(out, "The silhouette leaves out noise, and rests on at most 1,000 rows.")
	}
	if bend, ok := r.bend(); ok {
		out = append(out, fmt.Sprintf("Distances to the neighbor number %d rise most from about %.3g on, which is a first choice for eps.", r.asked.MinSamples, bend))
	}
	return out
}
