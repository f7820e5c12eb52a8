// Package export is operation 400: a report of results, or the data itself, as
// a file. Each format is a package of its own.
package export

import (
	"context"
	"fmt"
	"time"

	"ddap/desktop-runner/internal/export/csvfile"
	"ddap/desktop-runner/internal/export/html"
	"ddap/desktop-runner/internal/export/jsonfile"
	"ddap/desktop-runner/internal/export/parquetfile"
	"ddap/desktop-runner/internal/export/pdf"
	"ddap/desktop-runner/internal/export/xlsx"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
)

// Data writes the rows of the one input in the format that is asked for.
func Data(ctx context.Context, s *step.Step, p *operation.ExportParams) (finding.Finding, error) {
	switch p.Format {
	case operation.CSV:
		return csvfile.Run(ctx, s)
	case operation.Parquet:
		return parquetfile.Run(ctx, s)
	case operation.XLSX:
		return xlsx.Rows(ctx, s)
	default:
		return finding.Finding{}, fmt.Errorf("no format named %q for data", p.Format)
	}
}

// Report writes the results of the inputs into workDir in the format that is
// asked for, and reads nothing but these. now is when it is made.
func Report(ctx context.Context, workDir string, inputs []plan.Input, p *operation.ExportParams, now time.Time) (finding.Finding, error) {
	switch p.Format {
	case operation.HTML:
		return html.Run(workDir, inputs, p, now)
	case operation.PDF:
		return pdf.Run(workDir, inputs, p, now)
	case operation.JSON:
		return jsonfile.Run(workDir, inputs, p)
	case operation.XLSX:
		return xlsx.Run(ctx, workDir, inputs, p, now)
	default:
		return finding.Finding{}, fmt.Errorf("no format named %q for reports", p.Format)
	}
}
