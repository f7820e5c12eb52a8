package operation

import (
	"errors"
	"fmt"
	"strings"

	"ddap/shared/expression"
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Derivation is a column that is calculated from others.
type Derivation struct {
	// Name is the new column's; that of a column that is there replaces it.
	Name string `json:"name"`
	// Expression is in the language of package expression.
	Expression string `json:"expression"`
}

// What a filter may add: far beyond what a person asks for.
const (
	maxAdded      = 100
	maxNameLength = 200
)

func checkDerive(path string, list []Derivation) []fault.Field {
	var out []fault.Field
	seen := map[string]bool{}
	for i, d := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		out = append(out, checkNewName(at+".name", d.Name, seen)...)
		if _, err := expression.Parse(d.Expression); err != nil {
			out = append(out, ExpressionField(at+".expression", err))
		}
	}
	return out
}

// checkNewName judges the name of a column that a task makes. The engine takes
// names that differ only in letter case for the same.
func checkNewName(path, name string, seen map[string]bool) []fault.Field {
	lower := strings.ToLower(name)
	switch {
	case seen[lower]:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("%q is given twice; names must differ in more than letter case", name)}}
	case len(name) > maxNameLength:
		return []fault.Field{{Path: path, Message: fmt.Sprintf("has more than %d characters", maxNameLength)}}
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return []fault.Field{{Path: path, Message: "must be plain text on one line"}}
	}
	seen[lower] = true
	return nil
}

// ExpressionField describes what is wrong with an expression, with the character
// where it is wrong and the nearest name where a name is.
func ExpressionField(path string, err error) fault.Field {
	e, ok := errors.AsType[*expression.Error](err)
	if !ok {
		return fault.Field{Path: path, Message: err.Error()}
	}
	f := fault.Field{Path: path, Message: fmt.Sprintf("at character %d: %s", e.Position, e.Message)}
	if e.Unknown == "" {
		return f
	}
	if f.Suggestion = Nearest(e.Unknown, e.Known); f.Suggestion != "" {
		f.Message += fmt.Sprintf("; did you mean %q?", f.Suggestion)
	} else if n := len(e.Known); n > 0 {
		f.Message += "; known are " + strings.Join(e.Known[:min(n, maxListed)], ", ")
		if n > maxListed {
			f.Message += fmt.Sprintf(" and %d more", n-maxListed)
		}
	}
	return f
}

var deriveProperty = Property{
	Name: "derive", Kind: Array, MaxItems: maxAdded,
	Title: i18n.Text{EN: "New columns", ID: "Kolom baru"},
	Help: i18n.Text{
		EN: "Columns that are calculated from others. Each may use those before it.",
		ID: "Kolom yang dihitung dari kolom lain. Masing-masing boleh memakai kolom sebelumnya.",
	},
	Items: &Property{Kind: Object, Properties: []Property{
		{
			Name: "name", Kind: String, Required: true,
			Title: i18n.Text{EN: "Name", ID: "Nama"},
			Help:  i18n.Text{EN: "The name of a column that is there replaces it.", ID: "Nama kolom yang sudah ada akan menggantikannya."},
		},
		{
			Name: "expression", Kind: String, Required: true,
			Title: i18n.Text{EN: "Expression", ID: "Ekspresi"},
			Help: i18n.Text{
				EN: "For example: if(delay > 15, 'late', 'on time'). Column names with spaces stand in `backquotes`.",
				ID: "Contoh: if(delay > 15, 'terlambat', 'tepat waktu'). Nama kolom dengan spasi ditulis di antara `tanda petik terbalik`.",
			},
		},
	}},
}
