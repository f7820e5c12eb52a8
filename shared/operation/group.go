package operation

import (
	"fmt"
	"strconv"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// AggFunc makes one value of many.
type AggFunc string

// The functions, with pandas' names and definitions: missing values are left
// out, Std and Var divide by n-1, Quantile and Median interpolate linearly.
const (
	Count    AggFunc = "count"
	Size     AggFunc = "size"
	Sum      AggFunc = "sum"
	Mean     AggFunc = "mean"
	Std      AggFunc = "std"
	Var      AggFunc = "var"
	Min      AggFunc = "min"
	Max      AggFunc = "max"
	Median   AggFunc = "median"
	Quantile AggFunc = "quantile"
	NUnique  AggFunc = "nunique"
	First    AggFunc = "first"
	Last     AggFunc = "last"
)

func aggFuncs(funcs ...AggFunc) []string {
	out := make([]string, len(funcs))
	for i, f := range funcs {
		out[i] = string(f)
	}
	return out
}

// Aggregate is one number of each group.
type Aggregate struct {
	// Column is what it is made of; Size alone needs none.
	Column string  `json:"column,omitempty"`
	Func   AggFunc `json:"func"`
	// Name is the new column's. Default column_func, as in "delay_mean".
	Name string `json:"name,omitempty"`
	// Q is for Quantile only, from 0 to 1. Default 0.5.
	Q *float64 `json:"q,omitempty"`
}

// Title gives Name with its default.
func (a Aggregate) Title() string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Func == Size:
		return string(Size)
	case a.Func == Quantile:
		return a.Column + "_quantile_" + strconv.FormatFloat(a.Level(), 'g', -1, 64)
	default:
		return a.Column + "_" + string(a.Func)
	}
}

// Level gives Q with its default.
func (a Aggregate) Level() float64 {
	if a.Q == nil {
		return 0.5
	}
	return *a.Q
}

// maxKeys bounds the columns of a key.
const maxKeys = 32

func checkAggregates(path string, list []Aggregate, keys []string) []fault.Field {
	var out []fault.Field
	seen := map[string]bool{}
	for _, k := range keys {
		out = append(out, checkNewName("params.group_by", k, seen)...)
	}
	for i, a := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case a.Func != Size && a.Column == "":
			out = append(out, fault.Field{Path: at + ".column", Message: fmt.Sprintf("is required for %s", a.Func)})
		case a.Func == Size && a.Column != "":
			out = append(out, fault.Field{Path: at + ".column", Message: "must be absent for size, which counts rows; to count the values of a column, use count"})
		case a.Q != nil && a.Func != Quantile:
			out = append(out, fault.Field{Path: at + ".q", Message: "is for the function quantile only"})
		}
		out = append(out, checkNewName(at+".name", a.Title(), seen)...)
	}
	return out
}

var groupByProperty = Property{
	Name: "group_by", Kind: Array, Items: &columnName, MaxItems: maxKeys,
	Title: i18n.Text{EN: "Group by", ID: "Kelompokkan menurut"},
	Help: i18n.Text{
		EN: "Makes one row of all rows that agree in these columns, in the order of their values.",
		ID: "Menjadikan satu baris dari semua baris yang sama pada kolom ini, diurutkan menurut nilainya.",
	},
}

var aggregateItems = []Property{
	{
		Name: "column", Kind: String,
		Title: i18n.Text{EN: "Column", ID: "Kolom"},
		Help:  i18n.Text{EN: "None for size.", ID: "Tidak perlu untuk size."},
	},
	{
		Name: "func", Kind: String, Required: true,
		Choices: aggFuncs(Count, Size, Sum, Mean, Std, Var, Min, Max, Median, Quantile, NUnique, First, Last),
		Title:   i18n.Text{EN: "Function", ID: "Fungsi"},
		Help: i18n.Text{
			EN: "size counts rows, count values, nunique different values; missing values are left out of all others.",
			ID: "size menghitung baris, count menghitung nilai, nunique nilai yang berbeda; nilai yang hilang diabaikan oleh yang lain.",
		},
	},
	{
		Name: "name", Kind: String,
		Title: i18n.Text{EN: "Name of the new column", ID: "Nama kolom baru"},
	},
	{
		Name: "q", Kind: Number, Minimum: new(0.0), Maximum: new(1.0),
		Title: i18n.Text{EN: "Quantile", ID: "Kuantil"},
		Help:  i18n.Text{EN: "From 0 to 1, for quantile; 0.5 when empty.", ID: "Dari 0 sampai 1, untuk quantile; 0,5 bila kosong."},
	},
}

var aggregatesProperty = Property{
	Name: "aggregates", Kind: Array, MaxItems: maxAdded, Items: &Property{Kind: Object, Properties: aggregateItems},
	Title: i18n.Text{EN: "Numbers of each group", ID: "Angka setiap kelompok"},
	Help: i18n.Text{
		EN: "How many rows each group has, when empty. Without group by: of all rows together.",
		ID: "Jumlah baris setiap kelompok, bila kosong. Tanpa pengelompokan: dari semua baris.",
	},
}

var dropNAProperty = Property{
	Name: "dropna", Kind: Boolean, Default: true,
	Title: i18n.Text{EN: "Leave out groups without a key", ID: "Abaikan kelompok tanpa kunci"},
	Help: i18n.Text{
		EN: "Rows in which a column of group by is missing are in no group.",
		ID: "Baris yang kolom pengelompokannya hilang tidak masuk kelompok mana pun.",
	},
}
