// Package report makes results into a plain report: sections of text, numbers,
// tables and charts in the reader's language, in the order in which every format
// shows them. The formats only draw it.
package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/buildinfo"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Report is what a format shows. All text is in the language of Speech.
type Report struct {
	Speech   Speech
	Title    string
	Made     time.Time
	Version  string
	Sections []Section
}

// Section is the part of one input. What was not asked for is empty; Policy and
// Notes are always there, for they say what the numbers leave out.
type Section struct {
	Name, Kind, Summary string
	Policy              string
	Figures             []Pair
	Charts              []Chart
	Tables              []Table
	Notes               []string
	// Method has the effective parameters in words.
	Method []Pair
	// Data says what was read: sources, revisions, rows, and what was dropped or withheld.
	Data []Pair
}

// Pair is a name and what it has.
type Pair struct {
	Name, Value string
	// Code marks values that are identifiers.
	Code bool
}

// New makes the report of the inputs' results. The error is an invalid_params
// fault when an input has no result.
func New(inputs []plan.Input, p *operation.ExportParams, now time.Time) (*Report, error) {
	s := SpeechOf(p.Language)
	r := &Report{Speech: s, Title: Title(inputs, p), Made: now.UTC(), Version: buildinfo.Version}
	for _, in := range inputs {
		if in.Document == nil {
			return nil, fault.BadFields("report.New", string(task.InvalidParams), fault.Field{
				Path: in.Path, Message: "has no result to report; name a task that has succeeded",
			})
		}
		r.Sections = append(r.Sections, s.section(in, p))
	}
	return r, nil
}

// Title is that of a report: what was asked for, or else the names of the inputs.
func Title(inputs []plan.Input, p *operation.ExportParams) string {
	if p.Title != "" {
		return p.Title
	}
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.Name
	}
	return strings.Join(names, ", ")
}

func (s Speech) section(in plan.Input, p *operation.ExportParams) Section {
	d := in.Document
	out := Section{Name: in.Name, Kind: s.Kind(d.Kind)}
	if p.Shows(operation.SummarySection) {
		out.Summary = s.Summary(d)
	}
	if p.Shows(operation.MetricsSection) {
		out.Figures = s.figures(d, p.Shows(operation.TablesSection))
	}
	if p.Shows(operation.ChartsSection) {
		for i, c := range d.Charts {
			out.Charts = append(out.Charts, s.chart(c, i+1))
		}
	}
	if p.Shows(operation.TablesSection) {
		for _, t := range d.Tables {
			if !shownElsewhere(t, d, p) {
				out.Tables = append(out.Tables, s.table(d.Kind, t, len(out.Tables)+1))
			}
		}
		if all, ok := s.scores(d); ok {
			out.Tables = append(out.Tables, s.table(d.Kind, all, len(out.Tables)+1))
		}
	}
	if p.Shows(operation.MethodSection) {
		out.Method = s.method(d)
	}
	if p.Shows(operation.DataSection) {
		out.Data = s.data(d)
	}
	for _, n := range d.Notes {
		out.Notes = append(out.Notes, s.Phrase(n))
	}
	if d.Dataset != nil && d.Dataset.Policy == result.Aggregates {
		out.Policy = strings.ReplaceAll(s.Word("policy"), "{n}", s.Integer(int64(d.Dataset.MinGroupSize)))
	}
	return out
}

// shownElsewhere leaves out the list of columns where a profile or rows show it,
// and the most frequent values, which are charts with their data.
func shownElsewhere(t result.Table, d *result.Document, p *operation.ExportParams) bool {
	switch t.Name {
	case "schema":
		return slices.ContainsFunc(d.Tables, func(o result.Table) bool { return o.Name == "profile" || o.Name == "preview" })
	case "top_values":
		return len(d.Charts) > 0 && p.Shows(operation.ChartsSection)
	default:
		return false
	}
}

// firstFigures are the metrics that come first, in this order.
var firstFigures = []string{
	"rows", "rows_after", "rows_before", "rows_dropped", "rows_used", "columns", "n_clusters", "r2", "adjusted_r2",
	"mean_absolute_error", "root_mean_squared_error", "silhouette_score",
}

// MetricNames gives a document's metrics in the order in which they are shown.
func MetricNames(d *result.Document) []string {
	return slices.SortedFunc(maps.Keys(d.Metrics), func(a, b string) int {
		if x, y := rank(a), rank(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
}

func rank(metric string) int {
	if i := slices.Index(firstFigures, metric); i >= 0 {
		return i
	}
	return len(firstFigures)
}

// figures are the metrics; of those that stand in a table of scores, the leading ones.
func (s Speech) figures(d *result.Document, tables bool) []Pair {
	var out []Pair
	for _, name := range MetricNames(d) {
		if tables && d.Model != nil && !standsAlone(name) {
			continue
		}
		out = append(out, Pair{Name: s.Label(name), Value: s.metric(name, float64(d.Metrics[name]))})
	}
	return out
}

func (s Speech) method(d *result.Document) []Pair {
	var out []Pair
	for _, name := range slices.Sorted(maps.Keys(d.Parameters)) {
		out = append(out, Pair{Name: s.SettingName(ModelOf(d), name), Value: s.Setting(name, d.Parameters[name])})
	}
	return out
}

// data lists where the numbers come from, and what is not among them.
func (s Speech) data(d *result.Document) []Pair {
	var out []Pair
	add := func(word, value string) {
		if value != "" {
			out = append(out, Pair{Name: s.Word(word), Value: value, Code: word == "revision" || word == "computer" || word == "sha256"})
		}
	}
	for _, src := range d.Sources {
		add("dataset", src.Name)
		add("revision", src.Revision)
		add("computer", src.RunnerID)
	}
	if m := d.Manifest; m != nil {
		add("file", m.Source.Name)
		add("format", m.Source.Format)
		if m.Rows != nil {
			add("rowsthere", s.about(*m.Rows, m.RowsApproximate))
		}
		if m.Bytes != nil {
			add("bytes", s.Integer(*m.Bytes))
		}
		add("sha256", m.SHA256)
		add("engine", m.Engine)
	}
	if o := d.Dataset; o != nil {
		add("rowsmade", s.about(o.Rows, o.RowsApproximate))
	}
	for _, name := range []string{"rows_used", "rows_dropped", "rows_dropped_missing", "values_filled"} {
		if v, ok := d.Metrics[name]; ok {
			out = append(out, Pair{Name: s.Label(name), Value: s.metric(name, float64(v))})
		}
	}
	if n := withheldCells(d); n > 0 {
		add("cellswithheld", s.Integer(n))
	}
	if c := d.Coverage; c != nil {
		add("answers", fmt.Sprintf("%s / %s", s.Integer(int64(c.Answered)), s.Integer(int64(c.Asked))))
	}
	return out
}

func (s Speech) about(rows int64, approximate bool) string {
	if approximate {
		return "≥ " + s.Integer(rows)
	}
	return s.Integer(rows)
}

// withheldCells counts the cells and points that the owner's policy withholds.
func withheldCells(d *result.Document) (n int64) {
	count := func(cells []any) {
		for _, c := range cells {
			if _, withheld := result.SuppressedReason(c); withheld {
				n++
			}
		}
	}
	for _, t := range d.Tables {
		for _, row := range t.Rows {
			count(row)
		}
	}
	for _, c := range d.Charts {
		for _, series := range c.Series {
			count(series.Y)
		}
	}
	return n
}
