package logistic

import (
	"context"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/plane"
)

// allowed refuses samples of which the coefficients would tell of a few rows: the
// sums of the features over a class follow from them, so each class must have
// enough rows, and each feature vary in enough of them. A class in which none
// varies tells that nobody is there.
func allowed(ctx context.Context, s estimator.Sample, intercept bool, least int) error {
	parameters := len(s.X)
	if intercept {
		parameters++
	}
	of := make([][]int, s.Classes)
	for i, y := range s.Y {
		if s.Weights == nil || s.Weights[i] > 0 {
			of[int(y)] = append(of[int(y)], i)
		}
	}
	for _, rows := range of {
		if len(rows) < least+parameters {
			return plane.Refuse(op, "with %d coefficients for each class, every class needs at least %d rows, and one has fewer: the owner shares summaries of at least %d rows only. "+
				"Use fewer columns, or filter rare classes out.", parameters, least+parameters, least)
		}
		for j, column := range s.X {
			if err := ctx.Err(); err != nil {
				return err
			}
			if varied(column, rows) < least {
				return plane.Refuse(op, "feature number %d is the same in all but fewer than %d rows of a class, so the coefficients would show single rows, "+
					"and the owner shares summaries of at least %d rows only. Leave that column out.", j+1, least, least)
			}
		}
	}
	return nil
}

// varied counts the rows that differ from the value that more than half of them
// have; all of them where there is none.
//
// Source: Boyer and Moore, "MJRTY: A Fast Majority Vote Algorithm" (1991).
func varied(column []float64, rows []int) int {
	candidate, votes := 0.0, 0
	for _, i := range rows {
		switch {
		case votes == 0:
			candidate, votes = column[i], 1
		case column[i] == candidate:
			votes++
		default:
			votes--
		}
	}
	out := 0
	for _, i := range rows {
		if column[i] != candidate {
			out++
		}
	}
	return out
}

// decided refuses a model whose coefficients are made of a few rows. They are
// C·Σ (y - P)·x, so rows whose class is certain add nothing: where the features
// tell classes apart, a few rows at the border decide.
func (m *Model) decided(ctx context.Context, s estimator.Sample, least int) error {
	predicted, err := m.Predict(ctx, s.X)
	if err != nil {
		return err
	}
	for k, column := range predicted {
		total := 0.0
		for i, p := range column {
			if int(s.Y[i]) == k {
				p = 1 - p
			}
			if s.Weights != nil && s.Weights[i] == 0 {
				p = 0
			}
			column[i] = p
			total += p
		}
		slices.Sort(column)
		few := 0.0
		for _, p := range column[max(0, len(column)-least+1):] {
			few += p
		}
		if few > total/2 || math.IsNaN(total) {
			return plane.Refuse(op, "the features tell the classes apart so well that fewer than %d rows decide the coefficients, and the owner shares summaries of at least %d rows only. "+
				"Let C be smaller, or use fewer columns.", least, least)
		}
	}
	return nil
}
