package operation

import (
	"fmt"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// KMeansParams are the parameters of kmeans, with scikit-learn's names and defaults.
type KMeansParams struct {
	NClusters int `json:"n_clusters"`
	// NClustersRange is the smallest and the largest number of groups to try; the
	// one whose groups are most apart is taken instead of NClusters. Nil is none.
	NClustersRange []int   `json:"n_clusters_range"`
	NInit          int     `json:"n_init"`
	MaxIter        int     `json:"max_iter"`
	Tol            float64 `json:"tol"`
	// Standardize scales each feature to mean 0 and standard deviation 1 first.
	Standardize bool `json:"standardize"`
}

// KMeans gives the model's parameters with defaults filled in.
func (p *AnalyzeParams) KMeans() (KMeansParams, error) {
	out := KMeansParams{NClusters: 8, NInit: 10, MaxIter: 300, Tol: 1e-4, Standardize: true}
	if err := p.decodeModelParams(&out); err != nil {
		return out, err
	}
	out.Standardize = p.scales()
	switch r := out.NClustersRange; {
	case len(r) == 2 && r[0] >= r[1]:
		return out, badRange("is %d to %d, but the first must be the smaller one", r[0], r[1])
	case len(r) == 2 && r[1]-r[0] >= maxTried:
		return out, badRange("is %d to %d, which are more than %d numbers of groups to try; narrow it", r[0], r[1], maxTried)
	}
	return out, nil
}

// maxTried is how many numbers of groups one task tries.
const maxTried = 50

const triedRange = "params.params.n_clusters_range"

func badRange(format string, args ...any) error {
	return fault.BadFields("operation.KMeans", "invalid_params",
		fault.Field{Path: triedRange, Message: fmt.Sprintf(format, args...)})
}

var kmeansModel = ModelSpec{
	Model: KMeans, LeavesRows: true, Prepares: true,
	check: func(p *AnalyzeParams) []fault.Field {
		_, err := p.KMeans()
		return fieldsAt(err, triedRange)
	},
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
			Name: "n_clusters_range", Kind: Array, MinItems: 2, MaxItems: 2,
			Items: &Property{Kind: Integer, Minimum: new(1.0), Maximum: new(1000.0)},
			Title: i18n.Text{EN: "Numbers of groups to try", ID: "Banyak kelompok yang dicoba"},
			Help: i18n.Text{
				EN: "The smallest and the largest; the one whose groups are most apart is taken, by the silhouette, and a picture compares all.",
				ID: "Terkecil dan terbesar; yang kelompoknya paling terpisah dipakai, menurut silhouette, dan sebuah grafik membandingkan semuanya.",
			},
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
				EN: "Scales each column of numbers to mean 0 and standard deviation 1, so that units do not matter.",
				ID: "Menskalakan setiap kolom angka ke rata-rata 0 dan simpangan baku 1, agar satuan tidak berpengaruh.",
			},
		},
	},
}
