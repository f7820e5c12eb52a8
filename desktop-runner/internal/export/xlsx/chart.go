package xlsx

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"ddap/shared/result"
)

const (
	chartRows   = 20 // how many rows of the usual height a chart is high
	chartHeight = 380
	chartWidth  = 720
	shortLabel  = 12 // longer labels of bars stand beside them
	manyBars    = 30
)

// charts writes all charts of a result, one below the other, each beside its
// data, and gives the sheet and the rows where they begin.
func (r *report) charts(prefix string, charts []result.Chart) (sheet string, places []int) {
	sheet = r.sheet(prefix + r.words.Word("charts"))
	row, wide := 1, []int{}
	for _, c := range charts {
		places = append(places, row)
		r.text(sheet, 1, row, r.words.Phrase(c.Title), subtitle)
		data := r.dataOf(c)
		data.sheet, data.row = sheet, row+1
		for j := range data.columns {
			width := r.column(data, j)
			if j == len(wide) {
				wide = append(wide, 0)
			}
			wide[j] = max(wide[j], width)
		}
		drawn := r.draw(c, data)
		row += 2 + data.rows
		if drawn {
			row = max(row, places[len(places)-1]+chartRows)
		}
		row += 2
	}
	for j, width := range wide {
		r.width(sheet, j+1, width)
	}
	return sheet, places
}

// chartData is a chart's data as it stands on a sheet: its header in row, and
// below it the rows.
type chartData struct {
	sheet     string
	row, rows int
	columns   []chartColumn
	series    []chartSeries
}

type chartColumn struct {
	name  string
	cells []cell
}

// chartSeries says which columns a series is drawn of.
type chartSeries struct{ x, y int }

// cells names the cells of a column below its header, or those of the header.
func (d *chartData) cells(column int) string {
	return reference(d.sheet, column+1, d.row+1, d.row+d.rows)
}

func (d *chartData) name(column int) string {
	return reference(d.sheet, column+1, d.row, d.row)
}

// column writes one column, and gives how wide it is.
func (r *report) column(d *chartData, j int) int {
	c := d.columns[j]
	r.text(d.sheet, j+1, d.row, c.name, heading)
	width := textCell(c.name).width()
	for i, v := range c.cells {
		r.put(d.sheet, j+1, d.row+1+i, v)
		width = max(width, v.width())
	}
	return width
}

// dataOf arranges a chart's data: one column of places and one for each series
// where all have the same places, else two for each series.
func (r *report) dataOf(c result.Chart) *chartData {
	if c.Type == result.Histogram {
		return r.binsOf(c)
	}
	d := &chartData{}
	shared := len(c.Series) > 0 && !slices.ContainsFunc(c.Series, func(s result.Series) bool { return !reflect.DeepEqual(s.X, c.Series[0].X) })
	said := make([][]string, 0)
	for i, s := range c.Series {
		name := r.words.Phrase(s.Name)
		if name == "" {
			name = r.axis(c.Y)
		}
		if i == 0 || !shared {
			d.columns = append(d.columns, chartColumn{r.axis(c.X), r.cells(s.X, c.X.Type)})
		}
		x := len(d.columns) - 1
		if shared {
			x = 0
		}
		values, hidden := r.values(s.Y, c.Type == result.Heatmap || c.Type == result.Box)
		d.columns = append(d.columns, chartColumn{name, values})
		d.series = append(d.series, chartSeries{x, len(d.columns) - 1})
		d.rows = max(d.rows, len(s.X), len(s.Y))
		said = r.remarks(said, hidden, name)
	}
	d.remark(r.words.own("remark"), said)
	return d
}

