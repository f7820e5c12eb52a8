package forest

import (
	"context"
	"fmt"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/tree"
	"ddap/desktop-runner/internal/finding"
)

// Explain implements estimator.Explainer.
func (m *model) Explain(about estimator.About) (estimator.Explained, error) {
	fit := about.Fit
	fit.Leverages = nil
	if m.Smallest < fit.Support {
		fit.Support, fit.SupportOf = m.Smallest, "a leaf"
	}
	leaves, depth := 0, 0
	for _, t := range m.Trees {
		leaves += t.Leaves()
		depth = max(depth, t.Depth())
	}
	out, err := tree.Importance(m.Importances, about, fit)
	over := finding.Over(fit.Rows)
	out.Metrics = append(out.Metrics,
		finding.Metric{Name: "n_estimators", Value: float64(len(m.Trees)), Basis: finding.Known()},
		finding.Metric{Name: "n_leaves", Value: float64(leaves), Basis: over},
		finding.Metric{Name: "max_depth", Value: float64(depth), Basis: over})
	if len(m.Trees) < m.asked {
		out.Notes = append(out.Notes, fmt.Sprintf("%d trees were asked for, and {n_estimators} grown: all trees together may have no more leaves than the owner's smallest groups fit into the rows.", m.asked))
	}
	if m.OOBRows > 0 {
		out.Metrics = append(out.Metrics, finding.Metric{Name: "oob_score", Value: m.OOB, Basis: finding.Over(m.OOBRows)})
		if m.OOBRows < about.Fit.Rows {
			out.Notes = append(out.Notes, "Some rows were seen by every tree; oob_score leaves them out.")
		}
	}
	return out, err
}

const oobRows = 2048

// score judges each row by the trees that did not see it: accuracy of classes,
// else R².
func (f *fitting) score(ctx context.Context, m *model) error {
	n, width := len(f.s.Y), max(1, m.Classes)
	predicted, seen := make([]float64, n), make([]bool, n)
	err := parallel.Each(ctx, max(1, f.o.Threads), (n+oobRows-1)/oobRows, func(chunk int) {
		from, to := chunk*oobRows, min((chunk+1)*oobRows, n)
		rows := make([]float64, (to-from)*m.Features)
		cart.Gather(f.s.X, from, rows)
		sums, trees := make([]float64, (to-from)*width), make([]int, to-from)
		for k, t := range m.Trees {
			if ctx.Err() != nil {
				return
			}
			for i := range to - from {
				if f.drawn[k][(from+i)/64]>>((from+i)%64)&1 == 1 {
					continue
				}
				trees[i]++
				for c, v := range t.At(t.Leaf(rows[i*m.Features : (i+1)*m.Features])) {
					sums[i*width+c] += v
				}
			}
		}
		for i := range to - from {
			seen[from+i] = trees[i] > 0
			predicted[from+i] = answer(sums[i*width:(i+1)*width], trees[i])
		}
	})
	if err != nil {
		return err //nolint:wrapcheck // the context's
	}
	m.OOB, m.OOBRows = judge(f.s.Y, predicted, seen, m.Classes)
	return nil
}

// answer is the class with the largest sum, the first of equals, or the mean.
func answer(sums []float64, trees int) float64 {
	if len(sums) == 1 {
		return sums[0] / float64(max(1, trees))
	}
	most := 0
	for k, v := range sums {
		if v > sums[most] {
			most = k
		}
	}
	return float64(most)
}

func judge(y, predicted []float64, seen []bool, classes int) (score float64, rows int64) {
	mean, right := 0.0, 0.0
	for i := range y {
		if seen[i] {
			rows++
			mean += y[i]
		}
		if seen[i] && y[i] == predicted[i] {
			right++
		}
	}
	if rows == 0 {
		return 0, 0
	}
	if mean /= float64(rows); classes > 0 {
		return right / float64(rows), rows
	}
	left, total := 0.0, 0.0
	for i := range y {
		if seen[i] {
			left += (y[i] - predicted[i]) * (y[i] - predicted[i])
			total += (y[i] - mean) * (y[i] - mean)
		}
	}
	if total == 0 {
		return 0, rows
	}
	return 1 - left/total, rows
}
