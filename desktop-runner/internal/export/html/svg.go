package html

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/export/picture"
)

// svg writes a picture. What has a tip has it as its title, which browsers show
// and the report's script reads.
func svg(p picture.Picture, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s %s" role="img" aria-label="%s">`, px(picture.Width), px(p.Height), escape(title))
	for _, s := range p.Shapes {
		write(&b, s)
	}
	b.WriteString("</svg>")
	return b.String()
}

func write(b *strings.Builder, s picture.Shape) {
	at := s.Points[0]
	switch s.Kind {
	case picture.Rect, picture.Outline:
		size := picture.Point{X: s.Points[1].X - at.X, Y: s.Points[1].Y - at.Y}
		fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s"`, px(at.X), px(at.Y), px(size.X), px(size.Y))
		if s.Kind == picture.Outline {
			closed(b, "rect", ` class="withheld"`, s.Tip)
			return
		}
		style := fill(s)
		if s.Wide > 0 {
			style = ` rx="` + px(s.Wide) + `"` + style
		}
		closed(b, "rect", style, s.Tip)
	case picture.Circle:
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="%s"`, px(at.X), px(at.Y), px(s.Radius))
		closed(b, "circle", fill(s), s.Tip)
	case picture.Polygon:
		fmt.Fprintf(b, `<polygon points="%s"`, points(s.Points))
		closed(b, "polygon", fill(s), s.Tip)
	case picture.Line:
		dashes := ""
		if s.Dashed {
			dashes = ` stroke-dasharray="4 4"`
		}
		if end := s.Points[len(s.Points)-1]; s.Colour < 0 && len(s.Points) == 2 {
			fmt.Fprintf(b, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s"%s/>`, px(at.X), px(at.Y), px(end.X), px(end.Y), colour(s.Colour), px(s.Wide), dashes)
			return
		}
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%s"%s/>`, points(s.Points), colour(s.Colour), px(s.Wide), dashes)
	case picture.Text:
		turn := ""
		if s.Turned != 0 {
			turn = fmt.Sprintf(` transform="rotate(%s %s %s)"`, px(s.Turned), px(at.X), px(at.Y))
		}
		fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s" fill="%s"%s>%s</text>`, px(at.X), px(at.Y), s.Anchor, colour(s.Colour), turn, escape(s.Text))
	}
}

func closed(b *strings.Builder, tag, style, tip string) {
	b.WriteString(style)
	if tip == "" {
		b.WriteString("/>")
		return
	}
	fmt.Fprintf(b, "><title>%s</title></%s>", escape(tip), tag)
}

func fill(s picture.Shape) string {
	out := fmt.Sprintf(` fill="%s"`, colour(s.Colour))
	if s.Opacity < 1 {
		out += fmt.Sprintf(` fill-opacity="%s"`, px(s.Opacity))
	}
	return out
}

func points(of []picture.Point) string {
	parts := make([]string, len(of))
	for i, p := range of {
		parts[i] = px(p.X) + "," + px(p.Y)
	}
	return strings.Join(parts, " ")
}

func colour(c picture.Colour) string {
	switch c {
	case picture.Ink:
		return "currentColor"
	case picture.Soft:
		return "var(--soft)"
	case picture.Hair:
		return "var(--hair)"
	default:
		return fmt.Sprintf("var(--c%d)", int(c))
	}
}

// px writes a place; a hundredth of a pixel is not seen.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

func escape(text string) string { return template.HTMLEscapeString(text) }
