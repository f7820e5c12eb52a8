package kmeans_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/kmeans"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func run(t *testing.T, ctx context.Context, path, params string) (finding.Finding, error) { //nolint:revive // t first, as in every helper here
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"kmeans",`+params+`}`))
	require.NoError(t, err)
	return kmeans.Run(ctx, steptest.Open(t, path), p.(*operation.AnalyzeParams))
}

func metric(f finding.Finding, name string) float64 {
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

// measures are the columns of numbers of penguins.json.
const measures = `"Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)","Body Mass (g)"`

// The numbers are scikit-learn's; testdata/reference.py prints them.
func TestRun_FindsTheGroupsOfScikitLearn(t *testing.T) {
	t.Parallel()
	cases := []struct {
		k                   int
		inertia, silhouette float64
		clusters            [][]any
	}{
		{2, 565.7076453796294, 0.5315403219473027, [][]any{
			{int64(0), int64(219), 41.909589041095884, 18.369406392694064, 191.77625570776257, 3710.730593607306},
			{int64(1), int64(123), 47.50487804878049, 14.982113821138212, 217.1869918699187, 5076.016260162602},
		}},
		{3, 379.3925027555174, 0.4472192983966046, [][]any{
			{int64(0), int64(132), 38.20833333333333, 18.11060606060606, 188.40151515151516, 3584.659090909091},
			{int64(1), int64(123), 47.50487804878049, 14.982113821138212, 217.1869918699187, 5076.016260162602},
			{int64(2), int64(87), 47.52528735632184, 18.76206896551724, 196.89655172413794, 3902.0114942528735},
		}},
	}
	for _, tc := range cases {
		t.Run(fmt.Sprint(tc.k), func(t *testing.T) {
			t.Parallel()
			f, err := run(t, t.Context(), steptest.Example("penguins.json"), fmt.Sprintf(`"features":[%s],"preprocess":{"numeric_imputation":"drop"},"params":{"n_clusters":%d,"n_init":20}`, measures, tc.k))
			require.NoError(t, err)
			require.InEpsilon(t, tc.inertia, metric(f, "inertia"), 1e-9)
			require.InEpsilon(t, tc.silhouette, metric(f, "silhouette_score"), 1e-9)
			rows := frame.Rows(f.Tables[0].(*finding.Groups).Frame)
			require.Len(t, rows, tc.k)
			for i, row := range rows {
				require.Equal(t, tc.clusters[i][:2], row[:2])
				for j := 2; j < len(row); j++ {
					require.InEpsilon(t, tc.clusters[i][j], row[j], 1e-9)
				}
			}
		})
	}
}

// Texts and missing values are prepared as scikit-learn's SimpleImputer,
// StandardScaler and OneHotEncoder do; testdata/reference.py prints the numbers.
func TestRun_FindsTheGroupsOfScikitLearn_InTextsAndMissingValues(t *testing.T) {
	t.Parallel()
	for k, inertia := range map[int]float64{3: 690.2309583489352, 6: 351.1576840557823} {
		f, err := run(t, t.Context(), steptest.Example("penguins.json"), fmt.Sprintf(`"params":{"n_clusters":%d,"n_init":50}`, k))
		require.NoError(t, err)
		require.InEpsilon(t, inertia, metric(f, "inertia"), 1e-9)
		require.InDelta(t, 0, metric(f, "rows_dropped"), 0)
		groups, steps := f.Tables[0].(*finding.Groups), f.Tables[1].(*finding.Estimates)
		require.Equal(t, "preprocessing", steps.Name)
		require.Equal(t, "Species_Adelie", groups.Columns[2].Name)
		require.Len(t, frame.Rows(steps.Frame), 7)
	}
}

func TestRun_IsTheSameOnAnyNumberOfCores(t *testing.T) {
	// Not parallel: it changes the number of cores.
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	var first string
	for _, cores := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(cores)
		f, err := run(t, t.Context(), steptest.Example("birdstrikes.csv"), `"features":["Cost Total $","Speed IAS in knots"],"params":{"n_clusters":7,"n_init":3},"random_state":42`)
		require.NoError(t, err)
		got := fmt.Sprintf("%x %v", math.Float64bits(metric(f, "inertia")), frame.Rows(f.Tables[0].(*finding.Groups).Frame))
		if first == "" {
			first = got
		}
		require.Equal(t, first, got)
	}
}

func TestRun_MakesNoMoreGroupsThanThereAreDifferentRows(t *testing.T) {
	t.Parallel()
	path := steptest.Write(t, "a.csv", "x,y\n"+strings.Repeat("1,1\n", 5)+strings.Repeat("2,2\n", 3)+"9,\n")
	f, err := run(t, t.Context(), path, `"preprocess":{"numeric_imputation":"drop"},"params":{"n_clusters":4}`)
	require.NoError(t, err)
	rows := frame.Rows(f.Tables[0].(*finding.Groups).Frame)
	require.Equal(t, [][]any{{int64(0), int64(5), 1.0, 1.0}, {int64(1), int64(3), 2.0, 2.0}}, rows)
	require.InDelta(t, 0, metric(f, "inertia"), 0)
	require.Contains(t, f.Notes, "4 groups were asked for, but there are only {n_clusters} different rows.")
	require.InDelta(t, 1, metric(f, "rows_dropped"), 0)
}

func TestRun_TakesOneGroupAndConstantColumns(t *testing.T) {
	t.Parallel()
	f, err := run(t, t.Context(), steptest.Write(t, "a.csv", "x,size\n1,5\n3,5\n"), `"params":{"n_clusters":1}`)
	require.NoError(t, err)
	g := f.Tables[0].(*finding.Groups)
	require.Equal(t, [][]any{{int64(0), int64(2), 2.0, 5.0}}, frame.Rows(g.Frame))
	require.Equal(t, "size (centre)", g.Columns[3].Name, "a feature may be called as one of our own columns")
	require.True(t, math.IsNaN(metric(f, "silhouette_score")))
}

func TestRun_RefusesMoreGroupsThanRows(t *testing.T) {
	t.Parallel()
	_, err := run(t, t.Context(), steptest.Write(t, "a.csv", "x\n1\n3\n"), `"params":{"n_clusters":3}`)
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, "params.params.n_clusters", f.Fields[0].Path)
}

func TestRun_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := run(t, ctx, steptest.Example("penguins.json"), `"params":{"n_clusters":3}`)
	require.ErrorIs(t, err, context.Canceled)
}
