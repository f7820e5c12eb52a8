package linear

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"ddap/desktop-runner/internal/analyze/matrix"
)

// Fit is an ordinary least squares fit of the matrix's last column by the others.
type Fit struct {
	// Terms has the intercept first, if there is one, then a term for each feature.
	Terms []Term
	// N is the number of rows, DF the degrees of freedom of the residuals.
	N, DF int
	// RSS is the residual sum of squares; TSS the total one, about the mean if
	// there is an intercept and about zero if not.
	RSS, TSS float64
	// MAE is the mean absolute residual.
	MAE float64
	// R2 is 1 - RSS/TSS; AdjustedR2 takes the number of terms into account.
	R2, AdjustedR2 float64
	// F tests that all coefficients but the intercept are zero.
	F, FPValue float64
	// Residuals are target minus prediction, row by row.
	Residuals []float64

	// What Leverages needs: means, lengths, and the inverse of R.
	centre, scale []float64
	inverse       *mat.Dense
	intercept     bool
}

// Term is one coefficient, in units of the target per unit of the feature.
type Term struct {
	Name                          string
	Coefficient, StdError         float64
	T, PValue                     float64
	ConfidenceLow, ConfidenceHigh float64
	// Standardized is the coefficient in standard deviations of the target per
	// standard deviation of the feature; NaN for the intercept.
	Standardized float64
}

// CollinearError means that a feature follows from those before it, or is
// constant while there is an intercept: the coefficients are not determined.
type CollinearError struct {
	Feature  string
	Constant bool
}

// Error names the feature.
func (e *CollinearError) Error() string {
	if e.Constant {
		return e.Feature + " has the same value in every row, so nothing can be learned from it; leave it out"
	}
	return e.Feature + " can be calculated exactly from the other features, so the coefficients are not determined; leave one of them out"
}

const (
	// blockRows is how many rows are factorized at a time: enough to be fast,
	// little enough to stop within milliseconds.
	blockRows = 2048
	// collinear is what is left of a feature of length 1 when the features before
	// it are taken out, below which it counts as following from them. Rounding
	// leaves about 1e-15; a variance inflation of 1e16 would be on the line.
	collinear = 1e-8
)

// Ordinary fits by a QR decomposition of the features after they were centred
// (with an intercept) and scaled to length 1, in blocks of rows:
//
//	X = QR,  b = R⁻¹Qᵀy,  se(b_j) = s·‖row j of R⁻¹‖,  s² = RSS/DF
//
// The last column of m is the target. There must be more rows than terms, and
// the target must not be constant; the error is a *CollinearError, or the
// context's.
//
// Sources: Golub and Van Loan, "Matrix Computations", section 5.3; Demmel et
// al., "Communication-optimal parallel and sequential QR" (2012), for the blocks.
func Ordinary(ctx context.Context, m *matrix.Matrix, intercept bool, level float64) (*Fit, error) {
	p := len(m.Columns) - 1
	centre, scale, err := centreAndScale(m, intercept)
	if err != nil {
		return nil, err
	}
	r, err := triangle(ctx, m, centre, scale)
	if err != nil {
		return nil, err
	}
	for j := range p {
		if math.Abs(r.At(j, j)) < collinear {
			return nil, &CollinearError{Feature: m.Columns[j].Name}
		}
	}
	inverse := mat.NewDense(p, p, nil)
	features := mat.NewTriDense(p, mat.Upper, nil)
	for i := range p {
		for j := i; j < p; j++ {
			features.SetTri(i, j, r.At(i, j))
		}
	}
	if err := inverse.Inverse(features); err != nil {
		if _, illConditioned := err.(mat.Condition); !illConditioned { //nolint:errorlint // gonum returns it bare
			return nil, fmt.Errorf("solving for the coefficients: %w", err)
		}
	}
	scaled := make([]float64, p)
	for i := range p {
		for j := i; j < p; j++ {
			scaled[i] += inverse.At(i, j) * r.At(j, p)
		}
	}
	f := &Fit{
		N: m.Rows, DF: m.Rows - p, TSS: scale[p] * scale[p],
		centre: centre, scale: scale, inverse: inverse, intercept: intercept,
	}
	if intercept {
		f.DF--
	}
	beta := make([]float64, p)
	for j := range p {
		beta[j] = scaled[j] * scale[p] / scale[j]
	}
	f.residuals(m, beta, centre)
	f.judge(p)
	f.terms(m, beta, scaled, centre, scale, inverse, intercept)
	f.intervals(level)
	return f, nil
}

// centreAndScale gives what is subtracted from each column and what it is
// divided by: its length after that.
func centreAndScale(m *matrix.Matrix, intercept bool) (centre, scale []float64, err error) {
	p := len(m.Columns)
	centre, scale = make([]float64, p), make([]float64, p)
	column := make([]float64, m.Rows)
	for j := range p {
		largest := 0.0
		for i := range column {
			column[i] = m.Data[i*p+j]
			largest = max(largest, math.Abs(column[i]))
		}
		if intercept {
			centre[j] = floats.SumCompensated(column) / float64(m.Rows)
			floats.AddConst(-centre[j], column)
		}
		scale[j] = floats.Norm(column, 2)
		// What rounding leaves of a constant is not a length.
		if scale[j] <= largest*1e-14*math.Sqrt(float64(m.Rows)) {
			return nil, nil, &CollinearError{Feature: m.Columns[j].Name, Constant: true}
		}
	}
	return centre, scale, nil
}

