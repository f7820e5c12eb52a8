package report

import (
	"slices"
	"strings"
	"sync"

	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// titles are the names that operations give their own parameters, and models
// themselves, so that a new model speaks every language by itself.
var titles = sync.OnceValue(func() map[string]i18n.Text {
	out := map[string]i18n.Text{}
	var add func(properties []operation.Property)
	add = func(properties []operation.Property) {
		for _, p := range properties {
			if _, known := out[p.Name]; !known && p.Name != "" {
				out[p.Name] = p.Title
			}
			add(p.Properties)
			if p.Items != nil {
				add(p.Items.Properties)
			}
		}
	}
	for _, m := range operation.Models() {
		add(m.Params)
	}
	for _, spec := range operation.Specs() {
		add(spec.Properties)
	}
	return out
})

func modelTitle(name string) (i18n.Text, bool) {
	models := operation.Models()
	at := slices.IndexFunc(models, func(m operation.ModelSpec) bool { return string(m.Model) == name })
	if at < 0 {
		return i18n.Text{}, false
	}
	return models[at].Title, true
}

// ModelOf gives the model that a document is of; empty of other documents.
func ModelOf(d *result.Document) string {
	model, _ := strings.CutPrefix(d.Kind, "analyze.")
	return model
}

// SettingName names a parameter of a model, which may mean another thing than one
// of the same name of another model. Words for the parameters that many models have
// come first, and of no model, or one that has no such parameter, it is Label.
func (s Speech) SettingName(model, name string) string {
	if t, ok := labels[name]; ok {
		return t.In(s.words)
	}
	for _, m := range operation.Models() {
		if string(m.Model) != model {
			continue
		}
		for _, p := range m.Params {
			if p.Name == name && p.Title.In(s.words) != "" {
				return p.Title.In(s.words)
			}
		}
	}
	return s.Label(name)
}

// Label names a metric, column or setting; one that is not known keeps its name.
func (s Speech) Label(name string) string {
	if t, ok := labels[name]; ok {
		return t.In(s.words)
	}
	if text, ok := s.scored(name); ok {
		return text
	}
	if t, ok := titles()[name]; ok && t.In(s.words) != "" {
		return t.In(s.words)
	}
	return name
}

// scored names scores on some rows, as in "test_f1_macro" and "cv_r2_mean".
func (s Speech) scored(name string) (text string, ok bool) {
	for prefix, rows := range scoredRows {
		score, found := strings.CutPrefix(name, prefix)
		if !found {
			continue
		}
		spread := ""
		if prefix == "cv_" {
			if cut, isSpread := strings.CutSuffix(score, "_std"); isSpread {
				score, spread = cut, s.Word("spread")+" "
			}
			score = strings.TrimSuffix(score, "_mean")
		}
		known, ok := scores[score]
		if !ok {
			if known, ok = labels[score]; !ok {
				return "", false
			}
		}
		return spread + known.In(s.words) + ", " + rows.In(s.words), true
	}
	known, ok := scores[name]
	return known.In(s.words), ok
}

var scoredRows = map[string]i18n.Text{
	"test_":     {EN: "new rows", ID: "baris baru"},
	"train_":    {EN: "learned rows", ID: "baris yang dipelajari"},
	"cv_":       {EN: "folds", ID: "lipatan"},
	"baseline_": {EN: "without a model", ID: "tanpa model"},
}

var scores = map[string]i18n.Text{
	"accuracy":                       {EN: "Accuracy", ID: "Akurasi"},
	"balanced_accuracy":              {EN: "Balanced accuracy", ID: "Akurasi berimbang"},
	"cohen_kappa":                    {EN: "Cohen's kappa", ID: "Kappa Cohen"},
	"f1":                             {EN: "F1", ID: "F1"},
	"f1_macro":                       {EN: "F1, mean of classes", ID: "F1, rata-rata kelas"},
	"f1_weighted":                    {EN: "F1, weighted by rows", ID: "F1, berbobot baris"},
	"precision":                      {EN: "Precision", ID: "Presisi"},
	"precision_macro":                {EN: "Precision, mean of classes", ID: "Presisi, rata-rata kelas"},
	"precision_weighted":             {EN: "Precision, weighted by rows", ID: "Presisi, berbobot baris"},
	"recall":                         {EN: "Recall", ID: "Recall"},
	"recall_macro":                   {EN: "Recall, mean of classes", ID: "Recall, rata-rata kelas"},
	"recall_weighted":                {EN: "Recall, weighted by rows", ID: "Recall, berbobot baris"},
	"log_loss":                       {EN: "Log loss", ID: "Log loss"},
	"matthews_corrcoef":              {EN: "Matthews correlation", ID: "Korelasi Matthews"},
	"roc_auc":                        {EN: "Area under ROC", ID: "Luas di bawah ROC"},
	"roc_auc_ovr":                    {EN: "Area under ROC, each class against the rest", ID: "Luas di bawah ROC, tiap kelas lawan sisanya"},
	"average_precision":              {EN: "Average precision", ID: "Presisi rata-rata"},
	"brier_score_loss":               {EN: "Brier score", ID: "Skor Brier"},
	"mean_squared_error":             {EN: "Mean squared error", ID: "Galat kuadrat rata-rata"},
	"median_absolute_error":          {EN: "Median absolute error", ID: "Median galat mutlak"},
	"max_error":                      {EN: "Largest error", ID: "Galat terbesar"},
	"explained_variance":             {EN: "Explained variance", ID: "Varians terjelaskan"},
	"mean_absolute_percentage_error": {EN: "Mean absolute error, as a part", ID: "Galat mutlak rata-rata, sebagai bagian"},
}
