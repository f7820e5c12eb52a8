package leastsquares_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/leastsquares"
)

func powers(x []float64, upTo int) [][]float64 {
	out := make([][]float64, upTo)
	for k := range out {
		out[k] = make([]float64, len(x))
		for i, v := range x {
			out[k][i] = v
			for range k {
				out[k][i] *= v
			}
		}
	}
	return out
}

// statistics are what NIST certifies, of any solution.
type statistics struct {
	coefficients, stdErrors []float64
	residual, r2, f         float64
}

// digits is how many significant digits two numbers have in common; 15 at most.
func digits(got, want float64) float64 {
	gap := math.Abs(got - want)
	if want != 0 {
		gap /= math.Abs(want)
	}
	return min(15, -math.Log10(gap)) // 15 of no gap at all
}

const precision = 600

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func value(x *big.Float) float64 { v, _ := x.Float64(); return v }

// exact solves the normal equations with 180 digits, for the inputs as they are
// in float64.
func exact(x [][]float64, y []float64, intercept bool) statistics {
	columns := x
	if intercept {
		columns = append([][]float64{nil}, x...)
		columns[0] = make([]float64, len(y))
		for i := range y {
			columns[0][i] = 1
		}
	}
	p := len(columns)
	// Gauss and Jordan on (XᵀX | Xᵀy | I).
	m := make([][]*big.Float, p)
	for j := range p {
		m[j] = make([]*big.Float, 2*p+1)
		for k := range m[j] {
			m[j][k] = number(0)
		}
		for i := range y {
			for k := range p {
				m[j][k].Add(m[j][k], new(big.Float).SetPrec(precision).Mul(number(columns[j][i]), number(columns[k][i])))
			}
			m[j][p].Add(m[j][p], new(big.Float).SetPrec(precision).Mul(number(columns[j][i]), number(y[i])))
		}
		m[j][p+1+j].SetFloat64(1)
	}
	for j := range p {
		pivot := new(big.Float).Copy(m[j][j])
		for k := range m[j] {
			m[j][k].Quo(m[j][k], pivot)
		}
		for i := range p {
			if i != j {
				factor := new(big.Float).Copy(m[i][j])
				for k := range m[i] {
					m[i][k].Sub(m[i][k], new(big.Float).SetPrec(precision).Mul(factor, m[j][k]))
				}
			}
		}
	}
	rss, tss, mean := number(0), number(0), number(0)
	if intercept {
		for _, v := range y {
			mean.Add(mean, number(v))
		}
		mean.Quo(mean, number(float64(len(y))))
	}
	for i := range y {
		e := number(y[i])
		for j := range p {
			e.Sub(e, new(big.Float).SetPrec(precision).Mul(m[j][p], number(columns[j][i])))
		}
		rss.Add(rss, e.Mul(e, e))
		d := number(y[i])
		d.Sub(d, mean)
		tss.Add(tss, d.Mul(d, d))
	}
	out := statistics{}
	s2 := new(big.Float).Quo(rss, number(float64(len(y)-p)))
	for j := range p {
		out.coefficients = append(out.coefficients, value(m[j][p]))
		variance := new(big.Float).SetPrec(precision).Mul(s2, m[j][p+1+j])
		out.stdErrors = append(out.stdErrors, value(variance.Sqrt(variance)))
	}
	out.residual = value(new(big.Float).Sqrt(s2))
	out.r2 = 1 - value(new(big.Float).Quo(rss, tss))
	explained := new(big.Float).Sub(tss, rss)
	if rss.Sign() > 0 {
		out.f = value(explained.Quo(explained, s2)) / float64(len(x))
	}
	return out
}

func solved(t *testing.T, x [][]float64, y []float64, intercept bool) statistics {
	t.Helper()
	f, err := leastsquares.Solve(t.Context(), leastsquares.Problem{X: x, Y: y, Intercept: intercept})
	require.NoError(t, err)
	return statisticsOf(f, len(y), intercept)
}

func statisticsOf(f *leastsquares.Fit, rows int, intercept bool) statistics {
	out := statistics{r2: 1 - f.RSS/f.TSS}
	df, variances := float64(rows-len(f.Coefficients)), f.Unscaled
	out.coefficients = f.Coefficients
	if intercept {
		df--
		out.coefficients = append([]float64{f.Intercept}, f.Coefficients...)
		variances = append([]float64{f.InterceptUnscaled}, f.Unscaled...)
	}
	out.residual = math.Sqrt(f.RSS / df)
	for _, v := range variances {
		out.stdErrors = append(out.stdErrors, out.residual*math.Sqrt(v))
	}
	out.f = (f.TSS - f.RSS) / float64(len(f.Coefficients)) / (f.RSS / df)
	return out
}

func TestSolve_HasTheCertifiedValuesOfNIST(t *testing.T) {
	t.Parallel()
	for _, set := range nist() {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			x := powers(set.x, set.powers)
			got, ideal := solved(t, x, set.y, set.intercept), exact(x, set.y, set.intercept)
			worst := 15.0
			check := func(what string, got, ideal, certified float64) {
				// Where even the exact answer for the inputs in float64 is not the
				// certified one, half a digit less than that will do.
				require.Greater(t, digits(ideal, certified), set.digits-2, "%s: exact %v, certified %v: the data are not NIST's", what, ideal, certified)
				want := min(set.digits, digits(ideal, certified)-0.5)
				require.GreaterOrEqual(t, digits(got, certified), want, "%s: got %v, exact %v, certified %v", what, got, ideal, certified)
				worst = min(worst, digits(got, certified))
			}
			for j, b := range set.coefficients {
				check(fmt.Sprintf("coefficient %d", j), got.coefficients[j], ideal.coefficients[j], b)
				check(fmt.Sprintf("standard error %d", j), got.stdErrors[j], ideal.stdErrors[j], set.stdErrors[j])
			}
			check("residual standard deviation", got.residual, ideal.residual, set.residual)
			check("R²", got.r2, ideal.r2, set.r)
			if set.f != 0 {
				check("F", got.f, ideal.f, set.f)
			}
			t.Logf("%s: %.1f digits", set.name, worst)
		})
	}
}
