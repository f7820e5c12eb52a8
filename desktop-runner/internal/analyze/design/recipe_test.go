package design_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func numbers(name string, values ...float64) design.Column {
	return design.Column{Column: result.Column{Name: name, Type: result.Float}, Numbers: values}
}

// texts makes a column of categories; an empty text is a missing one.
func texts(name string, values ...string) design.Column {
	c := design.Column{Column: result.Column{Name: name, Type: result.Text}, Levels: []string{}}
	c.Levels = append(c.Levels, values...)
	slices.Sort(c.Levels)
	c.Levels = slices.DeleteFunc(slices.Compact(c.Levels), func(s string) bool { return s == "" })
	for _, v := range values {
		code := design.Missing
		if v != "" {
			place, _ := slices.BinarySearch(c.Levels, v)
			code = int32(place)
		}
		c.Codes = append(c.Codes, code)
	}
	return c
}

func table(columns ...design.Column) *design.Table {
	return &design.Table{Rows: max(len(columns[0].Numbers), len(columns[0].Codes)), Columns: columns}
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func options(change func(*design.Options)) design.Options {
	o := design.Options{MinRows: 1, Preprocess: operation.Preprocess{
		NumericImputation: operation.ImputeMean, CategoricalImputation: operation.ImputeConstant, MaxCategories: 20, Scaler: operation.NoScaler,
	}}
	if change != nil {
		change(&o)
	}
	return o
}

func learn(t require.TestingT, of *design.Table, rows []int, o design.Options) *design.Recipe {
	var names []string
	for _, c := range of.Columns {
		names = append(names, c.Name)
	}
	r, err := design.Learn(of, names, rows, o)
	require.NoError(t, err)
	require.NoError(t, r.Check())
	return r
}

type reference struct {
	Numbers map[string][]*float64 `json:"numbers"`
	Texts   map[string][]*string  `json:"texts"`
	Cases   []struct {
		operation.Preprocess
		Columns [][]float64 `json:"columns"`
	} `json:"cases"`
}

func (r reference) tables() (ofNumbers, ofTexts *design.Table) {
	var columns []design.Column
	for _, name := range []string{"Beak Length (mm)", "Body Mass (g)"} {
		var values []float64
		for _, v := range r.Numbers[name] {
			if v == nil {
				v = new(math.NaN())
			}
			values = append(values, *v)
		}
		columns = append(columns, numbers(name, values...))
	}
	ofNumbers, columns = table(columns...), nil
	for _, name := range []string{"Island", "Sex"} {
		var values []string
		for _, v := range r.Texts[name] {
			if v == nil {
				v = new("")
			}
			values = append(values, *v)
		}
		columns = append(columns, texts(name, values...))
	}
	return ofNumbers, table(columns...)
}

// The numbers are those of scikit-learn's SimpleImputer, OneHotEncoder and
// StandardScaler, learned from three rows in four.
func TestRecipe_AgreesWithScikitLearn(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/penguins.json")
	require.NoError(t, err)
	var want reference
	require.NoError(t, json.Unmarshal(raw, &want))
	ofNumbers, ofTexts := want.tables()
	train := slices.DeleteFunc(all(ofNumbers.Rows), func(i int) bool { return i%4 == 3 })
	for _, tc := range want.Cases {
		t.Run(fmt.Sprintf("%s%s %s drop_first=%t", tc.NumericImputation, tc.CategoricalImputation, tc.Scaler, tc.DropFirst), func(t *testing.T) {
			t.Parallel()
			data := ofNumbers
			if tc.CategoricalImputation != "" {
				data = ofTexts
			}
			tc.MaxCategories = 20
			got := learn(t, data, train, design.Options{Preprocess: tc.Preprocess, MinRows: 1}).Apply(data, nil)
			require.Len(t, got, len(tc.Columns))
			for j := range got {
				require.InDeltaSlice(t, tc.Columns[j], got[j], 1e-9, "column %d", j)
			}
		})
	}
}

func TestRecipe_TakesCategoriesOfTooFewRowsTogether(t *testing.T) {
	t.Parallel()
	data := table(texts("c", "a", "a", "a", "a", "b", "b", "b", "c", "d"))
	r := learn(t, data, all(9), options(func(o *design.Options) { o.MinRows = 2 }))
	require.Equal(t, []string{"c_a", "c_b", "c_(other)"}, r.Names())
	r = learn(t, data, all(9), options(func(o *design.Options) { o.MinRows = 3 }))
	require.Equal(t, []string{"c_a", "c_(other)"}, r.Names(), "two others take the next with them")
	r = learn(t, data, all(9), options(func(o *design.Options) { o.MaxCategories = 2 }))
	require.Equal(t, []string{"c_a", "c_(other)"}, r.Names())
}

func TestRecipe_KnowsWhatToDoWithValuesThatItHasNotSeen(t *testing.T) {
	t.Parallel()
	seen := table(texts("c", "a", "b", "a", "b", "c"))
	data := table(texts("c", "b", "z", ""))
	data.Columns[0].Codes = append(data.Columns[0].Codes, design.Rare)
	data.Rows = 4
	none := learn(t, seen, []int{0, 1, 2, 3}, options(nil)).Apply(data, nil)
	require.Equal(t, estimator.Columns{{0, 0, 1, 0}, {1, 0, 0, 0}}, none, "no category, and the most frequent where nothing was missing")
	other := learn(t, seen, all(5), options(func(o *design.Options) { o.MaxCategories = 2 }))
	require.Equal(t, []string{"c_a", "c_(other)"}, other.Names())
	require.Equal(t, []float64{1, 1, 0, 1}, other.Apply(data, nil)[1])
	missing := learn(t, table(texts("c", "a", "b", "", "a")), all(4), options(nil))
	require.Equal(t, []string{"c_a", "c_b", "c_(missing)"}, missing.Names())
	require.Equal(t, []float64{0, 0, 1, 0}, missing.Apply(data, nil)[2])
}

func TestLearn_RefusesWhatCannotBeLearned(t *testing.T) {
	t.Parallel()
	huge := options(func(o *design.Options) { o.Scaler = operation.StandardScaler })
	for name, tc := range map[string]struct {
		column design.Column
		o      design.Options
	}{
		"no number": {numbers("x", math.NaN(), math.NaN()), options(nil)},
		"no text":   {texts("x", "", ""), options(nil)},
		"too large": {numbers("x", 1e300, -1e300), huge},
	} {
		_, err := design.Learn(table(tc.column), []string{"x"}, []int{0, 1}, tc.o)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
}

// No column of zeros and ones tells of fewer rows than the policy asks for, by
// its ones or by those that no column has.
func TestRecipe_TellsOfNoFewRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(1, 12).Draw(t, "min rows")
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "a", "a", "b", "b", "c", "d", "e", ""}), least, 60).Draw(t, "values")
		values = append(values, slices.Repeat([]string{"a"}, least)...)
		o := options(func(o *design.Options) {
			o.MinRows = least
			o.MaxCategories = rapid.IntRange(2, 6).Draw(t, "categories")
			o.CategoricalImputation = rapid.SampledFrom([]operation.Imputation{operation.ImputeConstant, operation.ImputeMostFrequent}).Draw(t, "imputation")
		})
		data := table(texts("c", values...))
		r := learn(t, data, all(data.Rows), o)
		if n := len(r.Names()); n > o.MaxCategories {
			t.Fatalf("%d categories, and %d are allowed", n, o.MaxCategories)
		}
		without := data.Rows
		for j, column := range r.Apply(data, nil) {
			ones := 0
			for _, x := range column {
				ones += int(x)
			}
			if without -= ones; ones < least {
				t.Fatalf("%s has %d rows", r.Names()[j], ones)
			}
		}
		if without != 0 {
			t.Fatalf("%d rows have no category", without)
		}
	})
}

