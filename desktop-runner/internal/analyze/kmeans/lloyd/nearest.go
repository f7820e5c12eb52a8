package lloyd

import (
	"math"

	"ddap/desktop-runner/internal/analyze/points"
)

const (
	// slack keeps the errors of rounding of the bounds from deciding.
	slack = 1 + 1e-10
	// below makes a bound smaller than it is by more than a float32 rounds.
	below = 1 - 1e-6
)

// first finds the nearest centre of a point that has none yet, the first of
// equals, and its bounds.
func (r *run) first(i int) (found int32) {
	row := r.x.Row(i)
	bounds := r.bounds[i*r.groups : (i+1)*r.groups]
	least, lower := math.Inf(1), math.Inf(1)
	for g := range bounds {
		bounds[g] = math.MaxFloat32
	}
	keep := func(centre int, d float64) {
		g := r.group[centre]
		bounds[g] = min(bounds[g], float32((d+r.goneGroup[g])*below))
		lower = min(lower, d)
	}
	for block := 0; block < r.k; block += 4 {
		d := four(row, r.packed[block*len(row):(block+4)*len(row)])
		for c := range min(4, r.k-block) {
			distance := math.Sqrt(d[c])
			if distance >= least {
				keep(block+c, distance)
				continue
			}
			if !math.IsInf(least, 1) {
				keep(int(found), least)
			}
			found, least = int32(block+c), distance
		}
	}
	r.upper[i], r.lower[i] = least-r.gone[found], lower+r.goneMost
	return found
}

// again finds the nearest centre of a point whose bounds do not say that it
// stays; it does among equals.
func (r *run) again(i int) (found int32) {
	row, label := r.x.Row(i), r.c.Labels[i]
	least := math.Sqrt(points.SquaredDistance(row, r.centre(int(label))))
	r.upper[i] = least - r.gone[label]
	if least*slack < max(r.lower[i]-r.goneMost, r.half[label]) {
		return label
	}
	found = label
	bounds := r.bounds[i*r.groups : (i+1)*r.groups]
	for g := range bounds {
		if float64(bounds[g])-r.goneGroup[g] > least*slack {
			continue
		}
		rest := math.Inf(1)
		for c := r.begin[g]; c < r.begin[g+1]; c++ {
			if int32(c) == found {
				continue
			}
			d := math.Sqrt(points.SquaredDistance(row, r.centre(c)))
			if d >= least {
				rest = min(rest, d)
				continue
			}
			if before := r.group[found]; before == g {
				rest = min(rest, least)
			} else {
				bounds[before] = min(bounds[before], float32((least+r.goneGroup[before])*below))
			}
			found, least = int32(c), d
		}
		bounds[g] = float32(min(rest+r.goneGroup[g], math.MaxFloat32) * below)
	}
	lower := math.Inf(1)
	for g, b := range bounds {
		lower = min(lower, float64(b)-r.goneGroup[g])
	}
	r.upper[i], r.lower[i] = least-r.gone[found], lower+r.goneMost
	return found
}

// four gives the squared distances of a point to four others, which are packed
// beside each other, number by number.
func four(row, block []float64) [4]float64 {
	var a, b, c, d float64
	block = block[:4*len(row)]
	for j, v := range row {
		at := (*[4]float64)(block[4*j:])
		e, f, g, h := v-at[0], v-at[1], v-at[2], v-at[3]
		a += e * e
		b += f * f
		c += g * g
		d += h * h
	}
	return [4]float64{a, b, c, d}
}
