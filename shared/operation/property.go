package operation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Kind is the type of a parameter's value.
type Kind string

// The kinds of values. Source and Condition are objects with checks of their own.
const (
	String    Kind = "string"
	Integer   Kind = "integer"
	Number    Kind = "number"
	Boolean   Kind = "boolean"
	Array     Kind = "array"
	Object    Kind = "object"
	SourceOf  Kind = "source"
	Condition Kind = "condition"
	// Scalar is text, a number, true or false; WindowOf a Window.
	Scalar   Kind = "scalar"
	WindowOf Kind = "window"
)

// Property is one parameter: what it is called, what it takes, and how a form
// explains it.
type Property struct {
	Name     string
	Kind     Kind
	Title    i18n.Text
	Help     i18n.Text
	Required bool
	// Default is what an absent value means; nil where absence means "none".
	Default any
	// Choices are the only values that a String takes, if there are any.
	Choices []string
	// MayBeEmpty lets a String be empty, which else is a mistake.
	MayBeEmpty bool
	// Minimum and Maximum bound an Integer or Number, both included; nil is no bound.
	Minimum, Maximum *float64
	// Items describes the elements of an Array.
	Items *Property
	// MinItems and MaxItems bound the length of an Array; a MaxItems of 0 is no bound.
	MinItems, MaxItems int
	// Properties are the fields of an Object. An Object without any takes
	// whatever its owner checks by itself.
	Properties []Property
}

// maxExactInteger is the largest integer that every JSON reader keeps exact
// (RFC 8259, section 6).
const maxExactInteger = 1<<53 - 1

// parse reads one JSON object; numbers stay as written so that large integers
// can be judged.
func parse(raw json.RawMessage) (map[string]any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, errors.New("is required: an object with the operation's parameters")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("is not valid JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("is not valid JSON: something follows the object")
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("must be an object, not %s", describe(value))
	}
	return object, nil
}

// checkObject judges an object's fields: unknown names, missing ones, and the
// value of each. Paths are below the given one.
func checkObject(path string, object map[string]any, properties []Property) []fault.Field {
	var out []fault.Field
	names := make([]string, 0, len(properties))
	for _, p := range properties {
		names = append(names, p.Name)
	}
	for _, name := range sortedKeys(object) {
		if !slices.Contains(names, name) {
			out = append(out, unknownName(path+"."+name, "field", name, names))
		}
	}
	for _, p := range properties {
		value, present := object[p.Name]
		switch {
		case present && value != nil:
			out = append(out, checkValue(path+"."+p.Name, value, p)...)
		case p.Required:
			out = append(out, fault.Field{Path: path + "." + p.Name, Message: "is required: " + describeKind(p)})
		}
	}
	return out
}

func checkValue(path string, value any, p Property) []fault.Field {
	switch p.Kind {
	case String:
		return checkString(path, value, p)
	case Integer, Number:
		return checkNumber(path, value, p)
	case Boolean:
		if _, ok := value.(bool); !ok {
			return wrongKind(path, value, p)
		}
	case Array:
		return checkArray(path, value, p)
	case Scalar:
		if !scalar(value) {
			return wrongKind(path, value, p)
		}
	case WindowOf:
		return checkWindow(path, value)
	case Object, SourceOf, Condition:
		object, ok := value.(map[string]any)
		switch {
		case !ok:
			return wrongKind(path, value, p)
		case p.Kind == SourceOf:
			return checkSource(path, object)
		case p.Kind == Condition:
			return checkCondition(path, object, 0)
		case len(p.Properties) > 0:
			return checkObject(path, object, p.Properties)
		}
	}
	return nil
}

func checkString(path string, value any, p Property) []fault.Field {
	s, ok := value.(string)
	switch {
	case !ok:
		return wrongKind(path, value, p)
	case len(p.Choices) > 0 && !slices.Contains(p.Choices, s):
		return []fault.Field{unknownName(path, "choice", s, p.Choices)}
	case len(p.Choices) == 0 && !p.MayBeEmpty && strings.TrimSpace(s) == "":
		return []fault.Field{{Path: path, Message: "must not be empty"}}
	}
	return nil
}

func checkNumber(path string, value any, p Property) []fault.Field {
	n, ok := value.(json.Number)
	if !ok {
		return wrongKind(path, value, p)
	}
	f, err := n.Float64()
	switch {
	case err != nil:
		return []fault.Field{{Path: path, Message: "is too large for a number"}}
	case p.Kind == Integer && f == math.Trunc(f) && math.Abs(f) > maxExactInteger:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("must be a whole number within ±%d, not %s", maxExactInteger, n)}}
	case p.Kind == Integer && f != math.Trunc(f):
		return []fault.Field{{Path: path, Message: fmt.Sprintf("must be a whole number, not %s", n)}}
	case p.Minimum != nil && f < *p.Minimum, p.Maximum != nil && f > *p.Maximum:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("must be %s, not %s", describeRange(p), n)}}
	}
	return nil
}

func checkArray(path string, value any, p Property) []fault.Field {
	items, ok := value.([]any)
	switch {
	case !ok:
		return wrongKind(path, value, p)
	case len(items) < p.MinItems:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("needs at least %d of them", p.MinItems)}}
	case p.MaxItems > 0 && len(items) > p.MaxItems:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("takes at most %d, not %d", p.MaxItems, len(items))}}
	}
	var out []fault.Field
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			out = append(out, fault.Field{Path: at, Message: "must not be null"})
			continue
		}
		out = append(out, checkValue(at, item, *p.Items)...)
	}
	return out
}

func wrongKind(path string, value any, p Property) []fault.Field {
	return []fault.Field{{Path: path, Message: fmt.Sprintf("must be %s, not %s", describeKind(p), describe(value))}}
}

func describeKind(p Property) string {
	switch p.Kind {
	case String:
		if len(p.Choices) > 0 {
			return "one of " + strings.Join(p.Choices, ", ")
		}
		return "text"
	case Integer:
		return "a whole number"
	case Number:
		return "a number"
	case Boolean:
		return "true or false"
	case Array:
		return "a list"
	case SourceOf:
		return `a source such as {"dataset": "NAME"} or {"task": "ID"}`
	case Scalar:
		return "text, a number, true or false"
	case WindowOf:
		return `a number of rows, or a length of time such as "7D"`
	case Condition:
		return `a condition such as {"column": "NAME", "op": "gt", "value": 1}`
	default:
		return "an object"
	}
}

func describeRange(p Property) string {
	switch {
	case p.Minimum != nil && p.Maximum != nil:
		return fmt.Sprintf("from %v to %v", *p.Minimum, *p.Maximum)
	case p.Minimum != nil:
		return fmt.Sprintf("at least %v", *p.Minimum)
	default:
		return fmt.Sprintf("at most %v", *p.Maximum)
	}
}

func describe(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number:
		return "the number " + v.String()
	case bool:
		return fmt.Sprintf("%t", v)
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
