package leastsquares

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/parallel"
)

const (
	// maxParts is into how many ranges rows are divided, each summed by itself and
	// all added up in order, so that a result does not depend on how many
	// processors there are.
	maxParts = 16
	// partNumbers is how many numbers a part has at least.
	partNumbers = 1 << 16
	// blockNumbers is how many numbers are centred at a time: they stay in the
	// cache of one processor, and a cancel waits for no more.
	blockNumbers = 1 << 15
)

// Columns are the columns of a least squares problem, the target among them, as
// they are calculated with: each minus Centre and times Scale, a power of two
// that makes its largest deviation about 1, so that no sum overflows.
type Columns struct {
	data    [][]float64
	weights []float64
	threads int
	centred bool

	Rows int
	// N is the sum of the weights.
	N float64
	// Centre is near the mean; zero where columns are not centred.
	Centre, Scale []float64
	// Lowest and Highest are the smallest and largest number of each column, in
	// rows with a weight.
	Lowest, Highest []float64
}

// Centre looks once at all columns. Weights may be nil, for once each.
// The error is the context's.
func Centre(ctx context.Context, data [][]float64, weights []float64, centred bool, threads int) (*Columns, error) {
	c := &Columns{data: data, weights: weights, threads: threads, centred: centred, Rows: len(data[0]), N: float64(len(data[0]))}
	if weights != nil {
		c.N = floats.SumCompensated(weights)
	}
	q := len(data)
	c.Centre, c.Scale, c.Lowest, c.Highest = make([]float64, q), make([]float64, q), make([]float64, q), make([]float64, q)
	err := parallel.Each(ctx, parallel.Threads(threads), q, func(j int) { c.look(j) })
	return c, err
}

func (c *Columns) look(j int) {
	low, high, sum := math.Inf(1), math.Inf(-1), 0.0
	for i, x := range c.data[j] {
		w := 1.0
		if c.weights != nil {
			w = c.weights[i]
		}
		if w > 0 {
			low, high = min(low, x), max(high, x)
			sum += w * x
		}
	}
	if low > high {
		low, high = 0, 0
	}
	c.Lowest[j], c.Highest[j], c.Scale[j] = low, high, 1
	if c.centred {
		c.Centre[j] = sum / c.N
		// Rounding may leave the mean of equal numbers beside them; sums of the
		// largest ones are infinite.
		if !(c.Centre[j] >= low && c.Centre[j] <= high) {
			c.Centre[j] = low + (high/2 - low/2)
		}
	}
	if reach := max(high/2-c.Centre[j]/2, c.Centre[j]/2-low/2); reach > 0 {
		_, exponent := math.Frexp(reach)
		c.Scale[j] = math.Ldexp(1, -min(max(exponent+1, -1000), 1000))
	}
}

// Constant reports whether all rows have the same number in a column, which is
// then zero after centring; without centring only zeros are nothing to learn from.
func (c *Columns) Constant(j int) bool {
	if !c.centred {
		return c.Lowest[j] == 0 && c.Highest[j] == 0
	}
	return c.Lowest[j] == c.Highest[j]
}

func (c *Columns) parts() int { return max(1, min(maxParts, c.Rows*len(c.data)/partNumbers)) }

// Parts is into how many ranges the rows are divided. It follows from their
// number alone, so that sums over parts, added in order, are the same on any
// number of processors.
func (c *Columns) Parts() int { return c.parts() }

// EachBlock gives the centred and scaled rows of a part, a few thousand numbers
// at a time, from row from on; whoever gets them may write on them until it
// returns. It ends early with ctx.
func (c *Columns) EachBlock(ctx context.Context, part int, do func(from int, columns [][]float64)) {
	c.eachBlock(ctx, part, false, func(b *block) { do(b.from, b.hi) })
}

// block is some rows of all columns, column after column.
type block struct {
	from, rows int
	hi, lo     [][]float64
}

func (c *Columns) eachBlock(ctx context.Context, part int, exact bool, do func(b *block)) {
	q := len(c.data)
	size := max(16, blockNumbers/q)
	b := &block{hi: make([][]float64, q), lo: make([][]float64, q)}
	hi, lo := make([]float64, q*size), make([]float64, 0)
	if exact {
		lo = make([]float64, q*size)
	}
	from, to := part*c.Rows/c.parts(), (part+1)*c.Rows/c.parts()
	for ; from < to && ctx.Err() == nil; from += size {
		b.from, b.rows = from, min(size, to-from)
		for j := range q {
			b.hi[j] = hi[j*size : j*size+b.rows]
			if exact {
				b.lo[j] = lo[j*size : j*size+b.rows]
			}
			c.deviations(b, j, exact)
		}
		do(b)
	}
}

