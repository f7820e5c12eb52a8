package operation

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Pivot is pandas' pivot_table: a row for each value of Index, a column for each
// value of Columns, and in the cells AggFunc of Values.
type Pivot struct {
	Index   []string `json:"index"`
	Columns string   `json:"columns"`
	Values  string   `json:"values"`
	// AggFunc defaults to Mean.
	AggFunc AggFunc `json:"aggfunc,omitempty"`
	// FillValue stands in cells without rows; missing when nil.
	FillValue *float64 `json:"fill_value,omitempty"`
	// Margins adds a column and a row over all others, named All.
	Margins bool `json:"margins,omitempty"`
}

// Function gives AggFunc with its default.
func (p *Pivot) Function() AggFunc {
	if p.AggFunc == "" {
		return Mean
	}
	return p.AggFunc
}

func (p *Pivot) check(path string) []fault.Field {
	if p == nil {
		return nil
	}
	out := duplicates(path+".index", p.Index)
	if slices.Contains(p.Index, p.Columns) {
		out = append(out, fault.Field{Path: path + ".columns", Message: fmt.Sprintf("%q is among the columns of index already", p.Columns)})
	}
	return out
}

// Rolling adds a column for each of Columns, of Func over the rows around.
type Rolling struct {
	// On is the column of time; by it the rows are ordered. The order of the
	// file counts when empty.
	On string `json:"on,omitempty"`
	// By lets each group of rows have windows of its own.
	By []string `json:"by,omitempty"`
	// Window is how far it reaches back.
	Window Window `json:"window"`
	// MinPeriods is how many values must be there. Default: Window's rows; 1 for
	// a duration.
	MinPeriods *int64 `json:"min_periods,omitempty"`
	// Center puts the row into the middle of its window.
	Center  bool     `json:"center,omitempty"`
	Columns []string `json:"columns"`
	Func    AggFunc  `json:"func"`
}

// Title names the new column that is made of one.
func (r *Rolling) Title(column string) string { return column + "_rolling_" + string(r.Func) }

func (r *Rolling) check(path string) []fault.Field {
	if r == nil {
		return nil
	}
	out := append(duplicates(path+".by", r.By), duplicates(path+".columns", r.Columns)...)
	switch {
	case r.Window.Duration > 0 && r.On == "":
		out = append(out, fault.Field{Path: path + ".on", Message: "is required for a window of time: the column with the time of each row"})
	case r.Window.Rows > 0 && r.MinPeriods != nil && *r.MinPeriods > r.Window.Rows:
		out = append(out, fault.Field{Path: path + ".min_periods", Message: fmt.Sprintf("must be at most %d, the rows of the window", r.Window.Rows)})
	}
	return out
}

// Resample makes one row of all rows in the same span of time.
type Resample struct {
	On string `json:"on"`
	// Rule is a number and a unit of ResampleRules.
	Rule string `json:"rule"`
	// By gives each group of rows spans of its own.
	By []string `json:"by,omitempty"`
	// Aggregates are the numbers of each span; its size when empty.
	Aggregates []Aggregate `json:"aggregates,omitempty"`
	// Closed is the side on which a span contains its end, Label the side that
	// names it: left or right. Default left, for rules of fixed length.
	Closed string `json:"closed,omitempty"`
	Label  string `json:"label,omitempty"`
}

// ResampleRules are the units of a rule, with pandas' names. After the first
// four may not stand a number above 1.
//
//	W       weeks from Monday to Sunday, named by Sunday
//	M, Q, Y months, quarters and years, named by their last day
//	MS, QS, YS  the same, named by their first day
//	s, min, h, D  spans of so many seconds, minutes, hours or days
func ResampleRules() []string {
	return []string{"W", "M", "MS", "Q", "QS", "Y", "YS", "s", "min", "h", "D"}
}

// Span is a rule as it is calculated with: either so much time, or a unit of
// the calendar.
type Span struct {
	Fixed time.Duration
	// Calendar is "week", "month", "quarter" or "year"; AtEnd names it by its last day.
	Calendar string
	AtEnd    bool
}

