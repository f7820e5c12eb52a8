// Package plane is what all models have that predict by a weighted sum of the
// features: how they predict, what a restored one must be, and how they are told.
package plane

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Plane is a constant and a coefficient for each feature.
type Plane struct {
	Intercept    float64   `json:"intercept"`
	Coefficients []float64 `json:"coefficients"`
}

// Most is how many features a restored model has at most.
const Most = 1 << 20

// Check refuses what no fit gives: no features, or numbers that are not finite.
func (p *Plane) Check() error {
	if len(p.Coefficients) == 0 || len(p.Coefficients) > Most {
		return fmt.Errorf("has %d coefficients", len(p.Coefficients))
	}
	if !Finite(p.Intercept) || !Finite(p.Coefficients...) {
		return errors.New("has a coefficient that is not finite")
	}
	return nil
}

// Finite reports whether all numbers are.
func Finite(numbers ...float64) bool {
	for _, x := range numbers {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// chunkRows is how many rows are summed at a time, so that they stay in the cache.
const chunkRows = 1 << 13

// Sum gives the weighted sum of each row of x.
func (p *Plane) Sum(ctx context.Context, x estimator.Columns) ([]float64, error) {
	if len(x) != len(p.Coefficients) {
		return nil, fmt.Errorf("the model takes %d features, and there are %d", len(p.Coefficients), len(x))
	}
	out := make([]float64, x.Rows())
	chunks := (len(out) + chunkRows - 1) / chunkRows
	return out, parallel.Each(ctx, parallel.Threads(0), chunks, func(chunk int) { //nolint:wrapcheck // the context's
		from := chunk * chunkRows
		to := min(from+chunkRows, len(out))
		sums := out[from:to]
		for i := range sums {
			sums[i] = p.Intercept
		}
		for j, b := range p.Coefficients {
			floats.AddScaled(sums, b, x[j][from:to])
		}
	})
}

// Name gives the name of number at, or noun and number where there is none.
func Name(names []string, at int, noun string) string {
	if at < len(names) {
		return names[at]
	}
	return noun + " " + strconv.Itoa(at)
}

// mostBars keeps the chart of coefficients readable.
const mostBars = 30

// Table is the coefficients as a table: term, coefficient, and what more says of
// each, which gets -1 for the intercept.
func (p *Plane) Table(about estimator.About, intercept bool, columns []result.Column, more func(j int) []any) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: "coefficients", Title: "Coefficients", Model: about.Fit, Columns: append([]result.Column{
		{Name: "term", Type: result.Text}, {Name: "coefficient", Type: result.Float},
	}, columns...)}
	var rows [][]any
	if intercept {
		rows = append(rows, append([]any{"intercept", p.Intercept}, more(-1)...))
	}
	for j, b := range p.Coefficients {
		rows = append(rows, append([]any{Name(about.Features, j, "feature"), b}, more(j)...))
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

// Bars draws numbers of the features, the first ones where there are many.
func Bars(about estimator.About, title, axis string, series ...result.Series) *finding.Curves {
	for k := range series {
		s := &series[k]
		s.Y = s.Y[:min(mostBars, len(s.Y))]
		for j := range s.Y {
			s.X = append(s.X, Name(about.Features, j, "feature"))
		}
	}
	return &finding.Curves{Model: about.Fit, Chart: result.Chart{
		Name: "effects", Type: result.Bar, Title: title,
		X: result.Axis{Title: "Feature", Type: result.Text}, Y: result.Axis{Title: axis, Type: result.Float}, Series: series,
	}}
}

// Values makes numbers a series' points.
func Values(name string, numbers []float64) result.Series {
	s := result.Series{Name: name}
	for _, x := range numbers {
		s.Y = append(s.Y, x)
	}
	return s
}

// CheckSample refuses a sample without features, or whose weights have no sum;
// and weights that differ where single rows must not show, for they can make a
// few rows decide what is told.
func CheckSample(op string, s estimator.Sample, settings estimator.Settings) error {
	if len(s.X) == 0 || len(s.Y) == 0 {
		return Bad(op, "params.features", "there must be a feature and a row to learn from")
	}
	if s.Weights == nil {
		return nil
	}
	if sum := floats.Sum(s.Weights); !(sum > 0) || math.IsInf(sum, 1) {
		return Bad(op, "params.source", "the weights of the rows must have a finite sum above 0")
	}
	if settings.MinRows > 1 && slices.Min(s.Weights) != slices.Max(s.Weights) {
		return Refuse(op, "weights that differ between rows would let a few of them decide what is told; allowed are equal ones, or none")
	}
	return nil
}

// Bad is an invalid_params fault.
func Bad(op, path, format string, args ...any) *fault.Error {
	return fault.BadFields(op, string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// Refuse is a policy_refused fault.
func Refuse(op, format string, args ...any) *fault.Error {
	return fault.New(op, fault.Forbidden, string(task.PolicyRefused), format, args...)
}

// Collinear makes a fault of a *leastsquares.CollinearError, and keeps it as the
// cause; other errors stay as they are.
func Collinear(op string, err error, instead string) error {
	var c *leastsquares.CollinearError
	if !errors.As(err, &c) {
		return err
	}
	path, what := "params.features", fmt.Sprintf("feature number %d", c.Column+1)
	f := Bad(op, path, "%s can be calculated exactly from the features before it, so the coefficients are not determined; leave one of them out%s", what, instead)
	if c.Constant {
		f = Bad(op, path, "%s has the same value in every row, so nothing can be learned from it; leave it out", what)
	}
	f.Err = c
	return f
}
