package picture

import (
	"fmt"

	"ddap/shared/result"
)

const (
	barHeight = 26.0
	maxLabel  = 26
	// maxBars is how many bars still make a picture.
	maxBars = 100
	// letter is the width of a letter.
	letter = 7.6
)

// bars draws lying bars, which leave room for long names. Several series stand
// below each other, but for an interval around a value, which is a bar with a line.
func (d *drawing) bars() bool {
	low, value, high := d.interval()
	series := d.chart.Series
	if value != nil {
		series = []result.Series{*value}
		d.caption = d.speech.Word("whiskers")
	}
	if len(series) == 0 || len(series[0].X) == 0 || len(series)*len(series[0].X) > maxBars {
		return false
	}
	names := series[0].X
	x, left := d.lying(names)
	y := top
	for i, name := range names {
		for j, s := range series {
			if i >= len(s.Y) {
				continue
			}
			label := ""
			if j == 0 {
				label = d.short(d.show(name))
			}
			d.text(left-8, y+barHeight/2+4, End, Ink, label)
			colour := seriesColour(j)
			if v, _ := number(s.Y[i]); len(series) == 1 && v < 0 {
				colour = Negative
			}
			d.bar(x, y, s.Y[i], colour, d.tipOf(name, s, len(series) > 1))
			if value != nil && i < len(low.Y) && i < len(high.Y) {
				d.whisker(x, y, low.Y[i], high.Y[i])
			}
			y += barHeight
		}
	}
	d.line(x.at(0), top, x.at(0), y, Soft)
	d.height = y + 26
	d.text((x.from+x.to)/2, d.height-6, Middle, Soft, d.speech.Axis(d.chart, d.chart.Y))
	if len(series) > 1 {
		d.legend()
	}
	return true
}

// interval finds the series of an interval's ends and of what is between; value
// is nil where the chart has none.
func (d *drawing) interval() (low, value, high *result.Series) {
	for i := range d.chart.Series {
		switch s := &d.chart.Series[i]; s.Name {
		case "ci_lower":
			low = s
		case "ci_upper":
			high = s
		default:
			value = s
		}
	}
	if len(d.chart.Series) != 3 || low == nil || high == nil {
		return nil, nil, nil
	}
	return low, value, high
}

// lying gives the scale of lying bars beside names, and where the names end.
func (d *drawing) lying(names []any) (x scale, left float64) {
	low, high, longest, digits := 0.0, 0.0, 0, 7
	for _, s := range d.chart.Series {
		for _, y := range s.Y {
			v, _ := number(y)
			low, high, digits = min(low, v), max(high, v), max(digits, len([]rune(d.show(y))))
		}
	}
	for _, name := range names {
		longest = max(longest, len([]rune(d.short(d.show(name)))))
	}
	if low == high {
		high = 1
	}
	left = min(float64(longest)*letter+14, 214)
	near, room := left, digit*float64(min(digits, maxLabel))+12
	if low < 0 {
		near += room
	}
	return scale{low, high, near, Width - room}, left
}

func (d *drawing) tipOf(name any, s result.Series, many bool) string {
	if many {
		return fmt.Sprintf("%s, %s", d.show(name), d.speech.SeriesName(d.chart, s.Name))
	}
	return d.show(name)
}

func (d *drawing) bar(x scale, y float64, v any, colour Colour, name string) {
	text := d.show(v)
	tip := name + ": " + text
	n, known := number(v)
	if !known {
		d.withheld(x.at(0), y+4, 40, barHeight-8, tip)
		d.text(x.at(0)+48, y+barHeight/2+4, Start, Soft, text)
		return
	}
	from, to := min(x.at(0), x.at(n)), max(x.at(0), x.at(n))
	d.rect(from, y+4, to-from, barHeight-8, colour, tip)
	d.last().Wide = 2
	if n >= 0 {
		d.text(to+6, y+barHeight/2+4, Start, Soft, text)
	} else {
		d.text(from-6, y+barHeight/2+4, End, Soft, text)
	}
}

func (d *drawing) whisker(x scale, y float64, low, high any) {
	from, okLow := number(low)
	to, okHigh := number(high)
	if !okLow || !okHigh {
		return
	}
	text := d.shapes[len(d.shapes)-1]
	d.shapes = d.shapes[:len(d.shapes)-1]
	middle := y + barHeight/2
	d.line(x.at(from), middle, x.at(to), middle, Ink)
	d.last().Wide = 1.5
	for _, end := range []float64{x.at(from), x.at(to)} {
		d.line(end, middle-4, end, middle+4, Ink)
	}
	if to > 0 && text.Anchor == Start {
		text.Points = []Point{{max(text.Points[0].X, x.at(to)+6), text.Points[0].Y}}
	}
	if from < 0 && text.Anchor == End {
		text.Points = []Point{{min(text.Points[0].X, x.at(from)-6), text.Points[0].Y}}
	}
	d.shapes = append(d.shapes, text)
}

// short cuts a name to the room that there is.
func (d *drawing) short(name string) string {
	text := []rune(name)
	if len(text) > maxLabel {
		return string(text[:maxLabel-1]) + "…"
	}
	return name
}
