package inference_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/inference"
)

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	out, err := io.ReadAll(z)
	require.NoError(t, err)
	return out
}

type reference struct {
	Sets []struct {
		Name   string
		Groups [][]float64
		T      []struct {
			Equal       bool
			Alternative inference.Alternative
			T, DF, P    float64
			CI          [2]*float64
		}
		D   float64
		DCI [2]float64 `json:"d_ci"`
		One struct {
			Popmean, T, P float64
			CI            [2]*float64
		}
		Ranks []struct {
			Method      inference.RankMethod
			Alternative inference.Alternative
			U, P        float64
		}
		Shift, F float64
		FP       float64     `json:"f_p"`
		WelchF   float64     `json:"welch_f"`
		WelchDF  float64     `json:"welch_df"`
		WelchP   float64     `json:"welch_p"`
		EtaCI    *[2]float64 `json:"eta_ci"`
		Tukey    []struct {
			A, B          int
			Difference, P float64
			CI            [2]float64
		}
	}
	Tables []struct {
		Observed   [][]int64
		Correction bool
		Chi2, P    float64
		DF         float64
		Expected   [][]float64
		V          float64
		VCI        [2]float64 `json:"v_ci"`
	}
	Range []struct {
		Q  float64
		K  int
		DF float64
		P  float64
	}
}

func references(t *testing.T) (out reference) {
	t.Helper()
	require.NoError(t, json.Unmarshal(unpacked(t, filepath.Join("testdata", "reference.json.gz")), &out))
	require.NotEmpty(t, out.Sets)
	return out
}

// near compares to a relative tolerance, or to an absolute one near zero.
func near(t *testing.T, want, got, tolerance float64, what string) {
	t.Helper()
	require.LessOrEqualf(t, math.Abs(got-want), tolerance*math.Abs(want)+1e-300, "%s: got %v, want %v", what, got, want)
}

func bounds(t *testing.T, want [2]*float64, got inference.Interval, scale float64, what string) {
	t.Helper()
	for i, x := range []float64{got.Low, got.High} {
		if want[i] == nil {
			require.True(t, math.IsInf(x, 0), "%s: an open end", what)
			continue
		}
		require.InDelta(t, *want[i], x, 1e-8*scale, what)
	}
}

func momentsOf(groups [][]float64) []inference.Moments {
	out := make([]inference.Moments, len(groups))
	for i, g := range groups {
		out[i] = inference.MomentsOf(g)
	}
	return out
}

// The numbers are those of scipy and statsmodels; testdata/reference.py writes them.
func TestTests_AgreeWithScipyAndStatsmodels(t *testing.T) {
	t.Parallel()
	for _, s := range references(t).Sets {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			m := momentsOf(s.Groups)
			for _, want := range s.T {
				got := inference.TwoSample(&m[0], &m[1], want.Equal, want.Alternative, 0.9)
				near(t, want.T, got.T, 1e-9, "t")
				near(t, want.DF, got.DF, 1e-9, "df")
				near(t, want.P, got.PValue, 1e-8, "p")
				bounds(t, want.CI, got.Interval, 1+math.Abs(got.Estimate)+got.StdError, "interval")
				near(t, s.D, got.D, 1e-9, "d")
				require.InDelta(t, s.DCI[0], got.DInterval.Low, 1e-6)
				require.InDelta(t, s.DCI[1], got.DInterval.High, 1e-6)
			}
			one := inference.OneSample(&m[0], s.One.Popmean, inference.TwoSided, 0.9)
			near(t, s.One.T, one.T, 1e-9, "t of one")
			near(t, s.One.P, one.PValue, 1e-8, "p of one")
			got := inference.OneWay(m, 0.9)
			near(t, s.F, got.F, 1e-9, "F")
			near(t, s.FP, got.PValue, 1e-8, "p of F")
			near(t, s.WelchF, got.WelchF, 1e-9, "Welch's F")
			near(t, s.WelchDF, got.WelchDF, 1e-9, "Welch's df")
			near(t, s.WelchP, got.WelchPValue, 1e-8, "p of Welch's F")
			if s.EtaCI != nil {
				require.InDelta(t, s.EtaCI[0], got.EtaInterval.Low, 1e-6)
				require.InDelta(t, s.EtaCI[1], got.EtaInterval.High, 1e-6)
			}
			pairs, err := inference.Tukey(t.Context(), m, got, 0.9)
			require.NoError(t, err)
			for i, want := range s.Tukey {
				require.Equal(t, [2]int{want.A, want.B}, [2]int{pairs[i].A, pairs[i].B})
				require.InDelta(t, want.Difference, pairs[i].Difference, 1e-9*(1+math.Abs(want.Difference)))
				require.InDelta(t, want.P, pairs[i].PValue, 1e-6)
				require.InDelta(t, want.CI[0], pairs[i].Interval.Low, 1e-6*(1+math.Abs(want.CI[0])))
				require.InDelta(t, want.CI[1], pairs[i].Interval.High, 1e-6*(1+math.Abs(want.CI[1])))
			}
		})
	}
}

