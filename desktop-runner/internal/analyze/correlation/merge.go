package correlation

import (
	"cmp"
	"context"
)

const (
	// blockRows is how many rows are worked on before the context is asked:
	// little enough to stop within milliseconds.
	blockRows = 1 << 16
	// insertion is the length of the pieces that are sorted by insertion.
	insertion = 16
)

// mergeSort sorts a and counts its inversions: how many pairs stood in the wrong
// order. Equal ones are no inversion. Scratch is as long as a. The error is the
// context's, and a is in no order then.
func mergeSort[T cmp.Ordered](ctx context.Context, a, scratch []T) (inversions int64, err error) {
	for from := 0; from < len(a); from += insertion {
		if from%blockRows == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		inversions += insert(a[from:min(from+insertion, len(a))])
	}
	sorted, other := a, scratch[:len(a)]
	for width := insertion; width < len(a); width *= 2 {
		done := 0
		for from := 0; from < len(a); from += 2 * width {
			middle, to := min(from+width, len(a)), min(from+2*width, len(a))
			found, err := merge(ctx, other[from:to], sorted[from:middle], sorted[middle:to])
			if err != nil {
				return 0, err
			}
			inversions += found
			if done += to - from; done >= blockRows {
				if done = 0; ctx.Err() != nil {
					return 0, ctx.Err()
				}
			}
		}
		sorted, other = other, sorted
	}
	copy(a, sorted)
	return inversions, nil
}

func insert[T cmp.Ordered](a []T) (inversions int64) {
	for i := 1; i < len(a); i++ {
		x, j := a[i], i
		for ; j > 0 && a[j-1] > x; j-- {
			a[j] = a[j-1]
		}
		a[j] = x
		inversions += int64(i - j)
	}
	return inversions
}

func merge[T cmp.Ordered](ctx context.Context, into, left, right []T) (inversions int64, err error) {
	i, j := 0, 0
	for k := range into {
		if k%blockRows == blockRows-1 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if j == len(right) || i < len(left) && left[i] <= right[j] {
			into[k] = left[i]
			i++
			continue
		}
		into[k] = right[j]
		j++
		inversions += int64(len(left) - i)
	}
	return inversions, nil
}
