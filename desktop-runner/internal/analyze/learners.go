package analyze

import (
	"encoding/json"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/forest"
	"ddap/desktop-runner/internal/analyze/predict"
	"ddap/desktop-runner/internal/analyze/supervised"
	"ddap/desktop-runner/internal/analyze/tree"
	"ddap/shared/operation"
)

// learners are the models that learn a target, from the simplest to the most
// involved; a new one is added here and to package operation.
var learners = []supervised.Learner{
	{
		Name: operation.DecisionTree, Numbers: true, Classes: true,
		New: learner((*operation.AnalyzeParams).DecisionTree, tree.New), Restore: tree.Restore,
	},
	{
		Name: operation.RandomForest, Numbers: true, Classes: true,
		New: learner((*operation.AnalyzeParams).RandomForest, forest.New), Restore: forest.Restore,
	},
}

// learner joins how parameters are read and how an estimator is made of them.
func learner[P any](read func(*operation.AnalyzeParams) (P, error), create func(P) estimator.Estimator) func(*operation.AnalyzeParams) (estimator.Estimator, any, error) {
	return func(p *operation.AnalyzeParams) (estimator.Estimator, any, error) {
		params, err := read(p)
		if err != nil {
			return nil, nil, err
		}
		return create(params), params, nil
	}
}

func restorers() predict.Restore {
	out := predict.Restore{}
	for _, l := range learners {
		out[l.Name] = func(raw json.RawMessage) (estimator.Model, error) { return l.Restore(raw) }
	}
	return out
}
