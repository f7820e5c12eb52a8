package html

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
		longest = max(longest, len([]rune(d.barLabel(s.Name))))
		for _, y := range s.Y {
			v, _ := number(y)
			largest = max(largest, math.Abs(v))
		}
	}
	left := min(float64(longest)*7.6+14, 214)
	wide := min((width-left-right)/float64(len(rows[0].X)), 52)
	high := min(wide, 34)
	for i, s := range rows {
		y := top + high*float64(i)
		if high > 9 {
			d.text(left-8, y+high/2+4, "end", "label", d.barLabel(s.Name))
		}
		for j := range s.X {
			d.heat(left+wide*float64(j), y, wide, high, largest, s.Y[j], fmt.Sprintf("%v, %v: %s", s.Name, s.X[j], d.value(s.Y[j]).Text))
			if x := left + wide*(float64(j)+0.5); i == len(rows)-1 && wide > 9 {
				below := y + high + 12
				d.add(`<text x="%s" y="%s" text-anchor="end" class="label" fill="currentColor" transform="rotate(-35 %s %s)">%s</text>`,
					px(x), px(below), px(x), px(below), escape(d.barLabel(s.X[j])))
			}
		}
	}
	d.height = top + high*float64(len(rows)) + slanted
	return true
}

func (d *drawing) heat(x, y, wide, high, largest float64, cell any, tip string) {
	v, known := number(cell)
	if _, withheld := result.SuppressedReason(cell); withheld || !known {
		d.rect(x+1, y+1, wide-2, high-2, `class="withheld"`, tip)
		return
	}
	strength := 0.0
	if largest > 0 {
		strength = faded * math.Abs(v) / largest
	}
	d.rect(x+0.5, y+0.5, wide-1, high-1, fmt.Sprintf(`fill="%s" fill-opacity="%.3f"`, colour(map[bool]int{true: 0, false: 4}[v >= 0]), strength), tip)
	if len(d.chart.Series[0].X) <= numbered {
		d.text(x+wide/2, y+high/2+4, "middle", "label", d.number(math.Round(v*100)/100))
	}
}
