package operation

import (
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// HoltWintersParams are the parameters of holt_winters, with the names of
// statsmodels' ExponentialSmoothing.
type HoltWintersParams struct {
	// Time is the column that orders the rows, in regular steps.
	Time string `json:"time"`
	// Trend and Seasonal are none, add, mul, or auto: what has the smallest AICc.
	Trend    string `json:"trend"`
	Seasonal string `json:"seasonal"`
	// DampedTrend lets the trend fade.
	DampedTrend bool `json:"damped_trend"`
	// SeasonalPeriods is how many rows a season has; 0 where there is none.
	SeasonalPeriods int `json:"seasonal_periods"`
	// Steps is how many rows are forecast.
	Steps           int     `json:"steps"`
	ConfidenceLevel float64 `json:"confidence_level"`
}

// HoltWinters gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) HoltWinters() (HoltWintersParams, error) {
	out := HoltWintersParams{Trend: "none", Seasonal: "none", Steps: 12, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

var components = []string{"none", "add", "mul", "auto"}

var holtWintersModel = ModelSpec{
	Model: HoltWinters, HasTarget: true, noFeatures: true, check: checkHoltWinters,
	Title: i18n.Text{EN: "Forecast a series (Holt-Winters)", ID: "Ramalkan deret waktu (Holt-Winters)"},
	Help: i18n.Text{
		EN: "Follows level, trend and season of a column of numbers through time, and says how it may go on.",
		ID: "Mengikuti tingkat, tren, dan musim sebuah kolom angka sepanjang waktu, lalu memperkirakan kelanjutannya.",
	},
	Params: []Property{
		{
			Name: "time", Kind: String, Required: true,
			Title: i18n.Text{EN: "Column of time", ID: "Kolom waktu"},
			Help:  i18n.Text{EN: "Its values are in regular steps.", ID: "Nilainya berjarak teratur."},
		},
		{
			Name: "trend", Kind: String, Default: "none", Choices: components,
			Title: i18n.Text{EN: "Trend", ID: "Tren"},
			Help:  i18n.Text{EN: "Auto takes the one with the smallest AICc.", ID: "Auto mengambil yang AICc-nya terkecil."},
		},
		{
			Name: "damped_trend", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "The trend fades", ID: "Tren meredam"},
		},
		{
			Name: "seasonal", Kind: String, Default: "none", Choices: components,
			Title: i18n.Text{EN: "Season", ID: "Musim"},
			Help:  i18n.Text{EN: "Add where it is equally high at all levels, mul where it grows with the level.", ID: "Add bila tingginya sama pada semua tingkat, mul bila membesar bersama tingkat."},
		},
		{
			Name: "seasonal_periods", Kind: Integer, Default: 0, Minimum: new(0.0), Maximum: new(366.0),
			Title: i18n.Text{EN: "Rows of a season", ID: "Baris per musim"},
			Help:  i18n.Text{EN: "12 for months, 4 for quarters, 7 for days of the week.", ID: "12 untuk bulan, 4 untuk triwulan, 7 untuk hari dalam minggu."},
		},
		{
			Name: "steps", Kind: Integer, Default: 12, Minimum: new(1.0), Maximum: new(1000.0),
			Title: i18n.Text{EN: "Steps to forecast", ID: "Langkah ramalan"},
		},
		{
			Name: "confidence_level", Kind: Number, Default: 0.95, Minimum: new(0.5), Maximum: new(0.9999),
			Title: i18n.Text{EN: "Confidence level", ID: "Tingkat kepercayaan"},
			Help:  i18n.Text{EN: "Coverage of the intervals of the forecast.", ID: "Cakupan selang ramalan."},
		},
	},
}

func checkHoltWinters(p *AnalyzeParams) []fault.Field {
	asked, err := p.HoltWinters()
	if err != nil {
		return nil
	}
	var out []fault.Field
	at := func(name, message string) {
		out = append(out, fault.Field{Path: "params.params." + name, Message: message})
	}
	switch asked.Time {
	case "":
		at("time", "is required: the column that orders the rows")
	case p.Target:
		at("time", "is the target; name the column of time")
	}
	if asked.Seasonal != "none" && asked.SeasonalPeriods < 2 {
		at("seasonal_periods", "must be 2 or more for a season, as 12 for months; or leave seasonal at none")
	}
	if asked.DampedTrend && asked.Trend == "none" {
		at("damped_trend", "needs a trend: set trend to add, mul or auto")
	}
	return out
}
