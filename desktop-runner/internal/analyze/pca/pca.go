// Package pca is the model pca: the directions in which rows differ most, with
// the parameters and names of scikit-learn's PCA.
package pca

import (
	"context"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/correlation"
	"ddap/desktop-runner/internal/analyze/pca/components"
	"ddap/desktop-runner/internal/analyze/prepared"
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
	// maxColumns bounds the decomposition, which cannot be stopped, to half a second.
	maxColumns = 500
	// maxPoints is how many rows the picture of the first two components shows.
	maxPoints = 1000
	// uneven is how many times the smallest spread of a column may be in the
	// largest before a note says that the columns do not count alike.
	uneven = 10
)

// Run finds the components, and writes the rows with their scores. Errors are
// invalid_params and policy_refused faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.PCA()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	d, err := prepared.Read(ctx, s, p, prepared.Work{Squares: true, Beside: func(columns int) int {
		if s.SingleRowsMayShow {
			return 4
		}
		return columns + 4
	}})
	if err != nil {
		return finding.Finding{}, err
	}
	if len(d.Columns) > maxColumns {
		return finding.Finding{}, bad("params.features", "at most %d columns are taken, of which each category of a text is one, and these are %d; name fewer", maxColumns, len(d.Columns))
	}
	r := report{d: d, asked: asked, points: s.SingleRowsMayShow}
	if err := r.judge(ctx, s); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.6, 0.8)
	if err := r.fit(ctx); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("writing", 0.8, 1)
	columns := make([]result.Column, r.c.K())
	for k := range columns {
		columns[k] = result.Column{Name: name(k), Type: result.Float}
	}
	output, _, err := d.Write(ctx, s, columns, func(i int64, into []float64) { r.c.Scores(d.Numbers, int(i), asked.Whiten, into) })
	if err != nil {
		return finding.Finding{}, err
	}
	f, err := r.finding()
	f.Output = output
	f.Parameters = map[string]any{
		"model": p.Model, "features": source.NamesOf(d.Features), "n_components": asked.NComponents,
		"whiten": asked.Whiten, "standardize": asked.Standardize,
	}
	return f, err
}

func name(component int) string { return fmt.Sprintf("pc%d", component+1) }

