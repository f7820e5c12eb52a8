// Package html writes reports: one file with everything in it, which needs no
// network and no script, reads well on a screen, light or dark, and on paper.
package html

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/buildinfo"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// FileName is the report's name in the work folder.
const FileName = "report.html"

//go:embed report.gohtml style.css
var files embed.FS

var page = template.Must(template.ParseFS(files, "report.gohtml"))

// Run writes a report of the inputs' results into workDir. It reads no data. The
// error is an invalid_params fault when an input has no result.
func Run(workDir string, inputs []plan.Input, p *operation.ExportParams, now time.Time) (finding.Finding, error) {
	raw, err := Render(inputs, p, now)
	if err != nil {
		return finding.Finding{}, err
	}
	if err := os.WriteFile(filepath.Join(workDir, FileName), raw, 0o600); err != nil {
		return finding.Finding{}, fmt.Errorf("writing the report: %w", err)
	}
	summary := "A report of {inputs} results."
	if len(inputs) == 1 {
		summary = "A report of {inputs} result."
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Export, ""),
		Summary:    summary,
		Parameters: map[string]any{"format": p.Format, "title": title(inputs, p), "language": localeOf(p.Language).words},
		Metrics:    []finding.Metric{{Name: "inputs", Value: float64(len(inputs)), Basis: finding.Known()}},
		Files:      []finding.File{{Name: FileName, ContentType: "text/html; charset=utf-8", Holds: finding.Report}},
	}, nil
}

// Render gives the report as HTML. now is shown as the time when it was made.
func Render(inputs []plan.Input, p *operation.ExportParams, now time.Time) ([]byte, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, fmt.Errorf("reading the style: %w", err)
	}
	l := localeOf(p.Language)
	v := view{
		Language: string(l.words), Title: title(inputs, p), Words: l.word,
		Style: template.CSS(style), //nolint:gosec // our own file
		Made:  l.date(now), Version: buildinfo.Version,
	}
	for i, in := range inputs {
		if in.Document == nil {
			return nil, fault.BadFields("html.Render", string(task.InvalidParams), fault.Field{
				Path: in.Path, Message: "has no result to report; name a task that has succeeded",
			})
		}
		v.Sections = append(v.Sections, l.section(i, in))
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "report.gohtml", v); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return out.Bytes(), nil
}

func title(inputs []plan.Input, p *operation.ExportParams) string {
	if p.Title != "" {
		return p.Title
	}
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.Name
	}
	return strings.Join(names, ", ")
}
