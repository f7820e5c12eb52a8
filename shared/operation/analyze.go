package operation

import (
	"encoding/json"
	"errors"
	"slices"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Model is what analyze does with the data.
type Model string

// The models.
const (
	Describe           Model = "describe"
	Correlation        Model = "correlation"
	LinearRegression   Model = "linear_regression"
	Ridge              Model = "ridge"
	Lasso              Model = "lasso"
	ElasticNet         Model = "elastic_net"
	LogisticRegression Model = "logistic_regression"
	GradientBoosting   Model = "gradient_boosting"
	KMeans             Model = "kmeans"
	DBSCAN             Model = "dbscan"
	PCA                Model = "pca"
	TTest              Model = "t_test"
	MannWhitney        Model = "mann_whitney"
	ChiSquare          Model = "chi_square"
	ANOVA              Model = "anova"
	HoltWinters        Model = "holt_winters"
	// Predict uses a model that another task trained.
	Predict Model = "predict"
)

// AnalyzeParams asks for a model of a dataset.
type AnalyzeParams struct {
	Source Source `json:"source"`
	Model  Model  `json:"model"`
	// Target is the column to explain; only for models that have one.
	Target string `json:"target,omitempty"`
	// TargetType says whether the target is a number or a class; see TargetType.
	TargetType TargetType `json:"target_type,omitempty"`
	// Features are the columns to learn from; all suitable ones but the target when empty.
	Features []string `json:"features,omitempty"`
	// ModelParams are the model's own parameters, checked against its ModelSpec.
	ModelParams json.RawMessage `json:"params,omitempty"`
	// Preprocess is for models that learn from rows, Validation for those with a
	// target; see Preprocessing and Validating.
	Preprocess json.RawMessage `json:"preprocess,omitempty"`
	Validation json.RawMessage `json:"validation,omitempty"`
	// ModelFrom is the task whose model Predict uses.
	ModelFrom *Source `json:"model_from,omitempty"`
	// RandomState seeds everything random. Default 0.
	RandomState int64 `json:"random_state,omitempty"`
}

// ModelSpec describes one model for people and for forms.
type ModelSpec struct {
	Model     Model
	Title     i18n.Text
	Help      i18n.Text
	HasTarget bool
	// Trains says that it learns the target from the features, and leaves a model
	// for predict.
	Trains bool
	// TakesModel says that it uses the model of another task.
	TakesModel bool
	// Prepares says that it takes preprocess: how columns become the numbers that it
	// learns from.
	Prepares bool
	// LeavesRows says that it leaves the rows with columns of its own beside them.
	LeavesRows bool
	Params     []Property
	// noFeatures says that its params name all columns beside the target.
	noFeatures bool
	// check finds what the tables cannot judge; nil where there is nothing.
	check func(p *AnalyzeParams) []fault.Field
}

// Models lists every model.
func Models() []ModelSpec { return slices.Clone(modelSpecs) }

// LeavesRows reports whether a task leaves rows on its runner, which other tasks
// can take as their source. The model is that of an analysis.
func LeavesRows(code Code, model Model) bool {
	return code == Fetch || code == Filter || code == Analyze && specOf(model).LeavesRows
}

// Trains reports whether a task trains a model that predict can use.
func Trains(code Code, model Model) bool { return code == Analyze && specOf(model).Trains }

// ModelOf gives the model of an analysis; empty for other operations.
func ModelOf(params Params) Model {
	if p, ok := params.(*AnalyzeParams); ok {
		return p.Model
	}
	return ""
}

// specOf is empty for a model that is not known, as one of a newer server's.
func specOf(model Model) ModelSpec {
	if at := slices.IndexFunc(modelSpecs, func(s ModelSpec) bool { return s.Model == model }); at >= 0 {
		return modelSpecs[at]
	}
	return ModelSpec{}
}

// Columns lists the columns that the parameters name, some maybe twice.
func (p *AnalyzeParams) Columns() []string {
	out := slices.Clone(p.Features)
	if p.Target != "" {
		out = append(out, p.Target)
	}
	if v, err := p.Validating(); err == nil {
		for _, name := range []string{v.Column, v.OrderBy} {
			if name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// Code is Analyze.
func (p *AnalyzeParams) Code() Code { return Analyze }

// Sources gives the rows and, of predict, the task with the model.
func (p *AnalyzeParams) Sources() []SourceAt {
	out := []SourceAt{{Path: "params.source", Source: &p.Source}}
	if p.ModelFrom != nil {
		out = append(out, SourceAt{Path: ModelFromPath, Source: p.ModelFrom, Reads: ReadsModel})
	}
	return out
}

// fieldsAt gives those fields of a fault that are at a path; others were judged
// by the tables.
func fieldsAt(err error, path string) []fault.Field {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(f.Fields, func(f fault.Field) bool { return f.Path != path })
}

func (p *AnalyzeParams) decodeModelParams(into any) error {
	return decodeParams("params.params", p.ModelParams, into)
}

func (p *AnalyzeParams) check() []fault.Field {
	spec := specOf(p.Model)
	out := duplicates("params.features", p.Features)
	switch {
	case spec.HasTarget && p.Target == "":
		out = append(out, fault.Field{Path: "params.target", Message: "is required for " + string(p.Model) + ": the column to explain"})
	case !spec.HasTarget && p.Target != "":
		out = append(out, fault.Field{Path: "params.target", Message: string(p.Model) + " has no target; leave it out"})
	case p.Target != "" && slices.Contains(p.Features, p.Target):
		out = append(out, fault.Field{Path: "params.features", Message: "contains the target " + p.Target})
	}
	out = append(out, p.checkRest(spec)...)
	if spec.noFeatures && len(p.Features) > 0 {
		out = append(out, fault.Field{Path: "params.features", Message: string(p.Model) + " has no features; name columns in params.params"})
	}
	if string(p.ModelParams) == "null" {
		p.ModelParams = nil
	}
	if len(p.ModelParams) > 0 {
		out = append(out, p.checkModelParams(spec)...)
	}
	if len(out) == 0 && spec.check != nil {
		out = spec.check(p)
	}
	return out
}

func (p *AnalyzeParams) checkModelParams(spec ModelSpec) []fault.Field {
	object, err := parse(p.ModelParams)
	if err != nil {
		return []fault.Field{{Path: "params.params", Message: err.Error()}}
	}
	return checkObject("params.params", object, spec.Params)
}

// checkRest judges the parameters that only some models take.
func (p *AnalyzeParams) checkRest(spec ModelSpec) []fault.Field {
	var out []fault.Field
	for _, part := range []struct {
		path  string
		raw   *json.RawMessage
		takes bool
		whose string
	}{
		{"params.preprocess", &p.Preprocess, spec.Trains || spec.Prepares, "is for models that learn from rows"},
		{"params.validation", &p.Validation, spec.Trains, "is for models that learn a target"},
	} {
		if string(*part.raw) == "null" {
			*part.raw = nil
		}
		if len(*part.raw) > 0 && !part.takes {
			out = append(out, fault.Field{Path: part.path, Message: part.whose + ", not for " + string(p.Model)})
		}
	}
	if p.standardizes() {
		out = append(out, p.checkScaler()...)
	}
	if p.TargetType != "" && !spec.Trains {
		out = append(out, fault.Field{Path: "params.target_type", Message: "is for models that learn a target, not for " + string(p.Model)})
	}
	if spec.Trains {
		out = append(out, p.checkValidation()...)
	}
	return append(out, p.checkModelFrom(spec)...)
}

func (p *AnalyzeParams) checkModelFrom(spec ModelSpec) (out []fault.Field) {
	switch {
	case spec.TakesModel && p.ModelFrom == nil:
		out = append(out, fault.Field{Path: ModelFromPath, Message: `is required for predict: {"task": "ID"} of a task that trained a model`})
	case spec.TakesModel && p.ModelFrom.Task == "":
		out = append(out, fault.Field{Path: ModelFromPath, Message: "must name a task, the one that trained the model"})
	case !spec.TakesModel && p.ModelFrom != nil:
		out = append(out, fault.Field{Path: ModelFromPath, Message: "is for predict, not for " + string(p.Model)})
	case spec.TakesModel && len(p.Features) > 0:
		out = append(out, fault.Field{Path: "params.features", Message: "are those that the model learned from; leave them out"})
	}
	return out
}

// modelSpecs has every model, in the order in which forms offer them; each stands
// in a file of its own.
var modelSpecs = []ModelSpec{
	describeModel,
	correlationModel,
	linearRegressionModel,
	ridgeModel,
	lassoModel,
	elasticNetModel,
	logisticRegressionModel,
	kmeansModel,
	isolationForestModel,
	dbscanModel,
	pcaModel,
	tTestModel,
	mannWhitneyModel,
	chiSquareModel,
	anovaModel,
	holtWintersModel,
	decisionTreeModel,
	randomForestModel,
	gradientBoostingModel,
	autoModel,
	predictModel,
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
		targetTypeProperty,
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
		preprocessProperty,
		validationProperty,
		modelFromProperty,
		{
			Name: "random_state", Kind: Integer, Default: 0, Minimum: new(0.0),
			Title: i18n.Text{EN: "Random seed", ID: "Benih acak"},
			Help:  i18n.Text{EN: "The same seed gives the same result.", ID: "Benih yang sama memberi hasil yang sama."},
		},
	},
}