func (c *Columns) deviations(b *block, j int, exact bool) {
	centre, scale := -c.Centre[j], c.Scale[j]
	column, hi := c.data[j][b.from:b.from+b.rows], b.hi[j]
	if !exact {
		// The same as (x + centre) * scale: a power of two costs no rounding.
		centre *= scale
		for i := range hi {
			hi[i] = centre
		}
		floats.AddScaled(hi, scale, column)
		return
	}
	lo := b.lo[j]
	for i, x := range column {
		sum, lost := twoSum(x, centre)
		hi[i], lo[i] = sum*scale, lost*scale
	}
}

// weighed gives the weighted copy of a block's columns, or the columns
// themselves where rows count once.
func (c *Columns) weighed(b *block, into *block, exact bool) *block {
	if c.weights == nil {
		return b
	}
	into.from, into.rows = b.from, b.rows
	if into.hi == nil {
		into.hi, into.lo = make([][]float64, len(b.hi)), make([][]float64, len(b.hi))
		for j := range b.hi {
			into.hi[j] = make([]float64, b.rows)
			if exact {
				into.lo[j] = make([]float64, b.rows)
			}
		}
	}
	weights := c.weights[b.from : b.from+b.rows]
	for j := range b.hi {
		into.hi[j] = into.hi[j][:b.rows]
		if !exact {
			floats.MulTo(into.hi[j], b.hi[j], weights)
			continue
		}
		into.lo[j] = into.lo[j][:b.rows]
		for i, w := range weights {
			p := double{b.hi[j][i], b.lo[j][i]}.times(double{hi: w})
			into.hi[j][i], into.lo[j][i] = p.hi, p.lo
		}
	}
	return into
}

// Products are the sums of products of all columns after centring: element
// (j, k) is at j*Size+k, for k <= j only.
type Products struct {
	Size int
	Sums []float64
	// Shift is what the means are beside the columns' Centre, in units of Scale.
	Shift []float64
}

// Products sums in float64. The error is the context's.
func (c *Columns) Products(ctx context.Context) (*Products, error) {
	q, parts := len(c.data), c.parts()
	sums, shifts := make([][]float64, parts), make([][]float64, parts)
	err := parallel.Each(ctx, parallel.Threads(c.threads), parts, func(part int) {
		sum, shift, into := make([]float64, q*q), make([]float64, q), &block{}
		c.eachBlock(ctx, part, false, func(b *block) {
			w := c.weighed(b, into, false)
			for j := range q {
				shift[j] += floats.Sum(w.hi[j])
				for k := range j + 1 {
					sum[j*q+k] += floats.Dot(w.hi[j], b.hi[k])
				}
			}
		})
		sums[part], shifts[part] = sum, shift
	})
	if err != nil {
		return nil, err
	}
	for part := 1; part < parts; part++ {
		floats.Add(sums[0], sums[part])
		floats.Add(shifts[0], shifts[part])
	}
	out := &Products{Size: q, Sums: sums[0], Shift: shifts[0]}
	for j := range q {
		out.Shift[j] /= c.N
		if !c.centred {
			out.Shift[j] = 0
		}
		for k := range j + 1 {
			out.Sums[j*q+k] -= c.N * out.Shift[j] * out.Shift[k]
		}
	}
	return out, nil
}

// exactProducts are Products with 32 digits.
type exactProducts struct {
	size  int
	sums  []double
	shift []double
}

func (c *Columns) exactProducts(ctx context.Context) (*exactProducts, error) {
	q, parts := len(c.data), c.parts()
	all := make([]*exactProducts, parts)
	err := parallel.Each(ctx, parallel.Threads(c.threads), parts, func(part int) {
		out, into := &exactProducts{size: q, sums: make([]double, q*q), shift: make([]double, q)}, &block{}
		ones, zeros := make([]float64, max(16, blockNumbers/q)), make([]float64, max(16, blockNumbers/q))
		floats.AddConst(1, ones)
		c.eachBlock(ctx, part, true, func(b *block) {
			w := c.weighed(b, into, true)
			for j := range q {
				out.shift[j] = out.shift[j].plus(dots(w.hi[j], w.lo[j], ones[:b.rows], zeros[:b.rows]))
				for k := range j + 1 {
					out.sums[j*q+k] = out.sums[j*q+k].plus(dots(w.hi[j], w.lo[j], b.hi[k], b.lo[k]))
				}
			}
		})
		all[part] = out
	})
	if err != nil {
		return nil, err
	}
	out, n := all[0], double{hi: c.N}
	for _, other := range all[1:] {
		for i := range out.sums {
			out.sums[i] = out.sums[i].plus(other.sums[i])
		}
		for j := range q {
			out.shift[j] = out.shift[j].plus(other.shift[j])
		}
	}
	for j := range q {
		out.shift[j] = out.shift[j].over(n)
		if !c.centred {
			out.shift[j] = double{}
		}
		for k := range j + 1 {
			out.sums[j*q+k] = out.sums[j*q+k].minus(n.times(out.shift[j]).times(out.shift[k]))
		}
	}
	return out, nil
}
