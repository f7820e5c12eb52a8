package supervised

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/score"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

const (
	// repeats is how often each column is shuffled, as in scikit-learn.
	repeats = 5
	// importanceRows bounds the rows that are predicted again for each shuffle.
	importanceRows = 2000
)

// importance adds how much worse the predictions get, by r2 or accuracy, when
// the values of one column are shuffled among the rows that judge.
//
// Source: Breiman, "Random Forests" (2001), as scikit-learn's
// permutation_importance has it.
func (r *run) importance(ctx context.Context, f *finding.Finding, fit finding.Fit) error {
	places := r.test
	if len(places) == 0 {
		places = r.train
	}
	random := rand.New(rand.NewPCG(uint64(r.params.RandomState), 1)) //nolint:gosec // reproducible, not secret
	if len(places) > importanceRows {
		chosen := random.Perm(len(places))[:importanceRows]
		slices.Sort(chosen)
		some := make([]int, len(chosen))
		for k, i := range chosen {
			some[k] = places[i]
		}
		places = some
	}
	table, y := r.taken(places), r.truth(places)
	if !r.step.SingleRowsMayShow && varied.Count(y) < r.step.MinGroupSize {
		return nil // r2 of them is not told either
	}
	whole, err := r.goodness(ctx, table, y)
	if err != nil {
		return err
	}
	worse := make([][]float64, len(r.features))
	for j, c := range r.features {
		for k := range repeats {
			shuffled := table.Shuffled(c.Name, random.Perm(len(places)))
			got, err := r.goodness(ctx, shuffled, y)
			if err != nil {
				return err
			}
			worse[j] = append(worse[j], r.coarse(whole-got))
			r.step.Tracker.Advance(0.85 + 0.15*float64(j*repeats+k+1)/float64(len(r.features)*repeats))
		}
	}
	// Each number is one more equation of the rows that judge.
	fit = finding.Fit{Rows: int64(len(places)), Support: min(fit.Support, int64(len(places))), Parameters: int64(2 * len(r.features))}
	if told := r.step.SingleRowsMayShow || r.step.Judge(fit) == nil; !told {
		f.Notes = append(f.Notes, "The importance of columns is not told: it would rest on too few rows.")
		return nil
	}
	return r.showImportance(f, fit, worse)
}

// coarse rounds to a hundredth where single rows must not show.
func (r *run) coarse(loss float64) float64 {
	if r.step.SingleRowsMayShow {
		return loss
	}
	return math.Round(loss*100) / 100
}

// taken copies the rows at places into a table of their own.
func (r *run) taken(places []int) *design.Table { return r.table.Take(r.inTable(places)) }

// goodness is r2 of numbers and accuracy of classes.
func (r *run) goodness(ctx context.Context, t *design.Table, y []float64) (float64, error) {
	predicted, err := r.fitted.model.Predict(ctx, r.fitted.recipe.Apply(t, nil))
	if err != nil {
		return 0, err
	}
	if r.target.classes == nil {
		return rSquared(y, predicted[0]), nil
	}
	c := score.Confuse(y, score.Predicted(predicted), len(r.target.classes), nil, r.scoring())
	right, all := int64(0), int64(0)
	for i, row := range c.Rows {
		for p, n := range row {
			if all += n; i == p {
				right += n
			}
		}
	}
	return float64(right) / float64(max(all, 1)), nil
}

func rSquared(y, predicted []float64) float64 {
	mean, errors, total := 0.0, 0.0, 0.0
	for i, v := range y {
		mean += (v - mean) / float64(i+1)
	}
	for i, v := range y {
		errors += (v - predicted[i]) * (v - predicted[i])
		total += (v - mean) * (v - mean)
	}
	if total == 0 {
		return 0
	}
	return 1 - errors/total
}

func (r *run) showImportance(f *finding.Finding, fit finding.Fit, worse [][]float64) error {
	t := &finding.Estimates{Name: "permutation_importance", Title: "How much each column matters", Model: fit, Columns: []result.Column{
		{Name: "column", Type: result.Text}, {Name: "importance_mean", Type: result.Float}, {Name: "importance_std", Type: result.Float},
	}}
	order := make([]int, len(worse))
	means, deviations := make([]float64, len(worse)), make([]float64, len(worse))
	for j := range worse {
		order[j] = j
		means[j], deviations[j] = spread.MeanAndDeviation(worse[j])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case means[a] > means[b]:
			return -1
		case means[a] < means[b]:
			return 1
		default:
			return 0
		}
	})
	s := result.Series{Name: "Importance"}
	const shown = 20
	var rows [][]any
	for _, j := range order {
		rows = append(rows, []any{r.features[j].Name, means[j], deviations[j]})
		if len(s.X) < shown {
			s.X, s.Y = append(s.X, r.features[j].Name), append(s.Y, means[j])
		}
	}
	by := "R²"
	if r.target.classes != nil {
		by = "accuracy"
	}
	f.Charts = append(f.Charts, &finding.Curves{Model: fit, Chart: result.Chart{
		Name: "permutation_importance", Type: result.Bar, Title: "How much worse without each column",
		X: result.Axis{Title: "Column", Type: result.Text}, Y: result.Axis{Title: "Loss of " + by, Type: result.Float}, Series: []result.Series{s},
	}})
	var err error
	if t.Frame, err = frame.New(t.Columns, rows); err != nil {
		return err
	}
	f.Tables = append(f.Tables, t)
	return nil
}
