// Package kmeans is the model kmeans: it divides rows into groups around
// centres, with scikit-learn's parameters and names.
package kmeans

import (
	"context"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/matrix"
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

// Run divides the rows into groups. Errors are invalid_params faults, or the
// engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.KMeans()
	if err != nil {
		return finding.Finding{}, err
	}
	features, err := matrix.Features(s.Relation, p.Features, "", string(p.Model))
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	m, err := matrix.Load(ctx, s, features)
	if err != nil {
		return finding.Finding{}, err
	}
	model := finding.Fit{Rows: int64(m.Rows), Parameters: int64(asked.NClusters), Support: int64(m.Rows)}
	if err := matrix.Judge(ctx, s, features, &model); err != nil {
		return finding.Finding{}, err
	}
	if m.Rows < asked.NClusters {
		return finding.Finding{}, fault.BadFields("kmeans.Run", string(task.InvalidParams), fault.Field{
			Path:    "params.params.n_clusters",
			Message: fmt.Sprintf("is %d, but there are fewer rows without missing values; ask for fewer groups", asked.NClusters),
		})
	}
	s.Tracker.Counted("fitting", 0.6, 1)
	x, scale := scaled(m, asked.Standardize)
	c, err := cluster(ctx, x, options{
		k: asked.NClusters, starts: asked.NInit, iterations: asked.MaxIter, seed: p.RandomState,
		tol: asked.Tol * meanVariance(x),
	}, func(done int) { s.Tracker.Advance(float64(done) / float64(asked.NInit)) })
	if err != nil {
		return finding.Finding{}, err
	}
	c.order(x.p)
	score, scored, err := silhouette(ctx, x, c, silhouettePoints)
	if err != nil {
		return finding.Finding{}, err
	}
	r := report{m: m, c: c, scale: scale, asked: asked, model: model, score: score, scored: scored, points: s.SingleRowsMayShow}
	return r.finding(map[string]any{
		"model": p.Model, "features": source.NamesOf(features), "random_state": p.RandomState,
		"n_clusters": asked.NClusters, "n_init": asked.NInit, "max_iter": asked.MaxIter, "tol": asked.Tol, "standardize": asked.Standardize,
	})
}

// scaling turns numbers of a column into those that distances are measured in:
// (x - shift) / factor.
type scaling struct{ shift, factor []float64 }

// scaled gives the points. Standardized ones have mean 0 and standard deviation
// 1 (of the population, as StandardScaler has it); a constant column becomes 0.
func scaled(m *matrix.Matrix, standardize bool) (points, scaling) {
	p := len(m.Columns)
	s := scaling{make([]float64, p), slices.Repeat([]float64{1}, p)}
	x := points{n: m.Rows, p: p, data: m.Data}
	if !standardize {
		return x, s
	}
	variance := make([]float64, p)
	for i := range x.n {
		for j, v := range m.Row(i) {
			s.shift[j] += (v - s.shift[j]) / float64(i+1)
		}
	}
	for i := range x.n {
		for j, v := range m.Row(i) {
			variance[j] += (v - s.shift[j]) * (v - s.shift[j]) / float64(x.n)
		}
	}
	for j, v := range variance {
		if v > 0 {
			s.factor[j] = math.Sqrt(v)
		}
	}
	x.data = make([]float64, len(m.Data))
	for i, v := range m.Data {
		x.data[i] = (v - s.shift[i%p]) / s.factor[i%p]
	}
	return x, s
}

// meanVariance is the mean of the columns' variances (of the population), by
// which scikit-learn scales its tolerance.
func meanVariance(x points) float64 {
	mean, sum := make([]float64, x.p), 0.0
	for i := range x.n {
		for j, v := range x.row(i) {
			mean[j] += (v - mean[j]) / float64(i+1)
		}
	}
	for i := range x.n {
		sum += squaredDistance(x.row(i), mean)
	}
	return sum / float64(x.n*x.p)
}

// order numbers the groups by size, the largest first, and equal ones by their
// centres, so that equal results have equal numbers.
func (c *clustering) order(p int) {
	k := c.k(p)
	sizes, old := make([]int, k), make([]int, k)
	for _, label := range c.labels {
		sizes[label]++
	}
	for i := range old {
		old[i] = i
	}
	centre := func(i int) []float64 { return c.centres[i*p : (i+1)*p] }
	slices.SortStableFunc(old, func(a, b int) int {
		if sizes[a] != sizes[b] {
			return sizes[b] - sizes[a]
		}
		return slices.Compare(centre(a), centre(b))
	})
	centres, renamed := make([]float64, 0, len(c.centres)), make([]int, k)
	for to, from := range old {
		centres = append(centres, centre(from)...)
		renamed[from] = to
	}
	c.centres = centres
	for i, label := range c.labels {
		c.labels[i] = renamed[label]
	}
	for i, label := range c.formed {
		c.formed[i] = renamed[label]
	}
}

type report struct {
	m      *matrix.Matrix
	c      *clustering
	scale  scaling
	asked  operation.KMeansParams
	model  finding.Fit
	score  float64
	scored int
	points bool
}