// triangle gives the R of the QR decomposition of all scaled columns, target
// included: its last column is Qᵀy.
func triangle(ctx context.Context, m *matrix.Matrix, centre, scale []float64) (*mat.Dense, error) {
	p := len(m.Columns)
	r := mat.NewDense(p, p, nil)
	for from := 0; from < m.Rows; from += blockRows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows := min(blockRows, m.Rows-from)
		stacked := mat.NewDense(p+rows, p, nil)
		stacked.Copy(r)
		for i := range rows {
			row := stacked.RawRowView(p + i)
			for j, x := range m.Row(from + i) {
				row[j] = (x - centre[j]) / scale[j]
			}
		}
		var qr mat.QR
		qr.Factorize(stacked)
		var full mat.Dense
		qr.RTo(&full)
		r.Copy(full.Slice(0, p, 0, p))
	}
	return r, nil
}

func (f *Fit) residuals(m *matrix.Matrix, beta, centre []float64) {
	p := len(beta)
	f.Residuals = make([]float64, m.Rows)
	absolute, squares := make([]float64, m.Rows), make([]float64, m.Rows)
	for i := range f.Residuals {
		row := m.Row(i)
		e := row[p] - centre[p]
		for j, b := range beta {
			e -= b * (row[j] - centre[j])
		}
		f.Residuals[i], absolute[i], squares[i] = e, math.Abs(e), e*e
	}
	f.MAE = floats.SumCompensated(absolute) / float64(m.Rows)
	f.RSS = floats.SumCompensated(squares)
}

// judge computes the measures of the whole fit. TSS has DF + p degrees of freedom.
func (f *Fit) judge(p int) {
	residual, total := float64(f.DF), float64(f.DF+p)
	f.R2 = 1 - f.RSS/f.TSS
	f.AdjustedR2 = 1 - (f.RSS/residual)/(f.TSS/total)
	f.F = (f.TSS - f.RSS) / float64(p) / (f.RSS / residual)
	f.FPValue = tail(f.F, float64(p), residual)
}

// ResidualStdError is the standard deviation of the residuals, s.
func (f *Fit) ResidualStdError() float64 { return math.Sqrt(f.RSS / float64(f.DF)) }

// Leverages gives, for each row of the matrix that was fitted, the part of its
// prediction that its own target decides: the diagonal of the hat matrix,
//
//	h = 1/n + ‖z·R⁻¹‖²
//
// where z is the row of centred and scaled features, without 1/n where there is
// no intercept. They sum up to the number of terms.
func (f *Fit) Leverages(m *matrix.Matrix) []float64 {
	p := len(f.scale) - 1
	out, z := make([]float64, m.Rows), make([]float64, p)
	for i := range out {
		if f.intercept {
			out[i] = 1 / float64(m.Rows)
		}
		row := m.Row(i)
		for j := range z {
			z[j] = (row[j] - f.centre[j]) / f.scale[j]
		}
		for k := range p {
			part := 0.0
			for j := range k + 1 {
				part += z[j] * f.inverse.At(j, k)
			}
			out[i] += part * part
		}
	}
	return out
}

func (f *Fit) terms(m *matrix.Matrix, beta, scaled, centre, scale []float64, inverse *mat.Dense, intercept bool) {
	p, s := len(beta), f.ResidualStdError()
	if intercept {
		// b0 = ȳ - Σ b_j·x̄_j, and var(b0)/s² = 1/n + x̄ᵀ(XᵀX)⁻¹x̄.
		value, variance := centre[p], 1/float64(m.Rows)
		for j := range p {
			value -= beta[j] * centre[j]
		}
		for k := range p {
			part := 0.0
			for j := range p {
				part += inverse.At(j, k) * centre[j] / scale[j]
			}
			variance += part * part
		}
		f.Terms = append(f.Terms, Term{Name: "intercept", Coefficient: value, StdError: s * math.Sqrt(variance), Standardized: math.NaN()})
	}
	for j := range p {
		f.Terms = append(f.Terms, Term{
			Name: m.Columns[j].Name, Coefficient: beta[j],
			StdError:     s * floats.Norm(inverse.RawRowView(j), 2) / scale[j],
			Standardized: scaled[j],
		})
	}
}

func (f *Fit) intervals(level float64) {
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(f.DF)}
	reach := student.Quantile(0.5 + level/2)
	for i := range f.Terms {
		t := &f.Terms[i]
		t.T = t.Coefficient / t.StdError
		t.PValue = tail(t.T*t.T, 1, float64(f.DF)) // t² is distributed as F(1, DF)
		t.ConfidenceLow, t.ConfidenceHigh = t.Coefficient-reach*t.StdError, t.Coefficient+reach*t.StdError
	}
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