// binsOf arranges a histogram: the bounds of each bin beside its count.
func (r *report) binsOf(c result.Chart) *chartData {
	d := &chartData{}
	said := make([][]string, 0)
	for _, s := range c.Series {
		bins := len(s.Y)
		if len(s.Edges) != bins+1 {
			continue
		}
		from, to, names := make([]cell, bins), make([]cell, bins), make([]cell, bins)
		for i := range bins {
			low, high := s.Edges[i], s.Edges[i+1]
			from[i], to[i] = numberCell(low, result.Float), numberCell(high, result.Float)
			names[i] = textCell(fmt.Sprintf("%s %s %s", short(low), r.words.own("to"), short(high)))
		}
		counts, hidden := r.values(s.Y, false)
		at := len(d.columns)
		d.columns = append(d.columns,
			chartColumn{r.words.own("interval"), names}, chartColumn{r.words.Word("from"), from}, chartColumn{r.words.Word("to"), to}, chartColumn{r.axis(c.Y), counts})
		d.series = append(d.series, chartSeries{at, at + 3})
		d.rows = max(d.rows, bins)
		said = r.remarks(said, hidden, r.axis(c.Y))
	}
	d.remark(r.words.own("remark"), said)
	return d
}

// short writes a bound of a bin for the eye; the exact one stands beside it.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

func (r *report) axis(a result.Axis) string {
	name := r.words.Phrase(a.Title)
	if a.Unit != "" {
		name += " (" + a.Unit + ")"
	}
	return name
}

func (r *report) cells(values []any, t result.Type) []cell {
	out := make([]cell, len(values))
	for i, v := range values {
		out[i] = r.cell(v, t)
	}
	return out
}

// values gives the cells of a series, and which are withheld. A chart would draw
// a word as zero: those cells stay empty, and a column of remarks says why. Where
// no chart is drawn the words stand in their place.
func (r *report) values(values []any, words bool) (out []cell, hidden []bool) {
	out, hidden = r.cells(values, result.Float), make([]bool, len(values))
	if words {
		return out, hidden
	}
	for i, v := range values {
		if _, hidden[i] = result.SuppressedReason(v); hidden[i] {
			out[i] = cell{}
		}
	}
	return out, hidden
}

// remarks adds what is withheld of a series to what is said of each row.
func (r *report) remarks(said [][]string, hidden []bool, series string) [][]string {
	for i, is := range hidden {
		for len(said) <= i {
			said = append(said, nil)
		}
		if is {
			said[i] = append(said[i], fmt.Sprintf("%s: %s", series, r.words.Word("withheld")))
		}
	}
	return said
}

// remark adds a column of remarks, if there are any.
func (d *chartData) remark(name string, said [][]string) {
	if !slices.ContainsFunc(said, func(s []string) bool { return len(s) > 0 }) {
		return
	}
	cells := make([]cell, len(said))
	for i, s := range said {
		if len(s) > 0 {
			cells[i] = textCell(strings.Join(s, ", "))
			cells[i].look = withheld
		}
	}
	d.columns = append(d.columns, chartColumn{name, cells})
}

// draw adds the native chart, and reports whether there is one. A heatmap is
// colours on its table; what spreadsheets have no chart for is a table only.
func (r *report) draw(c result.Chart, d *chartData) bool {
	if d.rows == 0 || len(d.series) == 0 {
		return false
	}
	switch c.Type {
	case result.Heatmap:
		r.colour(d)
		return false
	case result.Bar, result.Histogram, result.Line, result.Scatter:
		chart := r.chartOf(c, d)
		at := place(len(d.columns)+2, d.row)
		r.do(func() error { return r.file.AddChart(d.sheet, at, chart) })
		return true
	default:
		return false
	}
}

