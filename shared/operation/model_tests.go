package operation

import (
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// TTestParams are the parameters of t_test, with scipy's names. Exactly one of
// PopMean, Group and PairedWith says what the target's mean is compared with.
type TTestParams struct {
	// PopMean is the mean that the target is tested for.
	PopMean *float64 `json:"popmean"`
	// Group is the column whose two values tell the groups apart, and Groups names
	// the two where it has more; the first less the second is tested.
	Group  string   `json:"group"`
	Groups []string `json:"groups"`
	// PairedWith is the column that is subtracted row by row.
	PairedWith string `json:"paired_with"`
	// EqualVar supposes equal variances. Default false, Welch's test; scipy's is true.
	EqualVar        bool    `json:"equal_var"`
	Alternative     string  `json:"alternative"`
	ConfidenceLevel float64 `json:"confidence_level"`
}

// TTest gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) TTest() (TTestParams, error) {
	out := TTestParams{Alternative: "two-sided", ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

// MannWhitneyParams are the parameters of mann_whitney, with scipy's names.
type MannWhitneyParams struct {
	Group           string   `json:"group"`
	Groups          []string `json:"groups"`
	Alternative     string   `json:"alternative"`
	Method          string   `json:"method"`
	ConfidenceLevel float64  `json:"confidence_level"`
}

// MannWhitney gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) MannWhitney() (MannWhitneyParams, error) {
	out := MannWhitneyParams{Alternative: "two-sided", Method: "auto", ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

// ChiSquareParams are the parameters of chi_square, with scipy's names.
type ChiSquareParams struct {
	Group           string  `json:"group"`
	Correction      bool    `json:"correction"`
	ConfidenceLevel float64 `json:"confidence_level"`
}

// ChiSquare gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) ChiSquare() (ChiSquareParams, error) {
	out := ChiSquareParams{Correction: true, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

// ANOVAParams are the parameters of anova.
type ANOVAParams struct {
	Group string `json:"group"`
	// EqualVar supposes equal variances, as scipy.stats.f_oneway does; else it is
	// Welch's test. Default true.
	EqualVar        bool    `json:"equal_var"`
	ConfidenceLevel float64 `json:"confidence_level"`
}

// ANOVA gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) ANOVA() (ANOVAParams, error) {
	out := ANOVAParams{EqualVar: true, ConfidenceLevel: 0.95}
	return out, p.decodeModelParams(&out)
}

var (
	groupProperty = Property{
		Name: "group", Kind: String, Required: true,
		Title: i18n.Text{EN: "Group by", ID: "Kelompok menurut"},
		Help:  i18n.Text{EN: "The column whose values tell the groups apart.", ID: "Kolom yang nilainya membedakan kelompok."},
	}
	groupsProperty = Property{
		Name: "groups", Kind: Array, Items: &Property{Name: "group", Kind: String}, MinItems: 2, MaxItems: 2,
		Title: i18n.Text{EN: "The two groups", ID: "Kedua kelompok"},
		Help:  i18n.Text{EN: "Two values of that column, where it has more; the first is compared with the second.", ID: "Dua nilai kolom itu, bila ada lebih; yang pertama dibandingkan dengan yang kedua."},
	}
	alternativeProperty = Property{
		Name: "alternative", Kind: String, Default: "two-sided", Choices: []string{"two-sided", "less", "greater"},
		Title: i18n.Text{EN: "Alternative", ID: "Hipotesis alternatif"},
		Help:  i18n.Text{EN: "Whether the first is different, lower or higher.", ID: "Apakah yang pertama berbeda, lebih rendah, atau lebih tinggi."},
	}
	confidenceProperty = Property{
		Name: "confidence_level", Kind: Number, Default: 0.95, Minimum: new(0.5), Maximum: new(0.9999),
		Title: i18n.Text{EN: "Confidence level", ID: "Tingkat kepercayaan"},
		Help:  i18n.Text{EN: "Coverage of the intervals.", ID: "Cakupan selang."},
	}
)

func optional(p Property) Property {
	p.Required = false
	return p
}

var tTestModel = ModelSpec{
	Model: TTest, HasTarget: true, noFeatures: true, check: checkTTest,
	Title: i18n.Text{EN: "Compare means (t test)", ID: "Bandingkan rata-rata (uji t)"},
	Help: i18n.Text{
		EN: "Whether the mean of a column differs between two groups, from another column, or from a number, and by how much.",
		ID: "Apakah rata-rata sebuah kolom berbeda antara dua kelompok, dari kolom lain, atau dari sebuah angka, dan seberapa besar.",
	},
	Params: []Property{
		optional(groupProperty), groupsProperty,
		{
			Name: "popmean", Kind: Number,
			Title: i18n.Text{EN: "Expected mean", ID: "Rata-rata yang diharapkan"},
			Help:  i18n.Text{EN: "Compares the mean with this number.", ID: "Membandingkan rata-rata dengan angka ini."},
		},
		{
			Name: "paired_with", Kind: String,
			Title: i18n.Text{EN: "Paired with", ID: "Berpasangan dengan"},
			Help:  i18n.Text{EN: "Compares with this column, row by row.", ID: "Membandingkan dengan kolom ini, baris demi baris."},
		},
		{
			Name: "equal_var", Kind: Boolean, Default: false,
			Title: i18n.Text{EN: "Equal variances", ID: "Varians sama"},
			Help:  i18n.Text{EN: "Student's test instead of Welch's, which supposes nothing about the variances.", ID: "Uji Student alih-alih Welch, yang tidak mengandaikan apa pun tentang varians."},
		},
		alternativeProperty, confidenceProperty,
	},
}

func checkTTest(p *AnalyzeParams) []fault.Field {
	asked, err := p.TTest()
	if err != nil {
		return nil // told by the table
	}
	given := 0
	for _, there := range []bool{asked.PopMean != nil, asked.Group != "", asked.PairedWith != ""} {
		if there {
			given++
		}
	}
	switch {
	case given != 1:
		return []fault.Field{{Path: "params.params", Message: "needs exactly one of group (two groups), paired_with (another column) and popmean (a number)"}}
	case asked.Group == "" && len(asked.Groups) > 0:
		return []fault.Field{{Path: "params.params.groups", Message: "names values of the column group, which is not given"}}
	case asked.PairedWith == p.Target:
		return []fault.Field{{Path: "params.params.paired_with", Message: "is the target itself; name another column"}}
	}
	return checkGroupColumn(p)
}

// checkGroupColumn wants another column than the target, and two different groups.
func checkGroupColumn(p *AnalyzeParams) []fault.Field {
	var asked struct {
		Group  string
		Groups []string
	}
	if p.decodeModelParams(&asked) != nil {
		return nil // told by the table
	}
	if asked.Group == p.Target && asked.Group != "" {
		return []fault.Field{{Path: "params.params.group", Message: "is the target itself; name the column that tells groups apart"}}
	}
	if len(asked.Groups) == 2 && asked.Groups[0] == asked.Groups[1] {
		return []fault.Field{{Path: "params.params.groups", Message: "names the same group twice"}}
	}
	if len(p.ModelParams) == 0 {
		return []fault.Field{{Path: "params.params.group", Message: "is required: the column that tells groups apart"}}
	}
	return nil
}

var mannWhitneyModel = ModelSpec{
	Model: MannWhitney, HasTarget: true, noFeatures: true, check: checkGroupColumn,
	Title: i18n.Text{EN: "Compare two groups by rank (Mann-Whitney)", ID: "Bandingkan dua kelompok menurut peringkat (Mann-Whitney)"},
	Help: i18n.Text{
		EN: "Whether the numbers of one group tend to be higher than those of another; a few extreme values do not count for more.",
		ID: "Apakah angka satu kelompok cenderung lebih tinggi daripada kelompok lain; beberapa nilai ekstrem tidak lebih berpengaruh.",
	},
	Params: []Property{
		groupProperty, groupsProperty, alternativeProperty,
		{
			Name: "method", Kind: String, Default: "auto", Choices: []string{"auto", "exact", "asymptotic"},
			Title: i18n.Text{EN: "Method", ID: "Metode"},
			Help:  i18n.Text{EN: "Auto is exact where a group has at most eight rows and no numbers are equal.", ID: "Auto berarti eksak bila sebuah kelompok paling banyak delapan baris dan tidak ada angka yang sama."},
		},
		confidenceProperty,
	},
}

var chiSquareModel = ModelSpec{
	Model: ChiSquare, HasTarget: true, noFeatures: true, check: checkGroupColumn,
	Title: i18n.Text{EN: "Independence of two columns (chi-square)", ID: "Kebebasan dua kolom (chi-kuadrat)"},
	Help: i18n.Text{
		EN: "Whether the values of one column go together with those of another, by how often each two stand together.",
		ID: "Apakah nilai satu kolom berkaitan dengan nilai kolom lain, menurut seberapa sering keduanya muncul bersama.",
	},
	Params: []Property{
		groupProperty,
		{
			Name: "correction", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Yates' correction", ID: "Koreksi Yates"},
			Help:  i18n.Text{EN: "Of tables of two by two only.", ID: "Hanya untuk tabel dua kali dua."},
		},
		confidenceProperty,
	},
}

var anovaModel = ModelSpec{
	Model: ANOVA, HasTarget: true, noFeatures: true, check: checkGroupColumn,
	Title: i18n.Text{EN: "Compare means of groups (ANOVA)", ID: "Bandingkan rata-rata kelompok (ANOVA)"},
	Help: i18n.Text{
		EN: "Whether the mean of a column differs between groups, how much of its variance they explain, and which of them differ.",
		ID: "Apakah rata-rata sebuah kolom berbeda antarkelompok, seberapa besar variansnya dijelaskan olehnya, dan kelompok mana yang berbeda.",
	},
	Params: []Property{
		groupProperty,
		{
			Name: "equal_var", Kind: Boolean, Default: true,
			Title: i18n.Text{EN: "Equal variances", ID: "Varians sama"},
			Help:  i18n.Text{EN: "No is Welch's test.", ID: "Tidak berarti uji Welch."},
		},
		confidenceProperty,
	},
}
