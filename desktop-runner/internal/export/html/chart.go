package html

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"ddap/shared/result"
)

// chart draws a chart and lists its data.
func (l locale) chart(c result.Chart) chart {
	out := chart{Title: l.phrase(c.Title), Data: l.chartData(c)}
	d := drawing{locale: l, chart: c}
	switch c.Type {
	case result.Histogram:
		if d.histogram() {
			out.Caption = l.word("area")
		}
	case result.Bar:
		d.bars()
	case result.Scatter, result.Line:
		d.plot()
		if c.Name == "predicted_vs_actual" {
			out.Caption = l.word("identity")
		}
	case result.Heatmap:
		if !d.heatmap() {
			out.Caption = l.word("astable")
			return out
		}
	default:
		out.Caption = l.word("astable")
		return out
	}
	out.SVG = template.HTML(d.svg(out.Title)) //nolint:gosec // drawing escapes all text
	return out
}

// chartData is the table behind a chart.
func (l locale) chartData(c result.Chart) table {
	many := len(c.Series) > 1
	t := table{}
	if many {
		t.Heads = append(t.Heads, head{l.word("series"), false})
	}
	binned := len(c.Series) > 0 && c.Series[0].Edges != nil
	if binned {
		t.Heads = append(t.Heads, head{l.word("from"), true}, head{l.word("to"), true})
	} else {
		t.Heads = append(t.Heads, head{l.axis(c.X), c.X.Type.Numeric()})
	}
	t.Heads = append(t.Heads, head{l.axis(c.Y), true})
	for _, s := range c.Series {
		for i := range s.X {
			var row []cell
			if many {
				row = append(row, cell{l.phrase(s.Name), ""})
			}
			if binned {
				row = append(row, l.value(s.Edges[i]), l.value(s.Edges[i+1]))
			} else {
				row = append(row, l.value(s.X[i]))
			}
			t.Rows = append(t.Rows, append(row, l.value(s.Y[i])))
		}
	}
	return t
}

func (l locale) value(v any) cell { return l.cell(v, result.Column{}, false) }

func (l locale) axis(a result.Axis) string {
	text := l.phrase(a.Title)
	if a.Unit != "" {
		text += " (" + a.Unit + ")"
	}
	return text
}

// The size of a drawing, in its own units; it is stretched to the page.
const (
	width  = 520.0
	height = 300.0
	right  = 28.0
	top    = 14.0
	bottom = 46.0
)

// drawing builds one SVG picture.
type drawing struct {
	locale
	chart  result.Chart
	height float64
	body   strings.Builder
}

func (d *drawing) svg(title string) string {
	if d.height == 0 {
		d.height = height
	}
	return fmt.Sprintf(`<svg viewBox="0 0 %s %s" role="img" aria-label="%s">%s</svg>`, px(width), px(d.height), escape(title), d.body.String())
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.body, format, args...) }

func (d *drawing) text(x, y float64, anchor, class, content string) {
	d.add(`<text x="%s" y="%s" text-anchor="%s" class="%s" fill="currentColor">%s</text>`, px(x), px(y), anchor, class, escape(content))
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.add(`<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`, px(x1), px(y1), px(x2), px(y2), class)
}

func (d *drawing) rect(x, y, w, h float64, style, tip string) {
	d.add(`<rect x="%s" y="%s" width="%s" height="%s" %s><title>%s</title></rect>`, px(x), px(y), px(max(w, 0)), px(max(h, 0)), style, escape(tip))
}

func px(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

func escape(text string) string { return template.HTMLEscapeString(text) }

func colour(i int) string { return fmt.Sprintf("var(--c%d)", i%7) }

// scale maps values to places.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return (s.from + s.to) / 2
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

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

// tick writes a tick's number without what rounding left in its last digits.
func (d *drawing) tick(v float64) string {
	return d.number(math.Round(v*1e10) / 1e10)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	default:
		return 0, false
	}
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
	x = scale{xTicks[0], xTicks[len(xTicks)-1], left, width - right}
	y = scale{yTicks[0], yTicks[len(yTicks)-1], height - bottom, top}
	for _, v := range yTicks {
		if yNumbers {
			d.line(left, y.at(v), width-right, y.at(v), "grid")
			d.text(left-7, y.at(v)+4, "end", "axis", d.tick(v))
		}
	}
	for _, v := range xTicks {
		d.line(x.at(v), y.from, x.at(v), y.from+4, "base")
		d.text(x.at(v), y.from+17, "middle", "axis", d.acrossTick(v, xTicks))
	}
	d.line(left, y.from, width-right, y.from, "base")
	d.text((left+width-right)/2, height-8, "middle", "axis", d.axis(d.chart.X))
	if yNumbers {
		d.add(`<text transform="translate(13 %s) rotate(-90)" text-anchor="middle" class="axis" fill="currentColor">%s</text>`, px((y.from+y.to)/2), escape(d.axis(d.chart.Y)))
	}
	return x, y
}
