package command

import (
	"fmt"
	"io"
	"strings"

	"ddap/admin-tui/internal/render"
)

// live shows lines that change: redrawn in place on a terminal that has room for
// them and takes more than plain text, elsewhere each line again when what matters in it changed.
type live struct {
	session *session
	w       io.Writer
	drawn   int
	keys    []string
}

// entry is a line of a live display. Its key changes when the line is worth
// being written again where it cannot be redrawn.
type entry struct {
	line render.Line
	key  string
}

func (s *session) live(w io.Writer) *live { return &live{session: s, w: w} }

// update shows the lines as they are now.
func (l *live) update(entries []entry) error {
	width, height, terminal := l.session.env.Size(l.w)
	if terminal && len(entries) < height && !l.session.themeOf(l.w).Plain() {
		return l.redraw(entries, width)
	}
	return l.append(entries)
}

const (
	cursorUp   = "\x1b[%dA\r"
	clearRight = "\x1b[K"
	clearBelow = "\x1b[J"
)

func (l *live) redraw(entries []entry, width int) error {
	t := l.session.themeOf(l.w)
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, cursorUp, l.drawn)
	}
	for _, e := range entries {
		// One column stays free: a line that fills the last one wraps on some terminals.
		b.WriteString(t.Line(e.line.Fit(width-1)) + clearRight + "\n")
	}
	l.drawn = len(entries)
	_, err := io.WriteString(l.w, b.String())
	return err
}

// clear takes the lines away from a terminal, where something else is to stand.
func (l *live) clear() error {
	if l.drawn == 0 {
		return nil
	}
	_, err := fmt.Fprintf(l.w, cursorUp+clearBelow, l.drawn)
	l.drawn = 0
	return err
}

func (l *live) append(entries []entry) error {
	var changed []render.Line
	for i, e := range entries {
		if i == len(l.keys) {
			l.keys = append(l.keys, "")
		}
		if l.keys[i] != e.key {
			l.keys[i] = e.key
			changed = append(changed, e.line)
		}
	}
	return l.session.write(l.w, changed)
}
