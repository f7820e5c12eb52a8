package operation

import (
	"slices"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// FilterParams asks for a new dataset out of others. The parts apply in the order
// of the fields. At most one of grouping (GroupBy, Aggregates), Pivot, Rolling
// and Resample is set.
type FilterParams struct {
	Source Source `json:"source"`
	// Join adds the columns of another dataset; none when nil.
	Join *Join `json:"join,omitempty"`
	// Missing says what becomes of missing values, rule after rule; they stay when empty.
	Missing []MissingRule `json:"missing,omitempty"`
	// Derive adds columns, each of which may use those before it.
	Derive []Derivation `json:"derive,omitempty"`
	// Where keeps the rows that meet it; all when nil.
	Where *Where `json:"where,omitempty"`
	// GroupBy makes one row of all rows that agree in these columns.
	GroupBy []string `json:"group_by,omitempty"`
	// Aggregates are the numbers of each group, of all rows together without
	// GroupBy; the size of each group when empty.
	Aggregates []Aggregate `json:"aggregates,omitempty"`
	// DropNA leaves out groups whose key is missing. Default true, as in pandas.
	DropNA   *bool     `json:"dropna,omitempty"`
	Pivot    *Pivot    `json:"pivot,omitempty"`
	Rolling  *Rolling  `json:"rolling,omitempty"`
	Resample *Resample `json:"resample,omitempty"`
	// Select keeps these columns, in this order; all when empty.
	Select []string `json:"select,omitempty"`
	// DropDuplicates keeps the first of equal rows (over the selected columns).
	DropDuplicates bool `json:"drop_duplicates,omitempty"`
	// Sort orders the rows; missing values come last either way, as in pandas.
	Sort []SortKey `json:"sort,omitempty"`
	// Limit keeps the first rows; all when nil.
	Limit *int64 `json:"limit,omitempty"`
}

// SortKey is one column to sort by.
type SortKey struct {
	Column string `json:"column"`
	// Ascending is the direction. Default true.
	Ascending *bool `json:"ascending,omitempty"`
}

// Code is Filter.
func (p *FilterParams) Code() Code { return Filter }

// Sources gives the source, and the other dataset of a join.
func (p *FilterParams) Sources() []SourceAt {
	out := []SourceAt{{Path: "params.source", Source: &p.Source}}
	if p.Join != nil {
		out = append(out, SourceAt{Path: JoinPath, Source: &p.Join.Right})
	}
	return out
}

// Grouped reports whether rows are made into groups by group_by or aggregates.
func (p *FilterParams) Grouped() bool { return len(p.GroupBy)+len(p.Aggregates) > 0 }

// Uncounted names the parts of which the rows behind a number could not be told.
func (p *FilterParams) Uncounted() []string {
	var out []string
	if p.Rolling != nil {
		out = append(out, "rolling")
	}
	keys, grouped := p.GroupBy, p.Grouped()
	if r := p.Resample; r != nil {
		keys, grouped = append(slices.Clone(r.By), r.On), true
	}
	if p.Pivot != nil {
		keys, grouped = p.Pivot.Index, true
	}
	if grouped && p.DropDuplicates {
		out = append(out, "drop_duplicates of groups")
	}
	for _, k := range p.Sort {
		if grouped && !slices.Contains(keys, k.Column) {
			out = append(out, "sorting groups by what does not tell them apart")
			break
		}
	}
	return out
}

// KeepsMissingKeys reports whether groups whose key is missing are kept.
func (p *FilterParams) KeepsMissingKeys() bool { return p.DropNA != nil && !*p.DropNA }

func (p *FilterParams) check() []fault.Field {
	sorted := make([]string, 0, len(p.Sort))
	for _, k := range p.Sort {
		sorted = append(sorted, k.Column)
	}
	var out []fault.Field
	for _, wrong := range [][]fault.Field{
		p.checkShape(), p.Join.check("params.join"), checkMissing("params.missing", p.Missing), checkDerive("params.derive", p.Derive),
		duplicates("params.group_by", p.GroupBy), checkAggregates("params.aggregates", p.Aggregates, p.GroupBy),
		p.Pivot.check("params.pivot"), p.Rolling.check("params.rolling"), p.Resample.check("params.resample"),
		duplicates("params.select", p.Select), duplicates("params.sort", sorted),
	} {
		out = append(out, wrong...)
	}
	return out
}

// checkShape finds parts that exclude each other.
func (p *FilterParams) checkShape() []fault.Field {
	var asked []string
	for _, part := range []struct {
		name string
		set  bool
	}{{"group_by", p.Grouped()}, {"pivot", p.Pivot != nil}, {"rolling", p.Rolling != nil}, {"resample", p.Resample != nil}} {
		if part.set {
			asked = append(asked, part.name)
		}
	}
	var out []fault.Field
	if len(asked) > 1 {
		out = append(out, fault.Field{
			Path:    "params." + asked[1],
			Message: "cannot be used together with " + asked[0] + " (aggregates belong to group_by); make two tasks, the second on the output of the first",
		})
	}
	if p.DropNA != nil && !p.Grouped() {
		out = append(out, fault.Field{Path: "params.dropna", Message: "says what becomes of groups without a key, and there is no group_by"})
	}
	return out
}

var filterSpec = Spec{
	Code: Filter, Name: "filter",
	Title: i18n.Text{EN: "Filter the data", ID: "Saring data"},
	Help: i18n.Text{
		EN: "Keeps the rows and columns that you ask for, and joins, calculates, groups and reshapes them. The parts apply in the order in which they stand here. " +
			"The new dataset stays on the computer that has the data.",
		ID: "Menyimpan baris dan kolom yang Anda minta, lalu menggabungkan, menghitung, mengelompokkan, dan mengubah bentuknya. Bagian-bagiannya berlaku sesuai urutan di sini. " +
			"Dataset baru tetap berada di komputer yang memiliki data.",
	},
	empty: func() Params { return &FilterParams{} },
	Properties: []Property{
		sourceProperty,
		joinProperty,
		missingProperty,
		deriveProperty,
		{
			Name: "where", Kind: Condition,
			Title: i18n.Text{EN: "Conditions", ID: "Syarat"},
			Help: i18n.Text{
				EN: "Which rows to keep: conditions on columns, combined by all, any and not.",
				ID: "Baris mana yang disimpan: syarat pada kolom, digabungkan dengan semua, salah satu, dan bukan.",
			},
		},
		groupByProperty,
		aggregatesProperty,
		dropNAProperty,
		pivotProperty,
		rollingProperty,
		resampleProperty,
		{
			Name: "select", Kind: Array, Items: &columnName,
			Title: i18n.Text{EN: "Columns", ID: "Kolom"},
			Help:  i18n.Text{EN: "Which columns to keep, in this order; all when empty.", ID: "Kolom yang disimpan, sesuai urutan ini; semua bila kosong."},
		},
		{
			Name: "drop_duplicates", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Drop duplicate rows", ID: "Buang baris ganda"},
			Help:  i18n.Text{EN: "Keeps the first of rows that are equal in every column.", ID: "Menyimpan yang pertama dari baris yang sama di semua kolom."},
		},
		{
			Name: "sort", Kind: Array,
			Title: i18n.Text{EN: "Sort by", ID: "Urutkan menurut"},
			Help:  i18n.Text{EN: "Missing values come last.", ID: "Nilai yang hilang ditempatkan di akhir."},
			Items: &Property{Kind: Object, Properties: []Property{
				{Name: "column", Kind: String, Required: true, Title: i18n.Text{EN: "Column", ID: "Kolom"}},
				{Name: "ascending", Kind: Boolean, Default: true, Title: i18n.Text{EN: "Ascending", ID: "Menaik"}},
			}},
		},
		limitProperty,
	},
}
