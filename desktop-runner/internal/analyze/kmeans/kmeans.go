// Package kmeans is the model kmeans: it divides rows into groups around
// centres, with scikit-learn's parameters and names.
package kmeans

import (
	"context"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/kmeans/lloyd"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/prepared"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	// maxPoints is how many rows the picture of the groups shows.
	maxPoints = 600
	// silhouettePoints is how many rows the silhouette is computed from; its cost
	// grows with their square.
	silhouettePoints = 1000
)

// Run divides the rows into groups, and writes them with the number of their
// group. Errors are invalid_params faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.KMeans()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.5)
	d, err := prepared.Read(ctx, s, p, prepared.Work{Beside: beside, Squares: true})
	if err != nil {
		return finding.Finding{}, err
	}
	from, to, field := asked.NClusters, asked.NClusters, "n_clusters"
	if r := asked.NClustersRange; len(r) == 2 {
		from, to, field = r[0], r[1], "n_clusters_range[0]"
	}
	model := finding.Fit{Rows: int64(d.Rows), Parameters: int64(to), Support: int64(d.Rows)}
	if err := d.Judge(ctx, s, &model); err != nil {
		return finding.Finding{}, err
	}
	if d.Rows < from {
		return finding.Finding{}, fault.BadFields("kmeans.Run", string(task.InvalidParams), fault.Field{
			Path:    "params.params." + field,
			Message: fmt.Sprintf("is %d, but there are fewer rows; ask for fewer groups", from),
		})
	}
	r := report{d: d, asked: asked, model: model, points: s.SingleRowsMayShow}
	if err := r.try(ctx, s, p.RandomState, from, min(to, d.Rows)); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("writing", 0.9, 1)
	output, _, err := d.Write(ctx, s, []result.Column{{Name: "cluster", Type: result.Integer}}, func(i int64, into []float64) {
		into[0] = float64(r.c.Labels[i])
	})
	if err != nil {
		return finding.Finding{}, err
	}
	f, err := r.finding(map[string]any{
		"model": p.Model, "features": source.NamesOf(d.Features), "random_state": p.RandomState,
		"n_clusters": r.asked.NClusters, "n_init": asked.NInit, "max_iter": asked.MaxIter, "tol": asked.Tol, "standardize": asked.Standardize,
	})
	f.Output = output
	if len(asked.NClustersRange) > 0 {
		f.Parameters["n_clusters_range"] = asked.NClustersRange
	}
	return f, err
}

// beside is how many columns' room the work takes beside the columns: the points,
// their bounds, and the labels of the best start beside those of the running one.
func beside(columns int) int { return columns + (columns+1)/2 + 6 }

// try divides the rows into each number of groups, and keeps the one to tell of.
func (r *report) try(ctx context.Context, s *step.Step, seed int64, from, to int) error {
	s.Tracker.Counted("fitting", 0.5, 0.9)
	x, err := points.Of(ctx, r.d.Numbers, r.d.Scaling)
	if err != nil {
		return err
	}
	tolerance, err := lloyd.Tolerance(ctx, x)
	if err != nil {
		return err
	}
	for k := from; k <= to; k++ {
		c, err := lloyd.Cluster(ctx, x, lloyd.Options{
			K: k, Starts: r.asked.NInit, Iterations: r.asked.MaxIter, Seed: seed, Tol: r.asked.Tol * tolerance,
		}, func(fraction float64) { s.Tracker.Advance((float64(k-from) + fraction) / float64(to-from+1)) })
		if err != nil {
			return err
		}
		if len(c.Centres) < k*x.P && k > from {
			break // there are fewer different rows
		}
		t := trial{k: k, c: c}
		if t.score, t.scored, err = lloyd.Silhouette(ctx, x, c.Labels, len(c.Centres)/x.P, silhouettePoints); err != nil {
			return err
		}
		t.told = r.points || slices.Min(formed(c, x.P)) >= s.MinGroupSize
		r.take(t)
	}
	if len(r.asked.NClustersRange) > 0 {
		r.asked.NClusters = r.k()
	}
	return nil
}

type report struct {
	trial // the one to tell of

	d      *prepared.Data
	asked  operation.KMeansParams
	model  finding.Fit
	points bool
	// tried has all trials, without their labels.
	tried []trial
}

func (r *report) k() int { return len(r.c.Centres) / len(r.d.Columns) }

