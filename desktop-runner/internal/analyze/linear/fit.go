package linear

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
)

// Fit is an ordinary least squares fit. Its JSON has what all else follows from.
type Fit struct {
	plane.Plane
	FitIntercept    bool    `json:"fit_intercept"`
	ConfidenceLevel float64 `json:"confidence_level"`
	// StdErrors has that of the intercept first, if there is one.
	StdErrors []float64 `json:"std_errors"`
	// N is the number of rows, or the sum of their weights.
	N float64 `json:"n"`
	// RSS is the residual sum of squares; TSS the total one, about the mean if
	// there is an intercept and about zero if not.
	RSS float64 `json:"residual_sum_of_squares"`
	TSS float64 `json:"total_sum_of_squares"`
	// MAE is the mean absolute residual.
	MAE float64 `json:"mean_absolute_error"`
	// Standardized are the coefficients in standard deviations of the target per
	// standard deviation of the feature.
	Standardized []float64 `json:"standardized_coefficients"`
}

// Term is one coefficient, in units of the target per unit of the feature.
type Term struct {
	Coefficient, StdError         float64
	T, PValue                     float64
	ConfidenceLow, ConfidenceHigh float64
}

// Ordinary fits y by the columns of x, which are held once. Weights count rows
// so many times; nil is once. There must be more rows than terms.
//
//	se(b_j) = s·√((XᵀX)⁻¹)_jj,  s² = RSS/DF
//
// The error is a *leastsquares.CollinearError, also for a target that is
// constant, or the context's.
func Ordinary(ctx context.Context, s estimator.Sample, intercept bool, level float64, threads int) (*Fit, error) {
	solved, err := leastsquares.Solve(ctx, leastsquares.Problem{X: s.X, Y: s.Y, Weights: s.Weights, Intercept: intercept, Threads: threads})
	if err != nil {
		return nil, err //nolint:wrapcheck // callers ask for its type
	}
	p := len(s.X)
	if solved.TSS == 0 {
		return nil, &leastsquares.CollinearError{Column: p, Constant: true}
	}
	f := &Fit{
		Plane:        plane.Plane{Intercept: solved.Intercept, Coefficients: solved.Coefficients},
		FitIntercept: intercept, ConfidenceLevel: level, N: solved.N, RSS: solved.RSS, TSS: solved.TSS, MAE: solved.MAE,
		Standardized: make([]float64, p),
	}
	deviation := f.ResidualStdError()
	if intercept {
		f.StdErrors = append(f.StdErrors, deviation*math.Sqrt(solved.InterceptUnscaled))
	}
	for j, v := range solved.Unscaled {
		f.StdErrors = append(f.StdErrors, deviation*math.Sqrt(v))
		f.Standardized[j] = solved.Coefficients[j] * solved.Spread[j] / solved.Spread[p]
	}
	return f, nil
}

// DF is the degrees of freedom of the residuals.
func (f *Fit) DF() float64 { return f.N - float64(len(f.StdErrors)) }

// R2 is 1 - RSS/TSS.
func (f *Fit) R2() float64 { return 1 - f.RSS/f.TSS }

// AdjustedR2 takes the number of terms into account.
func (f *Fit) AdjustedR2() float64 {
	return 1 - (f.RSS/f.DF())/(f.TSS/(f.DF()+float64(len(f.Coefficients))))
}

// F tests that all coefficients but the intercept are zero.
func (f *Fit) F() (statistic, pValue float64) {
	p := float64(len(f.Coefficients))
	statistic = (f.TSS - f.RSS) / p / (f.RSS / f.DF())
	return statistic, tail(statistic, p, f.DF())
}

// ResidualStdError is the standard deviation of the residuals, s.
func (f *Fit) ResidualStdError() float64 {
	df := f.N - float64(len(f.Coefficients))
	if f.FitIntercept {
		df--
	}
	return math.Sqrt(f.RSS / df)
}

// Terms has the intercept first, if there is one, then a term for each feature.
func (f *Fit) Terms() []Term {
	coefficients := f.Coefficients
	if f.FitIntercept {
		coefficients = append([]float64{f.Intercept}, coefficients...)
	}
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: f.DF()}
	reach := student.Quantile(0.5 + f.ConfidenceLevel/2)
	out := make([]Term, len(coefficients))
	for i, b := range coefficients {
		se := f.StdErrors[i]
		t := b / se
		out[i] = Term{
			Coefficient: b, StdError: se, T: t,
			PValue:        tail(t*t, 1, f.DF()), // t² is distributed as F(1, DF)
			ConfidenceLow: b - reach*se, ConfidenceHigh: b + reach*se,
		}
	}
	return out
}

// tail gives the probability that F(d1, d2) exceeds f. gonum's Survival is one
// minus the distribution function, which has no digits left for a good fit.
func tail(f, d1, d2 float64) float64 {
	switch {
	case math.IsInf(f, 1):
		return 0
	case math.IsNaN(f) || f < 0:
		return math.NaN()
	}
	return mathext.RegIncBeta(d2/2, d1/2, d2/(d2+d1*f))
}

// Leverages gives the part of its own prediction that each row decides; see
// leastsquares.Leverages.
func Leverages(ctx context.Context, x estimator.Columns, intercept bool) ([]float64, error) {
	return leastsquares.Leverages(ctx, x, intercept, 0) //nolint:wrapcheck // the context's
}
