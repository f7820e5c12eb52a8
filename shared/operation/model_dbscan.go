package operation

import (
	"fmt"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// DBSCANParams are the parameters of dbscan, with scikit-learn's names and defaults.
type DBSCANParams struct {
	// Eps is how far neighbors may be apart. Default 0.5.
	Eps float64 `json:"eps"`
	// MinSamples is how many rows, itself among them, a row of the core has within
	// Eps. Default 5.
	MinSamples int `json:"min_samples"`
	// Standardize scales each feature to mean 0 and standard deviation 1 first.
	// Default true, as in kmeans.
	Standardize bool `json:"standardize"`
}

// DBSCAN gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) DBSCAN() (DBSCANParams, error) {
	out := DBSCANParams{Eps: 0.5, MinSamples: 5, Standardize: true}
	if err := p.decodeModelParams(&out); err != nil {
		return out, err
	}
	out.Standardize = p.scales()
	if out.Eps <= 0 {
		return out, fault.BadFields("operation.DBSCAN", "invalid_params", fault.Field{
			Path: dbscanEps, Message: fmt.Sprintf("must be more than 0, not %v", out.Eps),
		})
	}
	return out, nil
}

const dbscanEps = "params.params.eps"

var dbscanModel = ModelSpec{
	Model: DBSCAN, LeavesRows: true, Prepares: true,
	check: func(p *AnalyzeParams) []fault.Field {
		_, err := p.DBSCAN()
		return fieldsAt(err, dbscanEps)
	},
	Title: i18n.Text{EN: "Find groups and noise (DBSCAN)", ID: "Temukan kelompok dan derau (DBSCAN)"},
	Help: i18n.Text{
		EN: "Finds groups of any shape where rows lie close together; rows that are far from all of them are noise.",
		ID: "Menemukan kelompok berbentuk apa pun di tempat baris berdekatan; baris yang jauh dari semuanya adalah derau.",
	},
	Params: []Property{
		{
			Name: "eps", Kind: Number, Default: 0.5, Minimum: new(0.0),
			Title: i18n.Text{EN: "Distance of neighbors", ID: "Jarak tetangga"},
			Help: i18n.Text{
				EN: "How far two rows may be apart to be neighbors, in standard deviations where features are standardized.",
				ID: "Sejauh apa dua baris boleh terpisah untuk menjadi tetangga, dalam simpangan baku bila fitur distandarkan.",
			},
		},
		{
			Name: "min_samples", Kind: Integer, Default: 5, Minimum: new(1.0), Maximum: new(1000.0),
			Title: i18n.Text{EN: "Rows in a neighborhood", ID: "Baris dalam satu lingkungan"},
			Help: i18n.Text{
				EN: "How many rows must be within that distance of a row, itself included, for a group to grow from it.",
				ID: "Berapa baris yang harus berada dalam jarak itu, termasuk baris itu sendiri, agar kelompok tumbuh darinya.",
			},
		},
		{
			Name: "standardize", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Standardize features", ID: "Standarkan fitur"},
			Help: i18n.Text{
				EN: "Scales each column of numbers to mean 0 and standard deviation 1, so that units do not matter.",
				ID: "Menskalakan setiap kolom angka ke rata-rata 0 dan simpangan baku 1, agar satuan tidak berpengaruh.",
			},
		},
	},
}
