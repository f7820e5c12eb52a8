package render

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/result"
)

// Result shows the result of a task: its sentence first, then numbers, tables,
// charts, notes and files. Of a task without a result it says how it is, and why.
func (v View) Result(r api.ResultView) []Line {
	state := v.stateCell(r.State)
	if r.Result == nil {
		return v.state(api.Task{
			ID: r.TaskID, State: r.State, Reason: r.Reason, Message: r.Message, Progress: r.Progress,
		})
	}
	out := []Line{{state, {"  " + r.Result.Kind, faint}}}
	out = append(out, v.folded(r.Result.Summary, "", plain)...)
	out = append(out, v.metrics(r.Result.Metrics)...)
	for _, t := range r.Result.Tables {
		out = append(out, v.resultTable(t)...)
	}
	out = append(out, v.charts(r.Result.Charts)...)
	out = append(out, v.manifest(r.Result.Manifest)...)
	out = append(out, v.output(r.Result)...)
	out = append(out, v.notes(r.Result.Notes)...)
	return append(out, v.files(r.Artifacts)...)
}

func (v View) metrics(all map[string]result.Number) []Line {
	if len(all) == 0 {
		return nil
	}
	t := Table{Columns: []Column{{}, {Right: true}}}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Rows = append(t.Rows, Row{Cells: []Span{{Text: "  " + name}, {Text: v.Number(float64(all[name]))}}})
	}
	return append(v.heading(wordMetrics), v.Lines(t)[1:]...)
}

// resultTable shows a table; one that is wider than the screen comes in parts,
// each of which begins with the first column, so that nothing is missing.
func (v View) resultTable(t result.Table) []Line {
	title := t.Title
	if title == "" {
		title = t.Name
	}
	out := v.title(title)
	whole := v.cells(t)
	for i, part := range v.parts(whole) {
		if i > 0 {
			out = append(out, nil)
		}
		out = append(out, v.Lines(part)...)
	}
	if len(t.Rows) == 0 {
		out = append(out, Line{{v.in(i18n.Text{EN: "  no rows", ID: "  tidak ada baris"}), faint}})
	}
	if more := v.more(t); more != "" {
		out = append(out, v.folded(more, "  ", faint)...)
	}
	return out
}

// cells turns a result's table into text. The first column carries the indent.
func (v View) cells(t result.Table) Table {
	var out Table
	for _, c := range t.Columns {
		title := c.Name
		if c.Unit != "" {
			title += " (" + c.Unit + ")"
		}
		out.Columns = append(out.Columns, Column{Title: title, Right: c.Type.Numeric(), Shrink: shrinkOf(c.Type)})
	}
	for range t.Rows {
		out.Rows = append(out.Rows, Row{Cells: make([]Span, len(out.Columns))})
	}
	for i := range out.Columns {
		v.column(t, i, out.Rows)
	}
	return indented(out)
}

// column writes one column's cells, with thousands separators if any of its
// numbers is long enough to need them.
func (v View) column(t result.Table, i int, rows []Row) {
	v.ungrouped = true
	for _, row := range t.Rows {
		if i < len(row) {
			f, ok := numeric(row[i])
			v.ungrouped = v.ungrouped && !(ok && math.Abs(f) >= minGrouped)
		}
	}
	for k, row := range t.Rows {
		if i < len(row) {
			rows[k].Cells[i] = v.Cell(row[i])
		}
	}
}

// shrinkOf is the width below which text is not cut; numbers never are, since a
// cut number is a wrong one.
func shrinkOf(t result.Type) int {
	if t == result.Text || t == result.Other {
		return 16
	}
	return 0
}

func indented(t Table) Table {
	if len(t.Columns) == 0 {
		return t
	}
	t.Columns = append([]Column{{}}, t.Columns...)
	for i := range t.Rows {
		t.Rows[i].Cells = append([]Span{{}}, t.Rows[i].Cells...)
	}
	return t
}

// parts cuts a table into tables that fit the screen, each led by the indent
// and the first column.
func (v View) parts(t Table) []Table {
	const lead = 2
	widths := natural(cleaned(t))
	if v.Width == 0 || len(t.Columns) <= lead {
		return []Table{t}
	}
	least := func(i int) int { return smallest(t.Columns[i], widths[i]) }
	var out []Table
	chosen := []int{0, 1}
	for i := lead; i < len(t.Columns); i++ {
		if len(chosen) > lead && total(append(slices.Clone(chosen), i), least) > v.Width {
			out = append(out, pick(t, chosen))
			chosen = []int{0, 1}
		}
		chosen = append(chosen, i)
	}
	return append(out, pick(t, chosen))
}

