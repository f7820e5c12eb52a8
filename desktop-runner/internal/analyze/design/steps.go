package design

import (
	"fmt"
	"math"
	"strings"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// Steps shows what the recipe does to each column, as a table. What it tells
// rests on all rows that it was learned from.
func (r *Recipe) Steps(fit finding.Fit) (finding.Table, error) {
	t := &finding.Estimates{Name: "preprocessing", Title: "How columns became numbers", Model: fit, Columns: []result.Column{
		{Name: "column", Type: result.Text}, {Name: "type", Type: result.Text}, {Name: "missing", Type: result.Text},
		{Name: "encoding", Type: result.Text}, {Name: "mean", Type: result.Float}, {Name: "scale", Type: result.Float},
	}}
	var rows [][]any
	for _, in := range r.Inputs {
		row := []any{in.Name, string(in.Type), r.missing(in), in.encoding(), math.NaN(), math.NaN()}
		if in.Factor != 0 {
			row[4], row[5] = in.Shift, in.Factor
		}
		rows = append(rows, row)
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

func (r *Recipe) missing(in Input) string {
	switch {
	case in.FillCategory != nil:
		return "becomes " + in.Categories[*in.FillCategory].Label()
	case in.Fill != nil:
		return fmt.Sprintf("becomes %.6g", *in.Fill)
	default:
		return "row left out"
	}
}

// maxShown is how many categories are named.
const maxShown = 12

func (in *Input) encoding() string {
	if !Categorical(in.Type) {
		return "as it is"
	}
	var labels []string
	for i, c := range in.told() {
		if i == maxShown {
			labels = append(labels, fmt.Sprintf("and %d more", len(in.told())-maxShown))
			break
		}
		labels = append(labels, c.Label())
	}
	out := "0 or 1 for each of " + strings.Join(labels, ", ")
	if len(labels) == 0 {
		out = "one value only: no column"
	}
	if in.DropFirst {
		out += "; compared with " + in.Categories[0].Label()
	}
	return out
}
