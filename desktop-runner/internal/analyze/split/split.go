// Package split says which rows a model learns from and which judge it, in the
// ways and with the names of scikit-learn's model_selection. It knows how many
// rows there are and their classes, and nothing else of the data.
package split

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ddap/shared/fault"
	"ddap/shared/task"
)

// Options are what all ways of splitting have in common.
type Options struct {
	// Shuffle takes the rows in random order; else parts are made of rows that
	// follow each other.
	Shuffle bool
	// RandomState decides that order: the same one gives the same parts, on any
	// machine.
	RandomState int64
	// MinRows is how many rows each part must have at least, to learn from and to
	// judge by, and each class that is spread over parts: what is told of a part
	// rests on its rows. 1 or less asks for nothing.
	MinRows int
}

// Strata are the classes of rows, whose shares are to be kept in every part. The
// zero value keeps none.
type Strata struct {
	// Y has the number of each row's class, from 0 to Classes-1.
	Y       []float64
	Classes int
}

// Plan says which rows are in which part. It takes four bytes for each row,
// however many folds there are.
type Plan struct {
	// fold is the one in which a row judges; never for a row that only teaches.
	fold  []int32
	folds int
	// forward means that a fold learns from what comes before it only.
	forward bool
}

const never = -1

// Folds is how often a model is fitted and judged.
func (p *Plan) Folds() int { return p.folds }

// Fold gives the rows to learn from and those to judge by, both ascending, of
// one fold, counted from 0.
func (p *Plan) Fold(k int) (train, test []int) {
	trained, tested := p.sizes(k)
	train, test = make([]int, 0, trained), make([]int, 0, tested)
	for i, of := range p.fold {
		switch {
		case of == int32(k):
			test = append(test, i)
		case p.teaches(of, k):
			train = append(train, i)
		}
	}
	return train, test
}

func (p *Plan) teaches(of int32, k int) bool { return of < int32(k) || !p.forward && of != int32(k) }

func (p *Plan) sizes(k int) (train, test int) {
	for _, of := range p.fold {
		switch {
		case of == int32(k):
			test++
		case p.teaches(of, k):
			train++
		}
	}
	return train, test
}

// Holdout keeps the part testSize of n rows to judge by, rounded up: of rows that
// are not shuffled the last ones. Strata need rows that are shuffled.
//
// Source: scikit-learn's train_test_split.
func Holdout(n int, testSize float64, strata Strata, o Options) (*Plan, error) {
	const field = "params.validation.test_size"
	if math.IsNaN(testSize) || testSize <= 0 || testSize >= 1 {
		return nil, bad(field, "must be between 0 and 1")
	}
	if err := many(n, field, o); err != nil {
		return nil, err
	}
	tested := int(math.Ceil(testSize * float64(n)))
	trained := n - tested
	if trained < 1 {
		return nil, bad(field, "leaves no row to learn from; take a smaller part, or more rows")
	}
	p := newPlan(n, 1)
	switch {
	case strata.Classes > 0:
		if err := p.holdOutOfEach(trained, tested, strata, o); err != nil {
			return nil, err
		}
	case o.Shuffle:
		for _, row := range random(o).Perm(n)[:tested] {
			p.fold[row] = 0
		}
	default:
		for row := trained; row < n; row++ {
			p.fold[row] = 0
		}
	}
	return p.large(field, o)
}

// KFold lets each of nSplits parts of n rows judge once; the first n % nSplits
// parts have one row more.
//
// Source: scikit-learn's KFold.
func KFold(n, nSplits int, o Options) (*Plan, error) {
	if err := enough(n, nSplits, nSplits, o); err != nil {
		return nil, err
	}
	order := func(i int) int { return i }
	if o.Shuffle {
		shuffled := random(o).Perm(n)
		order = func(i int) int { return shuffled[i] }
	}
	p := newPlan(n, nSplits)
	for k, row := 0, 0; k < nSplits; k++ {
		size := n / nSplits
		if k < n%nSplits {
			size++
		}
		for range size {
			p.fold[order(row)] = int32(k)
			row++
		}
	}
	return p.large(nSplitsField, o)
}

// TimeSeries cuts n rows that are in the order of time into nSplits parts of
// equal size, and what is before them; each is judged by what was learned from
// all rows before it.
//
// Source: scikit-learn's TimeSeriesSplit.
func TimeSeries(n, nSplits int, o Options) (*Plan, error) {
	if err := enough(n, nSplits, nSplits+1, o); err != nil {
		return nil, err
	}
	p := newPlan(n, nSplits)
	p.forward = true
	size := n / (nSplits + 1)
	for row := n - nSplits*size; row < n; row++ {
		p.fold[row] = int32((row - (n - nSplits*size)) / size)
	}
	return p.large(nSplitsField, o)
}

// ByColumn judges by the rows that are marked.
func ByColumn(marks []bool, o Options) (*Plan, error) {
	const field = "params.validation.column"
	p := newPlan(len(marks), 1)
	for row, marked := range marks {
		if marked {
			p.fold[row] = 0
		}
	}
	// Where few rows must not be told apart, whether there is none is not told either.
	if o.MinRows <= 1 {
		switch trained, tested := p.sizes(0); {
		case tested == 0:
			return nil, bad(field, "marks no row to test by; it must be true (or 1) in some rows")
		case trained == 0:
			return nil, bad(field, "marks every row, which leaves none to learn from; it must be false (or 0) in some rows")
		}
	}
	return p.large(field, o)
}

const nSplitsField = "params.validation.n_splits"

func newPlan(n, folds int) *Plan {
	p := &Plan{fold: make([]int32, n), folds: folds}
	for i := range p.fold {
		p.fold[i] = never
	}
	return p
}

// random is a generator whose numbers are the same on every machine.
func random(o Options) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(o.RandomState), 0x9e3779b97f4a7c15)) //nolint:gosec // what is to be had again is not to be secret
}

func enough(n, nSplits, least int, o Options) error {
	if nSplits < 2 {
		return bad(nSplitsField, "must be at least 2")
	}
	if err := many(n, nSplitsField, o); err != nil {
		return err
	}
	if n < least {
		return bad(nSplitsField, "needs at least %d rows for %d folds; take fewer folds, or more rows", least, nSplits)
	}
	return nil
}

// many refuses so few rows that no two parts could be large enough, before
// anything else could be found wrong with them by which they might be counted.
func many(n int, field string, o Options) error {
	if o.MinRows > 1 && n < 2*o.MinRows {
		return tooFew(field, o)
	}
	return nil
}

// large gives the plan if each of its parts has as many rows as are asked for.
func (p *Plan) large(field string, o Options) (*Plan, error) {
	if o.MinRows <= 1 {
		return p, nil
	}
	for k := range p.folds {
		if train, test := p.sizes(k); min(train, test) < o.MinRows {
			return nil, tooFew(field, o)
		}
	}
	return p, nil
}

func tooFew(field string, o Options) error {
	return refused(field, "would judge a model by, or teach it from, fewer than %d rows, which the owner of the data does not allow; take larger parts, or more rows", o.MinRows)
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("split", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

func refused(path, format string, args ...any) error {
	return fault.BadFields("split", string(task.PolicyRefused), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}
