package operation

import "ddap/shared/i18n"

// GradientBoostingParams are the parameters of gradient_boosting, with
// scikit-learn's names and defaults.
type GradientBoostingParams struct {
	LearningRate float64 `json:"learning_rate"`
	// MaxIter is how many trees there are, or of each class where there are more
	// than two.
	MaxIter      int `json:"max_iter"`
	MaxLeafNodes int `json:"max_leaf_nodes"`
	// MaxDepth is 0 for no limit.
	MaxDepth         int     `json:"max_depth"`
	MinSamplesLeaf   int     `json:"min_samples_leaf"`
	L2Regularization float64 `json:"l2_regularization"`
	MaxBins          int     `json:"max_bins"`
	// EarlyStopping is auto, which is on for more than 10,000 rows, on or off.
	EarlyStopping      string  `json:"early_stopping"`
	ValidationFraction float64 `json:"validation_fraction"`
	NIterNoChange      int     `json:"n_iter_no_change"`
	Tol                float64 `json:"tol"`
}

// GradientBoosting gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) GradientBoosting() (GradientBoostingParams, error) {
	out := GradientBoostingParams{
		LearningRate: 0.1, MaxIter: 100, MaxLeafNodes: 31, MinSamplesLeaf: 20, MaxBins: 255,
		EarlyStopping: "auto", ValidationFraction: 0.1, NIterNoChange: 10, Tol: 1e-7,
	}
	return out, p.decodeModelParams(&out)
}

var gradientBoostingModel = ModelSpec{
	Model: GradientBoosting, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict by trees that correct each other (gradient boosting)", ID: "Prediksi dengan pohon yang saling memperbaiki (gradient boosting)"},
	Help: i18n.Text{
		EN: "Trees that each learn what those before them got wrong; often the most accurate.",
		ID: "Pohon yang masing-masing mempelajari kesalahan pohon sebelumnya; sering kali paling akurat.",
	},
	Params: []Property{
		{
			Name: "learning_rate", Kind: Number, Default: 0.1, Minimum: new(1e-6), Maximum: new(10.0),
			Title: i18n.Text{EN: "Learning rate", ID: "Laju belajar"},
			Help:  i18n.Text{EN: "How much each tree counts.", ID: "Seberapa besar pengaruh setiap pohon."},
		},
		{
			Name: "max_iter", Kind: Integer, Default: 100, Minimum: new(1.0), Maximum: new(5000.0),
			Title: i18n.Text{EN: "Iterations at most", ID: "Iterasi paling banyak"},
			Help:  i18n.Text{EN: "Each adds a tree, or one for each of more than two classes.", ID: "Setiap iterasi menambah satu pohon, atau satu per kelas bila lebih dari dua kelas."},
		},
		{
			Name: "max_leaf_nodes", Kind: Integer, Default: 31, Minimum: new(2.0), Maximum: new(5000.0),
			Title: i18n.Text{EN: "Leaves of a tree at most", ID: "Daun per pohon paling banyak"},
		},
		{
			Name: "max_depth", Kind: Integer, Default: 0, Minimum: new(0.0), Maximum: new(1000.0),
			Title: i18n.Text{EN: "Depth at most", ID: "Kedalaman paling besar"},
			Help:  i18n.Text{EN: "0 is no limit.", ID: "0 berarti tanpa batas."},
		},
		{
			Name: "min_samples_leaf", Kind: Integer, Default: 20, Minimum: new(1.0),
			Title: i18n.Text{EN: "Rows of a leaf at least", ID: "Baris per daun paling sedikit"},
		},
		{
			Name: "l2_regularization", Kind: Number, Default: 0.0, Minimum: new(0.0), Maximum: new(1e12),
			Title: i18n.Text{EN: "L2 regularization", ID: "Regularisasi L2"},
			Help:  i18n.Text{EN: "Makes the values of small leaves smaller; 0 is none.", ID: "Memperkecil nilai daun yang kecil; 0 berarti tidak ada."},
		},
		{
			Name: "max_bins", Kind: Integer, Default: 255, Minimum: new(2.0), Maximum: new(255.0),
			Title: i18n.Text{EN: "Bins of a column at most", ID: "Bin per kolom paling banyak"},
			Help:  i18n.Text{EN: "Values of one bin are not told apart.", ID: "Nilai dalam satu bin tidak dibedakan."},
		},
		{
			Name: "early_stopping", Kind: String, Default: "auto", Choices: []string{"auto", "on", "off"},
			Title: i18n.Text{EN: "Early stopping", ID: "Berhenti lebih awal"},
			Help: i18n.Text{
				EN: "Keeps rows back, and stops when they are predicted no better. Auto is on for more than 10,000 rows.",
				ID: "Menyisihkan sebagian baris, dan berhenti bila prediksinya tidak membaik. Auto aktif bila lebih dari 10.000 baris.",
			},
		},
		{
			Name: "validation_fraction", Kind: Number, Default: 0.1, Minimum: new(0.001), Maximum: new(0.9),
			Title: i18n.Text{EN: "Part of rows kept back", ID: "Bagian baris yang disisihkan"},
			Help:  i18n.Text{EN: "For early stopping only.", ID: "Hanya untuk berhenti lebih awal."},
		},
		{
			Name: "n_iter_no_change", Kind: Integer, Default: 10, Minimum: new(1.0), Maximum: new(5000.0),
			Title: i18n.Text{EN: "Iterations without improvement", ID: "Iterasi tanpa perbaikan"},
			Help:  i18n.Text{EN: "After so many it stops early.", ID: "Setelah sekian iterasi, berhenti lebih awal."},
		},
		{
			Name: "tol", Kind: Number, Default: 1e-7, Minimum: new(0.0), Maximum: new(1.0),
			Title: i18n.Text{EN: "Tolerance", ID: "Toleransi"},
			Help:  i18n.Text{EN: "What is less is no improvement.", ID: "Perbaikan yang lebih kecil dari ini tidak dihitung."},
		},
	},
}