var (
	spanPattern = regexp.MustCompile(`^([0-9]{0,9})(s|S|min|T|h|H|D|W|M|ME|MS|Q|QE|QS|Y|YE|YS|A|AS)$`)
	fixedUnits  = map[string]time.Duration{
		"s": time.Second, "S": time.Second, "min": time.Minute, "T": time.Minute, "h": time.Hour, "H": time.Hour, "D": 24 * time.Hour,
	}
	calendarUnits = map[string]Span{
		"W": {Calendar: "week", AtEnd: true}, "M": {Calendar: "month", AtEnd: true}, "ME": {Calendar: "month", AtEnd: true}, "MS": {Calendar: "month"},
		"Q": {Calendar: "quarter", AtEnd: true}, "QE": {Calendar: "quarter", AtEnd: true}, "QS": {Calendar: "quarter"},
		"Y": {Calendar: "year", AtEnd: true}, "YE": {Calendar: "year", AtEnd: true}, "A": {Calendar: "year", AtEnd: true},
		"YS": {Calendar: "year"}, "AS": {Calendar: "year"},
	}
)

// maxSpan keeps spans within what can be calculated with.
const maxSpan = 100 * 366 * 24 * time.Hour

// ReadSpan reads a rule, with pandas' older and newer names of units.
func ReadSpan(rule string) (Span, error) {
	m := spanPattern.FindStringSubmatch(rule)
	if m == nil {
		return Span{}, fmt.Errorf("%q is not a rule; write a number and a unit: 30s, 15min, 1h, 7D, or one of W, M, MS, Q, QS, Y, YS", rule)
	}
	n := 1
	if m[1] != "" {
		n, _ = strconv.Atoi(m[1]) // at most nine digits
	}
	unit, fixed := fixedUnits[m[2]]
	switch {
	case n < 1 || fixed && (unit > maxSpan || time.Duration(n) > maxSpan/unit):
		return Span{}, fmt.Errorf("%q is no length of time from one second to 100 years", rule)
	case fixed:
		return Span{Fixed: time.Duration(n) * unit}, nil
	case n > 1:
		return Span{}, fmt.Errorf("%q is not possible: weeks, months, quarters and years come one at a time; use %s, or days such as 14D", rule, m[2])
	default:
		return calendarUnits[m[2]], nil
	}
}

func (r *Resample) check(path string) []fault.Field {
	if r == nil {
		return nil
	}
	out := append(duplicates(path+".by", r.By), checkAggregates(path+".aggregates", r.Aggregates, append([]string{r.On}, r.By...))...)
	span, err := ReadSpan(r.Rule)
	switch {
	case err != nil:
		out = append(out, fault.Field{Path: path + ".rule", Message: err.Error()})
	case span.Calendar != "" && r.Closed+r.Label != "":
		out = append(out, fault.Field{Path: path + ".rule", Message: "weeks, months, quarters and years take neither closed nor label; M and MS differ by the day that names them"})
	}
	return out
}

var byProperty = Property{
	Name: "by", Kind: Array, Items: &columnName, MaxItems: maxKeys,
	Title: i18n.Text{EN: "Separately for each", ID: "Terpisah untuk setiap"},
	Help:  i18n.Text{EN: "All rows together when empty.", ID: "Semua baris bersama bila kosong."},
}

var pivotProperty = Property{
	Name: "pivot", Kind: Object,
	Title: i18n.Text{EN: "Pivot table", ID: "Tabel pivot"},
	Help: i18n.Text{
		EN: "A row for each value of some columns, a column for each value of another.",
		ID: "Satu baris untuk setiap nilai beberapa kolom, satu kolom untuk setiap nilai kolom lain.",
	},
	Properties: []Property{
		{
			Name: "index", Kind: Array, Items: &columnName, Required: true, MinItems: 1, MaxItems: maxKeys,
			Title: i18n.Text{EN: "Rows", ID: "Baris"},
		},
		{Name: "columns", Kind: String, Required: true, Title: i18n.Text{EN: "Columns", ID: "Kolom"}},
		{Name: "values", Kind: String, Required: true, Title: i18n.Text{EN: "Values", ID: "Nilai"}},
		{
			Name: "aggfunc", Kind: String, Default: string(Mean),
			Choices: aggFuncs(Count, Sum, Mean, Std, Var, Min, Max, Median, NUnique, First, Last),
			Title:   i18n.Text{EN: "Function", ID: "Fungsi"},
		},
		{
			Name: "fill_value", Kind: Number,
			Title: i18n.Text{EN: "Instead of missing values", ID: "Pengganti nilai yang hilang"},
			Help:  i18n.Text{EN: "Missing when empty.", ID: "Tetap kosong bila tidak diisi."},
		},
		{
			Name: "margins", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Add totals", ID: "Tambahkan total"},
			Help:  i18n.Text{EN: "A row and a column named All.", ID: "Satu baris dan satu kolom bernama All."},
		},
	},
}

