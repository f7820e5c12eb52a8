// Package predict is the model predict: it adds the predictions of a model that
// another task trained to every row.
package predict

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/trained"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Restore makes a fitted model of its JSON, for each kind of model that there is.
type Restore map[operation.Model]func(raw json.RawMessage) (estimator.Model, error)

// previewRows is how many rows are shown where single rows may show.
const previewRows = 20

// Run predicts every row that has what the model needs; the others get no
// prediction. The rows stay as the task's output. Errors are invalid_params
// faults that name each column that does not fit, or the engine's.
func Run(ctx context.Context, s *step.Step, restore Restore) (finding.Finding, error) {
	m, err := load(s, restore)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	table, err := design.Read(ctx, s, m.columns)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("predicting", 0.6, 0.9)
	columns, numbers, rows, err := m.predict(ctx, table, s.Tracker.Advance)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("writing", 0.9, 1)
	out, from, err := s.WriteWith(ctx, columns, m.file.Classes, "", func(i int64, into []float64) {
		for j := range into {
			into[j] = numbers[j][i]
		}
	})
	if err != nil {
		return finding.Finding{}, err
	}
	out.Apart = s.Rows - rows
	return m.report(ctx, s, out, from, rows)
}

// model is a trained model that fits the columns here.
type model struct {
	file    *trained.File
	recipe  *design.Recipe
	fitted  estimator.Model
	columns []result.Column
}

func load(s *step.Step, restore Restore) (*model, error) {
	file, err := trained.Read(s.Model)
	if err != nil {
		return nil, unusable("%s", err)
	}
	m := &model{file: file, recipe: &design.Recipe{}}
	if mismatch := file.Mismatch(s.Relation.Columns); len(mismatch) > 0 {
		return nil, fault.BadFields("predict.Run", string(task.InvalidParams), fault.Field{
			Path: "params.source", Message: s.Relation.Dataset + " has not the columns of the model: " + strings.Join(mismatch, " "),
		})
	}
	if err := json.Unmarshal(file.Preprocess, m.recipe); err != nil {
		return nil, unusable("the file of the model is damaged: its preprocessing cannot be read")
	}
	if err := m.recipe.Check(); err != nil {
		return nil, unusable("the file of the model is damaged: %s", err)
	}
	if !slices.Equal(inputs(m.recipe), source.NamesOf(file.Features)) {
		return nil, unusable("the file of the model is damaged: its preprocessing is of other columns than its features")
	}
	restored, known := restore[file.Model]
	if !known {
		return nil, unusable("it is of a kind that this runner does not know: %s", file.Model)
	}
	if m.fitted, err = restored(file.Fitted); err != nil {
		return nil, unusable("the file of the model is damaged: %s", err)
	}
	m.columns = file.Features
	return m, nil
}

func inputs(r *design.Recipe) []string {
	out := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		out[i] = in.Name
	}
	return out
}

func unusable(format string, args ...any) error {
	return fault.BadFields("predict.Run", string(task.InvalidParams), fault.Field{
		Path: operation.ModelFromPath, Message: "the model cannot be used: " + fmt.Sprintf(format, args...),
	})
}

// batch is how many rows are predicted at once.
const batch = 1 << 16

// predict gives the columns to add and their numbers, as long as the table; rows
// counts those with a prediction.
func (m *model) predict(ctx context.Context, t *design.Table, advance func(float64)) (columns []result.Column, numbers [][]float64, rows int64, err error) {
	usable := m.recipe.Usable(t)
	places := make([]int, 0, t.Rows)
	for i, ok := range usable {
		if ok {
			places = append(places, i)
		}
	}
	columns = m.added()
	for range columns {
		numbers = append(numbers, slices.Repeat([]float64{math.NaN()}, t.Rows))
	}
	for from := 0; from < len(places); from += batch {
		part := places[from:min(from+batch, len(places))]
		got, err := m.fitted.Predict(ctx, m.recipe.Apply(t, part))
		if err != nil {
			return nil, nil, 0, err
		}
		if want := max(1, len(m.file.Classes)); len(got) != want {
			return nil, nil, 0, unusable("the file of the model is damaged: it gives %d numbers a row, and %d are wanted", len(got), want)
		}
		m.put(numbers, part, got)
		advance(float64(from+len(part)) / float64(len(places)))
	}
	return columns, numbers, int64(len(places)), nil
}

// added names the columns: prediction and, of classes, the probability of each.
func (m *model) added() []result.Column {
	if m.file.Classes == nil {
		return []result.Column{{Name: "prediction", Type: result.Float, Unit: m.file.Target.Unit}}
	}
	out := []result.Column{{Name: "prediction", Type: result.Text}}
	for _, class := range m.file.Classes {
		out = append(out, result.Column{Name: "probability_" + class, Type: result.Float})
	}
	return out
}

// put writes what the model says of some rows: of classes the place of the most
// probable first, the earliest of several.
func (m *model) put(numbers [][]float64, rows []int, got [][]float64) {
	for k, i := range rows {
		if m.file.Classes == nil {
			numbers[0][i] = got[0][k]
			continue
		}
		best := 0
		for j := range got {
			numbers[1+j][i] = got[j][k]
			if got[j][k] > got[best][k] {
				best = j
			}
		}
		numbers[0][i] = float64(best)
	}
}

func (m *model) report(ctx context.Context, s *step.Step, out *finding.Output, from string, rows int64) (finding.Finding, error) {
	sample, err := s.Sample(ctx, from, out, previewRows)
	if err != nil {
		return finding.Finding{}, err
	}
	f := finding.Finding{
		Kind:       finding.Kind(operation.Analyze, operation.Predict),
		Summary:    fmt.Sprintf("%s was predicted for {rows_predicted} rows by the model %s.", m.file.Target.Name, m.file.Model),
		Parameters: map[string]any{"model": operation.Predict, "trained": m.file.Model, "target": m.file.Target.Name, "features": source.NamesOf(m.file.Features)},
		Metrics: []finding.Metric{
			{Name: "rows", Value: float64(s.Rows), Basis: finding.Count()},
			{Name: "rows_predicted", Value: float64(rows), Basis: finding.Count()},
			{Name: "rows_dropped", Value: float64(s.Rows - rows), Basis: finding.Remainder()},
		},
		Splits: []finding.Split{{Total: "rows", Parts: []string{"rows_predicted", "rows_dropped"}, Keep: "rows_predicted"}},
		Tables: []finding.Table{sample}, Output: out,
	}
	if rows < s.Rows {
		f.Notes = append(f.Notes, "{rows_dropped} rows have no prediction: something that the model needs is missing in them.")
	}
	return f, nil
}