func (r report) finding(parameters map[string]any) (finding.Finding, error) {
	table, err := r.clusters()
	if err != nil {
		return finding.Finding{}, err
	}
	k := r.c.k(len(r.m.Columns))
	metrics, split := r.m.Counts()
	metrics = append(metrics,
		finding.Metric{Name: "n_clusters", Value: float64(k), Basis: finding.Known()},
		finding.Metric{Name: "inertia", Value: r.c.inertia, Basis: finding.Over(int64(r.c.apart))},
		finding.Metric{Name: "n_iter", Value: float64(r.c.iterations), Basis: finding.Known()},
	)
	if !math.IsNaN(r.score) {
		metrics = append(metrics, finding.Metric{Name: "silhouette_score", Value: r.score, Basis: finding.Over(int64(r.scored))})
	}
	f := finding.Finding{
		Kind:       finding.Kind(operation.Analyze, operation.KMeans),
		Summary:    fmt.Sprintf("{rows_used} rows fall into {n_clusters} groups by %s.", plural(len(r.m.Columns))),
		Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Tables: []finding.Table{table}, Notes: r.m.Notes(),
		Charts: []finding.Chart{&finding.Sizes{Name: "cluster_sizes", Title: "Size of each group", Groups: "clusters", AxisTitle: "Group", Labels: labels(k)}},
	}
	if r.points && len(r.m.Columns) > 1 {
		f.Charts = append(f.Charts, r.scatter(k))
	}
	if k < r.asked.NClusters {
		f.Notes = append(f.Notes, fmt.Sprintf("%d groups were asked for, but there are only {n_clusters} different rows.", r.asked.NClusters))
	}
	if r.asked.Standardize {
		f.Notes = append(f.Notes, "Distances and inertia are in standard deviations of the features; centres are in the features' own units.")
	}
	if r.c.iterations >= r.asked.MaxIter {
		f.Notes = append(f.Notes, "It stopped at max_iter before the centres had settled; allow more iterations.")
	}
	return f, nil
}

func plural(columns int) string {
	if columns == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", columns)
}

func (r report) clusters() (*finding.Groups, error) {
	p := len(r.m.Columns)
	t := &finding.Groups{
		Name: "clusters", Title: "Groups and their centres", Size: "size", Told: []string{"cluster"}, Model: &r.model,
		Columns: []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}},
	}
	names := map[string]bool{"cluster": true, "size": true}
	for _, c := range r.m.Columns {
		name := c.Name
		for names[name] {
			name += " (centre)"
		}
		names[name] = true
		t.Columns = append(t.Columns, result.Column{Name: name, Type: result.Float, Unit: c.Unit})
	}
	sizes := make([]int64, r.c.k(p))
	for _, label := range r.c.labels {
		sizes[label]++
	}
	rows := make([][]any, len(sizes))
	for i, size := range sizes {
		rows[i] = []any{int64(i), size}
		for j := range p {
			rows[i] = append(rows[i], r.c.centres[i*p+j]*r.scale.factor[j]+r.scale.shift[j])
		}
	}
	if !r.points {
		t.Formed = r.formed()
		t.Varied = map[string][]int64{}
		for j := range p {
			t.Varied[t.Columns[2+j].Name] = r.varied(j)
		}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

// formed gives the finding.Groups.Formed.
func (r report) formed() []int64 {
	out := make([]int64, r.c.k(len(r.m.Columns)))
	for _, label := range r.c.formed {
		out[label]++
	}
	for group := range out {
		out[group] = max(out[group], 1) // the point that a centre without any was put on
	}
	return out
}

// varied gives the finding.Groups.Varied of one feature, over the rows that the
// centres were calculated from. It sorts, because a map of all values would take
// several times their memory.
func (r report) varied(feature int) []int64 {
	members := make([][]float64, r.c.k(len(r.m.Columns)))
	for i, label := range r.c.formed {
		members[label] = append(members[label], r.m.Row(i)[feature])
	}
	out := make([]int64, len(members))
	for group, values := range members {
		slices.Sort(values)
		most, run := 0, 0
		for i, v := range values {
			if run++; i > 0 && v != values[i-1] {
				run = 1
			}
			most = max(most, run)
		}
		if out[group] = int64(len(values)); most > 1 {
			out[group] -= int64(most)
		}
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

// scatter shows an even choice of the rows by their first two features.
func (r report) scatter(k int) *finding.Points {
	chart := result.Chart{
		Name: "cluster_scatter", Type: result.Scatter,
		Title:  "Groups by " + r.m.Columns[0].Name + " and " + r.m.Columns[1].Name,
		X:      result.Axis{Title: r.m.Columns[0].Name, Type: result.Float},
		Y:      result.Axis{Title: r.m.Columns[1].Name, Type: result.Float},
		Series: make([]result.Series, k),
	}
	for i := range chart.Series {
		chart.Series[i] = result.Series{Name: fmt.Sprintf("Group %d", i), X: []any{}, Y: []any{}}
	}
	every := (r.m.Rows + maxPoints - 1) / maxPoints
	for i := 0; i < r.m.Rows; i += every {
		row, s := r.m.Row(i), &chart.Series[r.c.labels[i]]
		s.X, s.Y = append(s.X, row[0]), append(s.Y, row[1])
	}
	return &finding.Points{Chart: chart}
}