var rollingProperty = Property{
	Name: "rolling", Kind: Object,
	Title: i18n.Text{EN: "Rolling numbers", ID: "Angka bergulir"},
	Help: i18n.Text{
		EN: "Adds to each row a number over the rows or the time before it.",
		ID: "Menambahkan pada setiap baris angka dari baris atau waktu sebelumnya.",
	},
	Properties: []Property{
		{
			Name: "on", Kind: String,
			Title: i18n.Text{EN: "Time", ID: "Waktu"},
			Help:  i18n.Text{EN: "A column of dates or times; the order of the file when empty.", ID: "Kolom tanggal atau waktu; urutan berkas bila kosong."},
		},
		byProperty,
		{
			Name: "window", Kind: WindowOf, Required: true,
			Title: i18n.Text{EN: "Window", ID: "Jendela"},
			Help:  i18n.Text{EN: "A number of rows, or a length of time such as 7D, 12h, 30min or 10s.", ID: "Jumlah baris, atau lama waktu seperti 7D, 12h, 30min, atau 10s."},
		},
		{
			Name: "min_periods", Kind: Integer, Minimum: new(1.0),
			Title: i18n.Text{EN: "Values at least", ID: "Nilai paling sedikit"},
			Help:  i18n.Text{EN: "When empty: all rows of the window, or 1 for a length of time.", ID: "Bila kosong: semua baris jendela, atau 1 untuk lama waktu."},
		},
		{Name: "center", Kind: Boolean, Default: false, Title: i18n.Text{EN: "Around the row", ID: "Di sekitar baris"}},
		{
			Name: "columns", Kind: Array, Items: &columnName, Required: true, MinItems: 1, MaxItems: maxAdded,
			Title: i18n.Text{EN: "Columns", ID: "Kolom"},
		},
		{
			Name: "func", Kind: String, Required: true, Choices: aggFuncs(Count, Sum, Mean, Std, Var, Min, Max, Median),
			Title: i18n.Text{EN: "Function", ID: "Fungsi"},
		},
	},
}

var resampleProperty = Property{
	Name: "resample", Kind: Object,
	Title: i18n.Text{EN: "Numbers by time", ID: "Angka menurut waktu"},
	Help: i18n.Text{
		EN: "Makes one row of all rows in the same hour, day, month and so on. Times without rows are there as well.",
		ID: "Menjadikan satu baris dari semua baris pada jam, hari, bulan, dan seterusnya yang sama. Waktu tanpa baris juga ditampilkan.",
	},
	Properties: []Property{
		{Name: "on", Kind: String, Required: true, Title: i18n.Text{EN: "Time", ID: "Waktu"}},
		{
			Name: "rule", Kind: String, Required: true,
			Title: i18n.Text{EN: "Length", ID: "Lama"},
			Help: i18n.Text{
				EN: "A number with s, min, h or D, such as 15min; or W, M, Q, Y (named by the last day), MS, QS, YS (by the first).",
				ID: "Angka dengan s, min, h, atau D, misalnya 15min; atau W, M, Q, Y (dinamai hari terakhir), MS, QS, YS (hari pertama).",
			},
		},
		byProperty,
		{
			Name: "aggregates", Kind: Array, MaxItems: maxAdded, Items: &Property{Kind: Object, Properties: aggregateItems},
			Title: i18n.Text{EN: "Numbers of each time", ID: "Angka setiap waktu"},
		},
		{Name: "closed", Kind: String, Choices: sides, Title: i18n.Text{EN: "Side that belongs to it", ID: "Sisi yang termasuk"}},
		{Name: "label", Kind: String, Choices: sides, Title: i18n.Text{EN: "Side that names it", ID: "Sisi yang menamai"}},
	},
}

var sides = []string{"left", "right"}