func bad(path, format string, args ...any) error {
	return fault.BadFields("pca.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

type report struct {
	d      *prepared.Data
	asked  operation.PCAParams
	model  finding.Fit
	c      *components.Components
	points bool
}

// judge asks the policy. All components together are the covariance of the
// columns, with which one can calculate what a regression of one column by
// others tells; so it is judged as one of all columns.
func (r *report) judge(ctx context.Context, s *step.Step) (err error) {
	rows := int64(r.d.Rows)
	r.model = finding.Fit{Rows: rows, Parameters: int64(len(r.d.Columns)) + 1, Support: rows}
	if s.SingleRowsMayShow {
		return nil
	}
	if err := r.d.Judge(ctx, s, &r.model); err != nil {
		return err
	}
	if r.model.Leverages, err = correlation.Leverages(ctx, r.d.Numbers); err != nil {
		return err
	}
	return s.Judge(r.model)
}

func (r *report) fit(ctx context.Context) (err error) {
	if r.d.Rows < 2 {
		return bad("params.source", "fewer than two rows can be used, of which nothing differs; choose another numeric_imputation, or fewer columns")
	}
	if r.c, err = components.Find(ctx, r.d.Numbers, r.d.Scaling.Factor); err != nil {
		return err
	}
	if r.c.Total == 0 {
		return bad("params.features", "every column has the same number in all rows, so there is nothing to find")
	}
	if n := r.asked.NComponents; n != nil {
		most := r.c.K()
		switch {
		case *n < 1:
			r.c.Keep(r.c.Explaining(*n))
		case int(*n) > most:
			return bad("params.params.n_components", "is %v, but there are at most %d: no more than columns, or rows", *n, most)
		default:
			r.c.Keep(int(*n))
		}
	}
	if r.points {
		return r.c.ByScores(ctx, r.d.Numbers)
	}
	return nil
}

func (r *report) finding() (finding.Finding, error) {
	variance, loadings, err := r.tables()
	if err != nil {
		return finding.Finding{}, err
	}
	steps, err := r.d.Steps(r.model)
	if err != nil {
		return finding.Finding{}, err
	}
	explained := 0.0
	for k := range r.c.K() {
		explained += r.c.Variance[k] / r.c.Total
	}
	metrics, split := r.d.Counts()
	metrics = append(metrics,
		finding.Metric{Name: "n_components", Value: float64(r.c.K()), Basis: finding.Known()},
		finding.Metric{Name: "explained_variance_ratio", Value: explained, Basis: finding.Over(int64(r.d.Rows))},
		finding.Metric{Name: "first_explained_variance_ratio", Value: r.c.Variance[0] / r.c.Total, Basis: finding.Over(int64(r.d.Rows))},
	)
	f := finding.Finding{
		Kind: finding.Kind(operation.Analyze, operation.PCA),
		Summary: "{n_components} components explain {explained_variance_ratio} of the variance of {rows_used} rows, " +
			"the first alone {first_explained_variance_ratio}.",
		Metrics: metrics, Splits: []finding.Split{split},
		Tables: []finding.Table{variance, loadings, steps}, Charts: []finding.Chart{r.scree()}, Notes: r.notes(),
	}
	if r.points && r.c.K() > 1 {
		f.Charts = append(f.Charts, r.scatter())
	}
	return f, nil
}

func (r *report) tables() (variance, loadings *finding.Estimates, err error) {
	variance = &finding.Estimates{
		Name: "explained_variance", Title: "Variance of each component", Model: r.model,
		Columns: []result.Column{
			{Name: "component", Type: result.Text}, {Name: "explained_variance", Type: result.Float},
			{Name: "explained_variance_ratio", Type: result.Float}, {Name: "cumulative_ratio", Type: result.Float},
			{Name: "singular_value", Type: result.Float},
		},
	}
	loadings = &finding.Estimates{
		Name: "components", Title: "Components and what columns they are made of", Model: r.model,
		Columns: []result.Column{{Name: "feature", Type: result.Text}, {Name: "mean", Type: result.Float}, {Name: "std", Type: result.Float}},
	}
	var rows [][]any
	sum := 0.0
	for k := range r.c.K() {
		sum += r.c.Variance[k] / r.c.Total
		rows = append(rows, []any{name(k), r.c.Variance[k], r.c.Variance[k] / r.c.Total, sum, r.c.Singular(k)})
		loadings.Columns = append(loadings.Columns, result.Column{Name: name(k), Type: result.Float})
	}
	if variance.Frame, err = frame.New(variance.Columns, rows); err != nil {
		return nil, nil, err
	}
	rows = nil
	for j, c := range r.d.Columns {
		row := []any{c.Name, r.c.Means[j], r.c.Spreads[j]}
		for _, d := range r.c.Directions {
			row = append(row, d[j])
		}
		rows = append(rows, row)
	}
	loadings.Frame, err = frame.New(loadings.Columns, rows)
	return variance, loadings, err
}

// scree draws how much of the variance the components explain.
func (r *report) scree() *finding.Curves {
	single := result.Series{Name: "explained_variance_ratio"}
	together := result.Series{Name: "cumulative_ratio"}
	sum := 0.0
	for k := range r.c.K() {
		ratio := r.c.Variance[k] / r.c.Total
		sum += ratio
		single.X, single.Y = append(single.X, int64(k+1)), append(single.Y, ratio)
		together.X, together.Y = append(together.X, int64(k+1)), append(together.Y, sum)
	}
	return &finding.Curves{Model: r.model, Chart: result.Chart{
		Name: "scree", Type: result.Line, Title: "Part of the variance by component",
		X:      result.Axis{Title: "Component", Type: result.Integer},
		Y:      result.Axis{Title: "Part of the variance", Type: result.Float},
		Series: []result.Series{single, together},
	}}
}

// scatter shows an even choice of the rows.
func (r *report) scatter() *finding.Points {
	s := result.Series{Name: "Rows", X: []any{}, Y: []any{}}
	scores := make([]float64, r.c.K())
	every := (r.d.Rows + maxPoints - 1) / maxPoints
	for i := 0; i < r.d.Rows; i += every {
		if r.c.Scores(r.d.Numbers, i, r.asked.Whiten, scores); !math.IsNaN(scores[1]) {
			s.X, s.Y = append(s.X, scores[0]), append(s.Y, scores[1])
		}
	}
	return &finding.Points{Chart: result.Chart{
		Name: "scores", Type: result.Scatter, Title: "Rows by the first two components",
		X: result.Axis{Title: name(0), Type: result.Float}, Y: result.Axis{Title: name(1), Type: result.Float},
		Series: []result.Series{s},
	}}
}

func (r *report) notes() []string {
	out := r.d.Notes()
	spreads := slices.DeleteFunc(slices.Clone(r.c.Spreads), func(v float64) bool { return v == 0 })
	if !r.asked.Standardize && slices.Max(spreads) > uneven*slices.Min(spreads) {
		out = append(out, "The columns are spread very differently, so that the widest decide the components; standardize makes all count alike.")
	}
	if r.asked.Whiten && r.c.Empty(r.c.K()-1) {
		out = append(out, "Components along which rows do not differ have no whitened scores.")
	}
	if !r.points {
		out = append(out, "The sign of a component makes its largest loading positive; scikit-learn's goes by a single row.")
	}
	return out
}
