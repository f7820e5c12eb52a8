package render

import (
	"math"
	"strconv"
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/result"
)

const (
	maxBars     = 12 // of a bar chart; a longer one says how many more there are
	maxBarWidth = 30
	sparkCells  = 32
	maxSeries   = 6
)

// charts shows each chart as well as text can: bars where there are few, a line
// of small blocks for a histogram or a curve, a sentence for the rest. The table
// beside a chart has the numbers.
func (v View) charts(all []result.Chart) []Line {
	if len(all) == 0 {
		return nil
	}
	titles := 0 // as wide as the titles that stand before a line of blocks
	for _, c := range all {
		if c.Type == result.Histogram || c.Type == result.Line {
			titles = max(titles, min(textWidth(Clean(titleOf(c))), maxTitle))
		}
	}
	var out []Line
	for i, c := range all {
		if i == 0 || c.Type == result.Bar {
			out = append(out, nil)
		}
		out = append(out, v.chart(c, titles)...)
	}
	return out
}

// maxTitle is how far a long title pushes the charts of others.
const maxTitle = 40

func titleOf(c result.Chart) string {
	if c.Title == "" {
		return c.Name
	}
	return c.Title
}

func (v View) chart(c result.Chart, titles int) []Line {
	title := titleOf(c)
	switch {
	case c.Type == result.Bar && len(c.Series) == 1:
		return append([]Line{{{title, bold}}}, v.bars(c.Series[0])...)
	case c.Type == result.Histogram || c.Type == result.Line:
		return v.sparks(title, titles, c)
	default:
		return v.folded(title+" · "+v.extent(c), "", plain)
	}
}

// bars draws one bar a value, all from zero; a value below zero has none.
func (v View) bars(s result.Series) []Line {
	largest := 0.0
	for _, y := range s.Y {
		if f, ok := numeric(y); ok {
			largest = math.Max(largest, f)
		}
	}
	t := Table{Columns: []Column{{}, {Shrink: 10}, {}, {Right: true}}}
	for i := range min(len(s.X), len(s.Y), maxBars) {
		f, ok := numeric(s.Y[i])
		bar := ""
		if ok && largest > 0 && f > 0 {
			bar = block(f/largest, v.barRoom())
		}
		t.Rows = append(t.Rows, Row{Cells: []Span{{}, v.Cell(s.X[i]), {bar, barStyle}, v.Cell(s.Y[i])}})
	}
	out := v.Lines(t)[1:]
	if more := len(s.X) - maxBars; more > 0 {
		out = append(out, Line{{"  … +" + strconv.Itoa(more), faint}})
	}
	return out
}

// barStyle is the first colour of the charts' palette (Okabe and Ito's blue,
// which colour-blind readers tell from the others).
var barStyle = Style{Light: "#0072b2", Dark: "#56b4e9"}

func (v View) barRoom() int {
	if v.Width == 0 {
		return maxBarWidth
	}
	return max(8, min(maxBarWidth, v.Width/3))
}

// block is a bar to an eighth of a column.
func block(fraction float64, width int) string {
	eighths := int(math.Round(math.Min(fraction, 1) * float64(width) * 8))
	out := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		out += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	if out == "" {
		return "▏" // more than nothing looks like more than nothing
	}
	return out
}

// sparks draws each series on one line, between the ends of its x.
func (v View) sparks(title string, titles int, c result.Chart) []Line {
	var out []Line
	for i, s := range c.Series {
		if i == maxSeries {
			return append(out, Line{{"  … +" + strconv.Itoa(len(c.Series)-maxSeries), faint}})
		}
		name := title
		if s.Name != "" && len(c.Series) > 1 {
			name += " · " + s.Name
		}
		from, to := v.ends(s)
		out = append(out, Line{
			{pad(Clean(name), titles, false) + "  ", bold},
			{from + " ", faint}, {spark(s.Y), barStyle}, {" " + to, faint},
		}.Fit(v.Width))
	}
	return out
}

// ends names the first and the last x of a series; of a histogram its outer bounds.
func (v View) ends(s result.Series) (from, to string) {
	switch {
	case len(s.Edges) > 1:
		return v.Number(s.Edges[0]), v.Number(s.Edges[len(s.Edges)-1])
	case len(s.X) > 0:
		return v.Cell(s.X[0]).Text, v.Cell(s.X[len(s.X)-1]).Text
	default:
		return "–", "–"
	}
}

// spark draws values as blocks of eight heights, neighbours joined to their
// largest where there are too many. A value that is missing leaves a gap. Counts
// stand on zero; values that go below it stand on the smallest.
func spark(ys []any) string {
	values := joined(ys)
	low, high := 0.0, math.Inf(-1)
	for _, f := range values {
		if !math.IsNaN(f) {
			low, high = math.Min(low, f), math.Max(high, f)
		}
	}
	var b strings.Builder
	for _, f := range values {
		switch {
		case math.IsNaN(f):
			b.WriteRune(' ')
		case high <= low || f <= low:
			b.WriteRune('▁')
		default:
			b.WriteRune([]rune("▁▂▃▄▅▆▇█")[min(7, int((f-low)/(high-low)*8))])
		}
	}
	return b.String()
}

func joined(ys []any) []float64 {
	cells := min(len(ys), sparkCells)
	out := make([]float64, cells)
	for i := range out {
		out[i] = math.NaN()
		for _, y := range ys[i*len(ys)/cells : (i+1)*len(ys)/cells] {
			if f, ok := numeric(y); ok && !(f <= out[i]) {
				out[i] = f
			}
		}
	}
	return out
}

// extent says in words what a chart shows.
func (v View) extent(c result.Chart) string {
	points := 0
	var xs, ys []any
	for _, s := range c.Series {
		points += len(s.X)
		xs, ys = append(xs, s.X...), append(ys, s.Y...)
	}
	said := v.count(int64(points)) + v.in(i18n.Text{EN: " points", ID: " titik"})
	if n := len(c.Series); n > 1 {
		said += v.in(i18n.Text{EN: " in ", ID: " dalam "}) + strconv.Itoa(n) + v.in(i18n.Text{EN: " groups", ID: " kelompok"})
	}
	out := []string{said}
	for _, axis := range []struct {
		axis   result.Axis
		values []any
	}{{c.X, xs}, {c.Y, ys}} {
		if r := v.span(axis.axis, axis.values); r != "" {
			out = append(out, r)
		}
	}
	return strings.Join(out, " · ")
}

// span names an axis with the range of its numbers; nothing where it has none.
func (v View) span(a result.Axis, values []any) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, value := range values {
		if f, ok := numeric(value); ok {
			low, high = math.Min(low, f), math.Max(high, f)
		}
	}
	if low > high {
		return ""
	}
	out := strings.TrimSpace(a.Title + " " + v.Number(low) + " … " + v.Number(high))
	if a.Unit != "" {
		out += " " + a.Unit
	}
	return out
}