func drawn(t *rapid.T) *design.Table {
	n := rapid.IntRange(4, 30).Draw(t, "rows")
	columns := []design.Column{
		numbers("whole"), numbers("broken"),
		texts("few", rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), n, n).Draw(t, "few")...),
		texts("many", rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", ""}), n, n).Draw(t, "many")...),
	}
	columns[0].Numbers = rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), n, n).Draw(t, "whole")
	columns[1].Numbers = rapid.SliceOfN(rapid.SampledFrom([]float64{1.5, -2, 1e-9, math.NaN()}), n, n).Draw(t, "broken")
	columns[1].Numbers[0], columns[3].Codes[0] = 7, 0
	if len(columns[3].Levels) == 0 {
		columns[3].Levels = []string{"a"}
	}
	return table(columns...)
}

func drawnOptions(t *rapid.T) design.Options {
	return options(func(o *design.Options) {
		o.NumericImputation = rapid.SampledFrom([]operation.Imputation{operation.ImputeMean, operation.ImputeMedian, operation.ImputeMostFrequent}).Draw(t, "numbers")
		o.CategoricalImputation = rapid.SampledFrom([]operation.Imputation{operation.ImputeConstant, operation.ImputeMostFrequent}).Draw(t, "texts")
		o.Scaler = rapid.SampledFrom([]operation.Scaler{operation.NoScaler, operation.StandardScaler}).Draw(t, "scaler")
		o.DropFirst = rapid.Bool().Draw(t, "drop first")
	})
}

