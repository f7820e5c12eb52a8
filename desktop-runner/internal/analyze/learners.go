package analyze

import (
	"encoding/json"

	"ddap/desktop-runner/internal/analyze/boosting"
	"ddap/desktop-runner/internal/analyze/coordinate"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/forest"
	"ddap/desktop-runner/internal/analyze/linear"
	"ddap/desktop-runner/internal/analyze/logistic"
	"ddap/desktop-runner/internal/analyze/predict"
	"ddap/desktop-runner/internal/analyze/ridge"
	"ddap/desktop-runner/internal/analyze/supervised"
	"ddap/desktop-runner/internal/analyze/tree"
	"ddap/shared/operation"
)

// learners are the models that learn a target, from the simplest to the most
// involved; a new one is added here and to package operation.
var learners = []supervised.Learner{
	{
		Name: operation.LinearRegression, Numbers: true, Linear: true,
		New: learner((*operation.AnalyzeParams).LinearRegression, linear.New), Restore: linear.Restore,
	},
	{
		Name: operation.Ridge, Numbers: true, Linear: true, Tried: true,
		New: learner((*operation.AnalyzeParams).Ridge, ridge.New), Restore: ridge.Restore,
	},
	{
		Name: operation.Lasso, Numbers: true, Linear: true,
		New: learner((*operation.AnalyzeParams).Lasso, coordinate.NewLasso), Restore: coordinate.Restore,
	},
	{
		Name: operation.ElasticNet, Numbers: true, Linear: true,
		New: learner((*operation.AnalyzeParams).ElasticNet, coordinate.NewElasticNet), Restore: coordinate.Restore,
	},
	{
		Name: operation.LogisticRegression, Classes: true, Linear: true, Tried: true,
		New: learner((*operation.AnalyzeParams).LogisticRegression, logistic.New), Restore: logistic.Restore,
	},
	{
		Name: operation.DecisionTree, Numbers: true, Classes: true, Tried: true,
		New: learner((*operation.AnalyzeParams).DecisionTree, tree.New), Restore: tree.Restore,
	},
	{
		Name: operation.RandomForest, Numbers: true, Classes: true, Tried: true,
		New: learner((*operation.AnalyzeParams).RandomForest, forest.New), Restore: forest.Restore,
	},
	{
		Name: operation.GradientBoosting, Numbers: true, Classes: true, Tried: true,
		New: learner((*operation.AnalyzeParams).GradientBoosting, boosting.New), Restore: boosting.Restore,
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
