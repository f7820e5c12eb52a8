package binning

import (
	"math"
	"slices"
)

const (
	digitBits = 11
	digits    = (64 + digitBits - 1) / digitBits
	// fewest is how many numbers are sorted by digits; below it comparing is
	// faster.
	fewest = 4096
)

// sorted gives the numbers in rising order; they stay as they are. Zero has no
// sign. Sorting by digits takes a third of the time that comparing takes for
// 200,000 numbers, at 16 bytes each.
func sorted(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v + 0
	}
	if len(out) < fewest {
		slices.Sort(out)
		return out
	}
	keys, other := make([]uint64, len(out)), make([]uint64, len(out))
	var counts [digits][1 << digitBits]int
	for i, v := range out {
		k := math.Float64bits(v)
		// The order of floats is that of their bits, but turned around below zero.
		k ^= uint64(int64(k)>>63) | 1<<63
		keys[i] = k
		for d := range digits {
			counts[d][k>>(d*digitBits)&(1<<digitBits-1)]++
		}
	}
	for d := range digits {
		keys, other = byDigit(keys, other, d, &counts[d])
	}
	for i, k := range keys {
		out[i] = math.Float64frombits(k ^ (uint64(int64(^k)>>63) | 1<<63))
	}
	return out
}

func byDigit(keys, other []uint64, digit int, counts *[1 << digitBits]int) (sorted, spare []uint64) {
	shift := digit * digitBits
	if counts[keys[0]>>shift&(1<<digitBits-1)] == len(keys) {
		return keys, other
	}
	at := 0
	for i, n := range counts {
		counts[i] = at
		at += n
	}
	for _, k := range keys {
		d := k >> shift & (1<<digitBits - 1)
		other[counts[d]] = k
		counts[d]++
	}
	return other, keys
}
