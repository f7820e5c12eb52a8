package design

import (
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Recipe says how columns become numbers. Its JSON goes with a model.
type Recipe struct {
	Inputs []Input `json:"inputs"`
	// Drop says which inputs leave out rows where they are missing.
	DropNumbers    bool `json:"drop_numbers,omitempty"`
	DropCategories bool `json:"drop_categories,omitempty"`
}

// Input is what becomes of one column.
type Input struct {
	Name string      `json:"name"`
	Type result.Type `json:"type"`
	// Fill stands for a missing number; nil where such rows are left out.
	Fill *float64 `json:"fill,omitempty"`
	// A number x becomes (x - Shift) / Factor; a Factor of 0 is 1.
	Shift  float64 `json:"shift,omitempty"`
	Factor float64 `json:"factor,omitempty"`
	// Categories become a column of zeros and ones each, but for the first where
	// DropFirst is set.
	Categories []Category `json:"categories,omitempty"`
	DropFirst  bool       `json:"drop_first,omitempty"`
	// FillCategory is the place of the category that stands for a missing one; nil
	// where such rows are left out or count as no category.
	FillCategory *int `json:"fill_category,omitempty"`
}

// Category is one value of a column of text, or one of two that no value is.
type Category struct {
	Value string `json:"value,omitempty"`
	// Other stands for all values without a category of their own, Missing for
	// no value.
	Other   bool `json:"other,omitempty"`
	Missing bool `json:"missing,omitempty"`
}

// Label names a category for people.
func (c Category) Label() string {
	switch {
	case c.Other:
		return "(other)"
	case c.Missing:
		return "(missing)"
	default:
		return c.Value
	}
}

// Options are what is asked of a recipe.
type Options struct {
	operation.Preprocess
	// MinRows is how many rows a category must have to be told; the others are
	// taken together.
	MinRows int
}

// Learn makes a recipe of the columns for the rows that a model is to learn
// from. The error is an invalid_params fault for a column that is missing in all of them.
func Learn(t *Table, columns []string, rows []int, o Options) (*Recipe, error) {
	r := &Recipe{DropNumbers: o.NumericImputation == operation.DropRows, DropCategories: o.CategoricalImputation == operation.DropRows}
	for _, name := range columns {
		c := t.Column(name)
		in := Input{Name: c.Name, Type: c.Type}
		var err error
		if c.Codes != nil {
			err = in.learnCategories(c, rows, o)
		} else {
			err = in.learnNumbers(c, rows, o)
		}
		if err != nil {
			return nil, err
		}
		r.Inputs = append(r.Inputs, in)
	}
	return r, nil
}

func (in *Input) learnNumbers(c *Column, rows []int, o Options) error {
	values := make([]float64, 0, len(rows))
	for _, i := range rows {
		if x := c.Numbers[i]; !math.IsNaN(x) {
			values = append(values, x)
		}
	}
	if len(values) < max(o.MinRows, 1) || o.MinRows > 1 && varied.Count(values) < int64(o.MinRows) {
		return o.few(c.Name)
	}
	if o.NumericImputation != operation.DropRows {
		fill := filling(values, o.NumericImputation)
		if !finite(fill) {
			return tooLarge(c.Name)
		}
		in.Fill = &fill
	}
	// Truth values stay 0 and 1: a difference of one of them is what people ask for.
	if o.Scaler != operation.StandardScaler || in.Type == result.Boolean {
		return nil
	}
	if in.Fill != nil {
		// Scaling sees the numbers that were filled in.
		values = append(values, slices.Repeat([]float64{*in.Fill}, len(rows)-len(values))...)
	}
	mean, deviation := spread.MeanAndDeviation(values)
	if !finite(deviation) {
		return tooLarge(c.Name)
	}
	if in.Shift = mean; deviation > 0 {
		in.Factor = deviation
	}
	return nil
}

// filling is the number that stands for a missing one.
func filling(values []float64, by operation.Imputation) float64 {
	switch by {
	case operation.ImputeMedian:
		return median(values)
	case operation.ImputeMostFrequent:
		return mode(values)
	default:
		mean, _ := spread.MeanAndDeviation(values)
		return mean
	}
}

func tooLarge(column string) error {
	return bad("params.features", "the numbers of %s are too large to calculate with; leave it out", column)
}

// Allowed refuses what an owner does not share who shares summaries only.
func (o Options) Allowed(s *step.Step) error {
	if by := o.NumericImputation; !s.SingleRowsMayShow && (by == operation.ImputeMedian || by == operation.ImputeMostFrequent) {
		return fault.New("design.Allowed", fault.Forbidden, string(task.PolicyRefused),
			"what %s finds may be the number of a single row; let numeric_imputation be mean or drop", by)
	}
	return nil
}

// Tells reports whether a column tells anything to learn from in the whole table,
// so that it need not be refused when nobody has named it.
func (o Options) Tells(c *Column) bool {
	least := max(o.MinRows, 1)
	if c.Codes != nil {
		there := 0
		codes := make([]float64, len(c.Codes))
		for i, code := range c.Codes {
			if codes[i] = float64(code); code != Missing {
				there++
			}
		}
		return there >= least && (o.MinRows <= 1 || varied.Count(codes) >= int64(least))
	}
	values := slices.DeleteFunc(slices.Clone(c.Numbers), math.IsNaN)
	return len(values) >= least && (o.MinRows <= 1 || varied.Count(values) >= int64(least))
}

// few refuses a column of which too few rows tell, none among them. Where single
// rows may show it is nobody's matter.
func (o Options) few(column string) error {
	if o.MinRows <= 1 {
		return bad("params.features", "%s has no value in the rows that the model learns from; leave it out", column)
	}
	return fault.New("design.Learn", fault.Forbidden, string(task.PolicyRefused),
		"fewer than %d rows differ in %s from all the others, or have a value in it at all, and the owner shares summaries of at least %d rows only. Leave that column out.", o.MinRows, column, o.MinRows)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return sorted[(n-1)/2]/2 + sorted[n/2]/2
}

func mode(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	best, most, run := sorted[0], 0, 0
	for i, x := range sorted {
		if run++; i > 0 && x != sorted[i-1] {
			run = 1
		}
		if run > most {
			best, most = x, run
		}
	}
	return best
}

func (in *Input) learnCategories(c *Column, rows []int, o Options) error {
	counts := make([]int, len(c.Levels))
	rare, missing := 0, 0
	for _, i := range rows {
		switch code := c.Codes[i]; code {
		case Missing:
			missing++
		case Rare:
			rare++
		default:
			counts[code]++
		}
	}
	if len(rows)-missing < max(o.MinRows, 1) {
		return o.few(c.Name)
	}
	own, other := frequent(counts, rare, missing, o)
	for _, code := range own {
		in.Categories = append(in.Categories, Category{Value: c.Levels[code]})
	}
	if other > 0 {
		in.Categories = append(in.Categories, Category{Other: true})
	}
	in.DropFirst = o.DropFirst
	switch {
	case o.CategoricalImputation == operation.ImputeConstant && missing >= max(o.MinRows, 1):
		in.Categories = append(in.Categories, Category{Missing: true})
		in.FillCategory = new(len(in.Categories) - 1)
	case o.CategoricalImputation == operation.ImputeConstant && missing > 0 && other > 0:
		in.FillCategory = new(len(in.Categories) - 1) // too few to be told by themselves
	case o.CategoricalImputation != operation.DropRows:
		in.FillCategory = new(in.mostFrequent(counts, own))
	}
	return nil
}

// frequent chooses the codes that become categories of their own, in order, and
// counts the rows of the others. Fewer others than MinRows take the least
// frequent ones with them.
func frequent(counts []int, rare, missing int, o Options) (own []int, other int) {
	for code, n := range counts {
		if n > 0 {
			own = append(own, code)
		}
	}
	slices.SortStableFunc(own, func(a, b int) int { return counts[b] - counts[a] })
	most := o.MaxCategories
	if o.CategoricalImputation == operation.ImputeConstant && missing > 0 {
		most--
	}
	other = rare
	drop := func() {
		other += counts[own[len(own)-1]]
		own = own[:len(own)-1]
	}
	if len(own) > most || other > 0 {
		for len(own) > most-1 {
			drop()
		}
	}
	for len(own) > 0 && counts[own[len(own)-1]] < o.MinRows {
		drop()
	}
	few := 0
	if missing < o.MinRows {
		few = missing // they count as others
	}
	for len(own) > 0 && other+few > 0 && other < o.MinRows {
		drop()
	}
	slices.Sort(own)
	return own, other
}

// mostFrequent gives the place of the category with the most rows.
func (in *Input) mostFrequent(counts, own []int) int {
	best := 0
	for place, code := range own {
		if counts[code] > counts[own[best]] {
			best = place
		}
	}
	return best
}

// Names gives the names of the columns that Apply makes, as in "sex_male".
func (r *Recipe) Names() []string {
	var out []string
	for _, in := range r.Inputs {
		if !Categorical(in.Type) {
			out = append(out, in.Name)
			continue
		}
		for _, c := range in.told() {
			out = append(out, in.Name+"_"+c.Label())
		}
	}
	return out
}

func (in *Input) told() []Category {
	if in.DropFirst && len(in.Categories) > 0 {
		return in.Categories[1:]
	}
	return in.Categories
}

// Unscaled is the recipe without its scales.
func (r *Recipe) Unscaled() *Recipe {
	out := *r
	out.Inputs = slices.Clone(r.Inputs)
	for i := range out.Inputs {
		out.Inputs[i].Shift, out.Inputs[i].Factor = 0, 0
	}
	return &out
}

// Scaling gives what Unscaled leaves out, for each column that Apply makes: a
// number x becomes (x - shift) / factor.
func (r *Recipe) Scaling() (shift, factor []float64) {
	for _, in := range r.Inputs {
		for range in.Width() {
			shift, factor = append(shift, in.Shift), append(factor, in.Factor)
			if in.Factor == 0 {
				factor[len(factor)-1] = 1
			}
		}
	}
	return shift, factor
}

// Width is how many columns Apply makes of the input.
func (in *Input) Width() int {
	if Categorical(in.Type) {
		return len(in.told())
	}
	return 1
}

// Usable says of each row whether it is complete enough to be applied.
func (r *Recipe) Usable(t *Table) []bool {
	names := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		names[i] = in.Name
	}
	return complete(t, names, r.DropNumbers, r.DropCategories)
}

