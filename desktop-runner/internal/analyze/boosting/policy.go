package boosting

import (
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// policy is what keeps a model from telling of few rows, see New.
type policy struct {
	minRows int
	// unit is what one row changes a sum of gradients by: one class, or the power of
	// two that is next to the target's standard deviation.
	unit float64
	// leaves is how many more leaves may be told.
	leaves int
}

// newPolicy refuses samples of which even the mean would tell of a few rows; nil
// where single rows may show.
func newPolicy(s estimator.Sample, settings estimator.Settings, earlyStopping string) (*policy, error) {
	least := settings.MinRows
	if least <= 1 {
		return nil, nil
	}
	if earlyStopping == on {
		return nil, refuse("early stopping judges by a few rows that it keeps back. Allowed is early_stopping off, or auto, which is off here")
	}
	for _, w := range s.Weights {
		if w != s.Weights[0] {
			return nil, refuse("weights that differ would let a few rows decide what is told. Allowed are models without weights")
		}
	}
	p := &policy{minRows: least, unit: 1, leaves: len(s.Y) / least}
	if len(s.Y) < 2*least {
		return nil, refuse("the owner shares summaries of at least %d rows only, and there are fewer than twice as many. Allowed are models of more rows", least)
	}
	if s.Classes == 0 {
		if varied.Count(s.Y) < int64(least) {
			return nil, refuse("fewer than %d rows differ from the most frequent value of the target, and a mean would tell of them. Allowed are targets that vary more", least)
		}
		_, deviation := spread.MeanAndDeviation(s.Y)
		p.unit = math.Exp2(math.Round(math.Log2(deviation)))
		return p, nil
	}
	counts := make([]int, s.Classes)
	for _, y := range s.Y {
		counts[int(y)]++
	}
	if slices.Min(counts) < least {
		return nil, refuse("a class of the target has fewer than %d rows. Allowed are targets whose classes all have as many; leave out rare ones with a filter, or put them together", least)
	}
	return p, nil
}

func refuse(format string, args ...any) error {
	return fault.New("boosting.Fit", fault.Forbidden, string(task.PolicyRefused), "this cannot be learned from this data: "+format+".", args...)
}

// round gives a sum of gradients in multiples of what the smallest group changes
// it by. The sums of two leaves that differ by one row are then mostly the same,
// whatever its answer.
func (p *policy) round(sum float64) float64 {
	step := p.unit * float64(p.minRows)
	return math.Round(sum/step) * step
}

// steps is how many steps a unit has that values and scores are rounded to: the
// digits beyond would tell how many rows there are.
const steps = 100

// coarse rounds what a model tells: a step is a hundredth of a unit of the
// logarithm of odds, or about as much of a standard deviation.
func (p *policy) coarse(v float64) float64 {
	step := p.unit / steps
	return math.Round(v/step) * step
}

// withhold rounds what stands beside the trees, and tells no number of rows but
// the policy's.
func (p *policy) withhold(m *model) {
	m.Rows = m.Rows / int64(p.minRows) * int64(p.minRows)
	m.Smallest = int64(p.minRows)
	for i, v := range m.TrainScore {
		m.TrainScore[i] = spread.Rounded(v)
	}
	for j, v := range m.Importances {
		m.Importances[j] = math.Round(v*1000) / 1000
	}
}

// perTree is how many leaves a tree may have, so that the allowed ones last for
// all trees if they can, and have two each.
func (p *policy) perTree(trees, most int) int { return max(2, min(most, p.leaves/trees)) }

// target is the answers that a tree learns, by which its leaves are judged.
type target struct {
	y []float64
	// class is the class that the tree tells from the others; negative of numbers.
	class   int
	minRows int
}

// allows reports whether both parts of a split have enough rows that differ from
// the most frequent answer of the part. A leaf of one answer tells that of each
// row in it, and one where few differ tells of these.
func (t *target) allows(rows []int32, codes []uint8, bin uint8) bool {
	for _, above := range []bool{false, true} {
		in := func(row int32) bool { return codes[row] > bin == above }
		if t.class >= 0 && !t.mixed(rows, in) || t.class < 0 && !t.varied(rows, in) {
			return false
		}
	}
	return true
}

func (t *target) mixed(rows []int32, in func(int32) bool) bool {
	count, n := 0, 0
	for _, row := range rows {
		if in(row) {
			n++
			if int(t.y[row]) == t.class {
				count++
			}
		}
	}
	return min(count, n-count) >= t.minRows
}

// varied looks for the one value that more than half of the rows can have (Boyer
// and Moore, "MJRTY", 1991); where there is none, half of them differ from any.
func (t *target) varied(rows []int32, in func(int32) bool) bool {
	candidate, lead, n := 0.0, 0, 0
	for _, row := range rows {
		if !in(row) {
			continue
		}
		n++
		switch v := t.y[row]; {
		case lead == 0:
			candidate, lead = v, 1
		case v == candidate:
			lead++
		default:
			lead--
		}
	}
	if n < 2*t.minRows {
		var values []float64
		for _, row := range rows {
			if in(row) {
				values = append(values, t.y[row])
			}
		}
		return varied.Count(values) >= int64(t.minRows)
	}
	same := 0
	for _, row := range rows {
		if in(row) && t.y[row] == candidate {
			same++
		}
	}
	return n-same >= t.minRows || same <= n/2
}
