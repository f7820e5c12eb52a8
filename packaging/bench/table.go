package main

import (
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
	"time"

	"ddap/packaging/e2e/programs"
)

// table collects figures and prints them side by side.
type table struct{ rows [][4]string }

func (t *table) duration(what string, took, bar time.Duration) {
	row := [4]string{what, fmt.Sprintf("%.0f ms", float64(took.Microseconds())/1000), "", ""}
	if bar > 0 {
		row[3] = verdict(fmt.Sprintf("%d ms", bar.Milliseconds()), took <= bar)
	}
	t.rows = append(t.rows, row)
}

func (t *table) memory(what string, m programs.Memory, bar int64) {
	row := [4]string{what, mebibytes(m.Resident), "", ""}
	if m.Proportional > 0 {
		row[2] = mebibytes(m.Proportional)
	}
	if bar > 0 {
		row[3] = verdict(mebibytes(bar), m.Resident <= bar)
	}
	t.rows = append(t.rows, row)
}

func (t *table) note(what string) { t.rows = append(t.rows, [4]string{what, "–", "", ""}) }

func verdict(bar string, kept bool) string {
	if kept {
		return "under " + bar + "  ✓"
	}
	return "under " + bar + "  ✕ over it"
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func (t *table) print() {
	fmt.Printf("\n%s/%s, %d processors\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\tmeasured\tits own share (Pss)\tbar")
	for _, r := range t.rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r[0], r[1], r[2], r[3])
	}
	_ = w.Flush()
}
