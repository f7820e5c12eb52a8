package operation

import (
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// FilterParams asks for a new dataset out of another. The steps apply in the
// order of the fields.
type FilterParams struct {
	Source Source `json:"source"`
	// Where keeps the rows that meet it; all when nil.
	Where *Where `json:"where,omitempty"`
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

// Sources gives the one source.
func (p *FilterParams) Sources() []SourceAt { return []SourceAt{{"params.source", &p.Source}} }

func (p *FilterParams) check() []fault.Field {
	out := duplicates("params.select", p.Select)
	sorted := make([]string, 0, len(p.Sort))
	for _, k := range p.Sort {
		sorted = append(sorted, k.Column)
	}
	return append(out, duplicates("params.sort", sorted)...)
}

var filterSpec = Spec{
	Code: Filter, Name: "filter",
	Title: i18n.Text{EN: "Filter the data", ID: "Saring data"},
	Help: i18n.Text{
		EN: "Keeps the rows and columns that you ask for. The new dataset stays on the computer that has the data.",
		ID: "Menyimpan baris dan kolom yang Anda minta. Dataset baru tetap berada di komputer yang memiliki data.",
	},
	empty: func() Params { return &FilterParams{} },
	Properties: []Property{
		sourceProperty,
		{
			Name: "where", Kind: Condition,
			Title: i18n.Text{EN: "Conditions", ID: "Syarat"},
			Help: i18n.Text{
				EN: "Which rows to keep: conditions on columns, combined by all, any and not.",
				ID: "Baris mana yang disimpan: syarat pada kolom, digabungkan dengan semua, salah satu, dan bukan.",
			},
		},
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