func (r *report) chartOf(c result.Chart, d *chartData) *excelize.Chart {
	kind := kindOf(c, d)
	dark := excelize.Font{Color: "404040", Size: 9} // the library's own is hard to read
	out := &excelize.Chart{
		Type:         kind,
		Dimension:    excelize.ChartDimension{Width: chartWidth, Height: chartHeight},
		Title:        titled(r.words.Phrase(c.Title), 12),
		Legend:       excelize.ChartLegend{Position: "none"},
		XAxis:        excelize.ChartAxis{Title: titled(r.axis(c.X), 10), ReverseOrder: kind == excelize.Bar, Font: dark, TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:        excelize.ChartAxis{Title: titled(r.axis(c.Y), 10), MajorGridLines: true, Font: dark},
		ShowBlanksAs: "gap",
		VaryColors:   new(bool), // one colour a series
	}
	if len(d.series) > 1 {
		out.Legend.Position = "bottom"
	}
	if format := axisFormat(c.X.Type); format != "" && kind == excelize.Scatter {
		out.XAxis.NumFmt = excelize.ChartNumFmt{CustomNumFmt: format}
	}
	if c.Type == result.Histogram {
		gap := uint(3)
		out.GapWidth = &gap
	}
	for i, s := range d.series {
		series := excelize.ChartSeries{Name: d.name(s.y), Categories: d.cells(s.x), Values: d.cells(s.y)}
		if c.Type == result.Line {
			series.Line = excelize.LineOptions{Type: excelize.LineSolid, Width: 2}
		}
		if c.Type == result.Line || c.Type == result.Scatter {
			// A point between two gaps shows by its mark alone.
			fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colours[i%len(colours)]}}
			series.Fill, series.Marker = fill, excelize.ChartMarker{Symbol: "circle", Size: 5, Fill: fill}
		}
		out.Series = append(out.Series, series)
	}
	return out
}

// colours are those of series.
var colours = []string{"2166AC", "D95F02", "1B9E77", "7570B3", "A6761D", "666666"}

// kindOf chooses the native chart: lines over numbers and dates are scatter
// charts with lines, since a line chart would put all places at equal distances;
// bars with long names lie.
func kindOf(c result.Chart, d *chartData) excelize.ChartType {
	switch {
	case c.Type == result.Scatter, c.Type == result.Line && d.numeric():
		return excelize.Scatter
	case c.Type == result.Line:
		return excelize.Line
	case c.Type == result.Bar && d.labels() > shortLabel && d.rows <= manyBars:
		return excelize.Bar
	default:
		return excelize.Col
	}
}

// numeric reports whether all places are numbers, dates or missing.
func (d *chartData) numeric() bool {
	for _, s := range d.series {
		for _, c := range d.columns[s.x].cells {
			if _, isText := c.value.(string); isText {
				return false
			}
		}
	}
	return true
}

// labels is how long the longest label is, in characters.
func (d *chartData) labels() int {
	longest := 0
	for _, c := range d.columns[d.series[0].x].cells {
		if text, ok := c.value.(string); ok {
			longest = max(longest, utf8.RuneCountInString(text))
		}
	}
	return longest
}

func axisFormat(t result.Type) string {
	switch t {
	case result.Date:
		return "yyyy-mm-dd"
	case result.Timestamp:
		return "yyyy-mm-dd hh:mm"
	default:
		return ""
	}
}

func titled(text string, size float64) excelize.ChartTitle {
	if text == "" {
		return excelize.ChartTitle{}
	}
	return excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: text, Font: &excelize.Font{Size: size}}}}
}

// colour colours the cells of a heatmap: between -1 and 1 around white, else from
// the smallest to the largest.
func (r *report) colour(d *chartData) {
	first, last := d.series[0].y, d.series[len(d.series)-1].y
	cells := fmt.Sprintf("%s:%s", place(first+1, d.row+1), place(last+1, d.row+d.rows))
	scale := excelize.ConditionalFormatOptions{Type: "2_color_scale", Criteria: "=", MinType: "min", MaxType: "max", MinColor: "#FFFFFF", MaxColor: "#2166AC"}
	if d.within(1) {
		scale = excelize.ConditionalFormatOptions{
			Type: "3_color_scale", Criteria: "=", MinType: "num", MinValue: "-1", MidType: "num", MidValue: "0", MaxType: "num", MaxValue: "1",
			MinColor: "#B2182B", MidColor: "#FFFFFF", MaxColor: "#2166AC",
		}
	}
	r.do(func() error {
		return r.file.SetConditionalFormat(d.sheet, cells, []excelize.ConditionalFormatOptions{scale})
	})
}

// within reports whether all numbers of the series are at most size.
func (d *chartData) within(size float64) bool {
	for _, s := range d.series {
		for _, c := range d.columns[s.y].cells {
			switch v := c.value.(type) {
			case float64:
				if v > size || v < -size {
					return false
				}
			case int64:
				if float64(v) > size || float64(v) < -size {
					return false
				}
			}
		}
	}
	return true
}