func pick(t Table, chosen []int) Table {
	var out Table
	for _, i := range chosen {
		out.Columns = append(out.Columns, t.Columns[i])
	}
	for _, row := range t.Rows {
		cells := make([]Span, 0, len(chosen))
		for _, i := range chosen {
			cells = append(cells, row.Cells[i])
		}
		out.Rows = append(out.Rows, Row{Cells: cells})
	}
	return out
}

// Cell writes one cell of a result's table, as it is made or as it comes back
// from JSON.
func (v View) Cell(cell any) Span {
	if _, ok := result.SuppressedReason(cell); ok {
		return Span{v.in(wordWithheld), faint}
	}
	switch c := cell.(type) {
	case nil:
		return Span{"–", faint}
	case string:
		return Span{Text: c}
	case bool:
		if c {
			return Span{Text: v.in(i18n.Text{EN: "yes", ID: "ya"})}
		}
		return Span{Text: v.in(i18n.Text{EN: "no", ID: "tidak"})}
	case int64:
		return Span{Text: v.count(c)}
	case int:
		return Span{Text: v.count(int64(c))}
	case float64:
		return Span{Text: v.Number(c)}
	case result.Number:
		return Span{Text: v.Number(float64(c))}
	default:
		return Span{"?", faint} // a kind of cell that only a newer server knows
	}
}

// more says which rows a table does not show, and where they are.
func (v View) more(t result.Table) string {
	var said string
	if shown := int64(len(t.Rows)); t.TotalRows > shown {
		said = "… " + v.count(shown) + v.in(i18n.Text{EN: " of ", ID: " dari "}) + v.count(t.TotalRows) + v.in(i18n.Text{EN: " rows", ID: " baris"})
	}
	if t.Artifact != "" {
		said = strings.TrimSpace(said + v.in(i18n.Text{EN: "  all of them: ", ID: "  semuanya: "}) + t.Artifact)
	}
	return said
}

// output describes the rows that the task left on its computer.
func (v View) output(d *result.Document) []Line {
	if d.Dataset == nil {
		return nil
	}
	stays := i18n.Text{
		EN: "ROWS in COLUMNS columns (BYTES) stay on that computer for the next step.",
		ID: "ROWS dalam COLUMNS kolom (BYTES) tetap di komputer itu untuk langkah berikutnya.",
	}
	rows, n := i18n.Text{EN: "%s rows", ID: "%s baris"}, d.Dataset.Rows
	switch {
	case d.Dataset.RowsApproximate && n == 0: // rounded down to whole groups
		rows, n = i18n.Text{EN: "Fewer than %s rows", ID: "Kurang dari %s baris"}, int64(d.Dataset.MinGroupSize)
	case d.Dataset.RowsApproximate:
		rows = i18n.Text{EN: "At least %s rows", ID: "Sedikitnya %s baris"}
	}
	sentence := strings.NewReplacer(
		"ROWS", fmt.Sprintf(v.in(rows), v.count(n)), "COLUMNS", v.count(int64(len(d.Dataset.Columns))), "BYTES", v.Bytes(d.Dataset.Bytes),
	).Replace(v.in(stays))
	return append([]Line{nil}, v.folded(sentence, "", faint)...)
}

func (v View) notes(all []string) []Line {
	if len(all) == 0 {
		return nil
	}
	out := v.heading(wordNotes)
	for _, note := range all {
		out = append(out, v.hanging("  · ", note)...)
	}
	return out
}

func (v View) files(all []api.Artifact) []Line {
	if len(all) == 0 {
		return nil
	}
	t := Table{Columns: []Column{{}, {Shrink: 16}, {Right: true}, {Shrink: 8, Drop: 1}}}
	for _, a := range all {
		t.Rows = append(t.Rows, Row{Cells: []Span{{}, {Text: a.Name}, {Text: v.Bytes(a.SizeBytes)}, {a.ContentType, faint}}})
	}
	return append(v.heading(wordFiles), v.Lines(t)[1:]...)
}

// numeric gives a cell as a number, and false for one that is none.
func numeric(cell any) (float64, bool) {
	var f float64
	switch c := cell.(type) {
	case float64:
		f = c
	case result.Number:
		f = float64(c)
	case int64:
		f = float64(c)
	case int:
		f = float64(c)
	default:
		return 0, false
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}
