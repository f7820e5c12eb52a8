// Package picture lays out charts as shapes with places and colours, which each
// format draws with its own means. It knows no format.
package picture

import (
	"math"

	"ddap/desktop-runner/internal/export/report"
	"ddap/shared/result"
)

// The width of every picture, and the height of most, in units of its own, one
// of which is about a pixel of a screen.
const (
	Width  = 520.0
	height = 300.0
	right  = 28.0
	top    = 14.0
	bottom = 46.0
)

// Picture is a chart, laid out. Y grows downwards.
type Picture struct {
	Height float64
	Shapes []Shape
	// Caption says what the picture needs to be read; often empty.
	Caption string
}

// Shape is one mark, line or text. Which fields matter depends on its kind.
type Shape struct {
	Kind ShapeKind
	// Points are the corners of a Polygon or Line, the place of a Text, the centre
	// of a Circle, or the upper left and lower right corner of a Rect.
	Points []Point
	Radius float64
	Colour Colour
	// Opacity is from 0 to 1; of what is filled only.
	Opacity float64
	// Wide is the width of a line, or the radius of a Rect's corners.
	Wide   float64
	Dashed bool
	// Text is what a Text says, Anchor where its place is in it, and Turned by how
	// many degrees it is turned clockwise around its place.
	Text   string
	Anchor Anchor
	Turned float64
	// Tip is what a reader is told who points at it.
	Tip string
}

// Point is a place in a picture.
type Point struct{ X, Y float64 }

// ShapeKind is the form of a shape.
type ShapeKind int

// The kinds of shapes. Lines have no area, all others but Text and Outline are filled.
const (
	Rect ShapeKind = iota
	// Outline is a rectangle of dashes: what is withheld.
	Outline
	Circle
	Polygon
	Line
	Text
)

// Anchor is the part of a text that is at its place.
type Anchor string

// The anchors, by their names in SVG.
const (
	Start  Anchor = "start"
	Middle Anchor = "middle"
	End    Anchor = "end"
)

// Colour is one of the seven of series, from 0 on, or one of those below.
type Colour int

// The colours that are not of series.
const (
	Ink Colour = -1 - iota
	Soft
	Hair
)

// SeriesColours is how many colours there are for series.
const SeriesColours = 7

// Negative is the colour of numbers below zero.
const Negative Colour = 4

func seriesColour(i int) Colour { return Colour(i % SeriesColours) }

// Draw lays out a chart; ok is false where it can be shown as a table only. Of
// very many points it draws at most maxPoints, evenly spread over the rows.
func Draw(s report.Speech, c result.Chart, maxPoints int) (p Picture, ok bool) {
	d := drawing{speech: s, chart: c, maxPoints: max(maxPoints, 1), height: height}
	switch c.Type {
	case result.Histogram:
		ok = d.histogram()
	case result.Bar:
		ok = d.bars()
	case result.Scatter, result.Line:
		ok = d.plot()
	case result.Heatmap:
		ok = d.heatmap()
	case result.Box:
		ok = d.boxes()
	}
	return Picture{Height: d.height, Shapes: d.shapes, Caption: d.caption}, ok
}

// drawing collects the shapes of one picture.
type drawing struct {
	speech    report.Speech
	chart     result.Chart
	maxPoints int
	height    float64
	shapes    []Shape
	caption   string
}

func (d *drawing) text(x, y float64, anchor Anchor, colour Colour, content string) {
	d.shapes = append(d.shapes, Shape{Kind: Text, Points: []Point{{x, y}}, Anchor: anchor, Colour: colour, Text: content})
}

func (d *drawing) line(x1, y1, x2, y2 float64, colour Colour) {
	d.shapes = append(d.shapes, Shape{Kind: Line, Points: []Point{{x1, y1}, {x2, y2}}, Colour: colour, Wide: 1})
}

func (d *drawing) rect(x, y, w, h float64, colour Colour, tip string) {
	d.shapes = append(d.shapes, Shape{Kind: Rect, Points: []Point{{x, y}, {x + max(w, 0), y + max(h, 0)}}, Colour: colour, Opacity: 1, Tip: tip})
}

func (d *drawing) withheld(x, y, w, h float64, tip string) {
	d.shapes = append(d.shapes, Shape{Kind: Outline, Points: []Point{{x, y}, {x + max(w, 0), y + max(h, 0)}}, Colour: Soft, Wide: 1, Tip: tip})
}

func (d *drawing) last() *Shape { return &d.shapes[len(d.shapes)-1] }

// show writes a value of the chart.
func (d *drawing) show(v any) string { return d.speech.Value(v).Text }

// scale maps values to places.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return (s.from + s.to) / 2
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case result.Number:
		return float64(v), !math.IsNaN(float64(v))
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	default:
		return 0, false
	}
}
