package report

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"ddap/desktop-runner/internal/export/csvcell"
	"ddap/desktop-runner/internal/finding"
)

// Limits are how much a report shows, so that its file stays small.
type Limits struct {
	// Rows of each table, Points of each chart, and Charts of each section.
	Rows, Points, Charts int
}

// Halved gives limits that are half as high, and never 0.
func (l Limits) Halved() Limits {
	return Limits{Rows: max(l.Rows/2, 5), Points: max(l.Points/2, 50), Charts: max(l.Charts/2, 3)}
}

// Fitting gives the first of l, half of it, and so on, with which the report has
// no more cells and marks together than most. Formats that look only at the
// length of what they wrote would write very large reports several times.
func (r *Report) Fitting(l Limits, most int) Limits {
	for r.size(l) > most && l != l.Halved() {
		l = l.Halved()
	}
	return l
}

// size counts cells of tables and marks of charts.
func (r *Report) size(l Limits) (n int) {
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			n += min(len(t.Rows), l.Rows) * len(t.Heads)
		}
		for _, c := range s.Charts[:min(len(s.Charts), l.Charts)] {
			rows := len(c.Data.Rows)
			n += min(rows, l.Rows)*len(c.Data.Heads) + min(rows, l.Points)
		}
	}
	return n
}

// Beside is a table of which the report shows only some rows: a CSV file next to
// the report has all of them.
type Beside struct {
	FileName string
	Table    Table
}

// maxBeside keeps a report of very many long tables from becoming a heap of files.
const maxBeside = 20

// Within gives the report with no more than the limits allow, and what has to be
// written beside it. Captions and notes say what is not shown.
func (r *Report) Within(l Limits) (*Report, []Beside) {
	out := *r
	out.Sections = make([]Section, len(r.Sections))
	var beside []Beside
	keep := func(at int, t Table) Table {
		if len(t.Rows) <= l.Rows {
			return t
		}
		whole := t
		caption := r.Speech.FirstOf(int64(l.Rows), int64(len(t.Rows))) + " "
		if len(beside) < maxBeside {
			name := fmt.Sprintf("table-%d-%s.csv", at+1, harmless(t.Name))
			for _, b := range beside {
				if b.FileName == name {
					name = fmt.Sprintf("table-%d-%s-%d.csv", at+1, harmless(t.Name), len(beside)+1)
				}
			}
			beside = append(beside, Beside{FileName: name, Table: whole})
			caption += r.Speech.InFile(name)
			t.File = name
		} else {
			caption += r.Speech.Word("moredata")
		}
		t.Rows, t.Raw = t.Rows[:l.Rows], t.Raw[:l.Rows]
		t.Caption = strings.TrimSpace(caption + " " + t.Caption)
		return t
	}
	for i, s := range r.Sections {
		tables, charts := s.Tables, s.Charts
		s.Tables, s.Charts = nil, nil
		for _, t := range tables {
			s.Tables = append(s.Tables, keep(i, t))
		}
		for j, c := range charts {
			if j >= l.Charts {
				note := strings.ReplaceAll(r.Speech.Word("notdrawn"), "{n}", r.Speech.Integer(int64(len(charts)-j)))
				s.Notes = append(append([]string(nil), s.Notes...), note)
				break
			}
			c.Data = keep(i, c.Data)
			s.Charts = append(s.Charts, c)
		}
		out.Sections[i] = s
	}
	return &out, beside
}

var notPlain = regexp.MustCompile(`[^a-z0-9_]+`)

// harmless makes the name of a table, which another computer may have given, one
// of a file.
func harmless(name string) string {
	name = strings.Trim(notPlain.ReplaceAllString(strings.ToLower(name), "-"), "-")
	const longest = 60
	if len(name) > longest {
		name = name[:longest]
	}
	if name == "" {
		return "rows"
	}
	return name
}

// WriteBeside writes the tables into workDir.
func WriteBeside(workDir string, tables []Beside) ([]finding.File, error) {
	var out []finding.File
	for _, b := range tables {
		file, err := os.OpenFile(filepath.Join(workDir, b.FileName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, fmt.Errorf("writing a table beside the report: %w", err)
		}
		err = csvcell.Write(file, b.Table.Columns, b.Table.Raw)
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return nil, fmt.Errorf("writing a table beside the report: %w", err)
		}
		out = append(out, finding.File{Name: b.FileName, ContentType: "text/csv; charset=utf-8", Holds: finding.Report})
	}
	return out, nil
}
