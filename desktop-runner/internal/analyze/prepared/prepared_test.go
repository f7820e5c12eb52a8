package prepared_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/prepared"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func read(t *testing.T, s *step.Step, params string) (*prepared.Data, error) {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"kmeans"`+params+`}`))
	require.NoError(t, err)
	return prepared.Read(t.Context(), s, p.(*operation.AnalyzeParams), prepared.Work{Beside: func(int) int { return 1 }, Squares: true})
}

func names(d *prepared.Data) (out []string) {
	for _, c := range d.Columns {
		out = append(out, c.Name)
	}
	return out
}

const shop = "size,kind,note,open\n1,tea,a,true\n,tea,b,false\n3,,c,true\n5,coffee,d,true\n"

func TestRead_FillsInScalesAndMakesColumnsOfTexts(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", shop))
	d, err := read(t, s, `,"features":["size","kind","open"]`)
	require.NoError(t, err)
	require.Equal(t, []string{"size", "kind_coffee", "kind_tea", "kind_(missing)", "open"}, names(d))
	require.Equal(t, [][]float64{{1, 3, 3, 5}, {0, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 1, 1}}, [][]float64(d.Numbers))
	// By hand: the deviation of 1, 3, 3 and 5; values of texts and truth values stay 0 and 1.
	require.InDeltaSlice(t, []float64{3, 0, 0, 0, 0}, d.Scaling.Shift, 1e-12)
	require.InDeltaSlice(t, []float64{math.Sqrt2, 1, 1, 1, 1}, d.Scaling.Factor, 1e-12)
	require.Zero(t, d.Dropped)

	steps, err := d.Steps(finding.Fit{})
	require.NoError(t, err)
	rows := frame.Rows(steps.(*finding.Estimates).Frame)
	require.Equal(t, []any{"size", "integer", "becomes 3", "as it is"}, rows[0][:4])
	require.Equal(t, []any{"kind", "string", "becomes (missing)", "0 or 1 for each of coffee, tea, (missing)"}, rows[1][:4])
}

func TestRead_TakesEveryColumnThatTellsSomething(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("n,name,day,empty\n")
	for i := range 60 {
		b.WriteString(strconv.Itoa(i) + ",name" + strconv.Itoa(i) + ",2024-01-01,\n")
	}
	d, err := read(t, steptest.Open(t, steptest.Write(t, "a.csv", b.String())), "")
	require.NoError(t, err)
	require.Equal(t, []string{"n"}, names(d))
	require.Contains(t, d.Notes()[0], "name")
}

func TestRead_LeavesOutRowsWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", shop))
	d, err := read(t, s, `,"features":["size","kind"],"preprocess":{"numeric_imputation":"drop","categorical_imputation":"drop","scaler":"none"}`)
	require.NoError(t, err)
	require.Equal(t, [][]float64{{1, 5}, {0, 1}, {1, 0}}, [][]float64(d.Numbers))
	require.Equal(t, []float64{1, 1, 1}, d.Scaling.Factor)
	require.Equal(t, int64(2), d.Dropped)
	out, from, err := d.Write(t.Context(), s, []result.Column{{Name: "at", Type: result.Integer}}, func(i int64, into []float64) { into[0] = float64(i) })
	require.NoError(t, err)
	require.Equal(t, int64(2), out.Apart)
	rows, err := s.DB.Rows(t.Context(), `SELECT "at" FROM `+from)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(0)}, {nil}, {nil}, {int64(1)}}, rows)
}

// Their squares are infinite: k-means crashed on such numbers, and a regression
// told an error of NaN.
func TestRead_RefusesNumbersTooLargeToCalculateWith(t *testing.T) {
	t.Parallel()
	for content, ok := range map[string]bool{
		"x,y\n1e140,1\n-1e140,2\n": true, "x,y\n1,1\n-1e200,2\n": false, "x,y\n1,1\n2,1e200\n": false,
	} {
		_, err := read(t, steptest.Open(t, steptest.Write(t, "a.csv", content)), `,"preprocess":{"scaler":"none"}`)
		if ok {
			require.NoError(t, err)
			continue
		}
		require.Truef(t, fault.HasCode(err, string(task.OperationFailed)), "got %v", err)
		require.ErrorContains(t, err, "too large to calculate with")
	}
}

func TestRead_RefusesWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ content, params, want string }{
		"a date":            {"d\n2024-01-01\n2024-01-02\n", `,"features":["d"]`, "from which no model learns"},
		"no complete row":   {"a,b\n1,\n,2\n", `,"features":["a","b"],"preprocess":{"numeric_imputation":"drop"}`, "no row has a value in every column"},
		"an empty column":   {"a,b\n1,\n2,\n", `,"features":["b"]`, ""},
		"nothing but dates": {"d\n2024-01-01\n2024-01-02\n", "", "no column to learn from"},
	} {
		_, err := read(t, steptest.Open(t, steptest.Write(t, "a.csv", tc.content)), tc.params)
		require.Error(t, err, name)
		var bad *fault.Error
		require.ErrorAs(t, err, &bad, name)
		require.NotEmpty(t, bad.Fields, name)
		require.Contains(t, bad.Fields[0].Message, tc.want, name)
	}
}

// Where summaries are shared only, no value of the table of steps is that of few
// rows: texts of few rows share a category, and a column in which few differ is
// left out, or refused where it was named.
func TestRead_TellsOfNoFewRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("n,kind,rare,same\n")
	for i := range 60 {
		kind, rare := []string{"tea", "coffee"}[i%2], "0"
		if i < 3 {
			kind, rare = "secret", "1000"
		}
		b.WriteString(strconv.Itoa(i) + "," + kind + "," + rare + ",yes\n")
	}
	open := func() *step.Step {
		s := steptest.Open(t, steptest.Write(t, "a.csv", b.String()))
		s.SingleRowsMayShow, s.MinGroupSize = false, 10
		s.Judge = func(finding.Fit) error { return nil }
		return s
	}
	d, err := read(t, open(), "")
	require.NoError(t, err)
	require.NotContains(t, strings.Join(names(d), " "), "secret")
	require.Equal(t, "n", d.Features[0].Name)
	require.Contains(t, strings.Join(d.Notes(), " "), "rare, same")
	for _, params := range []string{`,"features":["n","rare"]`, `,"features":["n"],"preprocess":{"numeric_imputation":"median"}`} {
		_, err = read(t, open(), params)
		require.Truef(t, fault.HasCode(err, string(task.PolicyRefused)), "%s: %v", params, err)
	}
}
