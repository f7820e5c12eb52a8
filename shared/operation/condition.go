package operation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ddap/shared/fault"
)

// Where is a tree of conditions on a row. Either exactly one of All, Any and
// Not is set, or Column and Op are.
type Where struct {
	// All is true when each of its conditions is; an empty list is always true.
	All []Where `json:"all,omitempty"`
	// Any is true when at least one of its conditions is; an empty list never is.
	Any []Where `json:"any,omitempty"`
	// Not is true when none of its conditions is.
	Not []Where `json:"not,omitempty"`

	Column string `json:"column,omitempty"`
	Op     Op     `json:"op,omitempty"`
	// Value is what the column is compared with: a string, number or boolean;
	// a list for in, not_in and (of two) between; absent for is_null and not_null.
	Value any `json:"value,omitempty"`
}

// UnmarshalJSON keeps numbers as json.Number, so that a large integer in a
// comparison does not lose digits.
func (w *Where) UnmarshalJSON(raw []byte) error {
	type plain Where
	return decodeUsingNumber(raw, (*plain)(w))
}

// Group reports whether w combines other conditions, and which way.
func (w Where) Group() (kind string, members []Where, ok bool) {
	switch {
	case w.All != nil:
		return "all", w.All, true
	case w.Any != nil:
		return "any", w.Any, true
	case w.Not != nil:
		return "not", w.Not, true
	default:
		return "", nil, false
	}
}

// Op compares a column with a value.
type Op string

// The comparison operators. Comparisons with a missing value are false, as in
// pandas; is_null and not_null ask for it.
const (
	Eq         Op = "eq"
	Ne         Op = "ne"
	Lt         Op = "lt"
	Le         Op = "le"
	Gt         Op = "gt"
	Ge         Op = "ge"
	Between    Op = "between"
	In         Op = "in"
	NotIn      Op = "not_in"
	Contains   Op = "contains"
	StartsWith Op = "starts_with"
	EndsWith   Op = "ends_with"
	Matches    Op = "matches"
	IsNull     Op = "is_null"
	NotNull    Op = "not_null"
)

// Ops lists every operator.
func Ops() []Op {
	return []Op{
		Eq, Ne, Lt, Le, Gt, Ge, Between, In, NotIn,
		Contains, StartsWith, EndsWith, Matches, IsNull, NotNull,
	}
}

// Limits of a condition tree: far beyond what a person builds, and far below
// what would trouble the parser of the engine.
const (
	maxConditionDepth  = 32
	maxConditionValues = 10_000
)

var groupNames = []string{"all", "any", "not"}

func checkCondition(path string, object map[string]any, depth int) []fault.Field {
	if depth > maxConditionDepth {
		return []fault.Field{{Path: path, Message: fmt.Sprintf("is nested more than %d levels deep", maxConditionDepth)}}
	}
	for _, name := range groupNames {
		if members, ok := object[name]; ok {
			return checkGroup(path, name, members, len(object), depth)
		}
	}
	return checkComparison(path, object)
}

func checkGroup(path, name string, members any, fields, depth int) []fault.Field {
	at := path + "." + name
	list, ok := members.([]any)
	switch {
	case fields > 1:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("has other fields beside %q; a group stands alone", name)}}
	case !ok:
		return []fault.Field{{Path: at, Message: "must be a list of conditions, not " + describe(members)}}
	case len(list) == 0:
		return []fault.Field{{Path: at, Message: "needs at least one condition"}}
	}
	var out []fault.Field
	for i, member := range list {
		memberPath := fmt.Sprintf("%s[%d]", at, i)
		object, ok := member.(map[string]any)
		if !ok {
			out = append(out, fault.Field{Path: memberPath, Message: "must be a condition, not " + describe(member)})
			continue
		}
		out = append(out, checkCondition(memberPath, object, depth+1)...)
	}
	return out
}

func checkComparison(path string, object map[string]any) []fault.Field {
	ops := make([]string, 0, len(Ops()))
	for _, op := range Ops() {
		ops = append(ops, string(op))
	}
	out := checkObject(path, withoutValue(object), []Property{
		{Name: "column", Kind: String, Required: true},
		{Name: "op", Kind: String, Required: true, Choices: ops},
	})
	if len(out) > 0 {
		return out
	}
	op, _ := object["op"].(string) // checkObject has just found it to be one
	value, present := object["value"]
	return checkOperand(path+".value", Op(op), value, present && value != nil)
}

func withoutValue(object map[string]any) map[string]any {
	out := make(map[string]any, len(object))
	for k, v := range object {
		if k != "value" {
			out[k] = v
		}
	}
	return out
}

// checkOperand judges the value that an operator compares with.
func checkOperand(path string, op Op, value any, present bool) []fault.Field {
	bad := func(format string, args ...any) []fault.Field {
		return []fault.Field{{Path: path, Message: fmt.Sprintf(format, args...)}}
	}
	list, isList := value.([]any)
	_, isText := value.(string)
	switch {
	case op == IsNull || op == NotNull:
		if present {
			return bad("must be absent for %s", op)
		}
	case !present:
		return bad("is required for %s; to look for missing values use is_null", op)
	case op == In || op == NotIn || op == Between:
		return checkOperandList(path, op, list, isList)
	case !scalar(value):
		return bad("must be text, a number, true or false for %s, not %s", op, describe(value))
	case !representable(value):
		return bad(unrepresentable)
	case slices.Contains([]Op{Contains, StartsWith, EndsWith, Matches}, op) && !isText:
		return bad("must be text for %s, not %s", op, describe(value))
	}
	return nil
}

func checkOperandList(path string, op Op, list []any, isList bool) []fault.Field {
	switch {
	case op == Between && len(list) != 2:
		return []fault.Field{{Path: path, Message: "must be a list of two values, the lower and the upper bound"}}
	case !isList || len(list) == 0:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("must be a list of at least one value for %s", op)}}
	case len(list) > maxConditionValues:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("takes at most %d values, not %d", maxConditionValues, len(list))}}
	}
	for i, v := range list {
		if at := fmt.Sprintf("%s[%d]", path, i); !scalar(v) {
			return []fault.Field{{Path: at, Message: "must be text, a number, true or false, not " + describe(v)}}
		} else if !representable(v) {
			return []fault.Field{{Path: at, Message: unrepresentable}}
		}
	}
	return nil
}

// maxDigits is how long a number may be written: the longest that a 64-bit
// float needs is far below it.
const maxDigits = 1100

const unrepresentable = "is a number that cannot be compared with: too large, too small, or of too many digits"

// representable reports whether a value, where it is a number, lies in the range
// of a 64-bit float: neither the engine nor the database takes what lies far beyond.
func representable(value any) bool {
	n, ok := value.(json.Number)
	if !ok {
		return true
	}
	f, err := n.Float64()
	mantissa, _, _ := strings.Cut(strings.ToLower(n.String()), "e")
	return err == nil && len(n) <= maxDigits && (f != 0 || !strings.ContainsAny(mantissa, "123456789"))
}

func scalar(value any) bool {
	switch value.(type) {
	case string, bool, json.Number:
		return true
	default:
		return false
	}
}
