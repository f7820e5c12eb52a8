package filter

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// beyond is an integer that no column of 64-bit integers reaches.
var beyond = new(big.Int).Lsh(big.NewInt(1), 70)

// integerBound gives the integer with which a column of integers is compared
// exactly in place of a number: itself if it is whole; else the one below or
// above it, whichever gives the same answer. A number of any size keeps its
// digits. Nothing equals a number that is not whole: possible is false.
func integerBound(n json.Number, op operation.Op) (bound any, possible bool) {
	r := rational(n)
	if r.IsInt() {
		return integer(r.Num()), true
	}
	floor := new(big.Int).Div(r.Num(), r.Denom()) // Euclidean: rounds down, as the denominator is positive
	switch op {
	case operation.Gt, operation.Le:
		return integer(floor), true
	case operation.Ge, operation.Lt:
		return integer(floor.Add(floor, big.NewInt(1))), true
	default:
		return nil, false
	}
}

// integer gives an int64, or one of the two *big.Int that stand for everything
// beyond.
func integer(i *big.Int) any {
	switch {
	case i.IsInt64():
		return i.Int64()
	case i.Sign() > 0:
		return beyond
	default:
		return new(big.Int).Neg(beyond)
	}
}

var exponent = regexp.MustCompile(`[eE]([+-]?[0-9]+)$`)

// maxExponent bounds what is written out in full: far beyond any 64-bit integer,
// and far from what would fill the memory.
const maxExponent = 400

func rational(n json.Number) *big.Rat {
	if m := exponent.FindStringSubmatch(n.String()); m != nil {
		if e, err := strconv.Atoi(m[1]); err != nil || e > maxExponent || e < -maxExponent {
			f, _ := n.Float64() // an infinity where the number is too large
			if math.IsInf(f, 0) {
				f = math.Copysign(math.MaxFloat64, f)
			}
			return new(big.Rat).SetFloat64(f)
		}
	}
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return new(big.Rat) // not reached: the parameters were read as JSON
	}
	return r
}

func nameOf(t result.Type) string {
	switch t {
	case result.Text:
		return "text"
	case result.Integer:
		return "whole numbers"
	case result.Float:
		return "numbers"
	case result.Boolean:
		return "true and false"
	case result.Date:
		return "dates"
	case result.Timestamp:
		return "timestamps"
	case result.Time:
		return "times of day"
	case null:
		return "null"
	default:
		return "nested values"
	}
}

func example(t result.Type) string {
	switch t {
	case result.Text:
		return "text in quotes"
	case result.Integer, result.Float:
		return "a number such as 15 (without quotes)"
	case result.Boolean:
		return "true or false (without quotes)"
	case result.Date:
		return `a date such as "2024-12-31"`
	case result.Time:
		return `a time of day such as "23:59:00"`
	default:
		return `a time such as "2024-12-31T23:59:00Z"`
	}
}

func whatFits(t result.Type) string {
	switch t {
	case result.Boolean:
		return "use eq, ne, in, not_in, is_null or not_null"
	case result.Other:
		return "use is_null or not_null"
	default:
		return "use eq, ne, lt, le, gt, ge, between, in, not_in, is_null or not_null"
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case nil:
		return "missing"
	default:
		return "a list or an object"
	}
}
