package picture

import (
	"fmt"
	"slices"
	"strings"

	"ddap/shared/result"
)

// plot draws points or lines, with a shape for each series besides its colour.
func (d *drawing) plot() bool {
	xs, ys := d.bounds()
	if len(xs) == 0 {
		return false
	}
	every := (len(xs) + d.maxPoints - 1) / d.maxPoints
	x, y := d.frameOf(d.acrossTicks(slices.Min(xs), slices.Max(xs)), ticks(slices.Min(ys), slices.Max(ys), 5), true)
	if d.chart.Name == "predicted_vs_actual" {
		if low, high := max(x.low, y.low), min(x.high, y.high); low < high {
			d.line(x.at(low), y.at(low), x.at(high), y.at(high), Soft)
			d.last().Dashed = true
		}
	}
	drawn := 0
	for i, s := range d.chart.Series {
		drawn += d.series(i, s, x, y, every)
	}
	if drawn < len(xs) {
		d.caption = strings.NewReplacer("{shown}", d.speech.Integer(int64(drawn)), "{total}", d.speech.Integer(int64(len(xs)))).Replace(d.speech.Word("thinned"))
	}
	if len(d.chart.Series) > 1 {
		d.legend()
	}
	return true
}

// dots is up to how many points a line has a mark for each.
const dots = 60

// series draws every n-th point of one series, and gives how many that were.
func (d *drawing) series(i int, s result.Series, x, y scale, every int) (drawn int) {
	var path []Point
	lines := d.chart.Type == result.Line
	for j := 0; j < len(s.X); j += every {
		vx, okX := d.across(s.X[j])
		vy, okY := number(s.Y[j])
		if !okX || !okY {
			// A line does not go on over what is missing.
			d.path(i, path)
			path = nil
			continue
		}
		drawn++
		at := Point{x.at(vx), y.at(vy)}
		path = append(path, at)
		if lines && len(s.X)/every > dots {
			continue
		}
		d.marker(i, at, 0.65)
		d.last().Tip = d.pointTip(s, j)
		if lines {
			d.last().Opacity = 1
		}
	}
	if lines {
		d.path(i, path)
	}
	return drawn
}

func (d *drawing) path(i int, path []Point) {
	if d.chart.Type != result.Line || len(path) < 2 {
		return
	}
	d.shapes = append(d.shapes, Shape{Kind: Line, Points: path, Colour: seriesColour(i), Wide: 2})
}

func (d *drawing) pointTip(s result.Series, j int) string {
	tip := fmt.Sprintf("%s; %s", d.show(s.X[j]), d.show(s.Y[j]))
	if len(d.chart.Series) > 1 {
		return d.speech.SeriesName(d.chart, s.Name) + ": " + tip
	}
	return tip
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

func (d *drawing) marker(series int, at Point, opacity float64) {
	shape := Shape{Kind: Polygon, Colour: seriesColour(series), Opacity: opacity}
	switch x, y := at.X, at.Y; series % 4 {
	case 0:
		shape.Kind, shape.Points, shape.Radius = Circle, []Point{at}, 3
	case 1:
		shape.Kind, shape.Points = Rect, []Point{{x - 2.7, y - 2.7}, {x + 2.7, y + 2.7}}
	case 2:
		shape.Points = []Point{{x, y - 3.6}, {x + 3.4, y + 2.4}, {x - 3.4, y + 2.4}}
	default:
		shape.Points = []Point{{x, y - 3.8}, {x + 3.8, y}, {x, y + 3.8}, {x - 3.8, y}}
	}
	d.shapes = append(d.shapes, shape)
}

const (
	maxLegend    = 20
	legendBeside = 4
	legendWidth  = 124.0
	legendLetter = 14
)

// legend lists the series below the picture, in rows of four.
func (d *drawing) legend() {
	base := d.height
	for i, s := range d.chart.Series {
		if i >= maxLegend {
			break
		}
		x, y := 24+float64(i%legendBeside)*legendWidth, base+14+20*float64(i/legendBeside)
		d.marker(i, Point{x, y - 4}, 1)
		name := []rune(d.speech.SeriesName(d.chart, s.Name))
		if len(name) > legendLetter {
			name = append(name[:legendLetter-1], '…')
		}
		d.text(x+10, y, Start, Ink, string(name))
		d.height = y + 8
	}
}
