package smoothing

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	// starts is how many of the best points of the grid are followed.
	starts = 5
	// iterations bounds one search; most end by the tolerance after a tenth.
	iterations = 300
	// settled is the relative gain below which a search ends, if it stays so.
	settled = 1e-11
	dampLow = 0.8
	dampTop = 0.995
)

// Fit is a series with its model. Residuals are as long as the series.
type Fit struct {
	Form
	Params
	SSE, AIC, AICC, BIC float64
	Residuals           []float64
	end                 state
}

// Least is how many numbers a form needs: those that are estimated and as many
// again as its criterion takes, and two seasons.
func (f Form) Least() int {
	n := f.free() + 4
	if f.Seasonal != None {
		n = max(n, 2*f.Periods)
	}
	return n
}

// FitSeries finds the parameters with the smallest sum of squared errors of one
// step. y has at least Least finite numbers, above zero where the form is Positive.
// It follows the best points of a grid by Levenberg and Marquardt's method within
// bounds, and holds one number for each of y and each parameter in memory. The
// error is the context's.
func FitSeries(ctx context.Context, y []float64, f Form) (*Fit, error) {
	s := &search{f: f, y: y, r: make([]float64, len(y)), moved: make([]float64, len(y))}
	if f.Seasonal != None {
		s.ring = make([]float64, f.Periods)
	}
	s.bounds()
	var best []float64
	least := math.Inf(1)
	points, err := s.grid(ctx)
	if err != nil {
		return nil, err
	}
	for _, start := range points {
		x, sse, err := s.descend(ctx, start)
		if err != nil {
			return nil, err
		}
		if best == nil || sse < least {
			best, least = x, sse
		}
	}
	out := &Fit{Form: f, Params: s.params(best), Residuals: s.r}
	out.SSE, out.end = f.residuals(y, &out.Params, s.r, s.ring)
	n, k := float64(len(y)), float64(f.Parameters())
	out.AIC = n*math.Log(out.SSE/n) + 2*k
	out.BIC = n*math.Log(out.SSE/n) + k*math.Log(n)
	out.AICC = out.AIC + 2*(k+2)*(k+3)/(n-k-3)
	return out, nil
}

// search has one place for each parameter that the form has, in the order level,
// trend/level, seasonal/(1-level), damping, initial level, initial trend, seasons:
// so that all bounds are those of a box.
type search struct {
	f           Form
	y, r, moved []float64
	ring        []float64
	low, top    []float64
	jacobian    [][]float64
}

func (s *search) bounds() {
	add := func(low, top float64) { s.low, s.top = append(s.low, low), append(s.top, top) }
	above := func(c Component) float64 {
		if c == Multiplicative {
			return 1e-9
		}
		return math.Inf(-1)
	}
	add(0, 1)
	if s.f.Trend != None {
		add(0, 1)
	}
	if s.f.Seasonal != None {
		add(0, 1)
	}
	if s.f.damped() {
		add(dampLow, dampTop)
	}
	if s.f.Positive() {
		add(1e-9, math.Inf(1))
	} else {
		add(math.Inf(-1), math.Inf(1))
	}
	if s.f.Trend != None {
		add(above(s.f.Trend), math.Inf(1))
	}
	if s.f.Seasonal != None {
		for range s.f.Periods {
			add(above(s.f.Seasonal), math.Inf(1))
		}
	}
	s.jacobian = make([][]float64, len(s.low))
	for j := range s.jacobian {
		s.jacobian[j] = make([]float64, len(s.y))
	}
}

func (s *search) params(x []float64) (p Params) {
	next := func() float64 { v := x[0]; x = x[1:]; return v }
	p.Level, p.Damping = next(), 1
	if s.f.Trend != None {
		p.Trend = p.Level * next()
	}
	if s.f.Seasonal != None {
		p.Seasonal = (1 - p.Level) * next()
	}
	if s.f.damped() {
		p.Damping = next()
	}
	p.InitialLevel = next()
	if s.f.Trend != None {
		p.InitialTrend = next()
	}
	p.Seasons = x
	return p
}

func (s *search) sse(x, into []float64) float64 {
	p := s.params(x)
	sum, _ := s.f.residuals(s.y, &p, into, s.ring)
	return sum
}

// initial guesses level, trend and seasons from the first seasons.
func (s *search) initial() []float64 {
	m := 1
	if s.f.Seasonal != None {
		m = s.f.Periods
	}
	mean := func(of []float64) (sum float64) {
		for _, v := range of {
			sum += v / float64(len(of))
		}
		return sum
	}
	cycles := min(max(2, 10/m), len(s.y)/m)
	first, last := mean(s.y[:m]), mean(s.y[(cycles-1)*m:cycles*m])
	out := []float64{first}
	switch s.f.Trend {
	case Additive:
		out = append(out, (last-first)/float64((cycles-1)*m))
	case Multiplicative:
		out = append(out, math.Pow(last/first, 1/float64((cycles-1)*m)))
	case None:
	}
	for i := range m {
		switch s.f.Seasonal {
		case Additive:
			out = append(out, s.y[i]-first)
		case Multiplicative:
			out = append(out, s.y[i]/first)
		case None:
		}
	}
	return out
}

