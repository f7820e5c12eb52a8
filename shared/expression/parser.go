package expression

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads an expression. The error is an *Error.
func Parse(source string) (Node, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	node, err := p.either()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, unexpected(t, "an operator such as + or and")
	}
	return node, nil
}

// parser reads by recursive descent; each method is one level of the grammar,
// from what binds least to what binds most.
type parser struct {
	tokens []token
	next   int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != end {
		p.next++
	}
	return t
}

func unexpected(t token, want string) error {
	if hint := instead(t); hint != "" {
		return &Error{Position: t.at, Message: hint}
	}
	return &Error{Position: t.at, Message: fmt.Sprintf("%s is expected, and not %s", want, t)}
}

// instead names what other languages write otherwise.
func instead(t token) string {
	switch {
	case t.is("="):
		return `a comparison is written ==`
	case t.is("<>"):
		return `"not equal" is written !=`
	case t.is("&&"):
		return `both conditions together are written "and"`
	case t.is("||"):
		return `either condition is written "or"; to join texts, use concat or +`
	default:
		return ""
	}
}

// deeper guards against expressions that would exhaust whoever walks the tree.
func (p *parser) deeper(at int) error {
	if p.depth++; p.depth > MaxDepth {
		return &Error{Position: at, Message: fmt.Sprintf("is nested more than %d levels deep; split it into several columns", MaxDepth)}
	}
	return nil
}

func (p *parser) either() (Node, error) {
	if err := p.deeper(p.peek().at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.chain(p.both, "or", "|")
}

func (p *parser) both() (Node, error) { return p.chain(p.negated, "and", "&") }

// chain reads operands of one level from left to right. Long chains count as
// depth, because their trees are deep.
func (p *parser) chain(operand func() (Node, error), operators ...string) (Node, error) {
	x, err := operand()
	links := 0
	defer func() { p.depth -= links }()
	for err == nil && p.peek().is(operators...) {
		operator := p.take()
		if err := p.deeper(operator.at); err != nil {
			return nil, err
		}
		links++
		var y Node
		if y, err = operand(); err == nil {
			x = &Binary{At(operator.at), plain(operator.text), x, y}
		}
	}
	return x, err
}

func plain(operator string) string {
	switch operator {
	case "|":
		return "or"
	case "&":
		return "and"
	default:
		return operator
	}
}

func (p *parser) negated() (Node, error) {
	if !p.peek().is("not", "~") {
		return p.comparison()
	}
	t := p.take()
	if err := p.deeper(t.at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	x, err := p.negated()
	return &Unary{At(t.at), "not", x}, err
}

var comparisons = []string{"==", "!=", "<", "<=", ">", ">="}

func (p *parser) comparison() (Node, error) {
	x, err := p.sum()
	if err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case t.is(comparisons...):
		p.take()
		y, err := p.sum()
		if err != nil {
			return nil, err
		}
		if again := p.peek(); again.is(comparisons...) {
			return nil, &Error{Position: again.at, Message: `only two values are compared at a time; write "a < b and b < c"`}
		}
		return &Binary{At(t.at), t.text, x, y}, nil
	case t.is("in"):
		p.take()
		return p.membership(t.at, x, false)
	case t.is("not"):
		p.take()
		if in := p.take(); !in.is("in") {
			return nil, unexpected(in, `"in"`)
		}
		return p.membership(t.at, x, true)
	case instead(t) != "":
		return nil, unexpected(t, "")
	default:
		return x, nil
	}
}

func (p *parser) membership(at int, x Node, negated bool) (Node, error) {
	open := p.take()
	closing := map[string]string{"(": ")", "[": "]"}[open.text]
	if open.kind != symbol || closing == "" {
		return nil, unexpected(open, `a list such as ("a", "b")`)
	}
	out := &Membership{At: At(at), X: x, Negated: negated}
	members, err := p.list(closing)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !literal(m) {
			return nil, &Error{Position: m.Position(), Message: "only numbers, text, true and false may stand in the list of in"}
		}
	}
	out.Members = members
	return out, nil
}

