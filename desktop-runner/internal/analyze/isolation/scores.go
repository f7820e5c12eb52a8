package isolation

import (
	"context"
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// walk is a tree for many rows at a time. A leaf leads to itself, so that all
// rows take as many steps.
type walk struct {
	nodes []fork
	depth int
}

type fork struct {
	threshold     float64
	feature, left int32
}

func (f *Forest) prepare() {
	f.walks = make([]walk, len(f.Trees))
	for k, t := range f.Trees {
		w := walk{nodes: make([]fork, len(t.Feature))}
		depths := make([]int, len(t.Feature))
		for i, feature := range t.Feature {
			if feature < 0 {
				w.nodes[i] = fork{math.Inf(1), 0, int32(i)}
				continue
			}
			left := t.Left[i]
			w.nodes[i] = fork{t.Threshold[i], feature, left}
			depths[left], depths[left+1] = depths[i]+1, depths[i]+1
			w.depth = max(w.depth, depths[i]+1)
		}
		f.walks[k] = w
	}
}

// scoredRows is how many rows are scored at a time: they stay near.
const scoredRows = 512

// Scores gives scikit-learn's score_samples of each row, from -1 to 0: the lower,
// the more unlike the others it is; those below Offset are anomalies. Less the
// offset it is decision_function. It takes 8 bytes for each row beside x. The
// error is the context's, or a fault where columns are too few or too many.
func (f *Forest) Scores(ctx context.Context, x estimator.Columns) ([]float64, error) {
	if len(x) != f.Features {
		return nil, bad("params.features", "the forest was grown of %d columns, and these are %d", f.Features, len(x))
	}
	out := make([]float64, x.Rows())
	mean := average(f.MaxSamples) * float64(len(f.Trees))
	err := parallel.Each(ctx, parallel.Threads(0), parallel.Chunks(len(out), scoredRows), func(chunk int) {
		from, to := parallel.Chunk(len(out), scoredRows, chunk)
		lengths := out[from:to]
		rows := make([]float64, len(lengths)*f.Features)
		for j, column := range x {
			for i, v := range column[from:to] {
				rows[i*f.Features+j] = v
			}
		}
		for k := range f.walks {
			if ctx.Err() != nil {
				return
			}
			f.walks[k].add(rows, f.Features, f.Trees[k].Length, lengths)
		}
		for i, length := range lengths {
			if lengths[i] = -math.Exp2(-length / mean); mean == 0 {
				lengths[i] = -0.5 // trees of one row, as in scikit-learn
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("scoring: %w", err)
	}
	return out, nil
}

// add adds the lengths of the rows' leaves. Four rows go at a time: each waits
// for its own node.
func (w *walk) add(rows []float64, p int, length, into []float64) {
	nodes, i := w.nodes, 0
	for ; i+4 <= len(into); i += 4 {
		four := rows[i*p : (i+4)*p]
		r0, r1, r2, r3 := four[:p], four[p:2*p], four[2*p:3*p], four[3*p:]
		var a, b, c, d int32
		for range w.depth {
			a, b, c, d = nodes[a].next(r0), nodes[b].next(r1), nodes[c].next(r2), nodes[d].next(r3)
		}
		into[i] += length[a]
		into[i+1] += length[b]
		into[i+2] += length[c]
		into[i+3] += length[d]
	}
	for ; i < len(into); i++ {
		at := int32(0)
		for range w.depth {
			at = nodes[at].next(rows[i*p : (i+1)*p])
		}
		into[i] += length[at]
	}
}

func (s *fork) next(row []float64) int32 {
	out := s.left
	if row[s.feature] > s.threshold {
		out++
	}
	return out
}