// Usable says of each row whether a recipe of these columns will take it.
func Usable(t *Table, columns []string, o Options) []bool {
	return complete(t, columns, o.NumericImputation == operation.DropRows, o.CategoricalImputation == operation.DropRows)
}

func complete(t *Table, columns []string, numbers, categories bool) []bool {
	out := slices.Repeat([]bool{true}, t.Rows)
	for _, name := range columns {
		c := t.Column(name)
		switch {
		case c.Codes != nil && categories:
			for i, code := range c.Codes {
				out[i] = out[i] && code != Missing
			}
		case c.Codes == nil && numbers:
			for i, x := range c.Numbers {
				out[i] = out[i] && !math.IsNaN(x)
			}
		}
	}
	return out
}

// Apply makes the numbers of usable rows, all of them where rows is nil. A column
// that needs no change shares the memory of the table.
func (r *Recipe) Apply(t *Table, rows []int) estimator.Columns {
	var out estimator.Columns
	for _, in := range r.Inputs {
		c := t.Column(in.Name)
		if c.Codes == nil {
			out = append(out, in.numbers(c, rows))
			continue
		}
		out = append(out, in.indicators(c, rows)...)
	}
	return out
}

func (in *Input) numbers(c *Column, rows []int) []float64 {
	if rows == nil && in.Shift == 0 && in.Factor == 0 && !slices.ContainsFunc(c.Numbers, math.IsNaN) {
		return c.Numbers
	}
	factor, fill := in.Factor, math.NaN()
	if factor == 0 {
		factor = 1
	}
	if in.Fill != nil {
		fill = *in.Fill
	}
	out := make([]float64, count(rows, len(c.Numbers)))
	for k := range out {
		x := c.Numbers[at(rows, k)]
		if math.IsNaN(x) {
			x = fill
		}
		// What is far beyond the numbers that were learned from may not be finite.
		out[k] = min(max((x-in.Shift)/factor, -math.MaxFloat64), math.MaxFloat64)
	}
	return out
}

