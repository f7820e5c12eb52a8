package html

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/result"
)

// view is what the template shows; all text is in the report's language.
type view struct {
	Language, Title, Made, Version string
	Style                          template.CSS
	Words                          func(string) string
	Sections                       []section
}

type section struct {
	ID, Name, Kind, Summary string
	Figures                 []figure
	Charts                  []chart
	Tables                  []table
	Notes                   []string
	Sources                 []result.Source
	Settings                []setting
	Policy                  string
}

type figure struct{ Label, Value string }

type setting struct{ Name, Value string }

type chart struct {
	Number         int
	Title, Caption string
	SVG            template.HTML
	Data           table
}

type table struct {
	Number         int
	Title, Caption string
	Heads          []head
	Rows           [][]cell
}

type head struct {
	Text    string
	Numeric bool
}

type cell struct {
	Text string
	// Class is "", "number", "withheld" or "missing".
	Class string
}

// firstFigures are the metrics that come first, in this order.
var firstFigures = []string{
	"rows", "rows_after", "rows_before", "rows_dropped", "rows_used", "columns", "n_clusters", "r2", "adjusted_r2",
	"mean_absolute_error", "root_mean_squared_error", "silhouette_score",
}

func (l locale) section(index int, in plan.Input) section {
	d := in.Document
	s := section{
		ID: fmt.Sprintf("result-%d", index+1), Name: in.Name, Kind: kinds[d.Kind].In(l.words),
		Summary: l.summary(d), Figures: l.figures(d), Sources: d.Sources, Settings: l.settings(d.Parameters),
	}
	for _, t := range d.Tables {
		if shownElsewhere(t, d) {
			continue
		}
		made := l.table(t)
		made.Number = len(s.Tables) + 1
		s.Tables = append(s.Tables, made)
	}
	for i, c := range d.Charts {
		made := l.chart(c)
		made.Number = i + 1
		s.Charts = append(s.Charts, made)
	}
	for _, n := range d.Notes {
		s.Notes = append(s.Notes, l.phrase(n))
	}
	if d.Dataset != nil && d.Dataset.Policy == result.Aggregates {
		s.Policy = strings.ReplaceAll(l.word("policy"), "{n}", l.integer(int64(d.Dataset.MinGroupSize)))
	}
	return s
}

// shownElsewhere leaves out the list of columns where a profile or rows show it,
// and the most frequent values, which are charts with their data.
func shownElsewhere(t result.Table, d *result.Document) bool {
	switch t.Name {
	case "schema":
		return slices.ContainsFunc(d.Tables, func(o result.Table) bool { return o.Name == "profile" || o.Name == "preview" })
	case "top_values":
		return len(d.Charts) > 0
	default:
		return false
	}
}

var inBraces = regexp.MustCompile(`\{([a-z0-9_]+)\}`)

func (l locale) summary(d *result.Document) string {
	kind := d.Kind
	if d.Dataset != nil && d.Dataset.RowsAreGroups {
		kind += ".groups"
	}
	if d.Model != nil {
		kind = "trained." + judgedBy(d.Metrics)
	}
	pattern, ok := summaries[kind]
	if l.words != i18n.Indonesian || !ok {
		return d.Summary
	}
	text := inBraces.ReplaceAllStringFunc(pattern, func(found string) string {
		name := strings.Trim(found, "{}")
		if v, ok := d.Metrics[name]; ok {
			return l.metric(name, float64(v))
		}
		if v, ok := d.Parameters[name]; ok {
			return fmt.Sprint(v)
		}
		return "sejumlah (ditahan)"
	})
	return strings.ToUpper(text[:1]) + text[1:]
}

// judgedBy is the score by which a trained model is summed up: on rows that it had
// not seen, where there are any.
func judgedBy(metrics map[string]result.Number) string {
	for _, name := range []string{"test_r2", "cv_r2_mean", "test_accuracy", "cv_accuracy_mean", "train_accuracy"} {
		if _, ok := metrics[name]; ok {
			return name
		}
	}
	return "train_r2"
}

func (l locale) metric(name string, v float64) string {
	switch {
	case math.IsNaN(v):
		return l.word("missing")
	case name == "f_pvalue":
		return l.probability(v)
	default:
		return l.number(v)
	}
}

