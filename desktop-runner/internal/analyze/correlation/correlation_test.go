package correlation_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/correlation"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func run(t *testing.T, path, more string) (finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"correlation"`+more+`}`))
	require.NoError(t, err)
	return correlation.Run(t.Context(), steptest.Open(t, path), p.(*operation.AnalyzeParams))
}

func found(t *testing.T, path, more string) *finding.Correlations {
	t.Helper()
	f, err := run(t, path, more)
	require.NoError(t, err)
	return f.Tables[0].(*finding.Correlations)
}

func pathOf(data string) string {
	switch data {
	case "birdstrikes":
		return steptest.Example("birdstrikes.csv")
	case "penguins":
		return steptest.Example("penguins.json")
	case "flights":
		return filepath.Join("..", "..", "filter", "testdata", "flights.csv")
	default:
		return filepath.Join("testdata", data+".csv")
	}
}

type reference struct {
	Data       string       `json:"data"`
	Method     string       `json:"method"`
	MinPeriods int          `json:"min_periods"`
	Columns    []string     `json:"columns"`
	Matrix     [][]*float64 `json:"matrix"`
	Pairs      []struct {
		X, Y, N int
		PValue  *float64 `json:"p_value"`
		Low     *float64 `json:"ci_lower"`
		High    *float64 `json:"ci_upper"`
	} `json:"pairs"`
}

// The numbers are those of pandas and scipy; testdata/reference.py writes them.
func TestRun_AgreesWithPandasAndScipy(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("testdata", "reference.json"))
	require.NoError(t, err)
	var all struct{ Cases []reference }
	require.NoError(t, json.Unmarshal(raw, &all))
	require.Len(t, all.Cases, 8*3*2)
	for _, want := range all.Cases {
		t.Run(fmt.Sprintf("%s %s %d", want.Data, want.Method, want.MinPeriods), func(t *testing.T) {
			t.Parallel()
			features := ""
			if want.Data == "gaps" {
				features = `,"features":["even","tied","truth","same","sparse"]`
			}
			got := found(t, pathOf(want.Data), fmt.Sprintf(`%s,"params":{"method":%q,"min_periods":%d,"confidence_level":0.9}`, features, want.Method, want.MinPeriods))
			require.Equal(t, want.Columns, got.Columns)
			want.compare(t, got)
		})
	}
}

func (want reference) compare(t *testing.T, got *finding.Correlations) {
	t.Helper()
	for i := range want.Columns {
		// pandas says 1 of a constant and itself by the method kendall alone.
		if !math.IsNaN(got.Alone[i]) || want.Method != "kendall" {
			same(t, want.Matrix[i][i], got.Alone[i], want.Columns[i])
		}
	}
	require.Len(t, got.Pairs, len(want.Pairs))
	byColumns := map[[2]int]finding.Pair{}
	for _, p := range got.Pairs {
		byColumns[[2]int{p.X, p.Y}] = p
	}
	for _, p := range want.Pairs {
		pair := byColumns[[2]int{p.X, p.Y}]
		name := want.Columns[p.X] + " and " + want.Columns[p.Y]
		require.Equal(t, p.N, pair.N, name)
		same(t, want.Matrix[p.X][p.Y], pair.Coefficient, name)
		same(t, p.PValue, pair.PValue, name+": p")
		same(t, p.Low, pair.Low, name+": low")
		same(t, p.High, pair.High, name+": high")
	}
}

// same compares to 1e-9, absolute for coefficients and also relative for the
// p-values that are small.
func same(t *testing.T, want *float64, got float64, what string) {
	t.Helper()
	switch {
	case want == nil:
		require.True(t, math.IsNaN(got), "%s: got %v, want none", what, got)
	case *want == 0:
		require.InDelta(t, 0, got, 1e-300, what)
	default:
		require.InEpsilon(t, *want, got, 1e-9, what)
	}
}

// pandas has no coefficient there, or infinity: the squares cannot be stored.
func TestRun_CorrelatesNumbersTooLargeOrTooSmallToBeSquared(t *testing.T) {
	t.Parallel()
	f := found(t, pathOf("gaps"), `,"features":["even","huge","tiny"]`)
	require.Equal(t, [2]int{0, 2}, [2]int{f.Pairs[0].X, f.Pairs[0].Y})
	require.InDelta(t, 1, f.Pairs[0].Coefficient, 1e-12, "tiny is even × 1e-300")
	require.Greater(t, f.Pairs[1].Coefficient, 0.9)
}

func TestRun_TakesEveryColumnOfNumbersAndOfTruthValues(t *testing.T) {
	t.Parallel()
	f, err := run(t, pathOf("gaps"), "")
	require.NoError(t, err)
	table := f.Tables[0].(*finding.Correlations)
	require.Equal(t, []string{"even", "tied", "truth", "same", "sparse", "huge", "tiny"}, table.Columns)
	require.Len(t, table.Pairs, 21)
	require.True(t, math.IsNaN(table.Alone[3]))
	require.Equal(t, []string{"There is no coefficient for a column without two different numbers: same."}, f.Notes)
	require.Equal(t, "even and tiny go together most, of {pairs} pairs of columns: pearson is {strongest_coefficient} over {strongest_rows} rows (the more of one, the more of the other).", f.Summary)

	f, err = run(t, steptest.Write(t, "weak.csv", "a,b\n1,2\n2,1\n3,4\n4,1\n5,3\n"), "")
	require.NoError(t, err)
	require.Contains(t, f.Summary, "(which may be chance)")

	f, err = run(t, steptest.Write(t, "a.csv", "a,b\n1,2\n1,3\n"), "")
	require.NoError(t, err)
	require.Equal(t, "No two of {columns} columns could be correlated.", f.Summary)
}

func TestRun_RefusesWhatCannotBeCorrelated(t *testing.T) {
	t.Parallel()
	wide := make([]string, 301)
	for i := range wide {
		wide[i] = fmt.Sprintf("c%d", i)
	}
	cells := strings.Repeat("1,", 300) + "1\n"
	cases := map[string]struct{ path, params, field, message string }{
		"a text feature":   {pathOf("penguins"), `,"features":["Beak Depth (mm)","Sex"]`, "params.features[1]", "Sex is not a column of numbers"},
		"an unknown one":   {pathOf("penguins"), `,"features":["Beak Depth (mm)","Body mass (g)"]`, "params.features[1]", `did you mean "Body Mass (g)"?`},
		"one feature":      {pathOf("penguins"), `,"features":["Body Mass (g)"]`, "params.features", "names one column"},
		"one column":       {steptest.Write(t, "a.csv", "a,y\nx,3\ny,1\n"), "", "params.features", "fewer than two columns of numbers"},
		"one row":          {steptest.Write(t, "a.csv", "a,y\n2,3\n"), "", "params.source", "fewer than two rows"},
		"too many columns": {steptest.Write(t, "a.csv", strings.Join(wide, ",")+"\n"+cells+cells), "", "params.features", "at most 300 columns"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run(t, tc.path, tc.params)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, "invalid_params", f.Code)
			require.Equal(t, tc.field, f.Fields[0].Path)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}

func TestRun_AsksForNoMoreMemoryThanTheOwnerAllows(t *testing.T) {
	t.Parallel()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"correlation"}`))
	require.NoError(t, err)
	s := steptest.Open(t, pathOf("birdstrikes"))
	s.MemoryBytes = 1 << 20 // 10,000 rows of four columns and what stands beside them take more
	_, err = correlation.Run(t.Context(), s, p.(*operation.AnalyzeParams))
	require.True(t, fault.HasCode(err, "out_of_memory"), "got %v", err)
}
