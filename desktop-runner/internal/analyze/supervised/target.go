package supervised

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxClasses is how many classes a model learns at most: with more, a target is
// rather a name or a number.
const maxClasses = 100

// target is the column that a model learns, row by row.
type target struct {
	column result.Column
	// classes are the names of the classes in their order; nil where it is a number.
	classes []string
	// y has the number or the place of the class; NaN where it is missing.
	y []float64
}

// targetOf takes a column for numbers or for classes, see operation.TargetType.
// Errors are invalid_params faults for a column of the wrong kind, and for one
// that is missing or the same in all rows.
func targetOf(c *design.Column, asked operation.TargetType, l Learner) (target, error) {
	t := target{column: c.Column}
	if c.Codes != nil {
		if asked == operation.TargetNumber || !l.Classes {
			return t, bad("params.target", "%s is text, and %s predicts numbers", c.Name, l.Name)
		}
		return t, t.ofCodes(c)
	}
	distinct := values(c.Numbers)
	switch {
	case len(distinct) == 0:
		return t, bad("params.target", "%s is missing in every row", c.Name)
	case len(distinct) == 1:
		return t, bad("params.target", "%s is the same in every row, so there is nothing to predict", c.Name)
	}
	if err := l.takes(asked); err != nil {
		return t, err
	}
	classes := l.Classes && (asked == operation.TargetClass || !l.Numbers || asked == "" && (c.Type == result.Boolean || len(distinct) == 2))
	switch {
	case classes && len(distinct) > maxClasses:
		return t, bad("params.target", "%s has more than %d different numbers, too many for classes; choose a model for numbers, such as linear_regression", c.Name, maxClasses)
	case classes:
		t.ofNumbers(c, distinct)
	default:
		t.y = c.Numbers
	}
	return t, nil
}

// takes refuses a type of target that the model does not learn.
func (l Learner) takes(asked operation.TargetType) error {
	switch {
	case asked == operation.TargetClass && !l.Classes:
		return bad("params.target_type", "%s predicts numbers, not classes; use logistic_regression or a tree", l.Name)
	case asked == operation.TargetNumber && !l.Numbers:
		return bad("params.target_type", "%s predicts classes, not numbers; use linear_regression or a tree", l.Name)
	}
	return nil
}

func (t *target) ofCodes(c *design.Column) error {
	there := make([]bool, len(c.Levels))
	for _, code := range c.Codes {
		if code == design.Rare {
			return bad("params.target", "%s has too many different texts to be classes; at most %d can be told apart", c.Name, maxClasses)
		}
		if code >= 0 {
			there[code] = true
		}
	}
	places := make([]float64, len(c.Levels))
	for code, level := range c.Levels {
		if there[code] {
			places[code] = float64(len(t.classes))
			t.classes = append(t.classes, level)
		}
	}
	switch {
	case len(t.classes) == 0:
		return bad("params.target", "%s is missing in every row", c.Name)
	case len(t.classes) == 1:
		return bad("params.target", "%s is the same in every row, so there is nothing to predict", c.Name)
	case len(t.classes) > maxClasses:
		return bad("params.target", "%s has %d different texts, too many for classes; at most %d can be told apart", c.Name, len(t.classes), maxClasses)
	}
	t.y = make([]float64, len(c.Codes))
	for i, code := range c.Codes {
		if t.y[i] = math.NaN(); code >= 0 {
			t.y[i] = places[code]
		}
	}
	return nil
}

func (t *target) ofNumbers(c *design.Column, distinct []float64) {
	for _, v := range distinct {
		name := strconv.FormatFloat(v, 'g', -1, 64)
		if c.Type == result.Boolean {
			name = strconv.FormatBool(v != 0)
		}
		t.classes = append(t.classes, name)
	}
	t.y = make([]float64, len(c.Numbers))
	for i, x := range c.Numbers {
		if t.y[i] = math.NaN(); !math.IsNaN(x) {
			place, _ := slices.BinarySearch(distinct, x)
			t.y[i] = float64(place)
		}
	}
}

// values gives the different numbers in their order, at most a few more than
// classes may be.
func values(numbers []float64) []float64 {
	var out []float64
	for _, x := range numbers {
		if math.IsNaN(x) {
			continue
		}
		if place, found := slices.BinarySearch(out, x); !found {
			if out = slices.Insert(out, place, x); len(out) > maxClasses {
				break
			}
		}
	}
	return out
}

// only keeps the rows of y, and the classes that are left in them: renumbered,
// so that every class is there.
func (t *target) only(rows []int) target {
	out := target{column: t.column, y: make([]float64, len(rows))}
	for k, i := range rows {
		out.y[k] = t.y[i]
	}
	if t.classes == nil {
		return out
	}
	there := make([]bool, len(t.classes))
	for _, y := range out.y {
		there[int(y)] = true
	}
	places := make([]float64, len(t.classes))
	for place, name := range t.classes {
		if there[place] {
			places[place] = float64(len(out.classes))
			out.classes = append(out.classes, name)
		}
	}
	for k, y := range out.y {
		out.y[k] = places[int(y)]
	}
	return out
}

// counts gives the number of rows of each class; none of numbers.
func (t *target) counts() []int {
	if t.classes == nil {
		return nil
	}
	out := make([]int, len(t.classes))
	for _, y := range t.y {
		out[int(y)]++
	}
	return out
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("supervised.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

func list(names []string) string { return strings.Join(names, ", ") }