func (r *report) finding(parameters map[string]any) (finding.Finding, error) {
	table, err := r.clusters()
	if err != nil {
		return finding.Finding{}, err
	}
	k := r.k()
	metrics, split := r.d.Counts()
	metrics = append(metrics,
		finding.Metric{Name: "n_clusters", Value: float64(k), Basis: finding.Known()},
		finding.Metric{Name: "inertia", Value: r.c.Inertia, Basis: finding.Over(int64(r.c.Apart))},
		finding.Metric{Name: "n_iter", Value: float64(r.c.Iterations), Basis: finding.Known()},
	)
	if !math.IsNaN(r.score) {
		metrics = append(metrics, finding.Metric{Name: "silhouette_score", Value: r.score, Basis: finding.Over(int64(r.scored))})
	}
	f := finding.Finding{
		Kind:       finding.Kind(operation.Analyze, operation.KMeans),
		Summary:    fmt.Sprintf("{rows_used} rows fall into {n_clusters} groups by %s.", plural(len(r.d.Features))),
		Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Tables: []finding.Table{table}, Notes: r.d.Notes(),
		Charts: []finding.Chart{&finding.Sizes{Name: "cluster_sizes", Title: "Size of each group", Groups: "clusters", AxisTitle: "Group", Labels: labels(k)}},
	}
	if x, y, ok := r.d.Pair(); ok && r.points {
		f.Charts = append(f.Charts, r.scatter(k, x, y))
	}
	if k < r.asked.NClusters {
		f.Notes = append(f.Notes, fmt.Sprintf("%d groups were asked for, but there are only {n_clusters} different rows.", r.asked.NClusters))
	}
	steps, err := r.d.Steps(r.model)
	if err != nil {
		return f, err
	}
	f.Tables = append(f.Tables, steps)
	if r.asked.Standardize {
		f.Notes = append(f.Notes, "Distances and inertia are in standard deviations of the features; centres are in the features' own units.")
	}
	if r.c.Iterations >= r.asked.MaxIter {
		f.Notes = append(f.Notes, "It stopped at max_iter before the centres had settled; allow more iterations.")
	}
	if len(r.asked.NClustersRange) > 0 {
		return f, r.elbow(&f)
	}
	return f, nil
}

func plural(columns int) string {
	if columns == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", columns)
}

func (r *report) clusters() (*finding.Groups, error) {
	p := len(r.d.Columns)
	t := &finding.Groups{
		Name: "clusters", Title: "Groups and their centres", Size: "size", Told: []string{"cluster"}, Model: &r.model,
		Columns: []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}},
	}
	names := map[string]bool{"cluster": true, "size": true}
	for _, c := range r.d.Columns {
		name := c.Name
		for names[name] {
			name += " (centre)"
		}
		names[name] = true
		t.Columns = append(t.Columns, result.Column{Name: name, Type: result.Float, Unit: c.Unit})
	}
	sizes := make([]int64, r.k())
	for _, label := range r.c.Labels {
		sizes[label]++
	}
	rows := make([][]any, len(sizes))
	for i, size := range sizes {
		rows[i] = []any{int64(i), size}
		for j := range p {
			rows[i] = append(rows[i], r.d.Scaling.Back(j, r.c.Centres[i*p+j]))
		}
	}
	if !r.points {
		t.Formed = formed(r.c, p)
		t.Varied = map[string][]int64{}
		for j := range p {
			t.Varied[t.Columns[2+j].Name] = varied.ByGroup(r.d.Numbers[j], r.c.Formed, r.k())
		}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

// formed gives the finding.Groups.Formed.
func formed(c *lloyd.Clustering, p int) []int64 {
	out := make([]int64, len(c.Centres)/p)
	for _, label := range c.Formed {
		out[label]++
	}
	for group := range out {
		out[group] = max(out[group], 1) // the point that a centre without any was put on
	}
	return out
}

func labels(k int) []any {
	out := make([]any, k)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}

// scatter shows an even choice of the rows by two of the columns.
func (r *report) scatter(k, x, y int) *finding.Points {
	chart := result.Chart{
		Name: "cluster_scatter", Type: result.Scatter,
		Title:  "Groups by " + r.d.Columns[x].Name + " and " + r.d.Columns[y].Name,
		X:      result.Axis{Title: r.d.Columns[x].Name, Type: result.Float},
		Y:      result.Axis{Title: r.d.Columns[y].Name, Type: result.Float},
		Series: make([]result.Series, k),
	}
	for i := range chart.Series {
		chart.Series[i] = result.Series{Name: fmt.Sprintf("Group %d", i), X: []any{}, Y: []any{}}
	}
	every := (r.d.Rows + maxPoints - 1) / maxPoints
	for i := 0; i < r.d.Rows; i += every {
		s := &chart.Series[r.c.Labels[i]]
		s.X, s.Y = append(s.X, r.d.Numbers[x][i]), append(s.Y, r.d.Numbers[y][i])
	}
	return &finding.Points{Chart: chart}
}