func TestMannWhitney_AgreesWithScipy(t *testing.T) {
	t.Parallel()
	for _, s := range references(t).Sets {
		for _, want := range s.Ranks {
			got, err := inference.MannWhitney(t.Context(), s.Groups[0], s.Groups[1], want.Method, want.Alternative, 0.95)
			require.NoError(t, err)
			require.Equal(t, want.U, got.U, s.Name)
			near(t, want.P, got.PValue, 1e-9, s.Name+" "+string(want.Method)+" "+string(want.Alternative))
			require.InDelta(t, s.Shift, got.Shift, 1e-12*(1+math.Abs(s.Shift)), s.Name)
			require.LessOrEqual(t, got.RankBiserialInterval.Low, got.RankBiserial)
			require.GreaterOrEqual(t, got.RankBiserialInterval.High, got.RankBiserial)
			require.LessOrEqual(t, got.ShiftInterval.Low, got.Shift)
			require.GreaterOrEqual(t, got.ShiftInterval.High, got.Shift)
		}
	}
}

func TestChiSquare_AgreesWithScipy(t *testing.T) {
	t.Parallel()
	for _, want := range references(t).Tables {
		got := inference.ChiSquare(want.Observed, want.Correction, 0.9)
		near(t, want.Chi2, got.Statistic, 1e-9, "statistic")
		near(t, want.P, got.PValue, 1e-8, "p")
		require.Equal(t, want.DF, got.DF)
		for i := range want.Expected {
			require.InDeltaSlice(t, want.Expected[i], got.Expected[i], 1e-9)
		}
		near(t, want.V, got.V, 1e-9, "V")
		require.InDelta(t, want.VCI[0], got.VInterval.Low, 1e-6)
		require.InDelta(t, want.VCI[1], got.VInterval.High, 1e-6)
	}
}

func TestStudentizedRange_AgreesWithScipy(t *testing.T) {
	t.Parallel()
	for _, want := range references(t).Range {
		require.InDelta(t, want.P, inference.StudentizedRangeAbove(want.Q, want.K, want.DF), 1e-7, "%+v", want)
	}
}

// exact gives sums of squares and F with rational numbers.
func exact(groups [][]float64) (between, within, f *big.Rat) {
	of := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	all, n, sum, within := new(big.Rat), 0, new(big.Rat), new(big.Rat)
	for _, g := range groups {
		s, sq := new(big.Rat), new(big.Rat)
		for _, x := range g {
			s.Add(s, of(x))
			sq.Add(sq, new(big.Rat).Mul(of(x), of(x)))
		}
		mean := new(big.Rat).Quo(new(big.Rat).Mul(s, s), of(float64(len(g))))
		within.Add(within, sq.Sub(sq, mean))
		all.Add(all, mean)
		sum.Add(sum, s)
		n += len(g)
	}
	between = all.Sub(all, sum.Quo(sum.Mul(sum, sum), of(float64(n))))
	k := len(groups)
	f = new(big.Rat).Quo(between, within)
	return between, within, f.Mul(f, big.NewRat(int64(n-k), int64(k-1)))
}

func digits(want, got float64) float64 {
	if want == got {
		return 15
	}
	return -math.Log10(math.Abs(got-want) / math.Abs(want))
}

// The certified values are NIST's. Where the exact answer on the numbers as
// float64 differs from them earlier than in the ninth digit, it is met to half a digit.
func TestOneWay_MeetsNISTsCertifiedValues(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/nist/*.gz")
	require.NoError(t, err)
	require.Len(t, files, 11)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			certified, groups := nist(t, unpacked(t, file))
			between, within, f := exact(groups)
			got := inference.OneWay(momentsOf(groups), 0.95)
			for i, pair := range []struct {
				exact *big.Rat
				got   float64
			}{{between, got.SSBetween}, {within, got.SSWithin}, {f, got.F}} {
				best, _ := pair.exact.Float64()
				require.GreaterOrEqual(t, digits(best, pair.got), 14.0, "the exact answer on the inputs")
				reachable := min(9, digits(certified[i], best)-0.5)
				require.GreaterOrEqual(t, digits(certified[i], pair.got), reachable, "certified %v, got %v", certified[i], pair.got)
			}
		})
	}
}

func nist(t *testing.T, raw []byte) (certified [3]float64, groups [][]float64) {
	t.Helper()
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	at := map[string]int{}
	for i, line := range strings.Split(string(raw), "\n") {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "Between"):
			certified[0], certified[2] = number(f[len(f)-3]), number(f[len(f)-1])
		case strings.HasPrefix(line, "Within"):
			certified[1] = number(f[len(f)-2])
		case i >= 60 && len(f) == 2:
			k, known := at[f[0]]
			if !known {
				k = len(groups)
				at[f[0]], groups = k, append(groups, nil)
			}
			groups[k] = append(groups[k], number(f[1]))
		}
	}
	return certified, groups
}

func TestTukey_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := momentsOf([][]float64{{1, 2}, {3, 4}, {5, 7}})
	_, err := inference.Tukey(ctx, m, inference.OneWay(m, 0.95), 0.95)
	require.ErrorIs(t, err, context.Canceled)
	_, err = inference.MannWhitney(ctx, []float64{1, 2}, []float64{3, 4}, inference.Auto, inference.TwoSided, 0.95)
	require.ErrorIs(t, err, context.Canceled)
}
