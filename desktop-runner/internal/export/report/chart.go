package report

import (
	"cmp"

	"ddap/shared/result"
)

// Chart is a chart with its title and the table of its data.
type Chart struct {
	Number         int
	Title, Caption string
	// Source is what a picture is drawn from.
	Source result.Chart
	Data   Table
}

func (s Speech) chart(c result.Chart, number int) Chart {
	out := Chart{Number: number, Title: s.Phrase(c.Title), Source: c, Data: s.chartData(c)}
	out.Data.Name, out.Data.Title, out.Data.Region = c.Name, out.Title, s.region("figure", number, c.Title)
	if c.Name == "predicted_vs_actual" {
		out.Caption = s.Word("identity")
	}
	return out
}

// chartData is the table behind a chart.
func (s Speech) chartData(c result.Chart) Table {
	many := len(c.Series) > 1
	binned := len(c.Series) > 0 && c.Series[0].Edges != nil
	var t Table
	column := func(text, otherwise, name string, of result.Type) {
		text = cmp.Or(text, otherwise)
		t.Heads = append(t.Heads, Head{text, of.Numeric()})
		t.Columns = append(t.Columns, result.Column{Name: name, Type: of})
	}
	if many {
		column(s.Word("series"), "", "series", result.Text)
	}
	if binned {
		column(s.Word("from"), "", "from", result.Float)
		column(s.Word("to"), "", "to", result.Float)
	} else {
		column(s.Axis(c, c.X), s.Label("group"), "x", c.X.Type)
	}
	column(s.Axis(c, c.Y), s.Word("value"), "y", result.Float)
	for _, series := range c.Series {
		for i := range series.X {
			var row []any
			if many {
				row = append(row, s.SeriesName(c, series.Name))
			}
			switch {
			case !binned:
				row = append(row, series.X[i])
			case i+1 < len(series.Edges):
				row = append(row, series.Edges[i], series.Edges[i+1])
			default:
				row = append(row, nil, nil)
			}
			row = append(row, series.Y[i])
			cells := make([]Cell, len(row))
			for j, v := range row {
				cells[j] = s.Value(v)
				cells[j].Right = t.Heads[j].Numeric
			}
			t.Rows, t.Raw = append(t.Rows, cells), append(t.Raw, row)
		}
	}
	return t
}

// SeriesName names a series of the chart. Those that operations name have a name
// in every language; others are columns and values of the data.
func (s Speech) SeriesName(c result.Chart, name string) string {
	if c.Name == "means" || c.Type == result.Box {
		return s.Label(name)
	}
	return s.Phrase(name)
}

// Axis is the title of an axis of the chart, with its unit. Of groups that are
// compared, operations name the axes; others may be columns of the data.
func (s Speech) Axis(c result.Chart, a result.Axis) string {
	text := s.Phrase(a.Title)
	if c.Name == "means" {
		text = s.Label(a.Title)
	}
	if a.Unit != "" {
		text += " (" + a.Unit + ")"
	}
	return text
}
