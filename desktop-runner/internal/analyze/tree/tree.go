// Package tree is the model decision_tree: a single tree that can be read.
package tree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/shared/operation"
)

type treeEstimator struct{ params operation.DecisionTreeParams }

// New gives a tree with these parameters, before it has seen data. It grows like
// scikit-learn's DecisionTreeRegressor and DecisionTreeClassifier, but takes the
// first feature of equally good ones where scikit-learn draws one, and tells
// numbers apart that differ by less than 1e-7.
//
// Growing takes 4 bytes for each number of the sample, and about 60 for each row.
//
// Where single rows must not show, thresholds come from cart.Grid, each leaf has
// at least settings.MinRows different rows, and a class has none or as many of
// them there.
func New(params operation.DecisionTreeParams) estimator.Estimator { return treeEstimator{params} }

// Fit implements estimator.Estimator.
func (e treeEstimator) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	o, err := Options(e.params, s, settings, nil)
	if err != nil {
		return nil, err
	}
	codes, err := code(ctx, s.X, o)
	if err != nil {
		return nil, err
	}
	t, err := cart.Grow(ctx, codes, s.Y, s.Weights, o)
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	if e.params.CCPAlpha > 0 {
		t = t.Prune(e.params.CCPAlpha)
	}
	if settings.Progress != nil {
		settings.Progress(1)
	}
	return &model{Features: len(s.X), Classes: s.Classes, Importances: t.Importances(len(s.X)), Tree: t}, nil
}

func code(ctx context.Context, x estimator.Columns, o cart.Options) ([]cart.Coded, error) {
	if o.MinRows > 1 {
		return cart.Grid(ctx, x, o.MinRows, o.Threads) //nolint:wrapcheck // the context's
	}
	return cart.Exact(ctx, x, o.Threads) //nolint:wrapcheck // the context's
}

// model is a tree that was grown; its JSON is what Restore reads.
type model struct {
	Features    int        `json:"features"`
	Classes     int        `json:"classes"`
	Importances []float64  `json:"feature_importances"`
	Tree        *cart.Tree `json:"tree"`
}

// Restore reads the JSON of a model, and refuses one that cannot be walked.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &model{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read a tree: %w", err)
	}
	if m.Tree == nil {
		return nil, errors.New("read a tree: there is none")
	}
	if err := CheckHead(m.Features, m.Classes, m.Importances); err != nil {
		return nil, fmt.Errorf("read a tree: %w", err)
	}
	if err := m.Tree.Check(m.Features, max(1, m.Classes)); err != nil {
		return nil, fmt.Errorf("read a tree: it %w", err)
	}
	return m, nil
}

// CheckHead looks whether what stands beside the trees of a restored model may be.
func CheckHead(features, classes int, importances []float64) error {
	if features < 1 || len(importances) != features {
		return fmt.Errorf("%d features have %d importances", features, len(importances))
	}
	if classes < 0 || classes == 1 || classes > 1<<16 {
		return fmt.Errorf("there are %d classes", classes)
	}
	for _, v := range importances {
		if !(v >= 0 && v <= 1+1e-9) {
			return fmt.Errorf("importance %v is not from 0 to 1", v)
		}
	}
	return nil
}

// Predict implements estimator.Model.
func (m *model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	return cart.Predict(ctx, []*cart.Tree{m.Tree}, m.Features, x) //nolint:wrapcheck // says what is wrong
}
