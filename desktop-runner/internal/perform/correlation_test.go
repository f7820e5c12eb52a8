package perform_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func correlate(t *testing.T, in plan.Input, more string) *result.Document {
	t.Helper()
	return succeed(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation"`+more+`}`, in)).Document
}

// toldOf gives the columns whose coefficient with themselves is told, and checks
// that all cells of others are withheld, in tables and picture alike.
func toldOf(t *testing.T, d *result.Document) (told []string) {
	t.Helper()
	matrix := table(t, d, "correlation")
	isTold := map[string]bool{}
	for i, row := range matrix.Rows {
		if _, withheld := result.SuppressedReason(row[i+1]); !withheld {
			told = append(told, row[0].(string))
			isTold[row[0].(string)] = true
		}
	}
	require.Len(t, d.Charts, 1)
	for i, row := range matrix.Rows {
		for j, cell := range row[1:] {
			_, withheld := result.SuppressedReason(cell)
			require.Equal(t, !isTold[row[0].(string)] || !isTold[matrix.Columns[j+1].Name], withheld)
			require.Equal(t, cell, d.Charts[0].Series[i].Y[j], "the picture shows what the table does")
		}
	}
	for _, row := range table(t, d, "pairs").Rows {
		for _, cell := range row[2:] {
			_, withheld := result.SuppressedReason(cell)
			require.Equal(t, !isTold[row[0].(string)] || !isTold[row[1].(string)], withheld)
		}
	}
	return told
}

// numbers gives the cells of a row that are numbers.
func numbers(row []any) (out []float64) {
	for _, cell := range row {
		switch v := cell.(type) {
		case float64:
			out = append(out, v)
		case int64:
			out = append(out, float64(v))
		}
	}
	return out
}

func TestCorrelation_TellsTheSameUnderAggregatesWhereEverybodyCounts(t *testing.T) {
	t.Parallel()
	path := steptest.Example("penguins.json")
	for _, method := range []string{"pearson", "spearman"} {
		params := fmt.Sprintf(`,"params":{"method":%q}`, method)
		open, closed := correlate(t, input("x", path, result.Rows), params), correlate(t, input("x", path, result.Aggregates), params)
		require.Len(t, toldOf(t, closed), 4)
		// The two penguins without numbers have none in any column.
		require.Len(t, closed.Tables, len(open.Tables))
		for i, table := range open.Tables {
			for j, row := range table.Rows {
				require.InDeltaSlice(t, numbers(row), numbers(closed.Tables[i].Rows[j]), 1e-14, "%s: %v", method, row)
			}
		}
		require.Equal(t, open.Summary, closed.Summary)
		require.EqualValues(t, 342, closed.Metrics["rows_used"])
		require.NotContains(t, closed.Metrics, "rows_dropped", "they are two")
		require.NotContains(t, closed.Metrics, "rows")
		require.Contains(t, open.Metrics, "rows_dropped")
	}
	pearson := correlate(t, input("x", path, result.Aggregates), "")
	// scipy: see the reference of package correlation.
	require.Equal(t, "Flipper Length (mm) and Body Mass (g) go together most, of 6 pairs of columns: pearson is 0.8712 over 342 rows (the more of one, the more of the other).", pearson.Summary)
}

// Coefficients over rows that differ by one would tell of this one.
func TestCorrelation_RestsOnTheSameRowsUnderAggregates(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a,b,c\n")
	for i := range 300 {
		c := fmt.Sprint(i * i % 89)
		if i == 7 {
			c = ""
		}
		fmt.Fprintf(&b, "%d,%d,%s\n", i%40, i*i%97, c)
	}
	path := steptest.Write(t, "a.csv", b.String())
	closed := correlate(t, input("x", path, result.Aggregates), "")
	for _, row := range table(t, closed, "pairs").Rows {
		require.EqualValues(t, 299, row[2])
	}
	require.Contains(t, closed.Notes, "Only rows with a number in every column are counted, for this data is shared as summaries only.")
	counts := map[any]int{}
	for _, row := range table(t, correlate(t, input("x", path, result.Rows), ""), "pairs").Rows {
		counts[row[2]]++
	}
	require.Equal(t, map[any]int{int64(300): 1, int64(299): 2}, counts, "as pandas, where rows may show")
}

func TestCorrelation_WithholdsColumnsThatFewRowsDecide(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("hiv,same,base,total,fortune,pay,twice\n")
	for i := range 200 {
		hiv, extra, fortune := 0, 0, i%13
		if i == 17 {
			hiv, extra, fortune = 1, 7, 1_000_000
		}
		pay := 5000 + i*i%977
		fmt.Fprintf(&b, "%d,3,%d,%d,%d,%d,%d\n", hiv, i%40, i%40+extra, fortune, pay, 2*pay+i%40)
	}
	in := input("x", steptest.Write(t, "a.csv", b.String()), result.Aggregates)
	// With hiv, one row differs; with total and base together, their difference
	// is that row's; fortune is one row's. twice follows from pay and base.
	require.Equal(t, []string{"base", "pay", "twice"}, toldOf(t, correlate(t, in, "")))
	// By their ranks, a fortune is one row of many.
	require.Equal(t, []string{"base", "fortune", "pay"}, toldOf(t, correlate(t, in, `,"features":["hiv","same","base","fortune","pay"],"params":{"method":"spearman"}`)))
	require.Equal(t, []string{"total", "pay"}, toldOf(t, correlate(t, in, `,"features":["total","pay"],"params":{"method":"kendall"}`)))

	for params, why := range map[string]string{
		`"features":["hiv","pay"]`:                               "fewer than 5 rows differ in hiv",
		`"features":["same","pay"]`:                              "fewer than 5 rows differ in same",
		`"features":["fortune","pay"]`:                           "may decide a coefficient",
		`"features":["hiv","pay"],"params":{"method":"kendall"}`: "fewer than 5 rows differ in hiv",
	} {
		out := run(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation",`+params+`}`, in))
		require.NotNil(t, out.Failure, params)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason, params)
		require.Contains(t, out.Failure.Message, why, params)
	}
	out := run(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation","params":{"method":"kendall"}}`, in))
	require.NotNil(t, out.Failure)
	require.Equal(t, task.InvalidParams, out.Failure.Reason)
	require.Contains(t, out.Failure.Message, "two columns at a time")
}

// What a regression of columns tells follows from their coefficients: so it is
// withheld as well where linear_regression would be refused.
func TestCorrelation_TellsNoMoreThanARegressionWould(t *testing.T) {
	t.Parallel()
	told := 0
	for seed := range 25 {
		var b strings.Builder
		b.WriteString("a,b,c,d\n")
		for i := range 40 {
			// A heavy tail, so that a few rows decide in some of the files.
			heavy := math.Tan(1.5 * math.Sin(float64(i*i*(seed+1))))
			fmt.Fprintf(&b, "%d,%d,%v,%v\n", (i*7+seed)%11, (i*i+seed)%13, heavy, heavy*float64(i%3)+math.Cos(float64(i+seed)))
		}
		in := input("x", steptest.Write(t, "a.csv", b.String()), result.Aggregates)
		out := run(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation"}`, in))
		if out.Failure != nil {
			require.Equal(t, task.PolicyRefused, out.Failure.Reason)
			continue
		}
		columns := toldOf(t, out.Document)
		told += len(columns)
		for i, target := range columns {
			others := append(append([]string(nil), columns[:i]...), columns[i+1:]...)
			regression := run(t, planFor(t, operation.Analyze, fmt.Sprintf(`{"source":{"dataset":"x"},"model":"linear_regression","target":%q,"features":["%s"]}`, target, strings.Join(others, `","`)), in))
			require.Nil(t, regression.Failure, "seed %d: %s by %v", seed, target, others)
		}
	}
	require.Greater(t, told, 20, "some files must tell something for this test to say anything")
	require.Less(t, told, 100, "and some not")
}
