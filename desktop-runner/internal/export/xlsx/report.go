package xlsx

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	reports "ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/buildinfo"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// FileName is the report's name in the work folder.
const FileName = "report.xlsx"

// Run writes a report of the inputs' results into workDir: a sheet that says what
// they are, one for each table, and one for each result's charts with their data.
// It reads no data. The same results and the same now give the same bytes. The
// error is an invalid_params fault when an input has no result.
func Run(ctx context.Context, workDir string, inputs []plan.Input, p *operation.ExportParams, now time.Time) (finding.Finding, error) {
	for _, in := range inputs {
		if in.Document == nil {
			return finding.Finding{}, fault.BadFields("xlsx.Run", string(task.InvalidParams), fault.Field{
				Path: in.Path, Message: "has no result to report; name a task that has succeeded",
			})
		}
	}
	r := &report{book: newBook(workDir), words: words{reports.SpeechOf(p.Language)}}
	r.write(inputs, reports.Title(inputs, p), now)
	err := r.save(ctx, workDir, FileName)
	if closing := r.close(); err == nil {
		err = closing
	}
	if err != nil {
		return finding.Finding{}, err
	}
	summary := "A report of {inputs} results, as a workbook."
	if len(inputs) == 1 {
		summary = "A report of {inputs} result, as a workbook."
	}
	return finding.Finding{
		Kind:    finding.Kind(operation.Export, ""),
		Summary: summary,
		Parameters: map[string]any{
			"format": p.Format, "content": operation.ReportContent, "title": reports.Title(inputs, p), "language": r.words.Language(),
		},
		Metrics: []finding.Metric{{Name: "inputs", Value: float64(len(inputs)), Basis: finding.Known()}},
		Files:   []finding.File{{Name: FileName, ContentType: contentType, Holds: finding.Report}},
	}, nil
}

// report is a workbook about results.
type report struct {
	*book
	words words
	// cover is the first sheet, and line its next free row.
	cover string
	line  int
}

// The columns of the first sheet.
const (
	coverLabels = iota + 1
	coverValues
	coverMore
)

func (r *report) write(inputs []plan.Input, name string, now time.Time) {
	r.describe(name, now)
	r.cover, r.line = r.sheet(r.words.Word("report")), 1
	for column, characters := range []int{26, widest, 40} {
		r.width(r.cover, column+1, characters)
	}
	hidden := false
	r.do(func() error { return r.file.SetSheetView(r.cover, 0, &excelize.ViewOptions{ShowGridLines: &hidden}) })
	r.text(r.cover, coverLabels, r.line, name, title)
	r.line++
	r.text(r.cover, coverLabels, r.line, fmt.Sprintf("%s %s %s %s", r.words.Word("made"), r.words.Date(now), r.words.Word("by"), buildinfo.Version), plain)
	r.line++
	for i, in := range inputs {
		prefix := ""
		if len(inputs) > 1 {
			prefix = strconv.Itoa(i+1) + " "
		}
		r.result(prefix, in)
	}
}

// result writes what the first sheet says of a result, and its sheets.
func (r *report) result(prefix string, in plan.Input) {
	d := in.Document
	r.line++
	r.text(r.cover, coverLabels, r.line, prefix+in.Name, subtitle)
	r.line++
	r.text(r.cover, coverLabels, r.line, r.words.Kind(d.Kind), plain)
	r.line++
	r.said(r.words.own("summary"), r.words.Summary(d))
	if d.Dataset != nil && d.Dataset.Policy == result.Aggregates {
		r.said(r.words.own("policy"), strings.ReplaceAll(r.words.Word("policy"), "{n}", r.words.Integer(int64(d.Dataset.MinGroupSize))))
	}
	r.figures(d)
	r.contents(prefix, d)
	r.method(d)
	r.sources(d)
	if len(d.Notes) > 0 {
		r.head(r.words.Word("notes"))
		for _, n := range d.Notes {
			r.said("", r.words.Phrase(n))
		}
	}
}

// said writes a line of the first sheet.
func (r *report) said(name, text string) {
	r.text(r.cover, coverLabels, r.line, name, label)
	r.text(r.cover, coverValues, r.line, text, prose)
	r.line++
}

// head begins a part of the first sheet.
func (r *report) head(texts ...string) {
	r.line++
	for column := len(texts) + 1; column <= coverMore; column++ {
		r.text(r.cover, column, r.line, "", heading)
	}
	for i, text := range texts {
		r.text(r.cover, i+1, r.line, text, heading)
	}
	r.line++
}

func (r *report) figures(d *result.Document) {
	if len(d.Metrics) == 0 {
		return
	}
	r.head(r.words.Word("figures"), r.words.Word("value"))
	for _, name := range reports.MetricNames(d) {
		r.text(r.cover, coverLabels, r.line, r.words.Label(name), label)
		c := numberCell(float64(d.Metrics[name]), result.Float)
		if c.value == "NaN" {
			c = cell{value: r.words.Word("missing"), look: withheld}
		} else if c.look == plain {
			c.look = figure
		}
		r.put(r.cover, coverValues, r.line, c)
		r.line++
	}
}

// contents makes the sheets of a result, and names them on the first one.
func (r *report) contents(prefix string, d *result.Document) {
	if len(d.Tables)+len(d.Charts) == 0 {
		return
	}
	r.head(r.words.Word("contents"), "", r.words.own("remark"))
	for _, t := range d.Tables {
		r.link(r.table(prefix, d.Kind, t), 1, r.words.Phrase(t.Title), r.remark(t))
	}
	if len(d.Charts) == 0 {
		return
	}
	sheet, places := r.charts(prefix, d.Charts)
	for i, c := range d.Charts {
		r.link(sheet, places[i], r.words.Phrase(c.Title), "")
	}
}

// link leads from the first sheet to a row of another.
func (r *report) link(sheet string, row int, name, remark string) {
	to := reference(sheet, 1, row, row)
	at := place(coverLabels, r.line)
	r.text(r.cover, coverLabels, r.line, sheet, link)
	r.do(func() error { return r.file.SetCellHyperLink(r.cover, at, strings.ReplaceAll(to, "$", ""), "Location") })
	r.text(r.cover, coverValues, r.line, name, prose)
	r.text(r.cover, coverMore, r.line, remark, prose)
	r.line++
}

func (r *report) method(d *result.Document) {
	if len(d.Parameters) == 0 {
		return
	}
	r.head(r.words.Word("method"), r.words.Word("value"))
	for _, name := range slices.Sorted(maps.Keys(d.Parameters)) {
		r.said(r.words.SettingName(reports.ModelOf(d), name), r.words.Setting(name, d.Parameters[name]))
	}
}

func (r *report) sources(d *result.Document) {
	if len(d.Sources) == 0 {
		return
	}
	r.head(r.words.Word("sources"), r.words.Word("revision"), r.words.Word("computer"))
	for _, s := range d.Sources {
		r.text(r.cover, coverLabels, r.line, s.Name, prose)
		r.text(r.cover, coverValues, r.line, s.Revision, prose)
		r.text(r.cover, coverMore, r.line, s.RunnerID, prose)
		r.line++
	}
}

// remark says where a table does not have all its rows.
func (r *report) remark(t result.Table) string {
	var out []string
	if shown := int64(len(t.Rows)); shown < t.TotalRows {
		out = append(out, strings.NewReplacer("{shown}", r.words.Integer(shown), "{total}", r.words.Integer(t.TotalRows)).Replace(r.words.Word("first")))
	}
	if t.Artifact != "" {
		out = append(out, r.words.Word("attached")+" "+t.Artifact+".")
	}
	return strings.Join(out, " ")
}
