// Package pointstest reads what scikit-learn says of real data, for tests.
package pointstest

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/points"
)

// Set is a data set, and what scikit-learn says of it.
type Set struct {
	// Columns are p of n numbers each.
	Columns [][]float64 `json:"columns"`
	KMeans  []struct {
		K int `json:"k"`
		// Least and Most are the inertia of the best and the worst of ten seeds, each
		// with ten starts, of standardized columns.
		Least float64 `json:"least"`
		Most  float64 `json:"most"`
	} `json:"kmeans"`
	DBSCAN []struct {
		Standardize bool    `json:"standardize"`
		Eps         float64 `json:"eps"`
		MinSamples  int     `json:"min_samples"`
		Labels      []int32 `json:"labels"`
		Core        int     `json:"core"`
	} `json:"dbscan"`
	PCA []struct {
		Standardize bool        `json:"standardize"`
		Whiten      bool        `json:"whiten"`
		Components  [][]float64 `json:"components"`
		Variance    []float64   `json:"explained_variance"`
		Ratio       []float64   `json:"ratio"`
		Singular    []float64   `json:"singular_values"`
		// First has the scores of the first row; Kept is how many components
		// explain nine tenths.
		First []float64 `json:"first"`
		Kept  int       `json:"kept"`
	} `json:"pca"`
}

// Sets gives the data sets by name.
func Sets(t *testing.T) map[string]Set {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	file, err := os.Open(filepath.Join(filepath.Dir(here), "../testdata/reference.json.gz"))
	require.NoError(t, err)
	defer file.Close()
	plain, err := gzip.NewReader(file)
	require.NoError(t, err)
	var out struct {
		Sets map[string]Set `json:"sets"`
	}
	require.NoError(t, json.NewDecoder(plain).Decode(&out))
	return out.Sets
}

// Points makes points of columns, standardized where that is asked for.
func Points(t *testing.T, columns [][]float64, standardize bool) points.Points {
	t.Helper()
	s, err := points.Unscaled(len(columns)), error(nil)
	if standardize {
		s, err = points.Standardizing(t.Context(), columns)
	}
	require.NoError(t, err)
	x, err := points.Of(t.Context(), columns, s)
	require.NoError(t, err)
	return x
}
