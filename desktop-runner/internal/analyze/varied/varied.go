// Package varied counts how many rows make a column more than one value: a mean of
// a hundred rows of which one is not zero is that row's value. Every rule about
// summaries that asks for this number asks here, so that all mean the same at the
// smallest group.
package varied

import "slices"

// Count gives how many values differ from the most frequent one; all of them where
// no value stands twice, because then none can be known and taken off. It sorts a
// copy.
func Count(values []float64) int64 { return Sorted(slices.Sorted(slices.Values(values))) }

// Sorted is Count of values in order.
func Sorted(values []float64) int64 {
	most, run := 0, 0
	for i, x := range values {
		if run++; i > 0 && x != values[i-1] {
			run = 1
		}
		most = max(most, run)
	}
	return Of(int64(len(values)), int64(most))
}

// Of is Count where rows are counted already: most of the total have the most
// frequent value.
func Of(total, most int64) int64 {
	if most <= 1 {
		return total
	}
	return total - most
}

// ByGroup gives Count for each group. Group i of k has the rows whose label is i;
// others, such as negative ones, are in none. It sorts, because a map of all values
// would take several times their memory.
func ByGroup(column []float64, labels []int32, k int) []int64 {
	members := make([][]float64, k)
	for i, label := range labels {
		if label >= 0 {
			members[label] = append(members[label], column[i])
		}
	}
	out := make([]int64, k)
	for group, values := range members {
		slices.Sort(values)
		out[group] = Sorted(values)
	}
	return out
}
