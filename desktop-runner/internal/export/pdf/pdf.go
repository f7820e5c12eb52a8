// Package pdf writes reports for paper: A4, with vector charts and an embedded
// font. The same report made at the same time is the same bytes.
package pdf

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
)

// FileName is the report's name in the work folder.
const FileName = "report.pdf"

// MaxBytes is how large a report may be; one that would be larger shows fewer rows.
const MaxBytes = 5 << 20

// usual is what a report shows where it stays below MaxBytes. Nobody reads a
// thousand rows on paper; the file beside has them.
var usual = report.Limits{Rows: 200, Points: 1000, Charts: 100}

// maxCells is how many cells and marks are laid out; it keeps the largest report
// within a few hundred pages, and its making within seconds.
const maxCells = 100_000

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
	return r.Finding(p, append([]finding.File{{Name: FileName, ContentType: "application/pdf", Holds: finding.Report}}, files...)), nil
}

// Render gives the report as PDF, and the tables that belong beside it.
func Render(r *report.Report) ([]byte, []report.Beside, error) {
	for limits := r.Fitting(usual, maxCells); ; limits = limits.Halved() {
		shown, beside := r.Within(limits)
		raw, err := render(shown, limits)
		if err != nil || len(raw) <= MaxBytes || limits == limits.Halved() {
			return raw, beside, err
		}
	}
}

// render writes the pages twice: the first time tells how many there are, and on
// which each section begins.
func render(r *report.Report, l report.Limits) ([]byte, error) {
	g, err := newGlyphs()
	if err != nil {
		return nil, err
	}
	first := newWriter(r, l, g, nil, 0)
	first.report()
	if g.shortfall != (shortfall{}) {
		// What has to be said of the font moves what stands below it.
		first = newWriter(r, l, g, nil, 0)
		first.shows = g.shortfall
		first.report()
	}
	if err := first.pdf.Error(); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	second := newWriter(r, l, g, first.begins, first.pdf.PageCount())
	second.shows = first.shows
	second.report()
	var out bytes.Buffer
	if err := second.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return out.Bytes(), nil
}

// The page, in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	margin     = 16.0
	inner      = pageWidth - 2*margin
	floor      = pageHeight - 18
)

// writer writes one report. It keeps its own place on the page, y, and breaks
// pages itself, so that nothing is torn apart that belongs together.
type writer struct {
	pdf    *fpdf.Fpdf
	of     *report.Report
	limits report.Limits
	glyphs *glyphs
	// begins are the pages of the sections, links where the list of contents leads.
	begins, known []int
	links         []int
	pages         int
	y             float64
	// shows is what the report says that the font lacks.
	shows shortfall
}

func newWriter(r *report.Report, l report.Limits, g *glyphs, known []int, pages int) *writer {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	p.SetCellMargin(0)
	p.SetCatalogSort(true)
	p.SetCreationDate(r.Made)
	p.SetModificationDate(r.Made)
	p.SetProducer("DDAP "+r.Version, true)
	p.SetCreator("DDAP "+r.Version, true)
	p.SetTitle(twoBytes(r.Title), true)
	p.SetLang(string(r.Speech.Language()))
	g.addTo(p)
	w := &writer{pdf: p, of: r, limits: l, glyphs: g, known: known, pages: pages}
	p.SetFooterFunc(w.footer)
	return w
}
