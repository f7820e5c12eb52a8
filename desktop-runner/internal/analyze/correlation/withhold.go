package correlation

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
)

// follows is what is left of a column of length 1 when the columns before it are
// taken out, below which nothing is: the error of rounding.
const follows = 1e-13

// withhold asks the policy which columns may be told of, one after another: not
// one in which few rows differ from all the others, nor one with which a few
// rows could decide what a regression of columns tells, for that follows from
// their coefficients. The error is a policy_refused fault where fewer than two
// columns are left. The columns are whole; varied has finding.Profile.Varied of
// each.
func withhold(ctx context.Context, s *step.Step, columns []column, names []string, varied []int64) ([]bool, finding.Fit, error) {
	rows := columns[0].count
	model := finding.Fit{Rows: int64(rows), Parameters: int64(len(columns)) + 1, Support: int64(rows)}
	if err := s.Judge(model); err != nil {
		return nil, model, err
	}
	model.Leverages = slices.Repeat([]float64{1 / float64(rows)}, rows)
	var basis [][]float64
	var refusal error
	withheld, told := make([]bool, len(columns)), 0
	for j, c := range columns {
		direction, err := direction(ctx, c, basis)
		if err != nil {
			return nil, model, err
		}
		with := model
		if varied[j] < model.Support {
			with.Support, with.SupportOf = varied[j], names[j]
		}
		if direction != nil {
			with.Leverages = slices.Clone(model.Leverages)
			for i, q := range direction {
				with.Leverages[i] += q * q
			}
		}
		if err := s.Judge(with); err != nil {
			withheld[j], refusal = true, err
			continue
		}
		told, model = told+1, with
		if direction != nil {
			basis = append(basis, direction)
		}
	}
	if told < 2 {
		return nil, model, refusal
	}
	return withheld, model, nil
}

// Leverages gives for each row of columns without missing numbers how far it
// decides by itself, from 0 to 1, what a regression of one column by others
// tells; see finding.Fit. It takes as much memory again as the columns. The error
// is the context's.
func Leverages(ctx context.Context, numbers [][]float64) ([]float64, error) {
	rows := len(numbers[0])
	out := slices.Repeat([]float64{1 / float64(rows)}, rows)
	var basis [][]float64
	for _, values := range numbers {
		c := column{values: slices.Clone(values)}
		centre(c.values)
		c.squares = dot(c.values, c.values)
		direction, err := direction(ctx, c, basis)
		switch {
		case err != nil:
			return nil, err
		case direction == nil:
			continue
		}
		for i, q := range direction {
			out[i] += q * q
		}
		basis = append(basis, direction)
	}
	return out, nil
}

// direction gives what is left of a column without the part that follows from
// orthonormal ones, scaled to length 1; nil where nothing is. Taking that part
// out twice leaves no error of rounding of it (Giraud and others, "The loss of
// orthogonality in the Gram-Schmidt orthogonalization process", 2005). The error
// is the context's.
func direction(ctx context.Context, c column, basis [][]float64) ([]float64, error) {
	if c.squares == 0 {
		return nil, nil
	}
	out := slices.Clone(c.values)
	floats.Scale(1/math.Sqrt(c.squares), out)
	for range 2 {
		floats.AddConst(-floats.Sum(out)/float64(len(out)), out)
		for _, b := range basis {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			floats.AddScaled(out, -floats.Dot(out, b), b)
		}
	}
	left := floats.Norm(out, 2)
	if left <= follows || math.IsNaN(left) {
		return nil, nil
	}
	floats.Scale(1/left, out)
	return out, nil
}
