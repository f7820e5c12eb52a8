package operation

import "ddap/shared/i18n"

// LogisticRegressionParams are the parameters of logistic_regression, with
// scikit-learn's names and defaults.
type LogisticRegressionParams struct {
	// Penalty is "l2" or "none".
	Penalty string `json:"penalty"`
	// C is the inverse of the penalty's strength.
	C            float64 `json:"C"` //nolint:tagliatelle // scikit-learn's name
	FitIntercept bool    `json:"fit_intercept"`
	// ClassWeight is "none", or "balanced": all classes count alike, however many
	// rows they have.
	ClassWeight string  `json:"class_weight"`
	MaxIter     int     `json:"max_iter"`
	Tol         float64 `json:"tol"`
}

// LogisticRegression gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) LogisticRegression() (LogisticRegressionParams, error) {
	out := LogisticRegressionParams{Penalty: "l2", C: 1, FitIntercept: true, ClassWeight: "none", MaxIter: 100, Tol: 1e-4}
	return out, p.decodeModelParams(&out)
}

var logisticRegressionModel = ModelSpec{
	Model: LogisticRegression, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict a class (logistic regression)", ID: "Prediksi kelas (regresi logistik)"},
	Help: i18n.Text{
		EN: "How each column raises or lowers the odds of a class; for two classes or more.",
		ID: "Bagaimana setiap kolom menaikkan atau menurunkan odds suatu kelas; untuk dua kelas atau lebih.",
	},
	Params: []Property{
		{
			Name: "penalty", Kind: String, Default: "l2", Choices: []string{"l2", "none"},
			Title: i18n.Text{EN: "Penalty", ID: "Penalti"},
			Help: i18n.Text{
				EN: "l2 keeps coefficients small. Without one, two classes also get standard errors.",
				ID: "l2 menjaga koefisien tetap kecil. Tanpa penalti, dua kelas juga mendapat galat baku.",
			},
		},
		{
			Name: "C", Kind: Number, Default: 1.0, Minimum: new(1e-12), Maximum: new(1e12),
			Title: i18n.Text{EN: "Freedom (C)", ID: "Kebebasan (C)"},
			Help:  i18n.Text{EN: "The higher, the weaker the penalty.", ID: "Makin tinggi, makin lemah penaltinya."},
		},
		fitInterceptProperty,
		{
			Name: "class_weight", Kind: String, Default: "none", Choices: []string{"none", "balanced"},
			Title: i18n.Text{EN: "Weights of classes", ID: "Bobot kelas"},
			Help: i18n.Text{
				EN: "balanced lets all classes count alike, however many rows they have.",
				ID: "balanced membuat semua kelas sama penting, berapa pun barisnya.",
			},
		},
		maxIterProperty(100), tolProperty,
	},
}
