package operation

import "ddap/shared/i18n"

// RandomForest is many trees whose predictions are averaged.
const RandomForest Model = "random_forest"

// RandomForestParams are the parameters of random_forest, with scikit-learn's
// names and defaults.
type RandomForestParams struct {
	DecisionTreeParams

	NEstimators int `json:"n_estimators"`
	// Bootstrap has each tree learn from rows that are drawn for it, with repeats.
	Bootstrap bool `json:"bootstrap"`
	OOBScore  bool `json:"oob_score"`
}

// RandomForest gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) RandomForest() (RandomForestParams, error) {
	out := RandomForestParams{
		DecisionTreeParams: DecisionTreeParams{MinSamplesSplit: 2, MinSamplesLeaf: 1},
		NEstimators:        100, Bootstrap: true,
	}
	return out, p.decodeModelParams(&out)
}

var randomForestModel = ModelSpec{
	Model: RandomForest, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict by many trees (random forest)", ID: "Prediksi dengan banyak pohon (random forest)"},
	Help: i18n.Text{
		EN: "Averages many trees that each learn from other rows and columns.",
		ID: "Merata-ratakan banyak pohon yang masing-masing belajar dari baris dan kolom lain.",
	},
	Params: append([]Property{
		{
			Name: "n_estimators", Kind: Integer, Default: 100, Minimum: new(1.0), Maximum: new(2000.0),
			Title: i18n.Text{EN: "Trees", ID: "Banyak pohon"},
		},
		{
			Name: "bootstrap", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Draw rows", ID: "Ambil baris secara acak"},
			Help:  i18n.Text{EN: "Each tree learns from rows drawn for it, with repeats.", ID: "Setiap pohon belajar dari baris yang diambil acak, dengan pengulangan."},
		},
		{
			Name: "oob_score", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Out-of-bag score", ID: "Skor out-of-bag"},
			Help: i18n.Text{
				EN: "Judges each row by the trees that did not learn from it; needs bootstrap.",
				ID: "Menilai setiap baris dengan pohon yang tidak mempelajarinya; memerlukan bootstrap.",
			},
		},
	}, treeProperties()...),
}
