package operation

import "ddap/shared/i18n"

// RidgeParams are the parameters of ridge, with scikit-learn's names and defaults.
type RidgeParams struct {
	// Alpha is what the squares of the coefficients cost.
	Alpha        float64 `json:"alpha"`
	FitIntercept bool    `json:"fit_intercept"`
}

// Ridge gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) Ridge() (RidgeParams, error) {
	out := RidgeParams{Alpha: 1, FitIntercept: true}
	return out, p.decodeModelParams(&out)
}

var ridgeModel = ModelSpec{
	Model: Ridge, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict a number (ridge regression)", ID: "Prediksi angka (regresi ridge)"},
	Help: i18n.Text{
		EN: "Least squares that keeps coefficients small: for columns that go together, or many of them.",
		ID: "Kuadrat terkecil yang menjaga koefisien tetap kecil: untuk kolom yang saling berkaitan, atau yang banyak.",
	},
	Params: []Property{alphaProperty(0), fitInterceptProperty},
}

// alphaProperty is the strength of a penalty on coefficients.
func alphaProperty(least float64) Property {
	return Property{
		Name: "alpha", Kind: Number, Default: 1.0, Minimum: &least, Maximum: new(1e12),
		Title: i18n.Text{EN: "Penalty", ID: "Penalti"},
		Help: i18n.Text{
			EN: "What large coefficients cost; the higher, the smaller they are. 0 is no penalty.",
			ID: "Biaya koefisien besar; makin tinggi, makin kecil koefisiennya. 0 berarti tanpa penalti.",
		},
	}
}

var fitInterceptProperty = Property{
	Name: "fit_intercept", Kind: Boolean, Default: true,
	Title: i18n.Text{EN: "Fit an intercept", ID: "Gunakan intersep"},
	Help:  i18n.Text{EN: "Adds a constant term.", ID: "Menambahkan suku konstan."},
}
