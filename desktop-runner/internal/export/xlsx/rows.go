package xlsx

import (
	"context"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"ddap/desktop-runner/internal/export/csvfile"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	// maxRows is how many rows fit below the header of a sheet.
	maxRows    = 1<<20 - 1
	maxColumns = 1 << 14
	// looked is how many rows are looked at for how wide the columns are.
	looked = 200
)

const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Rows writes all rows of the relation as one sheet, below a header that stays in
// view. Rows go through a file in the work folder while they are written, so they
// need not fit into memory. Text is text, whatever it begins with. The same rows
// give the same bytes. The error is an invalid_params fault for more rows or
// columns than a sheet has, or one of the engine.
func Rows(ctx context.Context, s *step.Step) (finding.Finding, error) {
	if err := refuseLarge(s.Rows, len(s.Relation.Columns)); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("exporting", 0.4, 1)
	b := newBook(s.DB.WorkDir())
	sheet := b.sheet(strings.TrimSuffix(s.Relation.Dataset, ".xlsx"))
	w := &rowWriter{book: b, sheet: sheet, columns: s.Relation.Columns, tracker: s.Tracker, total: s.Rows}
	err := w.write(ctx, s)
	name := strings.TrimSuffix(csvfile.FileName(strings.TrimSuffix(s.Relation.Dataset, ".xlsx")), ".csv") + ".xlsx"
	if err == nil {
		err = b.save(ctx, s.DB.WorkDir(), name)
	}
	if closing := b.close(); err == nil {
		err = closing
	}
	if err != nil {
		return finding.Finding{}, err
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Export, ""),
		Summary:    "{rows} rows with {columns} columns, as a workbook.",
		Parameters: map[string]any{"format": operation.XLSX, "content": operation.RowsContent},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(w.rows), Basis: finding.Count()},
			{Name: "columns", Value: float64(len(w.columns)), Basis: finding.Known()},
		},
		Tables: []finding.Table{&finding.Schema{Columns: w.columns}},
		Files:  []finding.File{{Name: name, ContentType: contentType, Holds: finding.RowsOfData}},
		Notes:  w.notes(),
	}, nil
}

func refuseLarge(rows int64, columns int) error {
	const instead = "export csv or parquet, or keep fewer with filter"
	switch {
	case rows > maxRows:
		return fault.BadFields("xlsx.Rows", string(task.InvalidParams), fault.Field{
			Path: "params.format", Message: fmt.Sprintf("the data has %d rows, and a sheet takes %d below its header; %s", rows, maxRows, instead),
		})
	case columns > maxColumns:
		return fault.BadFields("xlsx.Rows", string(task.InvalidParams), fault.Field{
			Path: "params.format", Message: fmt.Sprintf("the data has %d columns, and a sheet takes %d; %s", columns, maxColumns, instead),
		})
	default:
		return nil
	}
}

// rowWriter writes rows into a sheet. It keeps the first ones until it knows how
// wide the columns are, which comes first in a sheet.
type rowWriter struct {
	book    *book
	sheet   string
	columns []result.Column
	tracker *step.Tracker
	total   int64

	to    *excelize.StreamWriter
	first [][]any
	wide  []int
	rows  int64
	// cut and asText count cells that are not what they were.
	cut, asText int64
}

func (w *rowWriter) write(ctx context.Context, s *step.Step) error {
	b := w.book
	b.do(func() (err error) { w.to, err = b.file.NewStreamWriter(w.sheet); return err })
	if b.err != nil {
		return fmt.Errorf("writing a workbook: %w", b.err)
	}
	header := make([]any, len(w.columns))
	w.wide = make([]int, len(w.columns))
	for i, c := range w.columns {
		cell := textCell(c.Name)
		header[i], w.wide[i] = excelize.Cell{StyleID: b.styles[heading], Value: cell.value}, cell.width()
	}
	w.first = append(w.first, header)
	if err := s.DB.Each(ctx, w.take, "SELECT "+source.Cells(w.columns)+" FROM "+s.Relation.From); err != nil {
		return err
	}
	if w.rows < looked {
		b.do(w.begin)
	}
	// The filter has to be known before the sheet ends.
	b.do(func() error {
		return b.file.AutoFilter(w.sheet, fmt.Sprintf("A1:%s", place(len(w.columns), int(w.rows)+1)), nil)
	})
	b.do(w.to.Flush)
	return b.err
}

// take adds a row.
func (w *rowWriter) take(row []any) error {
	const often = 1 << 12
	out := make([]any, len(row))
	for i, v := range row {
		c := cellOf(v, w.columns[i].Type)
		w.count(v, c, w.columns[i].Type)
		if out[i] = c.value; c.look != plain {
			out[i] = excelize.Cell{StyleID: w.book.styles[c.look], Value: c.value}
		}
		if w.rows < looked {
			w.wide[i] = max(w.wide[i], c.width())
		}
	}
	if w.rows++; w.rows > maxRows {
		return refuseLarge(w.rows, 0)
	}
	if w.rows%often == 0 {
		w.tracker.Advance(0.8 * float64(w.rows) / float64(max(w.total, w.rows)))
	}
	switch {
	case w.rows < looked:
		w.first = append(w.first, out)
		return nil
	case w.rows == looked:
		w.first = append(w.first, out)
		return w.begin()
	default:
		return w.to.SetRow(place(1, int(w.rows)+1), out)
	}
}

// begin writes how the sheet looks, and the rows that were kept.
func (w *rowWriter) begin() error {
	for i, characters := range w.wide {
		if err := w.to.SetColWidth(i+1, i+1, float64(min(max(characters+3, narrowest), widest))); err != nil {
			return err
		}
	}
	if err := w.to.SetPanes(&headerStays); err != nil {
		return err
	}
	for i, row := range w.first {
		if err := w.to.SetRow(place(1, i+1), row); err != nil {
			return err
		}
	}
	w.first = nil
	return nil
}

// count counts what a sheet cannot hold as it is.
func (w *rowWriter) count(v any, c cell, t result.Type) {
	_, isText := c.value.(string)
	_, wasText := v.(string)
	switch {
	case c.cut:
		w.cut++
	case isText && (!wasText || moments[t] != nil):
		w.asText++
	}
}

func (w *rowWriter) notes() []string {
	var out []string
	if w.cut > 0 {
		out = append(out, fmt.Sprintf("Cells whose text was cut after %d characters, because a sheet takes no more: %d.", maxText, w.cut))
	}
	if w.asText > 0 {
		out = append(out, fmt.Sprintf("Numbers and dates that are text, because a sheet would have changed them: %d.", w.asText))
	}
	return out
}