// grid gives the best points of a grid over the smoothing parameters.
func (s *search) grid(ctx context.Context) ([][]float64, error) {
	type point struct {
		x   []float64
		sse float64
	}
	heads := [][]float64{{}}
	cross := func(values ...float64) {
		var out [][]float64
		for _, head := range heads {
			for _, v := range values {
				out = append(out, append(slices.Clone(head), v))
			}
		}
		heads = out
	}
	cross(0.02, 0.1, 0.3, 0.6, 0.9, 0.995)
	if s.f.Trend != None {
		cross(0.01, 0.1, 0.5, 0.98)
	}
	if s.f.Seasonal != None {
		cross(0.01, 0.2, 0.7)
	}
	if s.f.damped() {
		cross(0.85, 0.98)
	}
	tail, points := s.initial(), make([]point, 0, len(heads))
	for _, head := range heads {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := slices.Concat(head, tail)
		points = append(points, point{x, s.sse(x, s.r)})
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.sse, b.sse) })
	var out [][]float64
	for _, p := range points[:min(starts, len(points))] {
		out = append(out, p.x)
	}
	return out, nil
}

// descend goes down from x as far as it gets.
func (s *search) descend(ctx context.Context, x []float64) ([]float64, float64, error) {
	x = slices.Clone(x)
	sse, damping, small := s.sse(x, s.r), 1e-3, 0
	for range iterations {
		if math.IsInf(sse, 0) || sse == 0 {
			break
		}
		if err := s.differentiate(ctx, x); err != nil {
			return nil, 0, err
		}
		to, reached := s.step(ctx, x, sse, &damping)
		if to == nil {
			break
		}
		gain := (sse - reached) / sse
		x, sse = to, reached
		s.sse(x, s.r)
		if small++; gain > settled {
			small = 0
		}
		if small > 3 {
			break
		}
	}
	return x, sse, ctx.Err()
}

// differentiate fills the Jacobian of the residuals s.r by differences.
func (s *search) differentiate(ctx context.Context, x []float64) error {
	const delta = 1e-7
	at := slices.Clone(x)
	for j := range x {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := delta * max(math.Abs(x[j]), 1e-2)
		if x[j]+h > s.top[j] {
			h = -h
		}
		at[j] = x[j] + h
		s.sse(at, s.moved)
		for i, v := range s.moved {
			s.jacobian[j][i] = (v - s.r[i]) / (at[j] - x[j])
		}
		at[j] = x[j]
	}
	return nil
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// step looks for a better point; nil where there is none near. Parameters at a
// bound that would cross it stay there.
func (s *search) step(ctx context.Context, x []float64, sse float64, damping *float64) ([]float64, float64) {
	var free []int
	var slope []float64
	for j := range x {
		g := dot(s.jacobian[j], s.r)
		if x[j] <= s.low[j] && g >= 0 || x[j] >= s.top[j] && g <= 0 {
			continue
		}
		free, slope = append(free, j), append(slope, -g)
	}
	if len(free) == 0 {
		return nil, 0
	}
	square := mat.NewSymDense(len(free), nil)
	for a, j := range free {
		if ctx.Err() != nil {
			return nil, 0
		}
		for b := a; b < len(free); b++ {
			square.SetSym(a, b, dot(s.jacobian[j], s.jacobian[free[b]]))
		}
	}
	for *damping < 1e12 {
		if ctx.Err() != nil {
			return nil, 0
		}
		to := s.move(x, free, slope, square, *damping)
		if to != nil {
			if reached := s.sse(to, s.moved); reached < sse {
				*damping = max(*damping/5, 1e-12)
				return to, reached
			}
		}
		*damping *= 4
	}
	return nil, 0
}

// move gives the point to which a damped step leads, cut at the bounds; nil where
// it cannot be calculated.
func (s *search) move(x []float64, free []int, slope []float64, square *mat.SymDense, damping float64) []float64 {
	damped := mat.NewSymDense(len(free), nil)
	damped.CopySym(square)
	for a := range free {
		damped.SetSym(a, a, square.At(a, a)*(1+damping)+1e-300)
	}
	var factor mat.Cholesky
	if !factor.Factorize(damped) {
		return nil
	}
	var by mat.VecDense
	if factor.SolveVecTo(&by, mat.NewVecDense(len(slope), slope)) != nil && by.Len() == 0 {
		return nil
	}
	to := slices.Clone(x)
	for a, j := range free {
		v := x[j] + by.AtVec(a)
		if math.IsNaN(v) {
			return nil
		}
		to[j] = min(max(v, s.low[j]), s.top[j])
	}
	return to
}
