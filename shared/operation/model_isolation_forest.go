package operation

import (
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// IsolationForest finds rows that are unlike the others.
const IsolationForest Model = "isolation_forest"

// AutoSetting leaves a parameter of isolation_forest to the data.
const AutoSetting = "auto"

// IsolationForestParams are the parameters of isolation_forest, with
// scikit-learn's names and defaults.
type IsolationForestParams struct {
	NEstimators int `json:"n_estimators"`
	// MaxSamples is AutoSetting for 256, a number of rows from 2 on, or a part of
	// them up to 1, which is all.
	MaxSamples any `json:"max_samples"`
	// Contamination is AutoSetting for what the scores say, or the part of the rows
	// that are anomalies, up to 0.5.
	Contamination any `json:"contamination"`
	// MaxFeatures is the part of the columns that each tree looks at.
	MaxFeatures float64 `json:"max_features"`
}

// IsolationForest gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) IsolationForest() (IsolationForestParams, error) {
	out := IsolationForestParams{NEstimators: 100, MaxSamples: AutoSetting, Contamination: AutoSetting, MaxFeatures: 1}
	return out, p.decodeModelParams(&out)
}

var isolationForestModel = ModelSpec{
	Model: IsolationForest, LeavesRows: true, Prepares: true, check: checkIsolationForest,
	Title: i18n.Text{EN: "Find unusual rows (isolation forest)", ID: "Temukan baris yang tidak biasa (isolation forest)"},
	Help: i18n.Text{
		EN: "Gives each row a score that says how unlike the others it is.",
		ID: "Memberi setiap baris skor yang menyatakan seberapa berbeda baris itu dari yang lain.",
	},
	Params: []Property{
		{
			Name: "n_estimators", Kind: Integer, Default: 100, Minimum: new(1.0), Maximum: new(2000.0),
			Title: i18n.Text{EN: "Trees", ID: "Banyak pohon"},
		},
		{
			Name: "max_samples", Kind: Scalar, Default: AutoSetting,
			Title: i18n.Text{EN: "Rows of a tree", ID: "Baris per pohon"},
			Help: i18n.Text{
				EN: `"auto" for 256, a number of rows from 2 on, or a part of them up to 1.`,
				ID: `"auto" untuk 256, jumlah baris mulai dari 2, atau bagian sampai 1.`,
			},
		},
		{
			Name: "contamination", Kind: Scalar, Default: AutoSetting,
			Title: i18n.Text{EN: "Part of the rows that is unusual", ID: "Bagian baris yang tidak biasa"},
			Help: i18n.Text{
				EN: `"auto" lets the scores say, or a part from above 0 to 0.5.`,
				ID: `"auto" menurut skor, atau bagian di atas 0 sampai 0,5.`,
			},
		},
		{
			Name: "max_features", Kind: Number, Default: 1.0, Minimum: new(1e-6), Maximum: new(1.0),
			Title: i18n.Text{EN: "Part of the columns for each tree", ID: "Bagian kolom untuk setiap pohon"},
		},
	},
}

func checkIsolationForest(p *AnalyzeParams) []fault.Field {
	asked, err := p.IsolationForest()
	if err != nil {
		return []fault.Field{{Path: "params.params", Message: err.Error()}}
	}
	var out []fault.Field
	if v, ok := asked.MaxSamples.(float64); asked.MaxSamples != AutoSetting && !(ok && (v > 0 && v <= 1 || v > 1 && v == float64(int64(v)))) {
		out = append(out, fault.Field{Path: "params.params.max_samples", Message: `must be "auto", a number of rows from 2 on, or a part of them from above 0 to 1`})
	}
	if v, ok := asked.Contamination.(float64); asked.Contamination != AutoSetting && !(ok && v > 0 && v <= 0.5) {
		out = append(out, fault.Field{Path: "params.params.contamination", Message: `must be "auto", or a part of the rows from above 0 to 0.5`})
	}
	return out
}
