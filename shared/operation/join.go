package operation

import (
	"fmt"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// JoinPath is where the other dataset of a join stands.
const JoinPath = "params.join.right"

// How says which rows a join keeps.
type How string

// The kinds of joins, with the names that pandas.merge has; semi and anti keep
// the rows of the left dataset with and without a partner, as they are.
const (
	Inner How = "inner"
	Left  How = "left"
	Right How = "right"
	Outer How = "outer"
	Cross How = "cross"
	Semi  How = "semi"
	Anti  How = "anti"
)

// Join adds the columns of another dataset to the rows that agree in their keys.
// Missing keys agree with missing keys, as in pandas.merge.
type Join struct {
	Right Source `json:"right"`
	// How defaults to Inner.
	How How `json:"how,omitempty"`
	// On are the keys, where both datasets call them the same.
	On []string `json:"on,omitempty"`
	// LeftOn and RightOn are the keys otherwise, equally long.
	LeftOn  []string `json:"left_on,omitempty"`
	RightOn []string `json:"right_on,omitempty"`
	// Suffixes are put behind names that both datasets have, keys of On apart.
	// Default ["_x", "_y"].
	Suffixes []string `json:"suffixes,omitempty"`
}

// Kind gives How with its default.
func (j *Join) Kind() How {
	if j.How == "" {
		return Inner
	}
	return j.How
}

// Ends gives Suffixes with their default.
func (j *Join) Ends() (left, right string) {
	if len(j.Suffixes) != 2 {
		return "_x", "_y"
	}
	return j.Suffixes[0], j.Suffixes[1]
}

func (j *Join) check(path string) []fault.Field {
	if j == nil {
		return nil
	}
	wrong := func(at, format string, args ...any) []fault.Field {
		return []fault.Field{{Path: path + at, Message: fmt.Sprintf(format, args...)}}
	}
	keys := len(j.On) + len(j.LeftOn) + len(j.RightOn)
	switch {
	case j.Kind() == Cross && keys > 0:
		return wrong(".how", "cross joins every row with every row and takes no keys; leave on, left_on and right_on out")
	case j.Kind() == Cross:
	case keys == 0:
		return wrong(".on", "is required: the columns in which the rows of both datasets agree")
	case len(j.On) > 0 && len(j.LeftOn)+len(j.RightOn) > 0:
		return wrong(".on", "stands alone; use on, or left_on and right_on")
	case len(j.LeftOn) != len(j.RightOn):
		return wrong(".right_on", "has %d columns and left_on has %d; each needs its partner", len(j.RightOn), len(j.LeftOn))
	}
	if len(j.Suffixes) == 2 && j.Suffixes[0] == j.Suffixes[1] {
		return wrong(".suffixes", "must differ, so that columns of both datasets can be told apart")
	}
	for i, end := range j.Suffixes {
		if f := checkNewName(fmt.Sprintf("%s.suffixes[%d]", path, i), end, map[string]bool{}); f != nil {
			return f
		}
	}
	return append(append(duplicates(path+".on", j.On), duplicates(path+".left_on", j.LeftOn)...), duplicates(path+".right_on", j.RightOn)...)
}

var joinProperty = Property{
	Name: "join", Kind: Object,
	Title: i18n.Text{EN: "Join another dataset", ID: "Gabungkan dataset lain"},
	Help: i18n.Text{
		EN: "Adds the columns of another dataset on the same computer, where the keys agree.",
		ID: "Menambahkan kolom dataset lain di komputer yang sama, bila kuncinya cocok.",
	},
	Properties: []Property{
		{
			Name: "right", Kind: SourceOf, Required: true,
			Title: i18n.Text{EN: "The other data", ID: "Data lainnya"},
		},
		{
			Name: "how", Kind: String, Default: string(Inner),
			Choices: []string{string(Inner), string(Left), string(Right), string(Outer), string(Cross), string(Semi), string(Anti)},
			Title:   i18n.Text{EN: "Rows to keep", ID: "Baris yang disimpan"},
			Help: i18n.Text{
				EN: "inner: with a partner; left, right, outer: all of the first, the other, both; semi, anti: those of the first with or without a partner; cross: every pair.",
				ID: "inner: yang berpasangan; left, right, outer: semua dari yang pertama, yang lain, keduanya; semi, anti: dari yang pertama dengan atau tanpa pasangan; cross: setiap pasangan.",
			},
		},
		{
			Name: "on", Kind: Array, Items: &columnName, MaxItems: maxKeys,
			Title: i18n.Text{EN: "Keys", ID: "Kunci"},
			Help:  i18n.Text{EN: "Columns that both datasets have.", ID: "Kolom yang ada di kedua dataset."},
		},
		{
			Name: "left_on", Kind: Array, Items: &columnName, MaxItems: maxKeys,
			Title: i18n.Text{EN: "Keys of the first dataset", ID: "Kunci dataset pertama"},
			Help:  i18n.Text{EN: "Where the keys have different names.", ID: "Bila nama kuncinya berbeda."},
		},
		{
			Name: "right_on", Kind: Array, Items: &columnName, MaxItems: maxKeys,
			Title: i18n.Text{EN: "Keys of the other dataset", ID: "Kunci dataset lainnya"},
			Help:  i18n.Text{EN: "In the same order.", ID: "Dengan urutan yang sama."},
		},
		{
			Name: "suffixes", Kind: Array, Items: &Property{Kind: String, MayBeEmpty: true}, MinItems: 2, MaxItems: 2, Default: []string{"_x", "_y"},
			Title: i18n.Text{EN: "Suffixes", ID: "Akhiran"},
			Help: i18n.Text{
				EN: "Put behind the names of columns that both datasets have.",
				ID: "Ditambahkan pada nama kolom yang ada di kedua dataset.",
			},
		},
	},
}
