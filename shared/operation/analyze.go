package operation

import (
	"encoding/json"
	"slices"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Model is what analyze does with the data.
type Model string

// The models.
const (
	Describe         Model = "describe"
	Correlation      Model = "correlation"
	LinearRegression Model = "linear_regression"
	KMeans           Model = "kmeans"
)

// AnalyzeParams asks for a model of a dataset.
type AnalyzeParams struct {
	Source Source `json:"source"`
	Model  Model  `json:"model"`
	// Target is the column to explain; only for models that have one.
	Target string `json:"target,omitempty"`
	// Features are the columns to learn from; all suitable ones but the target when empty.
	Features []string `json:"features,omitempty"`
	// ModelParams are the model's own parameters, checked against its ModelSpec.
	ModelParams json.RawMessage `json:"params,omitempty"`
	// RandomState seeds everything random. Default 0.
	RandomState int64 `json:"random_state,omitempty"`
}

// ModelSpec describes one model for people and for forms.
type ModelSpec struct {
	Model     Model
	Title     i18n.Text
	Help      i18n.Text
	HasTarget bool
	Params    []Property
}

// Models lists every model.
func Models() []ModelSpec { return slices.Clone(modelSpecs) }

// Code is Analyze.
func (p *AnalyzeParams) Code() Code { return Analyze }

// Sources gives the one source.
func (p *AnalyzeParams) Sources() []SourceAt { return []SourceAt{{"params.source", &p.Source}} }

func (p *AnalyzeParams) decodeModelParams(into any) error {
	if len(p.ModelParams) == 0 {
		return nil
	}
	if err := json.Unmarshal(p.ModelParams, into); err != nil {
		return fault.BadFields("operation.decodeModelParams", "invalid_params",
			fault.Field{Path: "params.params", Message: err.Error()})
	}
	return nil
}

func (p *AnalyzeParams) check() []fault.Field {
	spec := modelSpecs[slices.IndexFunc(modelSpecs, func(s ModelSpec) bool { return s.Model == p.Model })]
	out := duplicates("params.features", p.Features)
	switch {
	case spec.HasTarget && p.Target == "":
		out = append(out, fault.Field{Path: "params.target", Message: "is required for " + string(p.Model) + ": the column to explain"})
	case !spec.HasTarget && p.Target != "":
		out = append(out, fault.Field{Path: "params.target", Message: string(p.Model) + " has no target; leave it out"})
	case p.Target != "" && slices.Contains(p.Features, p.Target):
		out = append(out, fault.Field{Path: "params.features", Message: "contains the target " + p.Target})
	}
	if len(p.ModelParams) == 0 || string(p.ModelParams) == "null" {
		p.ModelParams = nil
		return out
	}
	object, err := parse(p.ModelParams)
	if err != nil {
		return append(out, fault.Field{Path: "params.params", Message: err.Error()})
	}
	return append(out, checkObject("params.params", object, spec.Params)...)
}

// modelSpecs has every model, in the order in which forms offer them; each stands
// in a file of its own.
var modelSpecs = []ModelSpec{
	describeModel,
	correlationModel,
	linearRegressionModel,
	kmeansModel,
}

func modelNames() []string {
	names := make([]string, 0, len(modelSpecs))
	for _, s := range modelSpecs {
		names = append(names, string(s.Model))
	}
	return names
}

var analyzeSpec = Spec{
	Code: Analyze, Name: "analyze",
	Title: i18n.Text{EN: "Analyze the data", ID: "Analisis data"},
	Help: i18n.Text{
		EN: "Describes the data or fits a model to it.",
		ID: "Mendeskripsikan data atau mencocokkan model.",
	},
	empty: func() Params { return &AnalyzeParams{} },
	Properties: []Property{
		sourceProperty,
		{
			Name: "model", Kind: String, Required: true, Choices: modelNames(),
			Title: i18n.Text{EN: "Model", ID: "Model"},
		},
		{
			Name: "target", Kind: String,
			Title: i18n.Text{EN: "Column to explain", ID: "Kolom yang dijelaskan"},
			Help:  i18n.Text{EN: "Only for models that predict.", ID: "Hanya untuk model yang memprediksi."},
		},
		{
			Name: "features", Kind: Array, Items: &columnName,
			Title: i18n.Text{EN: "Columns to learn from", ID: "Kolom untuk dipelajari"},
			Help:  i18n.Text{EN: "Every suitable column when empty.", ID: "Semua kolom yang sesuai bila kosong."},
		},
		{
			Name: "params", Kind: Object,
			Title: i18n.Text{EN: "Model options", ID: "Opsi model"},
			Help:  i18n.Text{EN: "They depend on the model.", ID: "Bergantung pada model."},
		},
		{
			Name: "random_state", Kind: Integer, Default: 0, Minimum: new(0.0),
			Title: i18n.Text{EN: "Random seed", ID: "Benih acak"},
			Help:  i18n.Text{EN: "The same seed gives the same result.", ID: "Benih yang sama memberi hasil yang sama."},
		},
	},
}
