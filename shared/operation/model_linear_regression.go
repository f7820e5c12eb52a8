package operation

import "ddap/shared/i18n"

// LinearRegressionParams are the parameters of linear_regression.
type LinearRegressionParams struct {
	// FitIntercept adds a constant term. Default true.
	FitIntercept bool `json:"fit_intercept"`
	// ConfidenceLevel is the coverage of the coefficients' intervals. Default 0.95.
	ConfidenceLevel float64 `json:"confidence_level"`
}

// LinearRegression gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) LinearRegression() (LinearRegressionParams, error) {
	out := LinearRegressionParams{FitIntercept: true, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

var linearRegressionModel = ModelSpec{
	Model: LinearRegression, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict a number (linear regression)", ID: "Prediksi angka (regresi linear)"},
	Help: i18n.Text{
		EN: "Ordinary least squares, with standard errors, t, p and confidence intervals.",
		ID: "Kuadrat terkecil biasa, dengan galat baku, t, p, dan selang kepercayaan.",
	},
	Params: []Property{
		{
			Name: "fit_intercept", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Fit an intercept", ID: "Gunakan intersep"},
			Help:  i18n.Text{EN: "Adds a constant term.", ID: "Menambahkan suku konstan."},
		},
		{
			Name: "confidence_level", Kind: Number, Default: 0.95, Minimum: new(0.5), Maximum: new(0.9999),
			Title: i18n.Text{EN: "Confidence level", ID: "Tingkat kepercayaan"},
			Help:  i18n.Text{EN: "Coverage of the coefficients' intervals.", ID: "Cakupan selang koefisien."},
		},
	},
}
