package operation

import "ddap/shared/i18n"

// ElasticNetParams are the parameters of elastic_net, with scikit-learn's names
// and defaults.
type ElasticNetParams struct {
	Alpha float64 `json:"alpha"`
	// L1Ratio is the part of the penalty that is on absolute values: 1 is lasso, 0
	// is ridge.
	L1Ratio      float64 `json:"l1_ratio"`
	FitIntercept bool    `json:"fit_intercept"`
	MaxIter      int     `json:"max_iter"`
	Tol          float64 `json:"tol"`
}

// ElasticNet gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) ElasticNet() (ElasticNetParams, error) {
	out := ElasticNetParams{Alpha: 1, L1Ratio: 0.5, FitIntercept: true, MaxIter: 1000, Tol: 1e-4}
	return out, p.decodeModelParams(&out)
}

var elasticNetModel = ModelSpec{
	Model: ElasticNet, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict a number (elastic net)", ID: "Prediksi angka (elastic net)"},
	Help: i18n.Text{
		EN: "Between ridge and lasso: keeps coefficients small, and leaves out columns that help little.",
		ID: "Di antara ridge dan lasso: menjaga koefisien tetap kecil, dan mengabaikan kolom yang kurang membantu.",
	},
	Params: []Property{
		alphaProperty(0),
		{
			Name: "l1_ratio", Kind: Number, Default: 0.5, Minimum: new(0.0), Maximum: new(1.0),
			Title: i18n.Text{EN: "Part of lasso", ID: "Bagian lasso"},
			Help:  i18n.Text{EN: "1 is lasso, 0 is ridge.", ID: "1 berarti lasso, 0 berarti ridge."},
		},
		fitInterceptProperty, maxIterProperty(1000), tolProperty,
	},
}
