package profile_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/profile"
	"ddap/desktop-runner/internal/step/steptest"
)

// reference is what pandas 1.5.3 and numpy say; testdata/reference.py wrote it.
type reference struct {
	Count, Missing, Distinct int64
	Mean, Std, Min, Max      *float64
	Q25                      *float64 `json:"25%"`
	Q50                      *float64 `json:"50%"`
	Q75                      *float64 `json:"75%"`
	Histogram                []int64
	Top                      [][2]any
}

func of(t *testing.T, path string, singleRowsMayShow bool) *finding.Profile {
	t.Helper()
	s := steptest.Open(t, path)
	p, err := profile.Of(t.Context(), s.DB, s.Relation.From, profile.Options{
		Columns: s.Relation.Columns, SingleRowsMayShow: singleRowsMayShow, Step: func(int) {},
	})
	require.NoError(t, err)
	return p
}

func TestOf_AgreesWithPandas(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var all map[string]map[string]reference
	require.NoError(t, json.Unmarshal(raw, &all))
	for name, file := range map[string]string{"penguins": "penguins.json", "birdstrikes": "birdstrikes.csv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := of(t, steptest.Example(file), true)
			distributions := map[string]finding.Distribution{}
			for _, d := range p.Distributions {
				distributions[d.Column] = d
			}
			rows := frame.Rows(p.Statistics)
			require.Len(t, rows, len(all[name]))
			for _, row := range rows {
				column := row[0].(string)
				requireAgrees(t, column, all[name][column], row, distributions[column])
			}
		})
	}
}

func requireAgrees(t *testing.T, column string, want reference, row []any, d finding.Distribution) {
	t.Helper()
	require.Equal(t, []any{want.Count, want.Missing, want.Distinct}, row[2:5], column)
	for i, v := range []*float64{want.Mean, want.Std, want.Min, want.Q25, want.Q50, want.Q75, want.Max} {
		if v == nil {
			require.Nil(t, row[5+i], column)
			continue
		}
		require.InEpsilon(t, 1+*v, 1+row[5+i].(float64), 1e-11, "%s, statistic %d", column, i)
	}
	require.Equal(t, want.Missing, d.Missing, column)
	if want.Histogram != nil {
		require.Equal(t, want.Histogram, d.Rows, column)
	}
	for i, top := range want.Top {
		require.Equal(t, top[0], d.Values[i], column)
		require.EqualValues(t, top[1], d.Rows[i], column)
	}
}

func TestOf_CountsEveryRowOnce(t *testing.T) {
	t.Parallel()
	for _, singleRowsMayShow := range []bool{true, false} {
		for _, d := range of(t, steptest.Example("birdstrikes.csv"), singleRowsMayShow).Distributions {
			sum := d.Rest + d.Missing
			for _, n := range d.Rows {
				sum += n
			}
			require.EqualValues(t, 10_000, sum, d.Column)
		}
	}
}

func TestOf_TakesAwkwardColumns(t *testing.T) {
	t.Parallel()
	p := of(t, steptest.Write(t, "a.csv", "one,const,none,inf,small\n1,7,,NaN,0\n2,7,,inf,24\n3,7,,1.5,0\n"), true)
	rows := frame.Rows(p.Statistics)
	// By hand: (1+2+3)/3 = 2, std = 1, quartiles 1.5, 2, 2.5.
	require.Equal(t, []any{"one", "integer", int64(3), int64(0), int64(3), 2.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0}, rows[0])
	require.Equal(t, []any{"const", "integer", int64(3), int64(0), int64(1), 7.0, 0.0, 7.0, 7.0, 7.0, 7.0, 7.0}, rows[1])
	require.Equal(t, []any{int64(0), int64(3), int64(0), nil, nil, nil, nil, nil, nil, nil}, rows[2][2:])
	// NaN is missing; one infinite value makes the mean infinite and leaves no deviation, as in pandas.
	require.Equal(t, []any{int64(2), int64(1), int64(2), math.Inf(1), nil, 1.5}, rows[3][2:8])
	require.Len(t, p.Distributions, 3, "no histogram of nothing, and none up to infinity")
	require.Len(t, p.Distributions[2].Rows, 25, "a bin for each integer from 0 to 24")
}

func TestOf_TellsNoRangeWhereSingleRowsMustNotShow(t *testing.T) {
	t.Parallel()
	for _, d := range of(t, steptest.Example("penguins.json"), false).Distributions {
		require.False(t, d.FromRange)
		if d.Column == "Body Mass (g)" {
			// pandas: mean 4201.754385964912, std 801.9545356980956.
			require.InDelta(t, 4201.754386-3*801.954536, d.Edges[0], 1e-5)
			require.InDelta(t, 4201.754386+3*801.954536, d.Edges[12], 1e-5)
		}
	}
}

// Times in milliseconds are a thousand times longer than their range is wide.
func TestOf_DividesLargeNumbers_OfASmallRange(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("at,place\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,%d\n", 1_700_000_000_000+i%20, 1_700_000_000_007+17*i)
	}
	p := of(t, steptest.Write(t, "a.csv", b.String()), true)
	require.Len(t, p.Distributions, 2)
	each := make([]int64, 20)
	for i := range each {
		each[i] = 10
	}
	require.Equal(t, each, p.Distributions[0].Rows)
	require.Equal(t, 1_699_999_999_999.5, p.Distributions[0].Edges[0])
	require.Equal(t, 1_700_000_000_007.0, p.Distributions[1].Edges[0], "the first bin begins at the smallest value")
}
