package operation

import (
	"fmt"
	"math"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// PCAParams are the parameters of pca, with scikit-learn's names and defaults.
type PCAParams struct {
	// NComponents is how many are kept, or, below 1, the part of the variance that
	// they explain together; nil is all.
	NComponents *float64 `json:"n_components"`
	// Whiten scales the scores to variance 1. Default false.
	Whiten bool `json:"whiten"`
	// Standardize scales each feature to standard deviation 1 first. Default false.
	Standardize bool `json:"standardize"`
}

// PCA gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) PCA() (PCAParams, error) {
	var out PCAParams
	if err := p.decodeModelParams(&out); err != nil {
		return out, err
	}
	out.Standardize = p.scales()
	if n := out.NComponents; n != nil && (*n <= 0 || *n > 1 && *n != math.Trunc(*n)) {
		return out, fault.BadFields("operation.PCA", "invalid_params", fault.Field{
			Path: pcaComponents, Message: fmt.Sprintf("must be a whole number, or a part of the variance between 0 and 1, not %v", *n),
		})
	}
	return out, nil
}

const pcaComponents = "params.params.n_components"

var pcaModel = ModelSpec{
	Model: PCA, LeavesRows: true, Prepares: true,
	check: func(p *AnalyzeParams) []fault.Field {
		_, err := p.PCA()
		return fieldsAt(err, pcaComponents)
	},
	Title: i18n.Text{EN: "Fewer columns (principal components)", ID: "Kolom lebih sedikit (komponen utama)"},
	Help: i18n.Text{
		EN: "Finds the directions in which the rows differ most, and how much of all variance each of them has.",
		ID: "Menemukan arah yang paling membedakan baris, dan bagian varians dari setiap arah.",
	},
	Params: []Property{
		{
			Name: "n_components", Kind: Number, Minimum: new(0.0), Maximum: new(500.0),
			Title: i18n.Text{EN: "Components", ID: "Komponen"},
			Help: i18n.Text{
				EN: "How many, or below 1 the part of the variance that they must explain together; all when left out.",
				ID: "Berapa banyak, atau di bawah 1 bagian varians yang harus dijelaskan bersama; semua bila kosong.",
			},
		},
		{
			Name: "whiten", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Whiten", ID: "Samakan varians skor"},
			Help:  i18n.Text{EN: "Scales the scores of each component to variance 1.", ID: "Menskalakan skor setiap komponen ke varians 1."},
		},
		{
			Name: "standardize", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Standardize features", ID: "Standarkan fitur"},
			Help: i18n.Text{
				EN: "Scales each column of numbers to standard deviation 1, so that units do not matter.",
				ID: "Menskalakan setiap kolom angka ke simpangan baku 1, agar satuan tidak berpengaruh.",
			},
		},
	},
}
