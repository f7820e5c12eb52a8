package picture

import (
	"fmt"
	"math"

	"ddap/shared/result"
)

const (
	// widestHeatmap is how many columns still have room for their names.
	widestHeatmap = 40
	// numbered is how many columns leave room for numbers in the cells.
	numbered = 9
	// slanted is the height of names that stand aslant below the columns.
	slanted = 96.0
	// faded keeps text readable on the strongest colour.
	faded = 0.6
)

// heatmap draws a cell for each value, of which each series has a row: the
// further from zero, the stronger its colour. It gives false where there are too
// many to be told apart.
func (d *drawing) heatmap() bool {
	rows := d.chart.Series
	if len(rows) == 0 || len(rows[0].X) == 0 || len(rows) > widestHeatmap || len(rows[0].X) > widestHeatmap {
		return false
	}
	longest, largest := 0, 0.0
	for _, s := range rows {
		longest = max(longest, len([]rune(d.short(s.Name))))
		for _, y := range s.Y {
			v, _ := number(y)
			largest = max(largest, math.Abs(v))
		}
	}
	left := max(min(float64(longest)*letter+14, 214), 84)
	wide := min((Width-left-right)/float64(len(rows[0].X)), 52)
	high := min(wide, 34)
	for i, s := range rows {
		y := top + high*float64(i)
		if high > 9 {
			d.text(left-8, y+high/2+4, End, Ink, d.short(s.Name))
		}
		for j := range s.X {
			d.heat(Point{left + wide*float64(j), y}, wide, high, largest, s.Y[j], fmt.Sprintf("%s, %s: %s", s.Name, d.show(s.X[j]), d.show(s.Y[j])))
		}
	}
	below := top + high*float64(len(rows)) + 12
	if wide > 9 {
		for j, name := range rows[0].X {
			d.text(left+wide*(float64(j)+0.5), below, End, Ink, d.short(d.show(name)))
			d.last().Turned = -35
		}
	}
	d.height = below + slanted - 12
	if d.chart.X.Title != d.chart.Y.Title && d.chart.Name != "correlation" {
		d.text(left+wide*float64(len(rows[0].X))/2, d.height+8, Middle, Soft, d.speech.Axis(d.chart, d.chart.X))
		d.height += 14
	}
	return true
}

func (d *drawing) heat(at Point, wide, high, largest float64, cell any, tip string) {
	v, known := number(cell)
	if _, withheld := result.SuppressedReason(cell); withheld || !known {
		d.withheld(at.X+1, at.Y+1, wide-2, high-2, tip)
		return
	}
	strength := 0.0
	if largest > 0 {
		strength = faded * math.Abs(v) / largest
	}
	colour := Colour(0)
	if v < 0 {
		colour = Negative
	}
	d.rect(at.X+0.5, at.Y+0.5, wide-1, high-1, colour, tip)
	d.last().Opacity = strength
	if len(d.chart.Series[0].X) <= numbered {
		d.text(at.X+wide/2, at.Y+high/2+4, Middle, Ink, d.speech.Number(math.Round(v*100)/100))
	}
}
