package operation

import "ddap/shared/i18n"

// LassoParams are the parameters of lasso, with scikit-learn's names and defaults.
type LassoParams struct {
	// Alpha is what the absolute values of the coefficients cost.
	Alpha        float64 `json:"alpha"`
	FitIntercept bool    `json:"fit_intercept"`
	MaxIter      int     `json:"max_iter"`
	Tol          float64 `json:"tol"`
}

// Lasso gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) Lasso() (LassoParams, error) {
	out := LassoParams{Alpha: 1, FitIntercept: true, MaxIter: 1000, Tol: 1e-4}
	return out, p.decodeModelParams(&out)
}

var lassoModel = ModelSpec{
	Model: Lasso, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict a number by few columns (lasso)", ID: "Prediksi angka dengan sedikit kolom (lasso)"},
	Help: i18n.Text{
		EN: "Least squares that leaves out the columns that help little: their coefficients are zero.",
		ID: "Kuadrat terkecil yang mengabaikan kolom yang kurang membantu: koefisiennya nol.",
	},
	Params: []Property{alphaProperty(0), fitInterceptProperty, maxIterProperty(1000), tolProperty},
}

func maxIterProperty(otherwise int) Property {
	return Property{
		Name: "max_iter", Kind: Integer, Default: otherwise, Minimum: new(1.0), Maximum: new(1_000_000.0),
		Title: i18n.Text{EN: "Iterations at most", ID: "Iterasi paling banyak"},
	}
}

var tolProperty = Property{
	Name: "tol", Kind: Number, Default: 1e-4, Minimum: new(1e-15), Maximum: new(1.0),
	Title: i18n.Text{EN: "Tolerance", ID: "Toleransi"},
	Help:  i18n.Text{EN: "Stops when the coefficients have settled to this.", ID: "Berhenti bila koefisien sudah tetap hingga sebesar ini."},
}
