package operation

import (
	"bytes"
	"encoding/json"
	"math"

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
	// Sample keeps rows that are chosen by chance; not together with Limit.
	Sample *Sample `json:"sample,omitempty"`
	// Profile asks for statistics of every column. Default true.
	Profile *bool `json:"profile,omitempty"`
	// PreviewRows is how many rows the result shows. Default DefaultPreviewRows.
	PreviewRows *int `json:"preview_rows,omitempty"`
}

// Sample chooses rows by chance, without replacement. The same data and
// RandomState give the same rows on every computer. Exactly one of Rows and
// Fraction is set.
type Sample struct {
	// Rows is how many; all where there are fewer.
	Rows *int64 `json:"rows,omitempty"`
	// Fraction is which part, above 0 and at most 1, rounded to whole rows.
	Fraction    *float64 `json:"fraction,omitempty"`
	RandomState int64    `json:"random_state,omitempty"`
}

// Size gives how many of so many rows are chosen.
func (s *Sample) Size(rows int64) int64 {
	if s.Rows != nil {
		return min(*s.Rows, rows)
	}
	return int64(math.RoundToEven(*s.Fraction * float64(rows))) // as pandas does
}

// Code is Fetch.
func (p *FetchParams) Code() Code { return Fetch }

// Sources gives the one source.
func (p *FetchParams) Sources() []SourceAt {
	return []SourceAt{{Path: "params.source", Source: &p.Source}}
}

func (p *FetchParams) check() []fault.Field {
	out := duplicates("params.columns", p.Columns)
	if p.Sample == nil {
		return out
	}
	if (p.Sample.Rows == nil) == (p.Sample.Fraction == nil) {
		out = append(out, fault.Field{Path: "params.sample", Message: "needs either rows or fraction"})
	}
	if f := p.Sample.Fraction; f != nil && *f == 0 {
		out = append(out, fault.Field{Path: "params.sample.fraction", Message: "must be above 0"})
	}
	if p.Limit != nil {
		out = append(out, fault.Field{Path: "params.limit", Message: "keeps the first rows, and sample keeps some by chance; give one of them"})
	}
	return out
}

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
			Name: "sample", Kind: Object,
			Title: i18n.Text{EN: "Sample", ID: "Sampel"},
			Help: i18n.Text{
				EN: "Keeps rows that are chosen by chance, in the order of the data. The same seed gives the same rows.",
				ID: "Mengambil baris secara acak, sesuai urutan data. Benih yang sama memberi baris yang sama.",
			},
			Properties: []Property{
				{
					Name: "rows", Kind: Integer, Minimum: new(1.0), Title: i18n.Text{EN: "Number of rows", ID: "Banyak baris"},
					Help: i18n.Text{EN: "All where there are fewer.", ID: "Semua bila jumlahnya kurang."},
				},
				{
					Name: "fraction", Kind: Number, Minimum: new(0.0), Maximum: new(1.0), Title: i18n.Text{EN: "Part of the rows", ID: "Bagian dari baris"},
					Help: i18n.Text{EN: "Above 0 and at most 1, in place of a number of rows.", ID: "Di atas 0 dan paling banyak 1, sebagai ganti banyak baris."},
				},
				{
					Name: "random_state", Kind: Integer, Default: 0, Minimum: new(0.0),
					Title: i18n.Text{EN: "Random seed", ID: "Benih acak"},
				},
			},
		},
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