func (l locale) figures(d *result.Document) []figure {
	names := slices.SortedFunc(maps.Keys(d.Metrics), func(a, b string) int {
		if x, y := rank(a), rank(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	out := make([]figure, len(names))
	for i, name := range names {
		out[i] = figure{l.label(name), l.metric(name, float64(d.Metrics[name]))}
	}
	return out
}

func rank(metric string) int {
	if i := slices.Index(firstFigures, metric); i >= 0 {
		return i
	}
	return len(firstFigures)
}

func (l locale) settings(parameters map[string]any) []setting {
	var out []setting
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		out = append(out, setting{l.label(name), l.settingValue(name, parameters[name])})
	}
	return out
}

func (l locale) settingValue(name string, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if text, ok := l.special(name, raw); ok {
		return text
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return string(raw)
	}
	switch v := plain.(type) {
	case string:
		return v
	case float64:
		return l.number(v)
	case bool:
		return l.truth(v)
	case []any:
		return l.list(v, string(raw))
	default:
		return string(raw)
	}
}

// special writes the settings that are more than plain values.
func (l locale) special(name string, raw []byte) (text string, ok bool) {
	switch name {
	case "where":
		return l.condition(raw)
	case "sort":
		return sorting(raw)
	case "model":
		var model string
		if err := json.Unmarshal(raw, &model); err != nil {
			return "", false
		}
		kind, known := kinds["analyze."+model]
		return kind.In(l.words), known
	default:
		return "", false
	}
}

func (l locale) list(items []any, raw string) string {
	names := make([]string, len(items))
	for i, item := range items {
		text, ok := item.(string)
		if !ok {
			return raw
		}
		names[i] = text
	}
	return strings.Join(names, ", ")
}

func (l locale) truth(v bool) string {
	if v {
		return l.word("yes")
	}
	return l.word("no")
}

// ownTables have columns and cells that operations named; the columns of others
// are those of the data, and are shown as they are.
var ownTables = map[string]bool{"schema": true, "profile": true, "describe": true, "top_values": true, "coefficients": true, "clusters": true, "pairs": true}

func (l locale) table(t result.Table) table {
	out := table{Title: l.phrase(t.Title)}
	for _, c := range t.Columns {
		name := c.Name
		if ownTables[t.Name] {
			name = l.label(c.Name)
		}
		if c.Unit != "" {
			name += " (" + c.Unit + ")"
		}
		out.Heads = append(out.Heads, head{name, c.Type.Numeric()})
	}
	decimals := l.decimals(t)
	for _, row := range t.Rows {
		cells := make([]cell, len(row))
		for j, v := range row {
			cells[j] = l.cell(v, t.Columns[j], ownTables[t.Name])
			if f, isFloat := v.(float64); isFloat && decimals[j] >= 0 {
				cells[j].Text = l.localized(strconv.FormatFloat(f, 'f', decimals[j], 64))
			}
			if cells[j].Class != "" && t.Columns[j].Type.Numeric() {
				cells[j].Class += " right"
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	if int64(len(t.Rows)) < t.TotalRows {
		out.Caption = strings.NewReplacer("{shown}", l.integer(int64(len(t.Rows))), "{total}", l.integer(t.TotalRows)).Replace(l.word("first"))
	}
	if t.Artifact != "" {
		out.Caption += " " + l.word("attached") + " " + t.Artifact + "."
	}
	return out
}

// maxDecimals is how many decimals a column of data may have to be shown with
// the same number in every row.
const maxDecimals = 3

// decimals gives, for each column of data, with how many decimals all its
// numbers are shown; -1 where each is shown by itself.
func (l locale) decimals(t result.Table) []int {
	out := make([]int, len(t.Columns))
	for j := range out {
		out[j] = -1
		if ownTables[t.Name] || t.Columns[j].Type != result.Float {
			continue
		}
		most := 0
		for _, row := range t.Rows {
			if f, ok := row[j].(float64); ok {
				_, fraction, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
				most = max(most, len(fraction))
			}
		}
		if most <= maxDecimals {
			out[j] = most
		}
	}
	return out
}

func (l locale) cell(v any, c result.Column, own bool) cell {
	if _, withheld := result.SuppressedReason(v); withheld {
		return cell{l.word("withheld"), "withheld"}
	}
	switch v := v.(type) {
	case nil:
		return cell{"–", "missing"}
	case bool:
		return cell{l.truth(v), ""}
	case string:
		if own {
			return cell{l.ownText(v, c.Name), ""}
		}
		return cell{v, ""}
	case int:
		return cell{l.integer(int64(v)), "number"}
	case int64:
		return cell{l.integer(v), "number"}
	case float64:
		if own && c.Name == "p_value" {
			return cell{l.probability(v), "number"}
		}
		return cell{l.number(v), "number"}
	default:
		return cell{fmt.Sprint(v), ""}
	}
}

// ownText gives the words for text that operations put into their own tables.
func (l locale) ownText(text, column string) string {
	name, isType := typeNames[result.Type(text)]
	switch {
	case column == "type" && isType:
		return name.In(l.words)
	case column == "term" && text == "intercept":
		return l.label("fit_intercept")
	default:
		return text
	}
}

var months = map[i18n.Language][]string{
	i18n.Indonesian: {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
}

func (l locale) date(t time.Time) string {
	t = t.UTC()
	if names, ok := months[l.words]; ok {
		return fmt.Sprintf("%d %s %d, %02d.%02d UTC", t.Day(), names[t.Month()-1], t.Year(), t.Hour(), t.Minute())
	}
	return t.Format("2 January 2006, 15:04 UTC")
}
