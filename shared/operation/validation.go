package operation

import (
	"encoding/json"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// TargetType says what a model predicts.
type TargetType string

// The types of targets. Without one, text, truth values and numbers of which
// there are two are classes, and all other numbers are numbers.
const (
	TargetNumber TargetType = "number"
	TargetClass  TargetType = "class"
)

var targetTypeProperty = Property{
	Name: "target_type", Kind: String, Choices: choices(TargetNumber, TargetClass),
	Title: i18n.Text{EN: "What the target is", ID: "Jenis target"},
	Help: i18n.Text{
		EN: "A number to come near to, or a class to hit. When it is left out, text, yes/no, and numbers with two different values are classes.",
		ID: "Angka yang didekati, atau kelas yang ditebak. Bila tidak diisi, teks, ya/tidak, dan angka dengan dua nilai berbeda adalah kelas.",
	},
}

// ValidationMethod says which rows judge a model.
type ValidationMethod string

// The methods of validation.
const (
	// NoValidation learns from all rows and judges by the same.
	NoValidation ValidationMethod = "none"
	// SplitValidation keeps some rows, chosen at random, to judge by.
	SplitValidation ValidationMethod = "split"
	// KFoldValidation fits a model for each fold, without its rows, and judges by
	// these; the model that is told and kept learns from all rows.
	KFoldValidation ValidationMethod = "kfold"
	// TimeSeriesValidation goes forward in the order of a column: each fit learns
	// from what was before the rows that judge it.
	TimeSeriesValidation ValidationMethod = "time_series"
	// ColumnValidation judges by the rows that a column of truth values marks.
	ColumnValidation ValidationMethod = "column"
)

// Validation says how well a model predicts rows that it has not seen, with the
// names and defaults of scikit-learn's train_test_split, KFold and TimeSeriesSplit.
type Validation struct {
	Method ValidationMethod `json:"method"`
	// TestSize is the part of the rows that judge; of split.
	TestSize float64 `json:"test_size"`
	// Stratify keeps the shares of the classes in every part. Default true.
	Stratify bool `json:"stratify"`
	// NSplits is how many folds there are; of kfold and time_series.
	NSplits int `json:"n_splits"`
	// Column marks the rows that judge by true; of column.
	Column string `json:"column,omitempty"`
	// OrderBy is the column of time; of time_series.
	OrderBy string `json:"order_by,omitempty"`
	// PermutationImportance tells how much worse the predictions are when the
	// values of one column are shuffled. Default true, but for linear_regression.
	PermutationImportance bool `json:"permutation_importance"`
}

// Validating gives the parameters of validation, with the defaults of the model
// filled in.
func (p *AnalyzeParams) Validating() (Validation, error) {
	out := Validation{Method: SplitValidation, TestSize: 0.25, Stratify: true, NSplits: 5, PermutationImportance: true}
	if p.Model == LinearRegression {
		out.Method, out.PermutationImportance = NoValidation, false
	}
	return out, decodeParams("params.validation", p.Validation, &out)
}

func decodeParams(path string, raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.BadFields("operation.decodeParams", "invalid_params", fault.Field{Path: path, Message: err.Error()})
	}
	return nil
}

// checkValidation judges what fields of a validation mean together.
func (p *AnalyzeParams) checkValidation() []fault.Field {
	v, err := p.Validating()
	if err != nil {
		return nil // each field was judged before
	}
	var out []fault.Field
	switch {
	case v.Method == ColumnValidation && v.Column == "":
		out = append(out, fault.Field{Path: "params.validation.column", Message: "is required for the method column: the column that marks the rows to test by"})
	case v.Method != ColumnValidation && v.Column != "":
		out = append(out, fault.Field{Path: "params.validation.column", Message: "is for the method column only"})
	case v.Column != "" && v.Column == p.Target:
		out = append(out, fault.Field{Path: "params.validation.column", Message: "is the target"})
	}
	switch {
	case v.Method == TimeSeriesValidation && v.OrderBy == "":
		out = append(out, fault.Field{Path: "params.validation.order_by", Message: "is required for the method time_series: the column of time"})
	case v.Method != TimeSeriesValidation && v.OrderBy != "":
		out = append(out, fault.Field{Path: "params.validation.order_by", Message: "is for the method time_series only"})
	}
	return out
}

var validationProperty = Property{
	Name: "validation", Kind: Object,
	Title: i18n.Text{EN: "Check of the model", ID: "Pengujian model"},
	Help: i18n.Text{
		EN: "How well the model predicts rows that it has not seen.",
		ID: "Seberapa baik model memprediksi baris yang belum pernah dilihatnya.",
	},
	Properties: []Property{
		{
			Name: "method", Kind: String, Choices: choices(NoValidation, SplitValidation, KFoldValidation, TimeSeriesValidation, ColumnValidation),
			Title: i18n.Text{EN: "Method", ID: "Metode"},
			Help: i18n.Text{
				EN: "split keeps some rows back; kfold takes each part of the rows in turn; time_series goes forward in time; column marks the rows; none judges by the rows it learned from.",
				ID: "split menyisihkan sebagian baris; kfold memakai setiap bagian bergantian; time_series maju menurut waktu; column menandai barisnya; none menilai dengan baris yang dipelajari.",
			},
		},
		{
			Name: "test_size", Kind: Number, Default: 0.25, Minimum: new(0.01), Maximum: new(0.99),
			Title: i18n.Text{EN: "Part to test by", ID: "Bagian untuk menguji"},
			Help:  i18n.Text{EN: "Of split: the part of the rows that is kept back.", ID: "Untuk split: bagian baris yang disisihkan."},
		},
		{
			Name: "stratify", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Keep the shares of classes", ID: "Pertahankan proporsi kelas"},
			Help:  i18n.Text{EN: "Every part has each class as often as the whole.", ID: "Setiap bagian memuat tiap kelas sesering keseluruhannya."},
		},
		{
			Name: "n_splits", Kind: Integer, Default: 5, Minimum: new(2.0), Maximum: new(50.0),
			Title: i18n.Text{EN: "Folds", ID: "Lipatan"},
			Help:  i18n.Text{EN: "Of kfold and time_series.", ID: "Untuk kfold dan time_series."},
		},
		{
			Name: "column", Kind: String,
			Title: i18n.Text{EN: "Column that marks the test", ID: "Kolom penanda pengujian"},
			Help:  i18n.Text{EN: "Of column: rows with true (or 1) test the model, the others teach it.", ID: "Untuk column: baris dengan true (atau 1) menguji model, yang lain mengajarnya."},
		},
		{
			Name: "order_by", Kind: String,
			Title: i18n.Text{EN: "Column of time", ID: "Kolom waktu"},
			Help:  i18n.Text{EN: "Of time_series: the order of the rows.", ID: "Untuk time_series: urutan baris."},
		},
		{
			Name: "permutation_importance", Kind: Boolean,
			Title: i18n.Text{EN: "Importance of columns", ID: "Kepentingan kolom"},
			Help: i18n.Text{
				EN: "How much worse predictions get when the values of one column are shuffled.",
				ID: "Seberapa buruk prediksi menjadi bila nilai satu kolom diacak.",
			},
		},
	},
}
