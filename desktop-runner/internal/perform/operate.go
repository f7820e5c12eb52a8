package perform

import (
	"context"
	"fmt"
	"time"

	"ddap/desktop-runner/internal/analyze"
	"ddap/desktop-runner/internal/export"
	"ddap/desktop-runner/internal/fetch"
	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// operate runs the operation that the parameters belong to. A new operation is
// one more case here.
func (w *work) operate(ctx context.Context, params operation.Params) (finding.Finding, error) {
	switch p := params.(type) {
	case *operation.FetchParams:
		return w.onData(ctx, p, func(ctx context.Context, s *step.Step) (finding.Finding, error) { return fetch.Run(ctx, s, p) })
	case *operation.FilterParams:
		if err := w.policy.RefuseUncounted(p.Uncounted()...); err != nil {
			return finding.Finding{}, err
		}
		return w.onData(ctx, p, func(ctx context.Context, s *step.Step) (finding.Finding, error) { return filter.Run(ctx, s, p) })
	case *operation.AnalyzeParams:
		return w.onData(ctx, p, func(ctx context.Context, s *step.Step) (finding.Finding, error) { return analyze.Run(ctx, s, p) })
	case *operation.ExportParams:
		return w.export(ctx, p)
	default:
		return finding.Finding{}, fmt.Errorf("no operation for parameters of type %T", params)
	}
}

// export makes a report of results without touching data, or a file of rows
// where the policy lets them leave.
func (w *work) export(ctx context.Context, p *operation.ExportParams) (finding.Finding, error) {
	if !p.NeedsData() {
		return export.Report(ctx, w.plan.WorkDir, w.plan.Inputs, p, time.Now())
	}
	if err := w.policy.RefuseRows(string(p.Format) + " with the rows of this data"); err != nil {
		return finding.Finding{}, err
	}
	return w.onData(ctx, p, func(ctx context.Context, s *step.Step) (finding.Finding, error) { return export.Data(ctx, s, p) })
}
