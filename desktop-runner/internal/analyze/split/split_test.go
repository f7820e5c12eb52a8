package split

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
)

type reference struct {
	N       int
	NSplits int     `json:"n_splits"`
	Size    float64 `json:"test_size"`
	Data    string
	Y       []float64
	Folds   []int32
	Tested  json.RawMessage
}

func references(t *testing.T, kind string) []reference {
	t.Helper()
	raw, err := os.ReadFile("testdata/sklearn.json")
	require.NoError(t, err)
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &all))
	var out []reference
	require.NoError(t, json.Unmarshal(all[kind], &out))
	require.NotEmpty(t, out)
	return out
}

func strata(y []float64) Strata { return Strata{Y: y, Classes: int(slices.Max(y)) + 1} }

func TestFolds_AreThoseOfScikitLearn(t *testing.T) {
	t.Parallel()
	for _, r := range references(t, "kfold") {
		p, err := KFold(r.N, r.NSplits, Options{})
		require.NoError(t, err)
		require.Equal(t, r.Folds, p.fold, "kfold n=%d k=%d", r.N, r.NSplits)
	}
	for _, r := range references(t, "time_series") {
		p, err := TimeSeries(r.N, r.NSplits, Options{})
		require.NoError(t, err)
		require.Equal(t, r.Folds, p.fold, "time series n=%d k=%d", r.N, r.NSplits)
	}
	for _, r := range references(t, "stratified_kfold") {
		p, err := StratifiedKFold(r.NSplits, strata(r.Y), Options{})
		require.NoError(t, err)
		require.Equal(t, r.Folds, p.fold, "stratified %s k=%d", r.Data, r.NSplits)
	}
}

func TestHoldout_HasTheSizesOfScikitLearn(t *testing.T) {
	t.Parallel()
	for _, r := range references(t, "holdout") {
		for _, shuffle := range []bool{false, true} {
			p, err := Holdout(r.N, r.Size, Strata{}, Options{Shuffle: shuffle})
			var want int
			require.NoError(t, json.Unmarshal(r.Tested, &want))
			if want == 0 {
				require.Error(t, err)
				continue
			}
			require.NoError(t, err)
			_, tested := p.sizes(0)
			require.Equal(t, want, tested, "n=%d test_size=%v", r.N, r.Size)
		}
	}
}

// Classes whose shares leave the same remainder get the odd row by chance, there
// as here; so the sizes are compared in order.
func TestHoldout_KeepsTheSharesOfClasses(t *testing.T) {
	t.Parallel()
	for _, r := range references(t, "stratified_holdout") {
		var want []int
		require.NoError(t, json.Unmarshal(r.Tested, &want))
		p, err := Holdout(len(r.Y), r.Size, strata(r.Y), Options{Shuffle: true, RandomState: 7})
		require.NoError(t, err)
		got := make([]int, len(want))
		_, test := p.Fold(0)
		for _, row := range test {
			got[int(r.Y[row])]++
		}
		for c := range want {
			require.InDelta(t, want[c], got[c], 1, "%s %v class %d", r.Data, r.Size, c)
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, want, got, "%s %v", r.Data, r.Size)
	}
}

func TestFold_GivesEachRowOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for seed := range int64(50) {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		n, k := 20+r.IntN(200), 2+r.IntN(4)
		y, marks := make([]float64, n), make([]bool, n)
		for i := range y {
			y[i], marks[i] = float64(i%3), i%4 == 1
		}
		o := Options{Shuffle: true, RandomState: seed}
		plans := map[string]func() (*Plan, error){
			"holdout":    func() (*Plan, error) { return Holdout(n, 0.25, Strata{}, o) },
			"stratified": func() (*Plan, error) { return Holdout(n, 0.25, Strata{Y: y, Classes: 3}, o) },
			"kfold":      func() (*Plan, error) { return KFold(n, k, o) },
			"of classes": func() (*Plan, error) { return StratifiedKFold(k, Strata{Y: y, Classes: 3}, o) },
			"time":       func() (*Plan, error) { return TimeSeries(n, k, o) },
			"column":     func() (*Plan, error) { return ByColumn(marks, o) },
		}
		for name, plan := range plans {
			p, err := plan()
			require.NoError(t, err, name)
			judged := make([]int, n)
			for f := range p.Folds() {
				train, test := p.Fold(f)
				require.True(t, slices.IsSorted(train), name)
				require.True(t, slices.IsSorted(test), name)
				both := slices.Concat(train, test)
				slices.Sort(both)
				require.Len(t, slices.Compact(both), len(train)+len(test), "%s: a row teaches and judges", name)
				if p.forward {
					require.Len(t, train, test[0], "all before the part teach")
				} else {
					require.Len(t, both, n, name)
				}
				for _, row := range test {
					judged[row]++
				}
			}
			if p.Folds() > 1 && !p.forward {
				require.Equal(t, slices.Repeat([]int{1}, n), judged, name)
			}
		}
	}
}

