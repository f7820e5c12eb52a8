// Package jsonfile writes results as one JSON file, for programs.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Version is the version of the file's form; documents have one of their own.
const Version = 1

// FileName is the file's name in the work folder.
const FileName = "results.json"

// File is what is in the file.
type File struct {
	Version   int        `json:"version"`
	Title     string     `json:"title"`
	Documents []Document `json:"documents"`
}

// Document is the result of one input.
type Document struct {
	// Name is the task's.
	Name string `json:"name"`
	// Task is its id.
	Task     string           `json:"task"`
	Document *result.Document `json:"document"`
}

// Run writes the inputs' results into workDir, in the order of the inputs. The
// same results give the same bytes. The error is an invalid_params fault when an
// input has no result.
func Run(workDir string, inputs []plan.Input, p *operation.ExportParams) (finding.Finding, error) {
	raw, err := Encode(inputs, p)
	if err != nil {
		return finding.Finding{}, err
	}
	if err := os.WriteFile(filepath.Join(workDir, FileName), raw, 0o600); err != nil {
		return finding.Finding{}, fmt.Errorf("writing the results: %w", err)
	}
	summary := "{inputs} results, as a JSON file."
	if len(inputs) == 1 {
		summary = "{inputs} result, as a JSON file."
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Export, ""),
		Summary:    summary,
		Parameters: map[string]any{"format": p.Format, "title": title(inputs, p)},
		Metrics:    []finding.Metric{{Name: "inputs", Value: float64(len(inputs)), Basis: finding.Known()}},
		Files:      []finding.File{{Name: FileName, ContentType: "application/json", Holds: finding.Report}},
	}, nil
}

// Encode gives the file's bytes.
func Encode(inputs []plan.Input, p *operation.ExportParams) ([]byte, error) {
	file := File{Version: Version, Title: title(inputs, p), Documents: make([]Document, len(inputs))}
	tasks := map[string]string{}
	for _, at := range p.Sources() {
		tasks[at.Path] = at.Source.Task
	}
	for i, in := range inputs {
		if in.Document == nil {
			return nil, fault.BadFields("jsonfile.Encode", string(task.InvalidParams), fault.Field{
				Path: in.Path, Message: "has no result to export; name a task that has succeeded",
			})
		}
		file.Documents[i] = Document{Name: in.Name, Task: tasks[in.Path], Document: in.Document}
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	if err := to.Encode(file); err != nil {
		return nil, fmt.Errorf("writing the results: %w", err)
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
