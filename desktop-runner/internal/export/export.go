// Package export is operation 400: a report of results, or the data itself, as
// a file. Each format is a package of its own.
package export

import (
	"context"
	"fmt"

	"ddap/desktop-runner/internal/export/csvfile"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// Data writes the rows of the one input in the format that is asked for.
func Data(ctx context.Context, s *step.Step, p *operation.ExportParams) (finding.Finding, error) {
	switch p.Format {
	case operation.CSV:
		return csvfile.Run(ctx, s)
	default:
		return finding.Finding{}, fmt.Errorf("no format named %q for data", p.Format)
	}
}
