package operation

import "ddap/shared/i18n"

// DecisionTree is a single tree that can be read.
const DecisionTree Model = "decision_tree"

// DecisionTreeParams are the parameters of decision_tree, with scikit-learn's
// names and defaults.
type DecisionTreeParams struct {
	// Criterion is empty for squared_error of a number and gini of classes.
	Criterion string `json:"criterion"`
	// MaxDepth is 0 for no limit.
	MaxDepth            int     `json:"max_depth"`
	MinSamplesSplit     int     `json:"min_samples_split"`
	MinSamplesLeaf      int     `json:"min_samples_leaf"`
	MinImpurityDecrease float64 `json:"min_impurity_decrease"`
	// MaxFeatures is "sqrt", "log2", a part up to 1 or a number from 2 on; nil is
	// the model's own default.
	MaxFeatures any     `json:"max_features"`
	CCPAlpha    float64 `json:"ccp_alpha"`
}

// DecisionTree gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) DecisionTree() (DecisionTreeParams, error) {
	out := DecisionTreeParams{MinSamplesSplit: 2, MinSamplesLeaf: 1}
	return out, p.decodeModelParams(&out)
}

var decisionTreeModel = ModelSpec{
	Model: DecisionTree, HasTarget: true, Trains: true,
	Title: i18n.Text{EN: "Predict by rules (decision tree)", ID: "Prediksi dengan aturan (pohon keputusan)"},
	Help: i18n.Text{
		EN: "Divides the rows by one column at a time, into rules that can be read.",
		ID: "Membagi baris menurut satu kolom setiap kali, menjadi aturan yang dapat dibaca.",
	},
	Params: treeProperties(),
}

// treeProperties are the parameters that a tree has, alone and in a forest.
func treeProperties() []Property {
	return []Property{
		{
			Name: "criterion", Kind: String, Choices: []string{"squared_error", "gini", "entropy", "log_loss"},
			Title: i18n.Text{EN: "Criterion", ID: "Kriteria"},
			Help: i18n.Text{
				EN: "What splits are judged by: squared_error for a number, the others for classes; log_loss is entropy.",
				ID: "Ukuran pemisahan: squared_error untuk angka, lainnya untuk kelas; log_loss sama dengan entropy.",
			},
		},
		{
			Name: "max_depth", Kind: Integer, Minimum: new(1.0), Maximum: new(1000.0),
			Title: i18n.Text{EN: "Deepest level", ID: "Kedalaman paling banyak"},
			Help:  i18n.Text{EN: "No limit when empty.", ID: "Tanpa batas bila kosong."},
		},
		{
			Name: "min_samples_split", Kind: Integer, Default: 2, Minimum: new(2.0), Maximum: new(1e9),
			Title: i18n.Text{EN: "Rows to split", ID: "Baris untuk dipisah"},
			Help:  i18n.Text{EN: "A node with fewer rows is not divided.", ID: "Simpul dengan baris lebih sedikit tidak dibagi."},
		},
		{
			Name: "min_samples_leaf", Kind: Integer, Default: 1, Minimum: new(1.0), Maximum: new(1e9),
			Title: i18n.Text{EN: "Rows in a leaf", ID: "Baris dalam daun"},
			Help:  i18n.Text{EN: "Each side of a split has at least so many rows.", ID: "Setiap sisi pemisahan memiliki paling sedikit sekian baris."},
		},
		{
			Name: "min_impurity_decrease", Kind: Number, Default: 0.0, Minimum: new(0.0), Maximum: new(1e300),
			Title: i18n.Text{EN: "Smallest gain", ID: "Perolehan terkecil"},
			Help: i18n.Text{
				EN: "A split must decrease the impurity of all rows by so much.",
				ID: "Pemisahan harus menurunkan ketakmurnian semua baris sebanyak ini.",
			},
		},
		{
			Name: "max_features", Kind: Scalar,
			Title: i18n.Text{EN: "Columns to look at", ID: "Kolom yang diperiksa"},
			Help: i18n.Text{
				EN: `For each split: "sqrt", "log2", a part from above 0 to 1, or a number from 2 on.`,
				ID: `Untuk setiap pemisahan: "sqrt", "log2", bagian di atas 0 sampai 1, atau jumlah mulai dari 2.`,
			},
		},
		{
			Name: "ccp_alpha", Kind: Number, Default: 0.0, Minimum: new(0.0), Maximum: new(1e300),
			Title: i18n.Text{EN: "Pruning", ID: "Pemangkasan"},
			Help: i18n.Text{
				EN: "What each leaf costs; subtrees that gain less are cut (minimal cost-complexity pruning).",
				ID: "Biaya setiap daun; cabang yang perolehannya kurang dipangkas.",
			},
		},
	}
}
