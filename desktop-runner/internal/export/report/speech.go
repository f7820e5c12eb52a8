package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"ddap/shared/i18n"
	"ddap/shared/result"
)

// Language is the one that it speaks.
func (s Speech) Language() i18n.Language { return s.words }

// Kind names what a document is.
func (s Speech) Kind(kind string) string {
	if name, ok := kinds[kind]; ok {
		return name.In(s.words)
	}
	if model, is := strings.CutPrefix(kind, "analyze."); is {
		if name, ok := modelTitle(model); ok {
			return name.In(s.words)
		}
	}
	return kind
}

var inBraces = regexp.MustCompile(`\{([a-z0-9_]+)\}`)

// Summary gives the sentence of a document.
func (s Speech) Summary(d *result.Document) string {
	kind := d.Kind
	if d.Dataset != nil && d.Dataset.RowsAreGroups {
		kind += ".groups"
	}
	if d.Model != nil {
		kind = "trained." + judgedBy(d.Metrics)
	}
	pattern, ok := summaries[kind]
	if s.words != i18n.Indonesian || !ok {
		return d.Summary
	}
	text := inBraces.ReplaceAllStringFunc(pattern, func(found string) string {
		name := strings.Trim(found, "{}")
		if v, ok := d.Metrics[name]; ok {
			return s.metric(name, float64(v))
		}
		if v, ok := d.Parameters[name]; ok {
			return fmt.Sprint(v)
		}
		return "sejumlah (ditahan)"
	})
	// A column's name keeps its case at the start of the sentence.
	return strings.Replace(text, "sejumlah (ditahan)", "Sejumlah (ditahan)", map[bool]int{true: 1}[strings.HasPrefix(text, "sejumlah (ditahan)")])
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

func (s Speech) metric(name string, v float64) string {
	switch {
	case math.IsNaN(v):
		return s.Word("missing")
	case name == "f_pvalue" || name == "pvalue" || name == "p_value":
		return s.probability(v)
	default:
		return s.Number(v)
	}
}

// Setting writes the value of a parameter.
func (s Speech) Setting(name string, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if text, ok := s.special(name, raw); ok {
		return text
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return string(raw)
	}
	return s.plain(plain)
}

// plain writes what JSON has, in words.
func (s Speech) plain(v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		if v == "" {
			return "–"
		}
		return v
	case float64:
		return s.Number(v)
	case bool:
		return s.truth(v)
	case []any:
		return s.list(v)
	case map[string]any:
		return s.fields(v)
	default:
		return fmt.Sprint(v)
	}
}

// fields writes an object: a number of a group as people say it, others by the
// names of their fields.
func (s Speech) fields(v map[string]any) string {
	column, hasColumn := v["column"].(string)
	function, hasFunction := v["func"].(string)
	if hasColumn && hasFunction && len(v) <= 3 {
		return function + "(" + column + ")"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, s.Label(name)+": "+s.plain(v[name]))
	}
	return strings.Join(parts, "; ")
}

// special writes the settings that are more than plain values.
func (s Speech) special(name string, raw []byte) (text string, ok bool) {
	switch name {
	case "where":
		return s.condition(raw)
	case "sort":
		return sorting(raw)
	case "model":
		var model string
		if err := json.Unmarshal(raw, &model); err != nil {
			return "", false
		}
		return s.Kind("analyze." + model), true
	default:
		return "", false
	}
}

func (s Speech) list(items []any) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = s.plain(item)
	}
	return strings.Join(parts, ", ")
}

func (s Speech) truth(v bool) string {
	if v {
		return s.Word("yes")
	}
	return s.Word("no")
}

var months = map[i18n.Language][]string{
	i18n.Indonesian: {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
}

// Date writes a moment, in UTC.
func (s Speech) Date(t time.Time) string {
	t = t.UTC()
	if names, ok := months[s.words]; ok {
		return fmt.Sprintf("%d %s %d, %02d.%02d UTC", t.Day(), names[t.Month()-1], t.Year(), t.Hour(), t.Minute())
	}
	return t.Format("2 January 2006, 15:04 UTC")
}
