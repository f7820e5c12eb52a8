package html_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/html"
	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// heavy is about as large as a result may be.
func heavy() *result.Document {
	d := &result.Document{Kind: "fetch", Summary: "s"}
	t := result.Table{Name: "preview", Title: "First rows", TotalRows: 300_000, Columns: []result.Column{{Name: "a", Type: result.Text}, {Name: "b", Type: result.Float}}}
	for i := range 12_000 {
		t.Rows = append(t.Rows, []any{fmt.Sprintf("=row %d", i), float64(i) / 8})
	}
	d.Tables = append(d.Tables, t)
	for c := range 40 {
		s := result.Series{Name: "a"}
		for i := range 1000 {
			s.X, s.Y = append(s.X, float64(i)), append(s.Y, float64(i*i))
		}
		d.Charts = append(d.Charts, result.Chart{Name: fmt.Sprintf("c%d", c), Type: result.Scatter, Title: "Points", Series: []result.Series{s}})
	}
	return d
}

func TestRender_StaysSmall_WhateverIsJoined(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 50} {
		var inputs []plan.Input
		for range n {
			inputs = append(inputs, plan.Input{Name: "a", Document: heavy()})
		}
		r, err := report.New(inputs, &operation.ExportParams{}, now)
		require.NoError(t, err)
		raw, beside, err := html.Render(r)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw), html.MaxBytes)
		require.NotEmpty(t, beside)
		require.LessOrEqual(t, len(beside), 20)
		require.Contains(t, string(raw), "points are drawn.")
		require.Contains(t, string(raw), "table-1-preview.csv")
	}
}

func TestRender_LetsMarksBeReadAndPagesBeTurned(t *testing.T) {
	t.Parallel()
	d := heavy()
	d.Charts, d.Tables[0].Rows = d.Charts[:1], d.Tables[0].Rows[:100]
	r, err := report.New([]plan.Input{{Name: "a", Document: d}}, &operation.ExportParams{}, now)
	require.NoError(t, err)
	raw, _, err := html.Render(r)
	require.NoError(t, err)
	got := string(raw)
	require.Equal(t, 1000, strings.Count(got, "</title></circle>"), "every mark says what it is, with a script and without")
	require.Equal(t, 100, strings.Count(got, "<td>=row "), "all rows are there without a script")
	require.Contains(t, got, `data-page="Page {page} of {pages}"`)
	require.Contains(t, got, "script-src 'sha256-")
}
