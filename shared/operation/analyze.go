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

// CorrelationMethod is how two columns are compared.
type CorrelationMethod string

// The methods of correlation.
const (
	// Pearson is the product-moment coefficient: how near rows are to a line.
	Pearson CorrelationMethod = "pearson"
	// Spearman is Pearson's coefficient of ranks.
	Spearman CorrelationMethod = "spearman"
	// Kendall is tau-b: how many more pairs of rows have the same order in both
	// columns than the opposite one.
	Kendall CorrelationMethod = "kendall"
)

// CorrelationParams are the parameters of correlation, with the names and
// defaults of pandas' DataFrame.corr and of scipy's interval.
type CorrelationParams struct {
	// Method is Pearson by default.
	Method CorrelationMethod `json:"method"`
	// MinPeriods is how many rows must have both numbers. Default 1.
	MinPeriods int `json:"min_periods"`
	// ConfidenceLevel is the coverage of the intervals of pearson. Default 0.95.
	ConfidenceLevel float64 `json:"confidence_level"`
}

// LinearRegressionParams are the parameters of linear_regression.
type LinearRegressionParams struct {
	// FitIntercept adds a constant term. Default true.
	FitIntercept bool `json:"fit_intercept"`
	// ConfidenceLevel is the coverage of the coefficients' intervals. Default 0.95.
	ConfidenceLevel float64 `json:"confidence_level"`
}

// KMeansParams are the parameters of kmeans, with scikit-learn's names and defaults.
type KMeansParams struct {
	NClusters int     `json:"n_clusters"`
	NInit     int     `json:"n_init"`
	MaxIter   int     `json:"max_iter"`
	Tol       float64 `json:"tol"`
	// Standardize scales each feature to mean 0 and standard deviation 1 first.
	Standardize bool `json:"standardize"`
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

// Correlation gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) Correlation() (CorrelationParams, error) {
	out := CorrelationParams{Method: Pearson, MinPeriods: 1, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

// LinearRegression gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) LinearRegression() (LinearRegressionParams, error) {
	out := LinearRegressionParams{FitIntercept: true, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

// KMeans gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) KMeans() (KMeansParams, error) {
	out := KMeansParams{NClusters: 8, NInit: 10, MaxIter: 300, Tol: 1e-4, Standardize: true}
	return out, p.decodeModelParams(&out)
}

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

func modelNames() []string {
	names := make([]string, 0, len(modelSpecs))
	for _, s := range modelSpecs {
		names = append(names, string(s.Model))
	}
	return names
}

var modelSpecs = []ModelSpec{
	{
		Model: Describe,
		Title: i18n.Text{EN: "Describe", ID: "Deskripsikan"},
		Help: i18n.Text{
			EN: "Count, mean, standard deviation, range and quartiles of every number; the most frequent values of the rest.",
			ID: "Jumlah, rata-rata, simpangan baku, rentang, dan kuartil setiap angka; nilai tersering untuk yang lain.",
		},
	},
	{
		Model: Correlation,
		Title: i18n.Text{EN: "Correlate columns", ID: "Korelasikan kolom"},
		Help: i18n.Text{
			EN: "How each two columns of numbers go together: a coefficient from -1 to 1, with p-value and interval. Yes and no count as 1 and 0.",
			ID: "Hubungan setiap dua kolom angka: koefisien dari -1 sampai 1, dengan nilai p dan selang. Ya dan tidak dihitung sebagai 1 dan 0.",
		},
		Params: []Property{
			{
				Name: "method", Kind: String, Default: string(Pearson), Choices: []string{string(Pearson), string(Spearman), string(Kendall)},
				Title: i18n.Text{EN: "Method", ID: "Metode"},
				Help: i18n.Text{
					EN: "Pearson measures how near rows are to a straight line; Spearman and Kendall go by order only, so a few extreme values do not count for more.",
					ID: "Pearson mengukur seberapa dekat baris dengan garis lurus; Spearman dan Kendall hanya memakai urutan, sehingga beberapa nilai ekstrem tidak lebih berpengaruh.",
				},
			},
			{
				Name: "min_periods", Kind: Integer, Default: 1, Minimum: new(1.0),
				Title: i18n.Text{EN: "Rows at least", ID: "Baris paling sedikit"},
				Help:  i18n.Text{EN: "Fewer rows with both numbers give no coefficient.", ID: "Bila baris dengan kedua angka lebih sedikit, tidak ada koefisien."},
			},
			{
				Name: "confidence_level", Kind: Number, Default: 0.95, Minimum: new(0.5), Maximum: new(0.9999),
				Title: i18n.Text{EN: "Confidence level", ID: "Tingkat kepercayaan"},
				Help:  i18n.Text{EN: "Coverage of the intervals; of Pearson only.", ID: "Cakupan selang; hanya untuk Pearson."},
			},
		},
	},
	{
		Model: LinearRegression, HasTarget: true,
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
	},
	{
		Model: KMeans,
		Title: i18n.Text{EN: "Find groups (k-means)", ID: "Temukan kelompok (k-means)"},
		Help: i18n.Text{
			EN: "Divides the rows into groups around centres.",
			ID: "Membagi baris menjadi kelompok di sekitar pusatnya.",
		},
		Params: []Property{
			{
				Name: "n_clusters", Kind: Integer, Default: 8, Minimum: new(1.0), Maximum: new(1000.0),
				Title: i18n.Text{EN: "Number of groups", ID: "Banyak kelompok"},
			},
			{
				Name: "n_init", Kind: Integer, Default: 10, Minimum: new(1.0), Maximum: new(100.0),
				Title: i18n.Text{EN: "Starts", ID: "Jumlah percobaan"},
				Help:  i18n.Text{EN: "The best of so many random starts is kept.", ID: "Yang terbaik dari sekian awal acak dipakai."},
			},
			{
				Name: "max_iter", Kind: Integer, Default: 300, Minimum: new(1.0), Maximum: new(100_000.0),
				Title: i18n.Text{EN: "Iterations at most", ID: "Iterasi paling banyak"},
			},
			{
				Name: "tol", Kind: Number, Default: 1e-4, Minimum: new(0.0), Maximum: new(1.0),
				Title: i18n.Text{EN: "Tolerance", ID: "Toleransi"},
				Help: i18n.Text{
					EN: "Stops when the centres move less than this, relative to the features' variance.",
					ID: "Berhenti bila pusat bergeser kurang dari ini, relatif terhadap varians fitur.",
				},
			},
			{
				Name: "standardize", Kind: Boolean, Default: true,
				Title: i18n.Text{EN: "Standardize features", ID: "Standarkan fitur"},
				Help: i18n.Text{
					EN: "Scales each feature to mean 0 and standard deviation 1, so that units do not matter.",
					ID: "Menskalakan setiap fitur ke rata-rata 0 dan simpangan baku 1, agar satuan tidak berpengaruh.",
				},
			},
		},
	},
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
