package egress_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/egress"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/result"
)

// audit is an attacker who knows the number of all rows and everything in the
// document, and who subtracts. It knows the truth as well, to see whether he
// learned something about fewer than n rows.
type audit struct {
	t *rapid.T
	n int64
}

// total checks one sum that is known: the parts that are shown must not be
// small, and what is left of it must be nothing, or enough rows in at least two
// parts if one of them is small.
func (a audit) total(what string, parts []int64, shown []bool) {
	left, hidden, small := int64(0), 0, false
	for i, p := range parts {
		if shown[i] {
			require.True(a.t, p == 0 || p >= a.n, "%s: part %d shows %d rows", what, i, p)
			continue
		}
		if left += p; p > 0 {
			hidden++
		}
		small = small || p > 0 && p < a.n
	}
	if small {
		require.GreaterOrEqual(a.t, left, a.n, "%s: the rest is small", what)
		require.GreaterOrEqual(a.t, hidden, 2, "%s: a single small part is what is left", what)
	}
}

func isShown(cell any) bool { _, hidden := result.SuppressedReason(cell); return !hidden }

func TestSeal_LetsNobodyCalculateASmallGroupOfAColumn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 10).Draw(t, "n")
		rows := rapid.Int64Range(n, 80).Draw(t, "rows")
		d := finding.Distribution{Name: "d", Column: "x"}
		left := rows
		part := func(label string) int64 {
			p := rapid.Int64Range(0, min(left, 3*n)).Draw(t, label)
			left -= p
			return p
		}
		d.Missing, d.Rest = part("missing"), part("rest")
		numeric := rapid.Bool().Draw(t, "numeric")
		for i := 0; left > 0 && i < 12; i++ {
			p := part("part")
			if i == 11 || rapid.Bool().Draw(t, "all that is left") {
				p, left = p+left, 0
			}
			if numeric || p > 0 {
				d.Rows = append(d.Rows, p)
			}
		}
		for i := range d.Rows {
			if numeric {
				d.Edges = append(d.Edges, float64(i))
			} else {
				d.Values = append(d.Values, fmt.Sprint(i))
			}
		}
		if numeric {
			d.Edges = append(d.Edges, float64(len(d.Rows)))
		}
		count := rows - d.Missing
		statistics := frameOf(t, finding.StatisticsColumns(), []any{"x", "number", count, d.Missing, 2, 1.0, 1.0, 0.0, 1.0, 2.0, 3.0, 4.0})
		profile := &finding.Profile{Name: "profile", Rows: rows, Statistics: statistics, Varied: []int64{count}}
		if len(d.Rows) > 0 {
			profile.Distributions = []finding.Distribution{d}
		}
		document := sealed(t, n, finding.Finding{Tables: []finding.Table{profile}})
		audit{t, n}.column(document, d, count)
	})
}

func sealed(t *rapid.T, n int64, f finding.Finding) *result.Document {
	f.Kind = "test"
	p := plan.Plan{Inputs: []plan.Input{{File: &plan.File{Policy: result.Aggregates, MinGroupSize: int(n)}}}}
	out, err := egress.Seal(p, f)
	require.NoError(t, err)
	return out.Document
}

func (a audit) column(document *result.Document, d finding.Distribution, count int64) {
	row := document.Tables[0].Rows[0]
	for at := 7; at < 12; at++ {
		require.False(a.t, isShown(row[at]), "the smallest, the largest and the quartiles are values of single rows")
	}
	for at := 4; at < 7; at++ {
		require.Equal(a.t, count >= a.n, isShown(row[at]), "a statistic of %d rows", count)
	}
	countShown, missingShown := isShown(row[2]), isShown(row[3])
	a.total("count and missing", []int64{count, d.Missing}, []bool{countShown, missingShown})

	parts, shown := []int64{d.Rest, d.Missing}, []bool{false, missingShown}
	for _, c := range document.Charts {
		s := c.Series[0]
		if d.Values == nil {
			require.Len(a.t, s.Edges, len(s.X)+1)
			at := 0
			for i := range s.Y {
				sum := int64(0)
				for ; at < len(d.Rows) && d.Edges[at] < s.Edges[i+1]; at++ {
					sum += d.Rows[at]
				}
				parts, shown = append(parts, sum), append(shown, isShown(s.Y[i]))
				if isShown(s.Y[i]) {
					require.Equal(a.t, sum, s.Y[i])
				}
			}
			continue
		}
		told := map[any]bool{}
		for i, v := range s.X {
			require.True(a.t, isShown(s.Y[i]))
			told[v] = true
		}
		for i, v := range d.Values {
			parts, shown = append(parts, d.Rows[i]), append(shown, told[v])
		}
	}
	if len(document.Charts) == 0 {
		return // nothing of the column's parts is told but count and missing
	}
	a.total("all rows", parts, shown)
	if countShown || missingShown {
		a.total("rows with a value", append(parts[:1:1], parts[2:]...), append(shown[:1:1], shown[2:]...))
	}
}

