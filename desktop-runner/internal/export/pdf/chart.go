package pdf

import (
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"ddap/desktop-runner/internal/export/picture"
	"ddap/desktop-runner/internal/export/report"
)

// fewCharts are so few that each has a row of its own.
const fewCharts = 1

// charts draws pictures side by side, and as tables what cannot be drawn. The data
// of what is drawn is not repeated: on paper it would be more than all the rest.
func (w *writer) charts(of []report.Chart) {
	if len(of) > 0 {
		w.y += 3
	}
	wide := (inner - 6) / 2
	if len(of) <= fewCharts {
		wide = 125
	}
	var row []figure
	flush := func() {
		w.figureRow(row, wide)
		row = nil
	}
	for _, c := range of {
		p, ok := picture.Draw(w.of.Speech, c.Source, w.limits.Points)
		if !ok {
			flush()
			w.undrawn(c)
			continue
		}
		row = append(row, w.figure(c, p, wide))
		if len(row) == 2 || wide > inner/2 {
			flush()
		}
	}
	flush()
}

func (w *writer) undrawn(c report.Chart) {
	t := c.Data
	t.Title = w.numbered(c)
	t.Caption = w.of.Speech.Word("astable") + " " + t.Caption
	w.table(t, "")
}

func (w *writer) numbered(c report.Chart) string {
	return fmt.Sprintf("%s %d. %s", w.of.Speech.Word("figure"), c.Number, c.Title)
}

// figure is a picture with its lines of text, and its height in all.
type figure struct {
	picture         picture.Picture
	name            string
	titles, caption []string
	high            float64
}

func (w *writer) figure(c report.Chart, p picture.Picture, wide float64) figure {
	f := figure{picture: p, name: w.numbered(c)}
	w.font("B", 8.5, ink)
	f.titles = w.wrap(f.name, wide)
	text := strings.TrimSpace(c.Caption + " " + p.Caption)
	if c.Data.File != "" {
		text += " " + w.of.Speech.InFile(c.Data.File)
	}
	if text != "" {
		w.font("", 7.5, soft)
		f.caption = w.wrap(text, wide)
	}
	f.high = lineHeight(8.5)*float64(len(f.titles)) + lineHeight(7.5)*float64(len(f.caption)) + p.Height*wide/picture.Width + 6
	return f
}

func (w *writer) figureRow(row []figure, wide float64) {
	tallest := 0.0
	for _, f := range row {
		tallest = max(tallest, f.high)
	}
	// A picture that is higher than a page is made smaller.
	scale := min(1, (floor-margin)/max(tallest, 1))
	w.room(tallest * scale)
	for i, f := range row {
		x, y := margin+float64(i)*(wide+6), w.y
		w.bookmark(f.name, 1)
		w.font("B", 8.5, ink)
		for _, line := range f.titles {
			w.at(x, y, 8.5, line)
			y += lineHeight(8.5)
		}
		w.font("", 7.5, soft)
		for _, line := range f.caption {
			w.at(x, y, 7.5, line)
			y += lineHeight(7.5)
		}
		d := drawing{w, x, y + 1, wide / picture.Width * scale}
		for _, s := range f.picture.Shapes {
			d.shape(s)
		}
	}
	w.y += tallest * scale
}

// drawing draws shapes with the upper left corner of their picture at x, y.
type drawing struct {
	*writer
	x0, y0, scale float64
}

var seriesColours = [picture.SeriesColours]colour{
	{0, 114, 178}, {230, 159, 0}, {0, 158, 115}, {204, 121, 167}, {213, 94, 0}, {86, 180, 233}, {140, 122, 0},
}

func colourOf(c picture.Colour) colour {
	switch c {
	case picture.Ink:
		return ink
	case picture.Soft:
		return soft
	case picture.Hair:
		return colour{237, 240, 243}
	default:
		return seriesColours[int(c)%len(seriesColours)]
	}
}

// faint mixes a colour with the white of the page, which needs no transparency.
func faint(c colour, opacity float64) colour {
	for i := range c {
		c[i] = int(255 - (255-float64(c[i]))*opacity + 0.5)
	}
	return c
}

func (d drawing) place(p picture.Point) fpdf.PointType {
	return fpdf.PointType{X: d.x0 + p.X*d.scale, Y: d.y0 + p.Y*d.scale}
}

func (d drawing) shape(s picture.Shape) {
	c := colourOf(s.Colour)
	at := d.place(s.Points[0])
	light := faint(c, s.Opacity)
	d.pdf.SetFillColor(light[0], light[1], light[2])
	switch s.Kind {
	case picture.Text:
		d.label(s, at, c)
	case picture.Line, picture.Outline:
		d.lines(s, c)
	case picture.Rect:
		end := d.place(s.Points[1])
		d.pdf.Rect(at.X, at.Y, end.X-at.X, end.Y-at.Y, "F")
	case picture.Circle:
		d.pdf.Circle(at.X, at.Y, s.Radius*d.scale, "F")
	case picture.Polygon:
		corners := make([]fpdf.PointType, len(s.Points))
		for i, p := range s.Points {
			corners[i] = d.place(p)
		}
		d.pdf.Polygon(corners, "F")
	}
}

func (d drawing) lines(s picture.Shape, c colour) {
	d.pdf.SetDrawColor(c[0], c[1], c[2])
	d.pdf.SetLineWidth(s.Wide * d.scale)
	if s.Kind == picture.Outline {
		from, to := d.place(s.Points[0]), d.place(s.Points[1])
		d.pdf.SetDashPattern([]float64{0.6, 0.6}, 0)
		d.pdf.Rect(from.X, from.Y, to.X-from.X, to.Y-from.Y, "D")
		d.pdf.SetDashPattern(nil, 0)
		return
	}
	if s.Dashed {
		d.pdf.SetDashPattern([]float64{0.8, 0.8}, 0)
	}
	for i, p := range s.Points {
		if at := d.place(p); i == 0 {
			d.pdf.MoveTo(at.X, at.Y)
		} else {
			d.pdf.LineTo(at.X, at.Y)
		}
	}
	d.pdf.DrawPath("D")
	d.pdf.SetDashPattern(nil, 0)
}

// letters is the size of text in a picture, in the picture's units.
const letters = 12.0

func (d drawing) label(s picture.Shape, at fpdf.PointType, c colour) {
	d.font("", letters*d.scale/pointsToMM, c)
	text := d.plain(s.Text)
	x := at.X
	switch wide := d.pdf.GetStringWidth(text); s.Anchor {
	case picture.Start:
	case picture.Middle:
		x -= wide / 2
	case picture.End:
		x -= wide
	}
	if s.Turned == 0 {
		d.pdf.Text(x, at.Y, text)
		return
	}
	d.pdf.TransformBegin()
	d.pdf.TransformRotate(-s.Turned, at.X, at.Y)
	d.pdf.Text(x, at.Y, text)
	d.pdf.TransformEnd()
}
