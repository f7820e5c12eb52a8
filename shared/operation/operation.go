// Package operation describes the kinds of work that a task can ask for: their
// codes, their parameters, how these are checked, and the JSON Schema from
// which user interfaces build their forms. Parameter names are those of pandas
// and scikit-learn wherever they have one.
//
// Checking has two layers. The specification of each operation (Spec) is a
// table that judges names, types and ranges, the same table that becomes the
// JSON Schema; what a table cannot say (one source of several kinds, the shape
// of a condition tree) is code beside the parameter type.
package operation

import (
	"encoding/json"
	"strconv"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Code is the number of an operation, as it is stored and sent.
type Code int

// The operations.
const (
	// Fetch reads a dataset as it is: schema, preview and profile.
	Fetch Code = 100
	// Filter makes a new dataset out of the rows and columns that are asked for.
	Filter Code = 200
	// Analyze fits a model or describes a dataset.
	Analyze Code = 300
	// Export makes a report or a data file.
	Export Code = 400
)

// Codes lists every operation in ascending order.
func Codes() []Code { return []Code{Fetch, Filter, Analyze, Export} }

// String gives the code with its name, as in "200 filter".
func (c Code) String() string {
	if s, ok := specs[c]; ok {
		return strconv.Itoa(int(c)) + " " + s.Name
	}
	return strconv.Itoa(int(c))
}

// Name gives the operation's name, as in "filter"; empty for an unknown code.
func (c Code) Name() string { return specs[c].Name }

// Params are the checked parameters of one operation. The concrete types are
// *FetchParams, *FilterParams, *AnalyzeParams and *ExportParams.
type Params interface {
	// Code is the operation that these parameters belong to.
	Code() Code
	// Sources points to every place in the parameters that names a dataset or
	// another task, with its path. Writing through the pointer changes the
	// parameters: pipelines use it to replace a step's ref by its task's id.
	Sources() []SourceAt
	// check finds what the specification's table cannot judge.
	check() []fault.Field
}

// Spec describes one operation for people and for forms.
type Spec struct {
	Code  Code
	Name  string
	Title i18n.Text
	Help  i18n.Text
	// Properties are the parameters, in the order in which a form shows them.
	Properties []Property
	empty      func() Params
}

// Specs lists the specification of every operation, in the order of their codes.
func Specs() []Spec {
	out := make([]Spec, 0, len(specs))
	for _, c := range Codes() {
		out = append(out, specs[c])
	}
	return out
}

// Decode reads and checks the parameters of a task. An unknown operation is
// reported at "operation_code", everything else below "params". The error is
// an Invalid fault that lists every wrong field.
func Decode(code Code, raw json.RawMessage) (Params, error) {
	const op = "operation.Decode"
	spec, ok := specs[code]
	if !ok {
		return nil, fault.BadFields(op, "unknown_operation", fault.Field{
			Path: "operation_code", Message: "is not an operation; use 100 (fetch), 200 (filter), 300 (analyze) or 400 (export)",
		})
	}
	value, err := parse(raw)
	if err != nil {
		return nil, fault.BadFields(op, "invalid_params", fault.Field{Path: "params", Message: err.Error()})
	}
	if fields := checkObject("params", value, spec.Properties); len(fields) > 0 {
		return nil, fault.BadFields(op, "invalid_params", fields...)
	}
	params := spec.empty()
	if err := json.Unmarshal(raw, params); err != nil {
		return nil, fault.BadFields(op, "invalid_params", fault.Field{Path: "params", Message: err.Error()})
	}
	if fields := params.check(); len(fields) > 0 {
		return nil, fault.BadFields(op, "invalid_params", fields...)
	}
	return params, nil
}
