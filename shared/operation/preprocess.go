package operation

import (
	"encoding/json"
	"slices"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Imputation is what stands in place of a missing value.
type Imputation string

// The imputations, with the names of scikit-learn's SimpleImputer.
const (
	// DropRows leaves out rows in which a feature is missing.
	DropRows Imputation = "drop"
	// ImputeMean and ImputeMedian are of numbers only.
	ImputeMean   Imputation = "mean"
	ImputeMedian Imputation = "median"
	// ImputeMostFrequent takes the most frequent value, of several the smallest.
	ImputeMostFrequent Imputation = "most_frequent"
	// ImputeConstant makes the missing values of categories a category.
	ImputeConstant Imputation = "constant"
)

// Scaler is how numbers are scaled before a model sees them.
type Scaler string

// The scalers.
const (
	// NoScaler leaves numbers as they are.
	NoScaler Scaler = "none"
	// StandardScaler gives columns mean 0 and standard deviation 1 (of the population).
	StandardScaler Scaler = "standard"
)

// Preprocess says how columns become the numbers that a model learns from. All
// of it is learned from the training rows alone.
type Preprocess struct {
	// NumericImputation and CategoricalImputation are for missing values.
	NumericImputation     Imputation `json:"numeric_imputation"`
	CategoricalImputation Imputation `json:"categorical_imputation"`
	// MaxCategories is how many columns of zeros and ones a column of text becomes
	// at most; less frequent values share the last one.
	MaxCategories int `json:"max_categories"`
	// DropFirst leaves out the column of the first category, which the others
	// imply.
	DropFirst bool `json:"drop_first"`
	// Scaler is applied to columns of numbers, not to those of categories.
	Scaler Scaler `json:"scaler"`
}

// Preprocessing gives the parameters of preprocessing, with the defaults of the
// model filled in.
func (p *AnalyzeParams) Preprocessing() (Preprocess, error) {
	out := Preprocess{NumericImputation: ImputeMean, CategoricalImputation: ImputeConstant, MaxCategories: 20, Scaler: NoScaler}
	if p.Model == LinearRegression {
		out.NumericImputation, out.CategoricalImputation, out.DropFirst = DropRows, DropRows, true
	}
	if slices.Contains([]Model{Ridge, Lasso, ElasticNet, LogisticRegression}, p.Model) {
		out.DropFirst, out.Scaler = true, StandardScaler
	}
	if p.standardizes() && p.standardize() {
		out.Scaler = StandardScaler
	}
	return out, decodeParams("params.preprocess", p.Preprocess, &out)
}

// standardizes reports whether the model has the parameter standardize.
func (p *AnalyzeParams) standardizes() bool {
	return slices.Contains([]Model{KMeans, DBSCAN, PCA}, p.Model)
}

// standardize is the parameter of that name of a model that has it: another word
// for the scaler, which scikit-learn's users look for where the model is.
func (p *AnalyzeParams) standardize() bool {
	out := struct {
		Standardize bool `json:"standardize"`
	}{p.Model != PCA}
	// What is wrong with other parameters is found elsewhere.
	_ = json.Unmarshal(p.ModelParams, &out)
	return out.Standardize
}

// scales is whether numbers are scaled, where the scaler and standardize are two
// words for it.
func (p *AnalyzeParams) scales() bool {
	out, err := p.Preprocessing()
	return err == nil && out.Scaler == StandardScaler
}

// checkScaler refuses a scaler that says otherwise than standardize.
func (p *AnalyzeParams) checkScaler() []fault.Field {
	var said struct {
		Standardize *bool `json:"standardize"`
	}
	if len(p.ModelParams) == 0 || len(p.Preprocess) == 0 || json.Unmarshal(p.ModelParams, &said) != nil {
		return nil
	}
	if said.Standardize == nil || *said.Standardize == p.scales() {
		return nil
	}
	return []fault.Field{{Path: "params.preprocess.scaler", Message: "says otherwise than params.params.standardize; leave one of them out"}}
}

func choices[T ~string](of ...T) []string {
	out := make([]string, len(of))
	for i, c := range of {
		out[i] = string(c)
	}
	return out
}

var preprocessProperty = Property{
	Name: "preprocess", Kind: Object,
	Title: i18n.Text{EN: "Preparation", ID: "Persiapan"},
	Help: i18n.Text{
		EN: "How columns become the numbers that the model learns from; the result shows each step. What is left out depends on the model.",
		ID: "Cara kolom menjadi angka yang dipelajari model; hasil menunjukkan setiap langkah. Yang tidak diisi bergantung pada model.",
	},
	Properties: []Property{
		{
			Name: "numeric_imputation", Kind: String, Choices: choices(DropRows, ImputeMean, ImputeMedian, ImputeMostFrequent),
			Title: i18n.Text{EN: "Missing numbers", ID: "Angka yang hilang"},
			Help: i18n.Text{
				EN: "Leave such rows out, or put the mean, the median or the most frequent number of the column in their place.",
				ID: "Tinggalkan baris itu, atau isi dengan rata-rata, median, atau angka tersering pada kolomnya.",
			},
		},
		{
			Name: "categorical_imputation", Kind: String, Choices: choices(DropRows, ImputeConstant, ImputeMostFrequent),
			Title: i18n.Text{EN: "Missing categories", ID: "Kategori yang hilang"},
			Help: i18n.Text{
				EN: "Leave such rows out, make missing a category of its own, or take the most frequent one.",
				ID: "Tinggalkan baris itu, jadikan yang hilang sebagai kategori sendiri, atau pakai yang tersering.",
			},
		},
		{
			Name: "max_categories", Kind: Integer, Default: 20, Minimum: new(2.0), Maximum: new(1000.0),
			Title: i18n.Text{EN: "Categories at most", ID: "Kategori paling banyak"},
			Help: i18n.Text{
				EN: "Each category of a column of text becomes a column of zeros and ones; the less frequent ones share the last.",
				ID: "Setiap kategori kolom teks menjadi kolom nol dan satu; yang lebih jarang berbagi kolom terakhir.",
			},
		},
		{
			Name: "drop_first", Kind: Boolean,
			Title: i18n.Text{EN: "Leave out the first category", ID: "Tinggalkan kategori pertama"},
			Help: i18n.Text{
				EN: "The others are then compared with it. Linear models need that, trees do not.",
				ID: "Yang lain lalu dibandingkan dengannya. Model linear memerlukannya, pohon tidak.",
			},
		},
		{
			Name: "scaler", Kind: String, Choices: choices(NoScaler, StandardScaler),
			Title: i18n.Text{EN: "Scale numbers", ID: "Skalakan angka"},
			Help: i18n.Text{
				EN: "standard gives each column of numbers mean 0 and standard deviation 1, so that units do not matter.",
				ID: "standard memberi setiap kolom angka rata-rata 0 dan simpangan baku 1, agar satuan tidak berpengaruh.",
			},
		},
	},
}
