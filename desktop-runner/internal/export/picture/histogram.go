package picture

import (
	"fmt"
	"math"

	"ddap/shared/result"
)

// digit is the width of a digit.
const digit = 6.8

// histogram draws bars from edge to edge. Where the bars differ in width, their
// area shows the count, and the axis has no numbers.
func (d *drawing) histogram() bool {
	if len(d.chart.Series) == 0 {
		return false
	}
	s := d.chart.Series[0]
	if len(s.X) == 0 || len(s.Edges) != len(s.X)+1 {
		return false
	}
	narrowest, widest := math.Inf(1), 0.0
	for i := range s.X {
		narrowest, widest = min(narrowest, s.Edges[i+1]-s.Edges[i]), max(widest, s.Edges[i+1]-s.Edges[i])
	}
	unequal := widest > narrowest*1.001
	if unequal {
		d.caption = d.speech.Word("area")
	}
	heights, tallest := make([]float64, len(s.Y)), 0.0
	for i, y := range s.Y {
		n, _ := number(y)
		if wide := s.Edges[i+1] - s.Edges[i]; wide > 0 {
			heights[i] = n * narrowest / wide
		}
		tallest = max(tallest, heights[i])
	}
	x, y := d.frameOf(ticks(s.Edges[0], s.Edges[len(s.Edges)-1], 6), counts(ticks(0, tallest*1.06, 5)), !unequal)
	for i := range s.X {
		d.bin(s, i, x, y, heights[i], tallest, unequal)
	}
	return true
}

func (d *drawing) bin(s result.Series, i int, x, y scale, high, tallest float64, unequal bool) {
	from, to := x.at(s.Edges[i]), x.at(s.Edges[i+1])
	tip := fmt.Sprintf("%s – %s: %s", d.speech.Number(s.Edges[i]), d.speech.Number(s.Edges[i+1]), d.show(s.Y[i]))
	if _, known := number(s.Y[i]); !known {
		d.withheld(from+1, y.at(tallest*0.12), to-from-2, y.from-y.at(tallest*0.12), tip)
		d.text((from+to)/2, y.at(tallest*0.12)-5, Middle, Soft, "?")
		return
	}
	gap := min(0.75, (to-from)/8)
	d.rect(from+gap, y.at(high), to-from-2*gap, y.from-y.at(high), 0, tip)
	if text := d.show(s.Y[i]); unequal && digit*float64(len([]rune(text))) < to-from {
		d.text((from+to)/2, y.at(high)-4, Middle, Soft, text)
	}
}
