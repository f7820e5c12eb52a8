package filter

import (
	"fmt"

	"ddap/shared/expression"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// origins says of columns what the asker had to do with their values. A column
// that is in neither set stands in the data as it is.
type origins struct {
	// changed have other values than the data, and chosen such as can give single
	// rows weights of the asker's choice; see expression.Uniform. What is chosen is
	// changed as well.
	changed, chosen map[string]bool
}

func newOrigins() origins { return origins{changed: map[string]bool{}, chosen: map[string]bool{}} }

// derived notes a column that an expression calculates.
func (o origins) derived(d operation.Derivation) {
	uniform := o.uniform(d) // by the columns as they are before
	o.changed[d.Name], o.chosen[d.Name] = true, !uniform
}

// uniform reports whether an expression gives no row a weight of its own.
func (o origins) uniform(d operation.Derivation) bool {
	tree, err := expression.Parse(d.Expression)
	return err == nil && expression.Uniform(tree, func(name string) bool { return !o.changed[name] })
}

// filled notes columns whose missing values were replaced. A constant is a
// weight for rows that have no value; what is typical of the others is not chosen.
func (o origins) filled(columns []string, method operation.MissingMethod) {
	for _, name := range columns {
		o.chosen[name] = o.chosen[name] || method == operation.Constant
		o.changed[name] = true
	}
}

// checkTold refuses to tell of columns from which, as sums or counts, single rows
// could be calculated. Conditions and keys may use them: groups are judged by
// their rows.
func (q *query) checkTold() error {
	if q.step.SingleRowsMayShow {
		return nil
	}
	if q.grouped {
		path := "params.aggregates"
		if q.params.Resample != nil {
			path = "params.resample.aggregates"
		}
		for i, a := range q.aggregated() {
			if q.chosen[a.Column] {
				return refuseChosen(fmt.Sprintf("%s[%d] takes %q", path, i, a.Column))
			}
		}
		return nil
	}
	for _, c := range q.columns {
		if q.chosen[c.Name] {
			return refuseChosen(fmt.Sprintf("%q stays in the output", c.Name))
		}
	}
	return nil
}

func refuseChosen(what string) error {
	return fault.New("filter.Run", fault.Forbidden, string(task.PolicyRefused), "%s, and its values could be weights by which single rows are found in a sum: the owner shares "+
		"summaries only. Use it in where or group_by. Columns of the data may be told of, also times a number (as in pay * 12).", what)
}
