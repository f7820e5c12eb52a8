// Package html writes reports: one file with everything in it, which needs no
// network, reads well on a screen, light or dark, and on paper. Its small script
// turns pages of tables and tells what a mark stands for; without it all rows show.
package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // style, script and template
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ddap/desktop-runner/internal/export/picture"
	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
)

// FileName is the report's name in the work folder.
const FileName = "report.html"

// MaxBytes is how large a report may be; one that would be larger shows fewer rows.
const MaxBytes = 5 << 20

// usual is what a report shows where it stays below MaxBytes.
var usual = report.Limits{Rows: 1000, Points: 2000, Charts: 200}

// perCell is a little less than a cell or mark takes in the file, in bytes.
const perCell = 40

var (
	//go:embed report.gohtml
	pageText string
	//go:embed style.css
	style string
	//go:embed script.js
	script string

	page = template.Must(template.New("report").Parse(pageText))
)

// Run writes a report of the inputs' results into workDir, and tables that are too
// long for it beside. It reads no data. The error is an invalid_params fault when
// an input has no result.
func Run(workDir string, inputs []plan.Input, p *operation.ExportParams, now time.Time) (finding.Finding, error) {
	r, err := report.New(inputs, p, now)
	if err != nil {
		return finding.Finding{}, err //nolint:wrapcheck // a fault with its place
	}
	raw, beside, err := Render(r)
	if err != nil {
		return finding.Finding{}, err
	}
	if err := os.WriteFile(filepath.Join(workDir, FileName), raw, 0o600); err != nil {
		return finding.Finding{}, fmt.Errorf("writing the report: %w", err)
	}
	files, err := report.WriteBeside(workDir, beside)
	if err != nil {
		return finding.Finding{}, err //nolint:wrapcheck // says what it was doing
	}
	return r.Finding(p, append([]finding.File{{Name: FileName, ContentType: "text/html; charset=utf-8", Holds: finding.Report}}, files...)), nil
}

// Render gives the report as HTML, and the tables that belong beside it.
func Render(r *report.Report) ([]byte, []report.Beside, error) {
	for limits := r.Fitting(usual, MaxBytes/perCell); ; limits = limits.Halved() {
		shown, beside := r.Within(limits)
		raw, err := render(shown, limits)
		if err != nil || len(raw) <= MaxBytes || limits == limits.Halved() {
			return raw, beside, err
		}
	}
}

func render(r *report.Report, l report.Limits) ([]byte, error) {
	v := view{
		Report: r, Language: string(r.Speech.Language()), Words: r.Speech.Word, Date: r.Speech.Date(r.Made),
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // our own files
		ScriptHash: hash(script),
	}
	for i, s := range r.Sections {
		shown := section{Section: s, ID: fmt.Sprintf("result-%d", i+1)}
		// Tables and figures are numbered anew in each section, and what is named for
		// those who do not see it is named once in a page.
		within := ""
		if len(r.Sections) > 1 {
			within = fmt.Sprintf("%d: ", i+1)
		}
		for _, c := range s.Charts {
			c.Data.Region = within + c.Data.Region
			shown.Drawn = append(shown.Drawn, draw(r.Speech, c, l.Points))
		}
		shown.Tables = slices.Clone(s.Tables)
		for k := range shown.Tables {
			shown.Tables[k].Region = within + shown.Tables[k].Region
		}
		v.Shown = append(v.Shown, shown)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return out.Bytes(), nil
}

// hash is the only permission in the report to run anything.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// view is what the template shows; all text is in the report's language.
type view struct {
	*report.Report
	Language, Date, ScriptHash string
	Style                      template.CSS
	Script                     template.JS
	Words                      func(string) string
	Shown                      []section
}

type section struct {
	report.Section
	ID    string
	Drawn []chart
}

type chart struct {
	report.Chart
	SVG template.HTML
}

func draw(s report.Speech, c report.Chart, points int) chart {
	p, ok := picture.Draw(s, c.Source, points)
	if !ok {
		c.Caption = s.Word("astable")
		return chart{Chart: c}
	}
	if p.Caption != "" {
		if c.Caption != "" {
			c.Caption += " "
		}
		c.Caption += p.Caption
	}
	return chart{Chart: c, SVG: template.HTML(svg(p, c.Title))} //nolint:gosec // svg escapes all text
}
