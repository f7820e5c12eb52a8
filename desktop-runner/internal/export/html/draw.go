package html

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/shared/result"
)

// fewBins is how many bars still have room for their counts above them.
const fewBins = 13

// histogram draws bars from edge to edge. Where the bars differ in width, their
// area shows the count, the axis has no numbers, and it gives true.
func (d *drawing) histogram() (unequal bool) {
	s := d.chart.Series[0]
	if len(s.X) == 0 || len(s.Edges) != len(s.X)+1 {
		return false
	}
	narrowest, widest := math.Inf(1), 0.0
	for i := range s.X {
		narrowest, widest = min(narrowest, s.Edges[i+1]-s.Edges[i]), max(widest, s.Edges[i+1]-s.Edges[i])
	}
	unequal = widest > narrowest*1.001
	heights, tallest := make([]float64, len(s.Y)), 0.0
	for i, y := range s.Y {
		n, _ := number(y)
		heights[i] = n * narrowest / (s.Edges[i+1] - s.Edges[i])
		tallest = max(tallest, heights[i])
	}
	x, y := d.frameOf(ticks(s.Edges[0], s.Edges[len(s.Edges)-1], 6), ticks(0, tallest*1.06, 5), !unequal)
	for i := range s.X {
		from, to := x.at(s.Edges[i]), x.at(s.Edges[i+1])
		tip := fmt.Sprintf("%s – %s: %s", d.number(s.Edges[i]), d.number(s.Edges[i+1]), d.value(s.Y[i]).Text)
		if _, withheld := result.SuppressedReason(s.Y[i]); withheld {
			d.rect(from+1, y.at(tallest*0.12), to-from-2, y.from-y.at(tallest*0.12), `class="withheld"`, tip)
			d.text((from+to)/2, y.at(tallest*0.12)-5, "middle", "axis", "?")
			continue
		}
		d.rect(from+0.75, y.at(heights[i]), to-from-1.5, y.from-y.at(heights[i]), `fill="var(--c0)"`, tip)
		if unequal && len(s.X) <= fewBins {
			d.text((from+to)/2, y.at(heights[i])-4, "middle", "axis", d.value(s.Y[i]).Text)
		}
	}
	return unequal
}

const (
	barHeight = 26.0
	maxLabel  = 26
)

// bars draws lying bars, which leave room for long names.
func (d *drawing) bars() {
	s := d.chart.Series[0]
	low, high, longest := 0.0, 0.0, 0
	for i := range s.X {
		v, _ := number(s.Y[i])
		low, high = min(low, v), max(high, v)
		longest = max(longest, len([]rune(d.barLabel(s.X[i]))))
	}
	if low == high {
		high = 1
	}
	d.height = barHeight*float64(len(s.X)) + top + 26
	left := min(float64(longest)*7.6+14, 214)
	const room = 58 // for the number after a bar
	near := left
	if low < 0 {
		near += room
	}
	x := scale{low, high, near, width - room}
	for i := range s.X {
		y := top + barHeight*float64(i)
		v, known := number(s.Y[i])
		text := d.value(s.Y[i]).Text
		d.text(left-8, y+barHeight/2+4, "end", "label", d.barLabel(s.X[i]))
		if !known {
			d.rect(x.at(0), y+4, 40, barHeight-8, `class="withheld"`, text)
			d.text(x.at(0)+48, y+barHeight/2+4, "start", "axis", text)
			continue
		}
		from, to := min(x.at(0), x.at(v)), max(x.at(0), x.at(v))
		d.rect(from, y+4, to-from, barHeight-8, `rx="2" fill="`+colour(map[bool]int{true: 0, false: 4}[v >= 0])+`"`, fmt.Sprintf("%v: %s", s.X[i], text))
		if v >= 0 {
			d.text(to+6, y+barHeight/2+4, "start", "axis", text)
		} else {
			d.text(from-6, y+barHeight/2+4, "end", "axis", text)
		}
	}
	d.line(x.at(0), top, x.at(0), top+barHeight*float64(len(s.X)), "base")
	d.text((near+width-room)/2, d.height-6, "middle", "axis", d.axis(d.chart.Y))
}

func (d *drawing) barLabel(v any) string {
	text := []rune(d.value(v).Text)
	if len(text) > maxLabel {
		return string(text[:maxLabel-1]) + "…"
	}
	return string(text)
}

// plot draws points or lines, with a shape for each series besides its colour.
func (d *drawing) plot() {
	xs, ys := d.bounds()
	if len(xs) == 0 {
		return
	}
	identity := d.chart.Name == "predicted_vs_actual"
	x, y := d.frameOf(d.acrossTicks(slices.Min(xs), slices.Max(xs)), ticks(slices.Min(ys), slices.Max(ys), 5), true)
	if identity {
		low, high := max(x.low, y.low), min(x.high, y.high)
		if low < high {
			d.add(`<line x1="%s" y1="%s" x2="%s" y2="%s" class="base" stroke-dasharray="4 4"/>`, px(x.at(low)), px(y.at(low)), px(x.at(high)), px(y.at(high)))
		}
	}
	for i, s := range d.chart.Series {
		var path strings.Builder
		for j := range s.X {
			vx, okX := d.across(s.X[j])
			vy, okY := number(s.Y[j])
			if !okX || !okY {
				continue
			}
			if d.chart.Type == result.Line {
				fmt.Fprintf(&path, "%s,%s ", px(x.at(vx)), px(y.at(vy)))
				continue
			}
			d.marker(i, x.at(vx), y.at(vy), 0.65)
		}
		if path.Len() > 0 {
			d.add(`<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`, strings.TrimSpace(path.String()), colour(i))
		}
	}
	if len(d.chart.Series) > 1 {
		d.legend()
	}
}

func (d *drawing) bounds() (xs, ys []float64) {
	for _, s := range d.chart.Series {
		for j := range s.X {
			vx, okX := d.across(s.X[j])
			vy, okY := number(s.Y[j])
			if okX && okY {
				xs, ys = append(xs, vx), append(ys, vy)
			}
		}
	}
	return xs, ys
}

func (d *drawing) marker(series int, x, y, opacity float64) {
	style := fmt.Sprintf(`fill="%s" fill-opacity="%s"`, colour(series), px(opacity))
	switch series % 4 {
	case 0:
		d.add(`<circle cx="%s" cy="%s" r="3" %s/>`, px(x), px(y), style)
	case 1:
		d.add(`<rect x="%s" y="%s" width="5.4" height="5.4" %s/>`, px(x-2.7), px(y-2.7), style)
	case 2:
		d.add(`<path d="M%s %sl3.4 6h-6.8z" %s/>`, px(x), px(y-3.6), style)
	default:
		d.add(`<path d="M%s %sl3.8 3.8-3.8 3.8-3.8-3.8z" %s/>`, px(x), px(y-3.8), style)
	}
}

const maxLegend = 20

// legend lists the series below the picture, in rows of four.
func (d *drawing) legend() {
	d.height = height
	for i, s := range d.chart.Series {
		if i >= maxLegend {
			break
		}
		x, y := 24+float64(i%4)*124, height+14+20*float64(i/4)
		d.marker(i, x, y-4, 1)
		d.text(x+10, y, "start", "label", d.barLabel(d.phrase(s.Name)))
		d.height = y + 8
	}
}
