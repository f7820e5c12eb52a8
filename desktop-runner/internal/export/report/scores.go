package report

import (
	"maps"
	"slices"
	"strings"

	"ddap/shared/result"
)

// scoreKinds are the columns of the table of scores: which metrics stand in each.
var scoreKinds = []struct{ prefix, suffix, column string }{
	{"test_", "", "on_new_rows"}, {"cv_", "_mean", "mean_of_folds"}, {"cv_", "_std", "std_of_folds"}, {"train_", "", "on_learned_rows"},
}

// leading are the scores that stand among the figures as well.
var leading = []string{"r2", "mean_absolute_error", "accuracy", "roc_auc"}

// scoreOf gives the name of the score that a metric is, and its column; -1 where
// it is none.
func scoreOf(metric string) (name string, column int) {
	for k, kind := range scoreKinds {
		if name, ok := strings.CutPrefix(metric, kind.prefix); ok {
			if name, ok := strings.CutSuffix(name, kind.suffix); ok {
				return name, k
			}
		}
	}
	return "", -1
}

// scores makes a table of the scores of a trained model, of which there are too
// many to stand one by one; false for a document of something else.
func (s Speech) scores(d *result.Document) (t result.Table, ok bool) {
	if d.Model == nil {
		return t, false
	}
	values, there := map[string][]any{}, make([]bool, len(scoreKinds))
	for metric, value := range d.Metrics {
		name, column := scoreOf(metric)
		if column < 0 {
			continue
		}
		if values[name] == nil {
			values[name] = make([]any, len(scoreKinds))
		}
		values[name][column], there[column] = float64(value), true
	}
	t = result.Table{Name: "scores", Title: "All scores", TotalRows: int64(len(values)), Columns: []result.Column{{Name: "score", Type: result.Text}}}
	for k, kind := range scoreKinds {
		if there[k] {
			t.Columns = append(t.Columns, result.Column{Name: kind.column, Type: result.Float})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		row := []any{s.Label(name)}
		for k, value := range values[name] {
			if there[k] {
				row = append(row, value)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, len(values) > 0
}

// standsAlone reports whether a metric is one of the figures where a table has
// all scores.
func standsAlone(metric string) bool {
	name, column := scoreOf(metric)
	return column < 0 || scoreKinds[column].prefix != "train_" && scoreKinds[column].suffix != "_std" && slices.Contains(leading, name)
}