func TestParts_AreTheSameForARandomState(t *testing.T) {
	t.Parallel()
	one, _ := KFold(1000, 5, Options{Shuffle: true, RandomState: 1})
	again, _ := KFold(1000, 5, Options{Shuffle: true, RandomState: 1})
	other, _ := KFold(1000, 5, Options{Shuffle: true, RandomState: 2})
	require.Equal(t, one.fold, again.fold)
	require.NotEqual(t, one.fold, other.fold)
	// Written down from a run of this package: other machines and releases give it too.
	p, err := Holdout(12, 0.25, Strata{}, Options{Shuffle: true, RandomState: 42})
	require.NoError(t, err)
	_, test := p.Fold(0)
	require.Equal(t, []int{1, 2, 3}, test)
}

func TestBadParameters_AreNamed(t *testing.T) {
	t.Parallel()
	shuffle := Options{Shuffle: true}
	rare := Strata{Y: []float64{0, 0, 0, 0, 0, 1, 1, 1, 1, 2}, Classes: 3}
	few := Options{Shuffle: true, MinRows: 5}
	for name, c := range map[string]struct {
		split func() (*Plan, error)
		path  string
		code  string
	}{
		"size of nothing":     {func() (*Plan, error) { return Holdout(10, 0, Strata{}, shuffle) }, "params.validation.test_size", "invalid_params"},
		"size not a number":   {func() (*Plan, error) { return Holdout(10, math.NaN(), Strata{}, shuffle) }, "params.validation.test_size", "invalid_params"},
		"nothing to learn":    {func() (*Plan, error) { return Holdout(1, 0.25, Strata{}, shuffle) }, "params.validation.test_size", "invalid_params"},
		"no rows":             {func() (*Plan, error) { return Holdout(0, 0.25, Strata{}, shuffle) }, "params.validation.test_size", "invalid_params"},
		"a class of one":      {func() (*Plan, error) { return Holdout(10, 0.5, rare, shuffle) }, "params.validation.stratify", "invalid_params"},
		"in order by classes": {func() (*Plan, error) { return Holdout(10, 0.5, rare, Options{}) }, "params.validation.stratify", "invalid_params"},
		"more classes than rows": {
			func() (*Plan, error) { return Holdout(9, 0.1, Strata{Y: rare.Y[:9], Classes: 3}, shuffle) }, "params.validation.test_size", "invalid_params",
		},
		"one fold":             {func() (*Plan, error) { return KFold(10, 1, shuffle) }, "params.validation.n_splits", "invalid_params"},
		"more folds than rows": {func() (*Plan, error) { return KFold(4, 5, shuffle) }, "params.validation.n_splits", "invalid_params"},
		"as many as rows":      {func() (*Plan, error) { return TimeSeries(5, 5, shuffle) }, "params.validation.n_splits", "invalid_params"},
		"class below folds":    {func() (*Plan, error) { return StratifiedKFold(5, rare, shuffle) }, "params.validation.n_splits", "invalid_params"},
		"no mark":              {func() (*Plan, error) { return ByColumn(make([]bool, 3), shuffle) }, "params.validation.column", "invalid_params"},
		"all marked":           {func() (*Plan, error) { return ByColumn([]bool{true}, shuffle) }, "params.validation.column", "invalid_params"},
		"a small test":         {func() (*Plan, error) { return Holdout(16, 0.25, Strata{}, few) }, "params.validation.test_size", "policy_refused"},
		"small folds":          {func() (*Plan, error) { return KFold(24, 5, few) }, "params.validation.n_splits", "policy_refused"},
		"a small beginning":    {func() (*Plan, error) { return TimeSeries(24, 5, few) }, "params.validation.n_splits", "policy_refused"},
		"a single mark":        {func() (*Plan, error) { return ByColumn(append(make([]bool, 30), true), few) }, "params.validation.column", "policy_refused"},
	} {
		_, err := c.split()
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		require.Equal(t, c.code, f.Code, name)
		require.Len(t, f.Fields, 1, name)
		require.Equal(t, c.path, f.Fields[0].Path, name)
	}
}

// By trying one parameter after the other, nobody learns how many rows a small
// class, a small table or a small set of marks has.
func TestRefusals_AreTheSameForAllSmallNumbers(t *testing.T) {
	t.Parallel()
	o := Options{Shuffle: true, MinRows: 5}
	same := map[string]map[string]bool{}
	say := func(what string, _ *Plan, err error) {
		require.Error(t, err, what)
		if same[what] == nil {
			same[what] = map[string]bool{}
		}
		same[what][err.Error()] = true
	}
	for small := 1; small < 5; small++ {
		y := slices.Concat(slices.Repeat([]float64{0}, 60), slices.Repeat([]float64{1}, small))
		marks := slices.Concat(make([]bool, 60), slices.Repeat([]bool{true}, small))
		for _, k := range []int{2, 3, 4, 5, 7} {
			p, err := StratifiedKFold(k, strata(y), o)
			say("class in folds", p, err)
			p, err = KFold(small, k, o)
			say("rows in folds", p, err)
			p, err = TimeSeries(small, k, o)
			say("rows in time", p, err)
		}
		for _, size := range []float64{0.1, 0.5, 0.9} {
			p, err := Holdout(len(y), size, strata(y), o)
			say("class held out", p, err)
			p, err = Holdout(small, size, Strata{}, o)
			say("rows held out", p, err)
		}
		p, err := ByColumn(marks, o)
		say("marks", p, err)
	}
	p, err := ByColumn(make([]bool, 60), o)
	say("marks", p, err)
	for what, messages := range same {
		require.Len(t, messages, 1, what)
	}
}