func literal(n Node) bool {
	switch n := n.(type) {
	case *Number, *Text, *Bool:
		return true
	case *Unary:
		_, ok := n.X.(*Number)
		return ok && n.Operator == "-"
	default:
		return false
	}
}

// list reads at least one part and the closing bracket.
func (p *parser) list(closing string) ([]Node, error) {
	var out []Node
	for {
		n, err := p.either()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		switch t := p.take(); {
		case t.is(closing):
			return out, nil
		case !t.is(","):
			return nil, unexpected(t, fmt.Sprintf(`"," or %q`, closing))
		}
	}
}

func (p *parser) sum() (Node, error) { return p.chain(p.product, "+", "-") }

func (p *parser) product() (Node, error) { return p.chain(p.signed, "*", "/", "//", "%") }

func (p *parser) signed() (Node, error) {
	t := p.peek()
	if !t.is("-", "+") {
		return p.power()
	}
	p.take()
	if err := p.deeper(t.at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	x, err := p.signed()
	if t.text == "+" {
		return x, err
	}
	return &Unary{At(t.at), "-", x}, err
}

// power binds to the right, and more than a sign before it but less than one
// behind it, as in Python: -2**2 is -4, 2**-1 is 0.5.
func (p *parser) power() (Node, error) {
	x, err := p.value()
	if err != nil || !p.peek().is("**") {
		return x, err
	}
	t := p.take()
	if err := p.deeper(t.at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	y, err := p.signed()
	return &Binary{At(t.at), "**", x, y}, err
}

func (p *parser) value() (Node, error) {
	t := p.take()
	at := At(t.at)
	switch t.kind {
	case number:
		return readNumber(t)
	case text:
		return &Text{at, t.text}, nil
	case quotedName:
		return &Column{at, t.text}, nil
	case name:
		return p.named(t)
	default: // a symbol or the end
	}
	if !t.is("(") {
		return nil, unexpected(t, "a column, a number, text in quotes or a function")
	}
	x, err := p.either()
	if err != nil {
		return nil, err
	}
	if closing := p.take(); !closing.is(")") {
		return nil, unexpected(closing, `")"`)
	}
	return x, nil
}

func readNumber(t token) (Node, error) {
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		return nil, &Error{Position: t.at, Message: "is a number that is too large"}
	}
	if strings.ContainsAny(t.text, ".eE") {
		return &Number{At(t.at), t.text, false}, nil
	}
	if !fits64Bits(t.text) {
		return &Number{At(t.at), strconv.FormatFloat(f, 'e', -1, 64), false}, nil
	}
	return &Number{At(t.at), t.text, true}, nil
}

func fits64Bits(digits string) bool {
	_, err := strconv.ParseInt(digits, 10, 64)
	return err == nil
}

func (p *parser) named(t token) (Node, error) {
	at := At(t.at)
	if p.peek().is("(") && t.text != "not" && t.text != "and" && t.text != "or" && t.text != "in" {
		return p.call(t)
	}
	switch t.text {
	case "true", "True":
		return &Bool{at, true}, nil
	case "false", "False":
		return &Bool{at, false}, nil
	case "null", "None":
		return &Null{at}, nil
	case "and", "or", "not", "in":
		return nil, unexpected(t, "a column, a number, text in quotes or a function")
	default:
		return &Column{at, t.text}, nil
	}
}

func (p *parser) call(t token) (Node, error) {
	f, ok := functions[t.text]
	if !ok {
		return nil, &Error{Position: t.at, Message: fmt.Sprintf("%q is not a known function", t.text), Unknown: t.text, Known: Functions()}
	}
	p.take()
	var arguments []Node
	if p.peek().is(")") {
		p.take()
	} else {
		var err error
		if arguments, err = p.list(")"); err != nil {
			return nil, err
		}
	}
	n := len(arguments)
	if n < f.Least || f.Most > 0 && n > f.Most || f.Name == "case" && n%2 == 0 {
		return nil, &Error{Position: t.at, Message: fmt.Sprintf("%s is called with %d values; it is used as %s", f.Name, n, f.Usage)}
	}
	return &Call{At(t.at), f.Name, arguments}, nil
}
