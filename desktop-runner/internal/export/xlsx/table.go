package xlsx

import (
	"fmt"

	reports "ddap/desktop-runner/internal/export/report"
	"ddap/shared/result"
)

// table writes a table as a sheet of its own, and gives the sheet's name. The
// first row has the names of the columns and nothing stands beside the table, so
// that programs can read it.
func (r *report) table(prefix, kind string, t result.Table) string {
	sheet := r.sheet(prefix + r.words.Phrase(t.Title))
	own := make([]bool, len(t.Columns))
	wide := make([]int, len(t.Columns))
	for j, c := range t.Columns {
		name := c.Name
		if own[j] = reports.OwnColumn(kind, t.Name, j); own[j] {
			name = r.words.Label(name)
		}
		if c.Unit != "" {
			name += " (" + c.Unit + ")"
		}
		r.text(sheet, j+1, 1, name, heading)
		wide[j] = textCell(name).width() + 2 // the mark of the filter
	}
	for i, row := range t.Rows {
		for j, v := range row {
			c := r.cell(v, t.Columns[j].Type)
			if text, ok := c.value.(string); ok && own[j] && c.look == plain {
				c = textCell(r.words.OwnText(text, t.Columns[j].Name))
			}
			r.put(sheet, j+1, i+2, c)
			wide[j] = max(wide[j], c.width())
		}
	}
	for j, characters := range wide {
		r.width(sheet, j+1, characters)
	}
	if len(t.Columns) == 0 {
		return sheet
	}
	r.do(func() error { return r.file.SetPanes(sheet, &headerStays) })
	r.do(func() error {
		return r.file.AutoFilter(sheet, fmt.Sprintf("A1:%s", place(len(t.Columns), len(t.Rows)+1)), nil)
	})
	return sheet
}

// cell gives the cell for one of a document. What the policy withholds says so,
// and what is missing is empty.
func (r *report) cell(v any, t result.Type) cell {
	if _, is := result.SuppressedReason(v); is {
		return cell{value: r.words.Word("withheld"), look: withheld}
	}
	return cellOf(v, t)
}
