// Package expression reads the small language of derived columns, as in
// "if(delay > 15, 'late', 'on time')": its words, its grammar and the names of
// its functions. It knows neither columns nor SQL: whoever has the data gives
// the tree a meaning, and whoever takes parameters can say early what is wrong.
//
//	expression  or, and, not; then one comparison; then + -; * / // %; a sign; **
//	comparison  == != < <= > >=, in (…), not in (…)
//	column      a name of letters, digits and _, or any name in `backquotes`
//	text        in 'single' or "double" quotes; a quote inside is written twice
//	others      12  1.5e3  true  false  null  name(…)
//
// The operators are those of pandas.eval, with & | ~ for and, or, not.
package expression

// Limits of an expression: far beyond what a person writes, and far below what
// would trouble whoever calculates it.
const (
	MaxLength = 4000 // characters
	MaxDepth  = 40   // parts within parts
)

// Node is a part of an expression. The types are *Number, *Text, *Bool, *Null,
// *Column, *Unary, *Binary, *Membership and *Call.
type Node interface {
	// Position is the place of the part's first character, or of its operator,
	// counted in characters from 1.
	Position() int
}

// At is a position.
type At int

// Position gives it.
func (a At) Position() int { return int(a) }

// Number is a number as it is written.
type Number struct {
	At
	Literal string
	// Whole means that it is written without point and exponent.
	Whole bool
}

// Text is text in quotes.
type Text struct {
	At
	Value string
}

// Bool is true or false.
type Bool struct {
	At
	Value bool
}

// Null is a missing value.
type Null struct{ At }

// Column is the value of a column.
type Column struct {
	At
	Name string
}

// Unary is "-" or "not" before a part.
type Unary struct {
	At
	Operator string
	X        Node
}

// Binary is an operator between two parts: and or == != < <= > >= + - * / // % **.
type Binary struct {
	At
	Operator string
	X, Y     Node
}

// Membership asks whether X is among some literals.
type Membership struct {
	At
	X       Node
	Members []Node
	Negated bool
}

// Call is a function with its arguments.
type Call struct {
	At
	Function  string
	Arguments []Node
}

// Error says what is wrong with an expression, and where.
type Error struct {
	// Position counts characters from 1; it is one beyond the last where
	// something is missing at the end.
	Position int
	// Message says what is wrong and what would be right.
	Message string
	// Unknown is a name that is none of Known, if that is what is wrong.
	Unknown string
	Known   []string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }
