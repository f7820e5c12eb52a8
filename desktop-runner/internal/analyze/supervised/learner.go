// Package supervised runs every model that learns a target: it prepares the
// rows, keeps some back to judge by, fits, and says how good the predictions
// are. What is special to a kind of model is in its Learner.
package supervised

import (
	"encoding/json"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/shared/operation"
)

// Learner is a kind of model.
type Learner struct {
	Name operation.Model
	// Numbers and Classes say which kinds of targets it learns.
	Numbers, Classes bool
	// Linear says that its coefficients solve equations of the rows, so that single
	// rows can decide them.
	Linear bool
	// Tried says that it is one of those that auto compares.
	Tried bool
	// New gives the estimator that parameters ask for, and these with defaults
	// filled in.
	New func(p *operation.AnalyzeParams) (estimator.Estimator, any, error)
	// Restore makes a fitted model of its JSON. The error is for people.
	Restore func(raw json.RawMessage) (estimator.Model, error)
}

// effective gives parameters as they stand in results, by their names.
func effective(params any) (map[string]any, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("the parameters of the model: %w", err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("the parameters of the model: %w", err)
	}
	return out, nil
}
