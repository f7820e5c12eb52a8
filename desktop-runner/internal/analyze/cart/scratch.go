package cart

import (
	"math/bits"
	"slices"
)

// scratch is what one goroutine works with.
type scratch struct {
	order []int
	spare []int32
	// codes are the bins of a node that have rows, rising; place k of what follows
	// belongs to codes[k].
	codes []uint32
	width int
	rows  []int64
	w     []float64
	// sums are width numbers for each bin, counts the rows of each class there.
	sums   []float64
	counts []int64
	// keys are a code and a row each, to be sorted.
	keys, other []uint64
	hist        histogram
	left, right side
	classes     bool
}

type histogram struct {
	used   [MostBins / 64]uint64
	rows   [MostBins]int64
	w      [MostBins]float64
	sums   []float64
	counts []int64
}

func newScratch(g *grower, rows int) *scratch {
	s := &scratch{order: make([]int, len(g.x)), spare: make([]int32, rows), width: g.width, classes: g.o.Classes > 0}
	s.left, s.right = g.newSide(), g.newSide()
	s.hist.sums, s.hist.counts = make([]float64, MostBins*s.width), make([]int64, MostBins*s.width)
	return s
}

// partition puts the rows up to a code before the others, both in their order.
func (s *scratch) partition(code []uint32, rows []int32, last uint32) int {
	left, right := 0, 0
	for _, row := range rows {
		if code[row] <= last {
			rows[left] = row
			left++
		} else {
			s.spare[right] = row
			right++
		}
	}
	copy(rows[left:], s.spare[:right])
	return left
}

// count sums the rows of each bin. Only bins that were used are looked at again,
// so that a small node costs no more than its rows.
func (s *scratch) count(g *grower, code []uint32, rows []int32) {
	h := &s.hist
	for _, row := range rows {
		c := code[row] & (MostBins - 1)
		h.used[c>>6] |= 1 << (c & 63)
		w := 1.0
		if g.w != nil {
			w = g.w[row]
		}
		h.rows[c]++
		h.w[c] += w
		if s.classes {
			at := int(c)*s.width + int(g.y[row])
			h.sums[at] += w
			h.counts[at]++
		} else {
			h.sums[c] += w * g.y[row]
		}
	}
	s.codes = s.codes[:0]
	s.clearBins()
	for word, used := range h.used {
		for ; used != 0; used &= used - 1 {
			c := word*64 + bits.TrailingZeros64(used)
			s.codes = append(s.codes, uint32(c))
			s.rows, s.w = append(s.rows, h.rows[c]), append(s.w, h.w[c])
			sums := h.sums[c*s.width : (c+1)*s.width]
			counts := h.counts[c*s.width : (c+1)*s.width]
			s.sums, s.counts = append(s.sums, sums...), append(s.counts, counts...)
			h.rows[c], h.w[c] = 0, 0
			clear(sums)
			clear(counts)
		}
		h.used[word] = 0
	}
}

func (s *scratch) clearBins() {
	s.rows, s.w, s.sums, s.counts = s.rows[:0], s.w[:0], s.sums[:0], s.counts[:0]
}

// sort does what count does for any number of bins.
func (s *scratch) sort(g *grower, code []uint32, rows []int32, bins int) {
	s.keys = s.keys[:0]
	for _, row := range rows {
		s.keys = append(s.keys, uint64(code[row])<<32|uint64(uint32(row)))
	}
	s.sortKeys(bins)
	s.codes = s.codes[:0]
	s.clearBins()
	for _, key := range s.keys {
		c, row := uint32(key>>32), uint32(key)
		k := len(s.codes) - 1
		if k < 0 || s.codes[k] != c {
			k++
			s.codes, s.rows, s.w = append(s.codes, c), append(s.rows, 0), append(s.w, 0)
			for range s.width {
				s.sums, s.counts = append(s.sums, 0), append(s.counts, 0)
			}
		}
		w := 1.0
		if g.w != nil {
			w = g.w[row]
		}
		s.rows[k]++
		s.w[k] += w
		if s.classes {
			at := k*s.width + int(g.y[row])
			s.sums[at] += w
			s.counts[at]++
		} else {
			s.sums[k] += w * g.y[row]
		}
	}
}

// Sorting by digits is faster from so many keys on.
const (
	manyKeys  = 2048
	digitBits = 11
)

func (s *scratch) sortKeys(bins int) {
	if len(s.keys) < manyKeys {
		slices.Sort(s.keys)
		return
	}
	if cap(s.other) < len(s.keys) {
		s.other = make([]uint64, len(s.keys))
	}
	s.other = s.other[:len(s.keys)]
	for shift := 32; bins>>(shift-32) > 0; shift += digitBits {
		var starts [1<<digitBits + 1]int
		for _, k := range s.keys {
			starts[k>>shift&(1<<digitBits-1)+1]++
		}
		for d := 1; d < len(starts); d++ {
			starts[d] += starts[d-1]
		}
		for _, k := range s.keys {
			d := k >> shift & (1<<digitBits - 1)
			s.other[starts[d]] = k
			starts[d]++
		}
		s.keys, s.other = s.other, s.keys
	}
}

// move takes bin k from the right to the left.
func (s *scratch) move(k int, left, right *side) {
	left.rows += s.rows[k]
	right.rows -= s.rows[k]
	left.w += s.w[k]
	right.w -= s.w[k]
	for i := range s.width {
		v := s.sums[k*s.width+i]
		left.sums[i] += v
		right.sums[i] -= v
	}
	if !s.classes {
		return
	}
	for i := range s.width {
		n := s.counts[k*s.width+i]
		left.counts[i] += n
		right.counts[i] -= n
	}
}
