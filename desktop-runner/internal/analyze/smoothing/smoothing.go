// Package smoothing has exponential smoothing after Holt and Winters: the
// recursion, the search for its parameters, and forecasts with intervals. It
// calculates of numbers in memory and reads nothing.
//
// Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (2nd
// edition, 2018), chapter 7. Parameters and bounds are statsmodels'.
package smoothing

import "math"

// Component is how trend or season enters the series.
type Component string

// The components.
const (
	None           Component = "none"
	Additive       Component = "add"
	Multiplicative Component = "mul"
)

// Form is one of the models. Periods is the length of a season; it means nothing
// without one.
type Form struct {
	Trend, Seasonal Component
	Damped          bool
	Periods         int
}

// Parameters counts what is estimated, as statsmodels' aicc does.
func (f Form) Parameters() int {
	k := 2
	if f.Trend != None {
		k += 2
	}
	if f.damped() {
		k++
	}
	if f.Seasonal != None {
		k += f.Periods
	}
	return k
}

// free counts all numbers that the search may change.
func (f Form) free() int {
	if f.Seasonal != None {
		return f.Parameters() + 1
	}
	return f.Parameters()
}

// Positive says that the numbers of the series must be above zero.
func (f Form) Positive() bool { return f.Trend == Multiplicative || f.Seasonal == Multiplicative }

func (f Form) damped() bool { return f.Damped && f.Trend != None }

// Params are what the search finds. Trend is at most Level, and Seasonal at most
// 1 - Level. Seasons are those of the first season.
type Params struct {
	Level, Trend, Seasonal, Damping float64
	InitialLevel, InitialTrend      float64
	Seasons                         []float64
}

// state is where the recursion stands; seasons is a ring whose place next belongs
// to the number that comes.
type state struct {
	level, trend float64
	seasons      []float64
	next         int
}

func (f Form) begin(p *Params, ring []float64) state {
	copy(ring, p.Seasons)
	return state{p.InitialLevel, p.InitialTrend, ring, 0}
}

// base is the level that is expected next, and slope the damped trend.
func (f Form) base(s *state, phi float64) (base, slope float64) {
	switch f.Trend {
	case Additive:
		slope = phi * s.trend
		return s.level + slope, slope
	case Multiplicative:
		if slope = s.trend; phi != 1 {
			slope = math.Pow(s.trend, phi)
		}
		return s.level * slope, slope
	default:
		return s.level, 0
	}
}

// seasoned is the number expected, of a base.
func (f Form) seasoned(base float64, s *state) float64 {
	switch f.Seasonal {
	case Additive:
		return base + s.seasons[s.next]
	case Multiplicative:
		return base * s.seasons[s.next]
	default:
		return base
	}
}

// take moves the state on by a number y.
func (f Form) take(s *state, p *Params, y, base, slope float64) {
	before, clean := s.level, y
	switch f.Seasonal {
	case Additive:
		clean = y - s.seasons[s.next]
		s.seasons[s.next] += p.Seasonal * (clean - base)
	case Multiplicative:
		clean = y / s.seasons[s.next]
		s.seasons[s.next] = p.Seasonal*y/base + (1-p.Seasonal)*s.seasons[s.next]
	case None:
	}
	s.level = p.Level*clean + (1-p.Level)*base
	switch f.Trend {
	case Additive:
		s.trend = p.Trend*(s.level-before) + (1-p.Trend)*slope
	case Multiplicative:
		s.trend = p.Trend*s.level/before + (1-p.Trend)*slope
	case None:
	}
	if len(s.seasons) > 0 {
		if s.next++; s.next == len(s.seasons) {
			s.next = 0
		}
	}
}

func (f Form) phi(p *Params) float64 {
	if f.damped() {
		return p.Damping
	}
	return 1
}

// residuals writes y less what was expected, and gives the sum of squares; it is
// infinite where the recursion leaves the numbers. The ring has a place for each
// number of a season.
func (f Form) residuals(y []float64, p *Params, into, ring []float64) (float64, state) {
	s, phi, sum := f.begin(p, ring), f.phi(p), 0.0
	for i, v := range y {
		base, slope := f.base(&s, phi)
		into[i] = v - f.seasoned(base, &s)
		sum += into[i] * into[i]
		f.take(&s, p, v, base, slope)
	}
	if math.IsNaN(sum) {
		sum = math.Inf(1)
	}
	return sum, s
}
