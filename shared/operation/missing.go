package operation

import (
	"fmt"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// MissingMethod is what becomes of missing values.
type MissingMethod string

// The methods. Those that look at other rows go by the order of the file.
const (
	// DropMissing leaves out rows in which one of the columns is missing.
	DropMissing MissingMethod = "drop"
	// Constant puts Value in their place.
	Constant MissingMethod = "constant"
	// MeanValue, MedianValue and ModeValue put that of the column; of several
	// modes the smallest.
	MeanValue   MissingMethod = "mean"
	MedianValue MissingMethod = "median"
	ModeValue   MissingMethod = "mode"
	// ForwardFill takes the value before, BackwardFill the one after.
	ForwardFill  MissingMethod = "ffill"
	BackwardFill MissingMethod = "bfill"
	// Interpolate draws a line between the values around, and goes on with the
	// last one at the end, as pandas does.
	Interpolate MissingMethod = "interpolate"
)

// MissingRule says what becomes of the missing values of some columns.
type MissingRule struct {
	// Columns are all when empty, which only DropMissing, ForwardFill and
	// BackwardFill take.
	Columns []string      `json:"columns,omitempty"`
	Method  MissingMethod `json:"method"`
	// Value is for Constant only: text, a number, true or false.
	Value any `json:"value,omitempty"`
}

// UnmarshalJSON keeps numbers as json.Number, so that large integers do not lose digits.
func (r *MissingRule) UnmarshalJSON(raw []byte) error {
	type plain MissingRule
	return decodeUsingNumber(raw, (*plain)(r))
}

func checkMissing(path string, rules []MissingRule) []fault.Field {
	var out []fault.Field
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		everywhere := r.Method == DropMissing || r.Method == ForwardFill || r.Method == BackwardFill
		switch {
		case len(r.Columns) == 0 && !everywhere:
			out = append(out, fault.Field{Path: at + ".columns", Message: fmt.Sprintf("is required for %s: the columns to fill", r.Method)})
		case r.Method == Constant && r.Value == nil:
			out = append(out, fault.Field{Path: at + ".value", Message: "is required for constant: what stands in the place of missing values"})
		case r.Method != Constant && r.Value != nil:
			out = append(out, fault.Field{Path: at + ".value", Message: "is for the method constant only"})
		case !representable(r.Value):
			out = append(out, fault.Field{Path: at + ".value", Message: unrepresentable})
		}
		out = append(out, duplicates(at+".columns", r.Columns)...)
	}
	return out
}

var missingProperty = Property{
	Name: "missing", Kind: Array, MaxItems: maxAdded,
	Title: i18n.Text{EN: "Missing values", ID: "Nilai yang hilang"},
	Help: i18n.Text{
		EN: "What becomes of missing values, rule after rule. The result says how many values and rows each rule touched.",
		ID: "Apa yang dilakukan dengan nilai yang hilang, aturan demi aturan. Hasilnya menyebutkan berapa nilai dan baris yang terkena setiap aturan.",
	},
	Items: &Property{Kind: Object, Properties: []Property{
		{
			Name: "columns", Kind: Array, Items: &columnName,
			Title: i18n.Text{EN: "Columns", ID: "Kolom"},
			Help:  i18n.Text{EN: "All when empty, for drop, ffill and bfill.", ID: "Semua bila kosong, untuk drop, ffill, dan bfill."},
		},
		{
			Name: "method", Kind: String, Required: true,
			Choices: []string{
				string(DropMissing), string(Constant), string(MeanValue), string(MedianValue), string(ModeValue),
				string(ForwardFill), string(BackwardFill), string(Interpolate),
			},
			Title: i18n.Text{EN: "Method", ID: "Cara"},
			Help: i18n.Text{
				EN: "drop leaves rows out; the others fill in a constant, the column's mean, median or mode, the value before or after, or a line between them.",
				ID: "drop membuang baris; yang lain mengisi dengan nilai tetap, rata-rata, median, atau modus kolom, nilai sebelum atau sesudahnya, atau garis di antaranya.",
			},
		},
		{
			Name: "value", Kind: Scalar,
			Title: i18n.Text{EN: "Value", ID: "Nilai"},
			Help:  i18n.Text{EN: "For the method constant.", ID: "Untuk cara constant."},
		},
	}},
}
