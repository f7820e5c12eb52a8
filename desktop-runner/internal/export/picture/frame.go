package picture

import "math"

// narrowestRange is the smallest range of ticks, in parts of the numbers themselves.
// Beside a step much below it, a float64 no longer grows.
const narrowestRange = 1e-9

// largestNumber is the end of every axis: beyond it, ranges would not be finite.
const largestNumber = 1e300

// ticks gives about n round numbers that cover low to high (steps of 1, 2 or 5
// times a power of ten).
func ticks(low, high float64, n int) []float64 {
	if high <= low {
		high = low + 1
	}
	low, high = min(max(low, -largestNumber), largestNumber), min(max(high, -largestNumber), largestNumber)
	high = max(high, low+narrowestRange*max(math.Abs(low), math.Abs(high), 1/largestNumber))
	raw := (high - low) / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	switch r := raw / step; {
	case r > 5:
		step *= 10
	case r > 2:
		step *= 5
	case r > 1:
		step *= 2
	}
	first := math.Floor(low / step)
	out := make([]float64, int(math.Ceil(high/step)-first)+1)
	for i := range out {
		out[i] = (first + float64(i)) * step
	}
	return out
}

// counts leaves only the whole numbers, for an axis of rows.
func counts(marks []float64) []float64 {
	var out []float64
	for _, v := range marks {
		if v == math.Trunc(v) {
			out = append(out, v)
		}
	}
	if last := marks[len(marks)-1]; len(out) < 2 || out[len(out)-1] < last {
		out = append(out, math.Ceil(last))
	}
	return out
}

// tick writes a tick's number without what rounding left in its last digits.
func (d *drawing) tick(v float64) string {
	return d.speech.Number(math.Round(v*1e10) / 1e10)
}

// frameOf draws grid, ticks and axis titles, and gives the scales. The left
// margin follows the widest number.
func (d *drawing) frameOf(xTicks, yTicks []float64, yNumbers bool) (x, y scale) {
	left := 20.0
	if yNumbers {
		for _, v := range yTicks {
			left = max(left, 7*float64(len([]rune(d.tick(v))))+30)
		}
	}
	x = scale{xTicks[0], xTicks[len(xTicks)-1], left, Width - right}
	y = d.upright(yTicks, left, yNumbers)
	for _, v := range xTicks {
		d.line(x.at(v), y.from, x.at(v), y.from+4, Soft)
		d.text(x.at(v), y.from+17, Middle, Soft, d.acrossTick(v, xTicks))
	}
	if d.overTime() {
		// A date is wider than the margin.
		d.last().Anchor, d.last().Points[0].X = End, Width-2
	}
	d.line(left, y.from, Width-right, y.from, Soft)
	d.text((left+Width-right)/2, height-8, Middle, Soft, d.speech.Axis(d.chart, d.chart.X))
	return x, y
}

// upright draws the axis on the left with its grid, and gives its scale.
func (d *drawing) upright(yTicks []float64, left float64, numbers bool) scale {
	y := scale{yTicks[0], yTicks[len(yTicks)-1], height - bottom, top}
	if !numbers {
		return y
	}
	for _, v := range yTicks {
		d.line(left, y.at(v), Width-right, y.at(v), Hair)
		d.text(left-7, y.at(v)+4, End, Soft, d.tick(v))
	}
	d.text(13, (y.from+y.to)/2, Middle, Soft, d.speech.Axis(d.chart, d.chart.Y))
	d.last().Turned = -90
	return y
}
