package perform

import (
	"encoding/json"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/analyze"
	"ddap/desktop-runner/internal/fetch"
	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
)

// reading says how the operation reads its source and, in a join, the other
// dataset. An operation that is not listed reads all columns, as often as it likes.
func (w *work) reading(params operation.Params) (first, others source.Use) {
	named := mentioned(w.plan.Params)
	switch p := params.(type) {
	case *operation.FetchParams:
		if len(p.Columns) > 0 {
			first.Column = named
		}
		first.Once, first.Request = p.Sample == nil, fetch.Needs(p)
	case *operation.FilterParams:
		ofAll := slices.ContainsFunc(p.Missing, func(r operation.MissingRule) bool { return len(r.Columns) == 0 })
		if (p.Grouped() || len(p.Select) > 0) && !ofAll {
			first.Column, others.Column = named, named
		}
		first.Once, first.Request = filter.ReadsOnce(p, w.policy.RowsMayLeave()), filter.Needs(p)
		if !w.policy.RowsMayLeave() {
			// What may be told of a group depends on its rows, beside their number.
			first.Request.Group = nil
		}
		others.Request.Repeatable = first.Request.Repeatable
	case *operation.AnalyzeParams:
		first.Request = analyze.Needs(p)
		// Models that leave the rows behind read every column, to write it.
		if len(p.Features) > 0 && !operation.LeavesRows(operation.Analyze, p.Model) {
			first.Column = named
		}
	case *operation.ExportParams:
		first.Once = true
	}
	return first, others
}

// mentioned tells of a column's name whether parameters have it anywhere in a
// text, be it by chance. That finds names in expressions as well, and in
// parameters that are added later; a column too many costs time and nothing else.
func mentioned(params json.RawMessage) func(name string) bool {
	var tree any
	if json.Unmarshal(params, &tree) != nil {
		return nil
	}
	texts := textsIn(tree, nil)
	all := strings.Join(texts, "\n")
	return func(name string) bool {
		// In an expression, a backquote within a name is written twice.
		return strings.Contains(all, name) || strings.Contains(all, strings.ReplaceAll(name, "`", "``"))
	}
}

func textsIn(tree any, texts []string) []string {
	switch node := tree.(type) {
	case string:
		texts = append(texts, node)
	case []any:
		for _, child := range node {
			texts = textsIn(child, texts)
		}
	case map[string]any:
		for key, child := range node {
			texts = textsIn(child, append(texts, key))
		}
	}
	return texts
}

// unknown is a copy of inputs whose files are read as if nobody had looked at them.
func unknown(inputs []plan.Input) []plan.Input {
	out := make([]plan.Input, len(inputs))
	for i, in := range inputs {
		file := *in.File
		file.Known = nil
		in.File = &file
		out[i] = in
	}
	return out
}
