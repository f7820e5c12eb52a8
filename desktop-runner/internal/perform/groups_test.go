package perform_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func analyze(t *testing.T, in plan.Input, params string) (plan.Plan, *result.Document, string) {
	t.Helper()
	p := planFor(t, operation.Analyze, `{"source":{"dataset":"x"},`+params+`}`, in)
	out := succeed(t, p)
	return p, out.Document, out.Output
}

func charts(d *result.Document) (names []string) {
	for _, c := range d.Charts {
		names = append(names, c.Name)
	}
	return names
}

// The rows stay with what was found of each, and another task counts them.
func TestRun_LeavesRowsWithTheirGroupsAndScores(t *testing.T) {
	t.Parallel()
	in := input("x", steptest.Example("penguins.json"), result.Rows)
	for model, columns := range map[string][]string{
		`"model":"kmeans","params":{"n_clusters":3}`:              {"cluster"},
		`"model":"dbscan","params":{"eps":0.6}`:                   {"cluster"},
		`"model":"pca","params":{"n_components":2,"whiten":true}`: {"pc1", "pc2"},
		`"model":"pca","features":["Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)","Body Mass (g)"],"params":{"n_components":0.9,"standardize":true}`: {"pc1", "pc2", "pc3"},
	} {
		p, d, output := analyze(t, in, model)
		require.NotEmpty(t, output, model)
		last := d.Dataset.Columns[len(d.Dataset.Columns)-len(columns):]
		for i, name := range columns {
			require.Equal(t, name, last[i].Name, model)
		}
		kept := input("x", filepath.Join(p.WorkDir, output), result.Rows)
		_, described, _ := analyze(t, kept, `"model":"describe"`)
		require.InDelta(t, float64(d.Metrics["rows"]), float64(described.Metrics["rows"]), 0)
	}
}

// What the inertia loses by one more group of a few rows would tell of these.
func TestRun_ComparesNoNumbersOfGroupsByAFewRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("x,y\n90000,80000\n")
	for i := range 120 {
		fmt.Fprintf(&b, "%d,%d\n", i%2*1000+i%11, i%2*1000+i%13)
	}
	path := steptest.Write(t, "a.csv", b.String())
	const elbow = `"model":"kmeans","params":{"n_clusters_range":[1,6],"standardize":false}`
	_, rows, _ := analyze(t, input("x", path, result.Rows), elbow)
	require.Subset(t, charts(rows), []string{"elbow", "silhouette", "cluster_scatter"})
	require.Len(t, table(t, rows, "elbow").Rows, 6)
	require.InDelta(t, 3, float64(rows.Metrics["n_clusters"]), 0, "two kinds of rows, and the one that is far away")

	_, d, _ := analyze(t, input("x", path, result.Aggregates), elbow)
	require.InDelta(t, 1, float64(d.Metrics["n_clusters"]), 0)
	told := table(t, d, "elbow").Rows
	require.NotNil(t, told[0][1])
	for _, row := range told[1:] {
		require.Nil(t, row[1], "a group of one row")
		require.Nil(t, row[2])
	}
}

func TestRun_TellsNoDistancesOfSingleRows(t *testing.T) {
	t.Parallel()
	in := input("x", steptest.Example("penguins.json"), result.Aggregates)
	_, d, _ := analyze(t, in, `"model":"dbscan","params":{"eps":0.6,"min_samples":6}`)
	require.Equal(t, []string{"cluster_sizes"}, charts(d))
	_, d, _ = analyze(t, in, `"model":"pca","params":{"standardize":true}`)
	require.Equal(t, []string{"scree"}, charts(d))
	_, d, _ = analyze(t, input("x", steptest.Example("penguins.json"), result.Rows), `"model":"dbscan","params":{"eps":0.6}`)
	require.Contains(t, charts(d), "k_distance")
}

// A few rows without a number are not to be had from the number of rows that stay.
func TestRun_RoundsTheRowsThatStayWhereAFewWereLeftOut(t *testing.T) {
	t.Parallel()
	content := "x,y\n,1\n" + strings.Repeat("1,2\n3,5\n2,9\n", 21)
	in := input("x", steptest.Write(t, "a.csv", content), result.Aggregates)
	_, d, _ := analyze(t, in, `"model":"kmeans","preprocess":{"numeric_imputation":"drop"},"params":{"n_clusters":2}`)
	require.NotContains(t, d.Metrics, "rows")
	require.True(t, d.Dataset.RowsApproximate)
	require.Equal(t, int64(60), d.Dataset.Rows)
}
