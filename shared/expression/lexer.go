package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	end kind = iota
	name
	quotedName
	number
	text
	symbol
)

// token is one word. Its text has no quotes any more.
type token struct {
	kind kind
	at   int
	text string
}

// is reports whether the token is one of these symbols or words.
func (t token) is(words ...string) bool {
	return (t.kind == symbol || t.kind == name) && slices.Contains(words, t.text)
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "text"
	default:
		return fmt.Sprintf("%q", t.text)
	}
}

// symbols has longer ones before those that they begin with.
var symbols = []string{"**", "//", "==", "!=", "<=", ">=", "<>", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "(", ")", "[", "]", ",", "&", "|", "~", "="}

// lex splits an expression into words; the last one is the end.
func lex(source string) ([]token, error) {
	if n := utf8.RuneCountInString(source); n > MaxLength {
		return nil, &Error{Position: MaxLength + 1, Message: fmt.Sprintf("is %d characters long where %d are allowed; split it into several columns", n, MaxLength)}
	}
	runes := []rune(source)
	var out []token
	for i := 0; i < len(runes); {
		r := runes[i]
		if unicode.IsSpace(r) {
			i++
			continue
		}
		t, next, err := word(runes, i)
		if err != nil {
			return nil, err
		}
		out, i = append(out, t), next
	}
	return append(out, token{kind: end, at: len(runes) + 1}), nil
}

func word(runes []rune, i int) (token, int, error) {
	r := runes[i]
	switch {
	case r == '\'' || r == '"' || r == '`':
		return quoted(runes, i)
	case unicode.IsDigit(r) || r == '.':
		return digits(runes, i)
	case unicode.IsLetter(r) || r == '_':
		j := i
		for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.IsDigit(runes[j]) || unicode.IsMark(runes[j]) || runes[j] == '_') {
			j++
		}
		return token{name, i + 1, string(runes[i:j])}, j, nil
	}
	for _, s := range symbols {
		if strings.HasPrefix(string(runes[i:min(i+2, len(runes))]), s) {
			return token{symbol, i + 1, s}, i + len(s), nil
		}
	}
	return token{}, 0, &Error{Position: i + 1, Message: fmt.Sprintf("%q means nothing here; names with other characters than letters, digits and _ stand in `backquotes`", string(r))}
}

func quoted(runes []rune, i int) (token, int, error) {
	quote := runes[i]
	var b strings.Builder
	for j := i + 1; j < len(runes); j++ {
		switch {
		case runes[j] == 0 || runes[j] == utf8.RuneError:
			return token{}, 0, &Error{Position: j + 1, Message: "a character here is no text"}
		case runes[j] != quote:
			b.WriteRune(runes[j])
		case j+1 < len(runes) && runes[j+1] == quote:
			b.WriteRune(quote)
			j++
		case quote != '`':
			return token{text, i + 1, b.String()}, j + 1, nil
		case b.Len() == 0:
			return token{}, 0, &Error{Position: i + 1, Message: "a column's name is missing between the backquotes"}
		default:
			return token{quotedName, i + 1, b.String()}, j + 1, nil
		}
	}
	return token{}, 0, &Error{Position: i + 1, Message: fmt.Sprintf("the closing %c is missing", quote)}
}

var numberPattern = regexp.MustCompile(`^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// digits takes all that looks like a number or a name, and judges it then.
func digits(runes []rune, i int) (token, int, error) {
	j := i
	for j < len(runes) {
		r := runes[j]
		signed := (r == '+' || r == '-') && j > i && (runes[j-1] == 'e' || runes[j-1] == 'E')
		if !signed && r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		j++
	}
	t := token{number, i + 1, string(runes[i:j])}
	if !numberPattern.MatchString(t.text) {
		return token{}, 0, &Error{Position: i + 1, Message: "is no number that can be read; write 12, 1.5 or 1e3, and put a name that begins with a digit in `backquotes`"}
	}
	return t, j, nil
}
