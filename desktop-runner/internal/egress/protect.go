package egress

import (
	"math"

	"ddap/shared/result"
)

// The reasons of suppressed cells.
var (
	// smallGroup: the number describes fewer rows than the policy asks for.
	smallGroup = result.Suppressed{Reason: "small_group"}
	// complementary: with this number, one of a small group could be calculated.
	complementary = result.Suppressed{Reason: "complementary"}
	// singleRow: the value may be that of a single row.
	singleRow = result.Suppressed{Reason: "single_row"}
)

// protect decides which of the parts of a known total are withheld, so that no
// part between 1 and n-1 is told or can be calculated: all such parts, and as
// many of the smallest others as it takes until at least two are withheld and
// these have n rows together. Parts of 0 stay: there is nobody in them. When
// everything is withheld and it still does not suffice, the total itself is
// small, and must not be told either.
//
// This is primary and complementary cell suppression for one row of a table:
// Hundepool et al., "Statistical Disclosure Control" (2012), section 4.4.
func protect(parts []int64, n int64) []bool {
	withheld := make([]bool, len(parts))
	count, sum := 0, int64(0)
	for i, p := range parts {
		if p > 0 && p < n {
			withheld[i] = true
			count, sum = count+1, sum+p
		}
	}
	for count > 0 && (count < 2 || sum < n) {
		next, smallest := -1, int64(math.MaxInt64)
		for i, p := range parts {
			if p > 0 && !withheld[i] && p < smallest {
				next, smallest = i, p
			}
		}
		if next < 0 {
			break
		}
		withheld[next] = true
		count, sum = count+1, sum+smallest
	}
	return withheld
}

// suppressed gives the cell for a withheld count of rows.
func suppressed(rows, n int64) result.Suppressed {
	if rows < n {
		return smallGroup
	}
	return complementary
}

// merge joins neighbouring bins until each has at least n rows, so that no bin
// is empty or small. The last bins join the one before them. It gives nothing
// when all bins together have fewer.
func merge(edges []float64, rows []int64, n int64) ([]float64, []int64) {
	outEdges, outRows, open := []float64{edges[0]}, []int64{}, int64(0)
	for i, r := range rows {
		if open += r; open >= n {
			outEdges, outRows, open = append(outEdges, edges[i+1]), append(outRows, open), 0
		}
	}
	if len(outRows) == 0 {
		return nil, nil
	}
	outRows[len(outRows)-1] += open
	outEdges[len(outEdges)-1] = edges[len(edges)-1]
	return outEdges, outRows
}
