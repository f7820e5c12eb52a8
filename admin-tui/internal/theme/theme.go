// Package theme turns wishes for colour into what the terminal at hand
// understands: 24-bit colour, 256 or 16 colours, or nothing at all.
package theme

import (
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"ddap/admin-tui/internal/render"
)

// Theme paints lines for one terminal.
type Theme struct {
	renderer *lipgloss.Renderer
}

// None paints nothing: for files, pipes, and people who set NO_COLOR.
func None() Theme { return Theme{} }

// For makes the theme of a terminal from its environment (NO_COLOR, TERM,
// COLORTERM, COLORFGBG). It does not ask the terminal itself, which can take
// seconds and swallows what is typed meanwhile.
func For(w io.Writer, lookup func(name string) (string, bool)) Theme {
	if value, _ := lookup("NO_COLOR"); value != "" {
		return None()
	}
	profile := termenv.NewOutput(w, termenv.WithEnvironment(environment(lookup)), termenv.WithTTY(true)).ColorProfile()
	if profile == termenv.Ascii {
		return None()
	}
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(profile)
	r.SetHasDarkBackground(darkGround(lookup))
	return Theme{renderer: r}
}

// Plain reports whether the terminal is to get text and nothing else.
func (t Theme) Plain() bool { return t.renderer == nil }

// Line gives a line as text to be written.
func (t Theme) Line(l render.Line) string {
	if t.renderer == nil {
		return l.String()
	}
	var b strings.Builder
	for _, span := range l {
		text := render.Clean(span.Text)
		if span.Style == (render.Style{}) {
			b.WriteString(text)
			continue
		}
		style := t.renderer.NewStyle().Bold(span.Style.Bold).Faint(span.Style.Faint).Inline(true)
		if span.Style.Light != "" {
			style = style.Foreground(lipgloss.AdaptiveColor{Light: span.Style.Light, Dark: span.Style.Dark})
		}
		b.WriteString(style.Render(text))
	}
	return b.String()
}

// darkGround reads the ground's colour from COLORFGBG ("15;0"), which some
// terminals set; without it most terminals are dark.
func darkGround(lookup func(string) (string, bool)) bool {
	value, _ := lookup("COLORFGBG")
	parts := strings.Split(value, ";")
	ground, err := strconv.Atoi(parts[len(parts)-1])
	return err != nil || ground < 7 || ground == 8
}

// environment is what termenv may know of the environment.
type environment func(name string) (string, bool)

// Getenv implements termenv.Environ.
func (e environment) Getenv(name string) string {
	value, _ := e(name)
	return value
}

// Environ implements termenv.Environ; nothing asks for the whole environment.
func (e environment) Environ() []string { return nil }
