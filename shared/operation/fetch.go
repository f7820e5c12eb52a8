package operation

import (
	"bytes"
	"encoding/json"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Rows of a preview: what fetch shows unless told otherwise, and the most it shows.
const (
	DefaultPreviewRows = 20
	MaxPreviewRows     = 1000
)

// FetchParams asks for a dataset as it is.
type FetchParams struct {
	Source Source `json:"source"`
	// Columns to keep, in this order; all when empty.
	Columns []string `json:"columns,omitempty"`
	// Limit keeps the first rows; all when nil.
	Limit *int64 `json:"limit,omitempty"`
	// Profile asks for statistics of every column. Default true.
	Profile *bool `json:"profile,omitempty"`
	// PreviewRows is how many rows the result shows. Default DefaultPreviewRows.
	PreviewRows *int `json:"preview_rows,omitempty"`
}

// Code is Fetch.
func (p *FetchParams) Code() Code { return Fetch }

// Sources gives the one source.
func (p *FetchParams) Sources() []SourceAt { return []SourceAt{{"params.source", &p.Source}} }

func (p *FetchParams) check() []fault.Field { return duplicates("params.columns", p.Columns) }

// duplicates reports names that stand in a list twice.
func duplicates(path string, names []string) []fault.Field {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			return []fault.Field{{Path: path, Message: "names " + n + " twice"}}
		}
		seen[n] = true
	}
	return nil
}

func decodeUsingNumber(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}

var columnName = Property{Kind: String}

var sourceProperty = Property{
	Name: "source", Kind: SourceOf, Required: true,
	Title: i18n.Text{EN: "Data", ID: "Data"},
	Help: i18n.Text{
		EN: "A shared dataset, the output of an earlier task, or a file that was uploaded.",
		ID: "Dataset yang dibagikan, hasil tugas sebelumnya, atau berkas yang diunggah.",
	},
}

var limitProperty = Property{
	Name: "limit", Kind: Integer, Minimum: new(1.0),
	Title: i18n.Text{EN: "Rows at most", ID: "Baris paling banyak"},
	Help:  i18n.Text{EN: "Keeps the first rows; all when empty.", ID: "Mengambil baris pertama; semua bila kosong."},
}

var fetchSpec = Spec{
	Code: Fetch, Name: "fetch",
	Title: i18n.Text{EN: "Look at the data", ID: "Lihat data"},
	Help: i18n.Text{
		EN: "Shows the columns, the first rows and a profile of every column.",
		ID: "Menampilkan kolom, baris pertama, dan profil setiap kolom.",
	},
	empty: func() Params { return &FetchParams{} },
	Properties: []Property{
		sourceProperty,
		{
			Name: "columns", Kind: Array, Items: &columnName,
			Title: i18n.Text{EN: "Columns", ID: "Kolom"},
			Help:  i18n.Text{EN: "All when empty.", ID: "Semua bila kosong."},
		},
		limitProperty,
		{
			Name: "profile", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Profile every column", ID: "Profil setiap kolom"},
			Help: i18n.Text{
				EN: "Counts, ranges, quartiles, a histogram and the most frequent values.",
				ID: "Jumlah, rentang, kuartil, histogram, dan nilai yang paling sering muncul.",
			},
		},
		{
			Name: "preview_rows", Kind: Integer, Default: DefaultPreviewRows, Minimum: new(0.0), Maximum: new(float64(MaxPreviewRows)),
			Title: i18n.Text{EN: "Rows to show", ID: "Baris yang ditampilkan"},
			Help:  i18n.Text{EN: "From the beginning of the data.", ID: "Dari awal data."},
		},
	},
}
