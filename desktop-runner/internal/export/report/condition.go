package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"ddap/shared/i18n"
	"ddap/shared/operation"
)

// comparisons are the operators in words; {v} stands for the value.
var comparisons = map[operation.Op]i18n.Text{
	operation.Eq:         {EN: "= {v}", ID: "= {v}"},
	operation.Ne:         {EN: "≠ {v}", ID: "≠ {v}"},
	operation.Lt:         {EN: "< {v}", ID: "< {v}"},
	operation.Le:         {EN: "≤ {v}", ID: "≤ {v}"},
	operation.Gt:         {EN: "> {v}", ID: "> {v}"},
	operation.Ge:         {EN: "≥ {v}", ID: "≥ {v}"},
	operation.Between:    {EN: "from {v}", ID: "dari {v}"},
	operation.In:         {EN: "is one of {v}", ID: "salah satu dari {v}"},
	operation.NotIn:      {EN: "is none of {v}", ID: "bukan salah satu dari {v}"},
	operation.Contains:   {EN: "contains {v}", ID: "memuat {v}"},
	operation.StartsWith: {EN: "starts with {v}", ID: "diawali {v}"},
	operation.EndsWith:   {EN: "ends with {v}", ID: "diakhiri {v}"},
	operation.Matches:    {EN: "matches {v}", ID: "cocok dengan {v}"},
	operation.IsNull:     {EN: "is missing", ID: "tidak ada"},
	operation.NotNull:    {EN: "is not missing", ID: "ada"},
}

var conjunctions = map[string]i18n.Text{
	"all": {EN: " and ", ID: " dan "},
	"any": {EN: " or ", ID: " atau "},
	"not": {EN: " or ", ID: " atau "},
	"to":  {EN: " to ", ID: " sampai "},
	"no":  {EN: "not", ID: "bukan"},
}

// maxValues is how many values of a list are spelled out.
const maxValues = 8

// condition writes a condition tree in words; ok is false for what is none.
func (s Speech) condition(raw []byte) (text string, ok bool) {
	var w operation.Where
	if err := json.Unmarshal(raw, &w); err != nil {
		return "", false
	}
	return s.where(w, true), true
}

func (s Speech) where(w operation.Where, outermost bool) string {
	kind, members, isGroup := w.Group()
	if !isGroup {
		pattern, known := comparisons[w.Op]
		if !known {
			pattern = i18n.Text{EN: string(w.Op) + " {v}"}
		}
		return w.Column + " " + strings.Replace(pattern.In(s.words), "{v}", s.operand(w.Op, w.Value), 1)
	}
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = s.where(m, false)
	}
	text := strings.Join(parts, conjunctions[kind].In(s.words))
	switch {
	case kind == "not":
		return conjunctions["no"].In(s.words) + " (" + text + ")"
	case outermost || len(members) == 1:
		return text
	default:
		return "(" + text + ")"
	}
}

func (s Speech) operand(op operation.Op, v any) string {
	switch v := v.(type) {
	case string:
		return "“" + v + "”"
	case json.Number:
		return s.localized(v.String())
	case bool:
		return s.truth(v)
	case []any:
		parts := make([]string, 0, len(v))
		for i, item := range v {
			if i == maxValues {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, s.operand(op, item))
		}
		if op == operation.Between {
			return strings.Join(parts, conjunctions["to"].In(s.words))
		}
		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// sorting writes sort keys with arrows; ok is false for what are none.
func sorting(raw []byte) (text string, ok bool) {
	var keys []operation.SortKey
	if err := json.Unmarshal(raw, &keys); err != nil {
		return "", false
	}
	parts := make([]string, len(keys))
	for i, k := range keys {
		arrow := " ↑"
		if k.Ascending != nil && !*k.Ascending {
			arrow = " ↓"
		}
		parts[i] = k.Column + arrow
	}
	return strings.Join(parts, ", "), true
}