func TestRecipe_DoesNotDependOnTheOrderOfColumns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, o := drawn(t), drawnOptions(t)
		turned := table(rapid.Permutation(data.Columns).Draw(t, "order")...)
		turned.Rows = data.Rows
		one, two := learn(t, data, all(data.Rows), o), learn(t, turned, all(data.Rows), o)
		values := map[string][]float64{}
		for j, column := range one.Apply(data, nil) {
			values[one.Names()[j]] = column
		}
		require.Len(t, two.Names(), len(values))
		for j, column := range two.Apply(turned, nil) {
			require.Equal(t, values[two.Names()[j]], column)
		}
	})
}

func TestRecipe_GivesTheSameNumbersAfterItsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := drawn(t)
		r := learn(t, data, all(data.Rows/2), drawnOptions(t))
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		var read design.Recipe
		require.NoError(t, json.Unmarshal(raw, &read))
		require.NoError(t, read.Check())
		require.Equal(t, r.Names(), read.Names())
		require.Equal(t, r.Apply(data, nil), read.Apply(data, nil))
	})
}

// Rows that are not learned from change nothing of a recipe.
func TestLearn_LooksAtItsRowsOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, o := drawn(t), drawnOptions(t)
		rows := all(data.Rows / 2)
		before := learn(t, data, rows, o)
		for i := data.Rows / 2; i < data.Rows; i++ {
			data.Columns[0].Numbers[i], data.Columns[1].Numbers[i] = math.NaN(), 1e9
			data.Columns[2].Codes[i], data.Columns[3].Codes[i] = design.Missing, design.Rare
		}
		require.Equal(t, before, learn(t, data, rows, o))
	})
}

func FuzzRecipe(f *testing.F) {
	data := table(numbers("n", 1, math.NaN(), -1e308), texts("c", "a", "b", ""))
	good, err := json.Marshal(learn(f, data, all(3), options(nil)))
	require.NoError(f, err)
	f.Add(good)
	for _, hostile := range []string{
		`{"inputs":[{"name":"c","type":"string","categories":[{"value":"a"}],"fill_category":7}]}`,
		`{"inputs":[{"name":"c","type":"string","categories":[{"value":"a"}],"fill_category":-1}]}`,
		`{"inputs":[{"name":"c","type":"string"}]}`, `{"inputs":[{"name":"n","type":"number"}]}`,
		`{"inputs":[{"name":"n","type":"date","fill":1}]}`, `{"inputs":[{"name":"n","type":"number","fill":1,"factor":-2}]}`,
		`{"inputs":[{"name":"n","type":"number","fill":1,"factor":1e-320,"shift":1e308}]}`,
		`{"inputs":[{"name":"n","type":"number","categories":[{"value":"a"}]}]}`,
		`{"inputs":[{"name":"c","type":"string","drop_first":true,"categories":[{"other":true,"missing":true}],"fill_category":0}]}`,
	} {
		f.Add([]byte(hostile))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r design.Recipe
		if json.Unmarshal(raw, &r) != nil || r.Check() != nil {
			return
		}
		for _, in := range r.Inputs {
			// A column is there, and of the input's type: package trained sees to that.
			if place := slices.IndexFunc(data.Columns, func(c design.Column) bool { return c.Name == in.Name }); place < 0 || data.Columns[place].Type != in.Type {
				return
			}
		}
		var rows []int
		for i, usable := range r.Usable(data) {
			if usable {
				rows = append(rows, i)
			}
		}
		got := r.Apply(data, rows)
		if len(got) != len(r.Names()) {
			t.Fatalf("%d columns with %d names", len(got), len(r.Names()))
		}
		for _, column := range got {
			for _, x := range column {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("%g is not finite", x)
				}
			}
		}
	})
}
