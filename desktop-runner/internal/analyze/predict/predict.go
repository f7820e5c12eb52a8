// Package predict is the model predict: it adds the predictions of a model that
// another task trained to every row.
package predict

import (
	"cmp"
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
	s.Tracker.Stage("predicting", 0.6, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p := &predictions{stop: stop, model: m, table: table, usable: m.recipe.Usable(table)}
	out, from, err := s.WriteWith(ctx, m.added(), m.file.Classes, "", func(i int64, into []float64) { p.fill(ctx, int(i), into) })
	if err := cmp.Or(p.failed, err); err != nil {
		return finding.Finding{}, err
	}
	out.Apart = s.Rows - p.rows
	return m.report(ctx, s, out, from, p.rows)
}

// model is a trained model that fits the columns here.
type model struct {
	file    *trained.File
	recipe  *design.Recipe
	fitted  estimator.Model
	columns []result.Column
}

func load(s *step.Step, restore Restore) (*model, error) {
	file, err := trained.Read(s.Model, s.MemoryBytes)
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

// batchNumbers is how many numbers of rows are made at once: 32 MB of columns and
// predictions, however many classes and rows there are.
const batchNumbers = 1 << 22

// predictions are made while they are written, some rows at a time.
type predictions struct {
	*model
	table  *design.Table
	usable []bool
	// got has the predictions of usable rows of from to to, of which next are given.
	got      [][]float64
	to, next int
	// rows counts those with a prediction.
	rows   int64
	failed error
	stop   context.CancelFunc
}

// fill puts the prediction of row i into a slice as long as added has columns; rows
// come in their order.
func (p *predictions) fill(ctx context.Context, i int, into []float64) {
	if i == p.to && p.failed == nil {
		if p.failed = p.predict(ctx); p.failed != nil {
			p.stop() // writing ends
		}
	}
	if !p.usable[i] || p.failed != nil {
		for j := range into {
			into[j] = math.NaN()
		}
		return
	}
	p.put(p.next, into)
	p.next++
	p.rows++
}

// predict predicts the next rows.
func (p *predictions) predict(ctx context.Context) error {
	width := len(p.recipe.Names()) + max(1, len(p.file.Classes))
	from := p.to
	p.to = min(p.table.Rows, from+max(1, batchNumbers/width))
	var places []int
	for i := from; i < p.to; i++ {
		if p.usable[i] {
			places = append(places, i)
		}
	}
	p.got, p.next = nil, 0
	if len(places) == 0 {
		return ctx.Err() //nolint:wrapcheck // the context's
	}
	got, err := p.fitted.Predict(ctx, p.recipe.Apply(p.table, places))
	if err != nil {
		return err //nolint:wrapcheck // a fault, or the context's
	}
	if want := max(1, len(p.file.Classes)); len(got) != want {
		return unusable("the file of the model is damaged: it gives %d numbers a row, and %d are wanted", len(got), want)
	}
	p.got = got
	return nil
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

// put writes what the model says of the row at a place: of classes the place of the
// most probable first, the earliest of several.
func (p *predictions) put(k int, into []float64) {
	if p.file.Classes == nil {
		into[0] = p.got[0][k]
		return
	}
	best := 0
	for j := range p.got {
		into[1+j] = p.got[j][k]
		if p.got[j][k] > p.got[best][k] {
			best = j
		}
	}
	into[0] = float64(best)
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