func TestSeal_LetsNobodyCalculateASmallCluster(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}, {Name: "x", Type: result.Float}}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 10).Draw(t, "n")
		sizes := rapid.SliceOfN(rapid.Int64Range(0, 3*n), 1, 8).Draw(t, "sizes")
		total := int64(0)
		rows := make([][]any, len(sizes))
		for i, s := range sizes {
			rows[i] = []any{i, s, float64(i)}
			total += s
		}
		f := finding.Finding{
			Tables:  []finding.Table{&finding.Groups{Name: "g", Columns: columns, Size: "size", Told: []string{"cluster"}, Frame: frameOf(t, columns, rows...)}},
			Charts:  []finding.Chart{&finding.Sizes{Name: "s", Groups: "g", Labels: make([]any, len(sizes))}},
			Metrics: []finding.Metric{{Name: "rows_used", Value: float64(total), Basis: finding.Count()}},
		}
		document := sealed(t, n, f)
		shown := make([]bool, len(sizes))
		for i, row := range document.Tables[0].Rows {
			shown[i] = isShown(row[1])
			require.Equal(t, shown[i], isShown(row[2]), "a centre is told with its size")
			require.Equal(t, row[1], document.Charts[0].Series[0].Y[i], "the picture tells what the table does")
		}
		if _, told := document.Metrics["rows_used"]; told {
			audit{t, n}.total("clusters", sizes, shown)
		}
	})
}

func TestSeal_LetsNobodyCalculateASmallGroupOfAKey(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "key", Type: result.Text}, {Name: "size", Type: result.Integer}, {Name: "count", Type: result.Integer}, {Name: "mean", Type: result.Float}, {Name: "max", Type: result.Float}}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 10).Draw(t, "n")
		sizes := rapid.SliceOfN(rapid.Int64Range(1, 3*n), 0, 8).Draw(t, "sizes")
		outside := rapid.Int64Range(0, 3*n).Draw(t, "outside")
		g := &finding.Groups{Name: "g", Columns: columns, Sizes: sizes, Outside: outside, Keyed: true, Single: []string{"max"}, Parts: []string{"count"}, Varied: map[string][]int64{}}
		grouped := int64(0)
		rows := make([][]any, len(sizes))
		varied := make([]int64, len(sizes))
		for i, s := range sizes {
			count := rapid.Int64Range(0, s).Draw(t, "count")
			varied[i] = rapid.Int64Range(0, count).Draw(t, "varied")
			rows[i] = []any{fmt.Sprint("key", i), s, count, float64(i), float64(i)}
			grouped += s
		}
		g.Frame, g.Varied["mean"] = frameOf(t, columns, rows...), varied
		document := sealed(t, n, finding.Finding{
			Tables: []finding.Table{g}, Charts: []finding.Chart{&finding.GroupChart{Name: "c", Groups: "g", X: "key", Y: []string{"size"}, Type: result.Bar}},
			Metrics: []finding.Metric{
				{Name: "before", Value: float64(grouped + outside), Basis: finding.Count()}, {Name: "grouped", Value: float64(grouped), Basis: finding.Count()},
				{Name: "dropped", Value: float64(outside), Basis: finding.Remainder()},
			},
			Splits: []finding.Split{{Total: "before", Parts: []string{"grouped", "dropped"}, Keep: "before"}},
		})
		shown := make([]bool, len(sizes))
		for _, row := range document.Tables[0].Rows {
			i := 0
			_, err := fmt.Sscanf(row[0].(string), "key%d", &i)
			require.NoError(t, err)
			shown[i] = true
			require.False(t, isShown(row[4]), "a maximum is the value of a single row")
			if isShown(row[2]) {
				audit{t, n}.total("count and missing", []int64{row[2].(int64), sizes[i] - row[2].(int64)}, []bool{true, true})
			}
			require.False(t, isShown(row[3]) && varied[i] > 0 && varied[i] < n, "a mean of %d rows that differ", varied[i])
		}
		_, beforeTold := document.Metrics["before"]
		_, groupedTold := document.Metrics["grouped"]
		_, droppedTold := document.Metrics["dropped"]
		if groupedTold {
			audit{t, n}.total("rows in groups", sizes, shown)
		}
		if beforeTold {
			audit{t, n}.total("all rows", append(slices.Clip(sizes), outside), append(slices.Clip(shown), droppedTold))
		}
		if len(document.Charts) > 0 {
			require.Len(t, document.Charts[0].Series[0].X, len(document.Tables[0].Rows), "the picture tells what the table does")
		}
	})
}

func TestSeal_LetsNobodyCalculateASmallCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 10).Draw(t, "n")
		before := rapid.Int64Range(0, 60).Draw(t, "before")
		after := rapid.Int64Range(0, before).Draw(t, "after")
		document := sealed(t, n, counts(float64(before), float64(after)))
		_, beforeTold := document.Metrics["before"]
		_, afterTold := document.Metrics["after"]
		_, droppedTold := document.Metrics["dropped"]
		_, meanTold := document.Metrics["mean"]
		require.Equal(t, before >= n, beforeTold)
		require.False(t, afterTold && after < n)
		require.False(t, meanTold && after < n)
		if beforeTold {
			audit{t, n}.total("split", []int64{after, before - after}, []bool{afterTold, droppedTold})
		}
		d := document.Dataset
		require.LessOrEqual(t, d.Rows, after)
		if !d.RowsApproximate {
			require.GreaterOrEqual(t, after, n)
			require.True(t, before == after || before-after >= n)
		} else {
			require.Zero(t, d.Rows%n)
		}
	})
}

func TestFrameCells_StayTheirOwn(t *testing.T) {
	t.Parallel()
	columns := []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}}
	g := &finding.Groups{Name: "g", Columns: columns, Size: "size", Frame: frameOf(t, columns, []any{0, 1})}
	for range 2 {
		seal(t, planOf(t, result.Aggregates, 5), finding.Finding{Tables: []finding.Table{g}})
	}
	require.Equal(t, [][]any{{int64(0), int64(1)}}, frame.Rows(g.Frame), "sealing changes the document, not the finding")
}
