// Package analyze is operation 300: it runs the model that is asked for.
package analyze

import (
	"context"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/analyze/correlation"
	"ddap/desktop-runner/internal/analyze/dbscan"
	"ddap/desktop-runner/internal/analyze/describe"
	"ddap/desktop-runner/internal/analyze/holtwinters"
	"ddap/desktop-runner/internal/analyze/hypothesis"
	"ddap/desktop-runner/internal/analyze/isolation"
	"ddap/desktop-runner/internal/analyze/kmeans"
	"ddap/desktop-runner/internal/analyze/pca"
	"ddap/desktop-runner/internal/analyze/predict"
	"ddap/desktop-runner/internal/analyze/supervised"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

type model func(context.Context, *step.Step, *operation.AnalyzeParams) (finding.Finding, error)

// models has an entry for each model; a new one is added here and to package
// operation.
var models = map[operation.Model]model{
	operation.Describe:        describe.Run,
	operation.Correlation:     correlation.Run,
	operation.KMeans:          kmeans.Run,
	operation.TTest:           hypothesis.TTest,
	operation.MannWhitney:     hypothesis.MannWhitney,
	operation.ChiSquare:       hypothesis.ChiSquare,
	operation.ANOVA:           hypothesis.ANOVA,
	operation.HoltWinters:     holtwinters.Run,
	operation.IsolationForest: isolation.Run,
	operation.DBSCAN:          dbscan.Run,
	operation.PCA:             pca.Run,
}

// Needs says what Run reads of a dataset. What is chosen by chance is chosen by
// the place of rows.
func Needs(p *operation.AnalyzeParams) source.Request {
	out := source.Request{Repeatable: p.Model != operation.Describe}
	// Models that write rows with more columns need all that there are.
	if len(p.Features) > 0 && !operation.LeavesRows(operation.Analyze, p.Model) {
		for _, name := range p.Columns() {
			if !slices.Contains(out.Columns, name) {
				out.Columns = append(out.Columns, name)
			}
		}
	}
	return out
}

// Run runs the model on the data. Errors are faults with a reason as their code,
// or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	if run, ok := models[p.Model]; ok {
		return run(ctx, s, p)
	}
	if p.Model == operation.Predict {
		return predict.Run(ctx, s, restorers())
	}
	if p.Model == operation.Auto {
		return supervised.RunAuto(ctx, s, p, learners)
	}
	for _, l := range learners {
		if l.Name == p.Model {
			return supervised.Run(ctx, s, p, l)
		}
	}
	return finding.Finding{}, fmt.Errorf("no model named %q", p.Model)
}
