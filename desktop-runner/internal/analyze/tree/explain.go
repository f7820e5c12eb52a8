package tree

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// shownDepth bounds the table of rules to 127 nodes.
const shownDepth = 6

// mostBars keeps the chart of importances readable.
const mostBars = 30

// Explain implements estimator.Explainer.
func (m *model) Explain(about estimator.About) (estimator.Explained, error) {
	fit := about.Fit
	fit.Leverages, fit.Parameters = nil, int64(m.Tree.Leaves())
	for i, f := range m.Tree.Feature {
		if f < 0 && m.Tree.Rows != nil && m.Tree.Rows[i] < fit.Support {
			fit.Support, fit.SupportOf = m.Tree.Rows[i], "a leaf"
		}
	}
	out, err := Importance(m.Importances, about, fit)
	if err != nil {
		return out, err
	}
	out.Metrics = append(out.Metrics,
		finding.Metric{Name: "n_leaves", Value: float64(m.Tree.Leaves()), Basis: finding.Over(fit.Rows)},
		finding.Metric{Name: "max_depth", Value: float64(m.Tree.Depth()), Basis: finding.Over(fit.Rows)})
	if m.Tree.Depth() > shownDepth {
		out.Notes = append(out.Notes, fmt.Sprintf("The table of rules shows the first %d levels of the tree.", shownDepth))
	}
	rules, err := m.rules(about, fit)
	out.Tables = append(out.Tables, rules)
	return out, err
}

// Importance tells how much of the decrease of impurity is due to each feature,
// as a table and as bars, the most important first.
func Importance(importances []float64, about estimator.About, fit finding.Fit) (estimator.Explained, error) {
	order := make([]int, len(importances))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(importances[b], importances[a]) })
	t := &finding.Estimates{Name: "feature_importance", Title: "Importance of each feature", Model: fit, Columns: []result.Column{
		{Name: "feature", Type: result.Text}, {Name: "importance", Type: result.Float},
	}}
	rows := make([][]any, len(order))
	bars := result.Series{Name: "Importance"}
	for i, j := range order {
		rows[i] = []any{name(about.Features, j, "feature"), importances[j]}
		if i < mostBars {
			bars.X, bars.Y = append(bars.X, rows[i][0]), append(bars.Y, importances[j])
		}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	chart := &finding.Curves{Model: fit, Chart: result.Chart{
		Name: "feature_importance", Type: result.Bar, Title: "Importance of each feature for " + about.Target,
		X:      result.Axis{Title: "Feature", Type: result.Text},
		Y:      result.Axis{Title: "Part of the decrease of impurity", Type: result.Float},
		Series: []result.Series{bars},
	}}
	return estimator.Explained{Tables: []finding.Table{t}, Charts: []finding.Chart{chart}}, err
}

func name(names []string, at int, noun string) string {
	if at < len(names) {
		return names[at]
	}
	return noun + " " + strconv.Itoa(at)
}

// rules lists the nodes in the order in which a reader meets them, each with the
// condition that leads to it from its parent.
func (m *model) rules(about estimator.About, fit finding.Fit) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: "tree", Title: "The tree", Model: fit, Columns: []result.Column{
		{Name: "node", Type: result.Integer}, {Name: "depth", Type: result.Integer}, {Name: "rule", Type: result.Text},
		{Name: "leaf", Type: result.Boolean}, {Name: "n_node_samples", Type: result.Integer},
	}}
	if m.Classes > 0 {
		t.Columns = append(t.Columns, result.Column{Name: "prediction", Type: result.Text}, result.Column{Name: "probability", Type: result.Float})
	} else {
		t.Columns = append(t.Columns, result.Column{Name: "prediction", Type: result.Float})
	}
	var rows [][]any
	type step struct {
		node, depth int
		rule        string
	}
	todo := []step{{0, 0, "all rows"}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		f := m.Tree.Feature[s.node]
		rows = append(rows, m.rule(about, s.node, s.depth, s.rule))
		if f < 0 || s.depth == shownDepth {
			continue
		}
		feature, at := name(about.Features, int(f), "feature"), strconv.FormatFloat(m.Tree.Threshold[s.node], 'g', 6, 64)
		indent := strings.Repeat("  ", s.depth)
		todo = append(todo,
			step{int(m.Tree.Right[s.node]), s.depth + 1, indent + feature + " > " + at},
			step{int(m.Tree.Left[s.node]), s.depth + 1, indent + feature + " ≤ " + at})
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

func (m *model) rule(about estimator.About, node, depth int, rule string) []any {
	var size any
	if m.Tree.Rows != nil {
		size = m.Tree.Rows[node]
	}
	row := []any{int64(node), int64(depth), rule, m.Tree.Feature[node] < 0, size}
	value := m.Tree.At(node)
	if m.Classes == 0 {
		return append(row, value[0])
	}
	most := 0
	for k, v := range value {
		if v > value[most] {
			most = k
		}
	}
	return append(row, name(about.Classes, most, "class"), value[most])
}
