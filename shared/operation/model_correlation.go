package operation

import "ddap/shared/i18n"

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

// Correlation gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) Correlation() (CorrelationParams, error) {
	out := CorrelationParams{Method: Pearson, MinPeriods: 1, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

var correlationModel = ModelSpec{
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
}
