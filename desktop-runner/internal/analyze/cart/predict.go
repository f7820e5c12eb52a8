package cart

import (
	"context"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// chunkRows is how many rows go through one tree before the next, so that it
// stays in the processor's cache.
const chunkRows = 2048

// Predict gives the mean of the trees' values: a column for each number of them.
// All trees have the same width. It takes 16 KB for each feature and processor.
// The error is the context's, or says that x has other columns.
func Predict(ctx context.Context, trees []*Tree, features int, x estimator.Columns) ([][]float64, error) {
	if len(x) != features {
		return nil, fmt.Errorf("predict: the model knows %d features, and there are %d", features, len(x))
	}
	width, rows := trees[0].Width, x.Rows()
	out := make([][]float64, width)
	for k := range out {
		out[k] = make([]float64, rows)
	}
	err := parallel.Each(ctx, parallel.Threads(0), (rows+chunkRows-1)/chunkRows, func(chunk int) {
		from, to := chunk*chunkRows, min((chunk+1)*chunkRows, rows)
		buffer := make([]float64, (to-from)*features)
		Gather(x, from, buffer)
		for _, t := range trees {
			if ctx.Err() != nil {
				return
			}
			for i := range to - from {
				for k, v := range t.At(t.Leaf(buffer[i*features : (i+1)*features])) {
					out[k][from+i] += v
				}
			}
		}
		for k := range out {
			for i := from; i < to; i++ {
				out[k][i] /= float64(len(trees))
			}
		}
	})
	return out, err
}