func (in *Input) indicators(c *Column, rows []int) estimator.Columns {
	places := in.places(c)
	skip := len(in.Categories) - len(in.told())
	out := make(estimator.Columns, len(in.Categories)-skip)
	n := count(rows, len(c.Codes))
	for j := range out {
		out[j] = make([]float64, n)
	}
	for k := range n {
		place := -1
		switch code := c.Codes[at(rows, k)]; code {
		case Missing:
			if in.FillCategory != nil {
				place = *in.FillCategory
			}
		case Rare:
			place = places[len(places)-1]
		default:
			place = places[code]
		}
		if place -= skip; place >= 0 {
			out[place][k] = 1
		}
	}
	return out
}

// places gives the place among the categories of each level of the column and,
// as the last one, of values without a level: -1 is none.
func (in *Input) places(c *Column) []int {
	other := slices.IndexFunc(in.Categories, func(c Category) bool { return c.Other })
	own := make(map[string]int, len(in.Categories))
	for place, category := range in.Categories {
		if !category.Other && !category.Missing {
			own[category.Value] = place
		}
	}
	out := make([]int, 0, len(c.Levels)+1)
	for _, level := range c.Levels {
		place, known := own[level]
		if !known {
			place = other
		}
		out = append(out, place)
	}
	return append(out, other)
}

