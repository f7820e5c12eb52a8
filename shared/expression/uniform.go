package expression

import (
	"math"
	"slices"
	"strconv"
)

// plainFunctions take text as it is but for its writing.
var plainFunctions = []string{"lower", "upper", "trim", "to_text"}

// maxScale bounds the factors of Uniform. Far larger and smaller ones would make
// some values infinite or zero and others not, which is a choice of rows again.
const maxScale = 1e9

// Uniform reports whether an expression says the same as one column, of every
// row alike: the column itself, in another unit (a factor), or written in
// another way. A sum of such values tells no more than a sum of the column. Any
// other expression can give rows weights of the asker's choice, and a weighted
// sum tells of single ones: in the last six digits of the sum of
// if(name == 'Ann', pay, pay * 1000000) stands the pay of one person. Adding a
// constant is one of them: near a large one, values are rounded to steps.
//
// It asks of each column whether that stands in the data as it is. What was
// derived does not: factors upon factors have no bound.
func Uniform(n Node, inData func(name string) bool) bool {
	column := func(n Node) bool {
		c, ok := n.(*Column)
		return ok && inData(c.Name)
	}
	switch n := n.(type) {
	case *Column:
		return column(n)
	case *Unary:
		return n.Operator == "-" && column(n.X) || scale(n)
	case *Binary:
		return scaled(n, column)
	case *Call:
		return slices.Contains(plainFunctions, n.Function) && len(n.Arguments) == 1 && column(n.Arguments[0])
	case *Number, *Text, *Bool, *Null: // the same for every row
		return true
	default:
		return false
	}
}

// scaled reports whether an operation is a column in another unit.
func scaled(n *Binary, column func(Node) bool) bool {
	switch n.Operator {
	case "*":
		return column(n.X) && scale(n.Y) || scale(n.X) && column(n.Y)
	case "/":
		return column(n.X) && scale(n.Y)
	default:
		return false
	}
}

// scale reports whether an expression is a number by which values may be
// multiplied.
func scale(n Node) bool {
	if u, ok := n.(*Unary); ok && u.Operator == "-" {
		return scale(u.X)
	}
	number, ok := n.(*Number)
	if !ok {
		return false
	}
	value, err := strconv.ParseFloat(number.Literal, 64)
	return err == nil && math.Abs(value) <= maxScale && math.Abs(value) >= 1/maxScale
}
