// Package spread has the mean of a column of numbers, and how far they are from it.
package spread

import "math"

// MeanAndVariance gives the mean and the variance of the population; of a
// constant exactly that and 0, of no numbers 0 and 0.
func MeanAndVariance(column []float64) (mean, variance float64) {
	if len(column) == 0 {
		return 0, 0
	}
	first, constant := column[0], true
	for _, v := range column {
		mean += v - first
		constant = constant && v == first
	}
	if constant {
		return first, 0
	}
	n := float64(len(column))
	if mean = first + mean/n; math.IsInf(mean, 0) || math.IsNaN(mean) {
		mean = 0 // the sum alone was too large
		for _, v := range column {
			mean += v / n
		}
	}
	var rest float64 // what rounding left of the mean
	for _, v := range column {
		d := v - mean
		rest += d
		variance += d * d
	}
	return mean + rest/n, (variance - rest*rest/n) / n
}

// MeanAndDeviation gives the mean and the standard deviation of the population.
func MeanAndDeviation(column []float64) (mean, deviation float64) {
	mean, variance := MeanAndVariance(column)
	return mean, math.Sqrt(max(0, variance))
}

// Rounded keeps four digits: a mean of numbers of few digits tells in the others
// how many there are.
func Rounded(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-3)
	return math.Round(v/unit) * unit
}
