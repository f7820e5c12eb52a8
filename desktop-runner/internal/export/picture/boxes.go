package picture

import (
	"math"
	"slices"
	"strings"

	"ddap/shared/result"
)

// fiveNames are the names that the five numbers of a box may have, from the least on.
var fiveNames = [5][]string{{"min"}, {"25%", "q1"}, {"50%", "median", "q2"}, {"75%", "q3"}, {"max"}}

// box has the five numbers of a group; NaN for one that is not known.
type box struct {
	name  string
	tells [5]float64
}

// boxes draws lying boxes with whiskers. The chart has either one series for
// each of five numbers, by their names, with the groups on x; or one series a
// group, with the values themselves.
func (d *drawing) boxes() bool {
	boxes := d.summarized()
	if boxes == nil {
		boxes = d.sampled()
	}
	low, high, longest := math.Inf(1), math.Inf(-1), 0
	for _, b := range boxes {
		longest = max(longest, len([]rune(d.short(b.name))))
		for _, v := range b.tells {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if len(boxes) == 0 || len(boxes) > maxBars || low > high {
		return false
	}
	left := max(min(float64(longest)*letter+14, 214), 28)
	marks := ticks(low, high, 6)
	x := scale{marks[0], marks[len(marks)-1], left, Width - right}
	base := top + (barHeight+6)*float64(len(boxes))
	for _, v := range marks {
		d.line(x.at(v), top, x.at(v), base, Hair)
		d.text(x.at(v), base+17, Middle, Soft, d.tick(v))
	}
	d.line(left, base, Width-right, base, Soft)
	for i, b := range boxes {
		d.box(b, x, top+(barHeight+6)*float64(i)+3, left)
	}
	d.height = base + bottom
	d.text((left+Width-right)/2, d.height-8, Middle, Soft, d.speech.Axis(d.chart, d.chart.Y))
	d.caption = d.speech.Word("boxes")
	return true
}

func (d *drawing) summarized() []box {
	var five [5]*result.Series
	for i := range d.chart.Series {
		for k, names := range fiveNames {
			if slices.Contains(names, d.chart.Series[i].Name) {
				five[k] = &d.chart.Series[i]
			}
		}
	}
	if slices.Contains(five[:], nil) {
		return nil
	}
	out := make([]box, len(five[0].X))
	for i, name := range five[0].X {
		out[i].name = d.show(name)
		for k, s := range five {
			out[i].tells[k] = math.NaN()
			if i < len(s.Y) {
				if v, ok := number(s.Y[i]); ok {
					out[i].tells[k] = v
				}
			}
		}
	}
	return out
}

func (d *drawing) sampled() []box {
	var out []box
	for _, s := range d.chart.Series {
		var values []float64
		for _, y := range s.Y {
			if v, ok := number(y); ok {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			continue
		}
		slices.Sort(values)
		b := box{name: d.speech.Phrase(s.Name)}
		for k := range b.tells {
			b.tells[k] = quantile(values, float64(k)/4)
		}
		out = append(out, b)
	}
	return out
}

// quantile interpolates between sorted values, as numpy does by default.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

func (d *drawing) box(b box, x scale, y, left float64) {
	middle := y + barHeight/2
	d.text(left-8, middle+4, End, Ink, d.short(b.name))
	t := b.tells
	numbers := make([]string, len(t))
	for i, v := range t {
		numbers[i] = d.speech.Number(v)
		if math.IsNaN(v) {
			numbers[i] = d.speech.Word("withheld")
		}
	}
	tip := b.name + ": " + strings.Join(numbers, " ")
	if math.IsNaN(t[1]) || math.IsNaN(t[3]) {
		d.withheld(left+4, y+4, 60, barHeight-8, tip)
		return
	}
	for _, ends := range [][2]float64{{t[0], t[1]}, {t[3], t[4]}} {
		if !math.IsNaN(ends[0]) && !math.IsNaN(ends[1]) {
			d.line(x.at(ends[0]), middle, x.at(ends[1]), middle, Ink)
		}
	}
	d.rect(x.at(t[1]), y+2, x.at(t[3])-x.at(t[1]), barHeight-4, 0, tip)
	d.last().Opacity = 0.55
	if !math.IsNaN(t[2]) {
		d.line(x.at(t[2]), y+2, x.at(t[2]), y+barHeight-2, Ink)
		d.last().Wide = 2
	}
}
