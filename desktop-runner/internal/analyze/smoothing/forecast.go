package smoothing

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// paths is how many futures are drawn for the intervals of multiplicative forms.
const paths = 2000

// Forecast is one step ahead of the series.
type Forecast struct{ Mean, Low, High float64 }

// Sigma is the standard deviation of the errors, with the degrees of freedom that
// statsmodels' simulate has.
func (f *Fit) Sigma() float64 {
	return math.Sqrt(f.SSE / float64(len(f.Residuals)-f.free()))
}

// State gives level, trend and seasons after the last number; seasons begin with
// the one that comes next.
func (f *Fit) State() (level, trend float64, seasons []float64) {
	return f.end.level, f.end.trend, slices.Concat(f.end.seasons[f.end.next:], f.end.seasons[:f.end.next])
}

// copyEnd gives the last state with a ring of its own.
func (f *Fit) copyEnd() state {
	s := f.end
	s.seasons = slices.Clone(f.end.seasons)
	return s
}

// Ahead forecasts steps numbers with intervals of a level. Where trend and season
// add up, they follow from the variance of the state space model
//
//	var(h) = σ² (1 + Σ c(j)², j = 1 … h-1),  c(j) = α + αβ (φ + … + φʲ) + γ [j mod m = 0]
//
// or else from 2,000 futures drawn with the seed, with normal errors. The error is
// the context's.
func (f *Fit) Ahead(ctx context.Context, steps int, level float64, seed int64) ([]Forecast, error) {
	out, phi := make([]Forecast, steps), f.phi(&f.Params)
	for h, mean := range f.Means(steps) {
		out[h].Mean = mean
	}
	if f.Positive() {
		return out, f.simulate(ctx, out, level, seed)
	}
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	variance, reach, power := 1.0, 0.0, 1.0
	for h := range out {
		half := z * f.Sigma() * math.Sqrt(variance)
		out[h].Low, out[h].High = out[h].Mean-half, out[h].Mean+half
		power *= phi
		reach += power
		c := f.Level + f.Level*f.Params.Trend*reach
		if f.Form.Seasonal != None && (h+1)%f.Periods == 0 {
			c += f.Params.Seasonal
		}
		variance += c * c
	}
	return out, ctx.Err()
}

// Means forecasts steps numbers.
func (f *Fit) Means(steps int) []float64 {
	out, s, phi := make([]float64, steps), f.copyEnd(), f.phi(&f.Params)
	for h := range out {
		base, slope := f.base(&s, phi)
		out[h] = f.seasoned(base, &s)
		// Without an error the state moves on as expected.
		f.take(&s, &f.Params, out[h], base, slope)
	}
	return out
}

func (f *Fit) simulate(ctx context.Context, out []Forecast, level float64, seed int64) error {
	random := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // simulation, not a secret
	drawn := make([][]float64, len(out))
	for h := range drawn {
		drawn[h] = make([]float64, 0, paths)
	}
	sigma, phi := f.Sigma(), f.phi(&f.Params)
	for range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := f.copyEnd()
		for h := range drawn {
			base, slope := f.base(&s, phi)
			y := f.seasoned(base, &s) + sigma*random.NormFloat64()
			if math.IsNaN(y) {
				break
			}
			drawn[h] = append(drawn[h], y)
			f.take(&s, &f.Params, y, base, slope)
		}
	}
	for h, values := range drawn {
		out[h].Low, out[h].High = math.NaN(), math.NaN()
		if len(values) < paths/2 {
			continue
		}
		slices.Sort(values)
		last := float64(len(values) - 1)
		out[h].Low, out[h].High = values[int(last*(1-level)/2)], values[int(math.Ceil(last*(1+level)/2))]
	}
	return nil
}