func count(rows []int, all int) int {
	if rows == nil {
		return all
	}
	return len(rows)
}

func at(rows []int, k int) int {
	if rows == nil {
		return k
	}
	return rows[k]
}

// Check refuses a recipe that no Learn has made: it comes from a file.
func (r *Recipe) Check() error {
	for _, in := range r.Inputs {
		if !Suitable(in.Type) {
			return fmt.Errorf("the column %q has the type %q, from which no model learns", in.Name, in.Type)
		}
		check := in.checkNumbers
		if Categorical(in.Type) {
			check = in.checkCategories
		}
		if err := check(r); err != nil {
			return err
		}
	}
	return nil
}

func (in *Input) checkNumbers(r *Recipe) error {
	switch {
	case len(in.Categories) > 0 || in.FillCategory != nil:
		return fmt.Errorf("the column %q of numbers has categories", in.Name)
	case in.Fill == nil && !r.DropNumbers:
		return fmt.Errorf("the column %q has nothing for a missing number", in.Name)
	case in.Fill != nil && !finite(*in.Fill), !finite(in.Shift), !finite(in.Factor):
		return fmt.Errorf("the column %q has a number that is not finite", in.Name)
	case in.Factor < 0:
		return fmt.Errorf("the column %q has a scale below 0", in.Name)
	}
	return nil
}

func (in *Input) checkCategories(*Recipe) error {
	switch {
	case len(in.Categories) == 0 || len(in.Categories) > maxLevels+2:
		return fmt.Errorf("the column %q has no categories, or too many", in.Name)
	case in.FillCategory != nil && (*in.FillCategory < 0 || *in.FillCategory >= len(in.Categories)):
		return fmt.Errorf("the column %q fills in a category that it has not", in.Name)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
