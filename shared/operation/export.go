package operation

import (
	"fmt"
	"slices"
	"strings"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Format is the kind of file that export makes.
type Format string

// The formats.
const (
	HTML    Format = "html"
	PDF     Format = "pdf"
	XLSX    Format = "xlsx"
	JSON    Format = "json"
	CSV     Format = "csv"
	Parquet Format = "parquet"
)

// Content says what an exported file holds.
type Content string

// What a file may hold.
const (
	// ReportContent is made of results, and of nothing else.
	ReportContent Content = "report"
	// RowsContent are the rows of one input.
	RowsContent Content = "rows"
)

// contents are what each format can hold; the first is usual.
var contents = map[Format][]Content{
	HTML: {ReportContent}, PDF: {ReportContent}, JSON: {ReportContent},
	CSV: {RowsContent}, Parquet: {RowsContent},
	XLSX: {ReportContent, RowsContent},
}

// ReportSection is a part that a report has for each of its results.
type ReportSection string

// The parts, in their order. What a reader must know of numbers that were
// withheld, and other notes, are no part: a report always has them.
const (
	SummarySection ReportSection = "summary"
	MetricsSection ReportSection = "metrics"
	ChartsSection  ReportSection = "charts"
	TablesSection  ReportSection = "tables"
	MethodSection  ReportSection = "method"
	DataSection    ReportSection = "data"
)

var reportSections = []string{
	string(SummarySection), string(MetricsSection), string(ChartsSection), string(TablesSection), string(MethodSection), string(DataSection),
}

const maxExportInputs = 50

// ExportParams asks for a file: a report of results (html, pdf, xlsx), the results
// themselves (json), or the rows of one input's dataset (csv, parquet, xlsx).
type ExportParams struct {
	Inputs []Source `json:"inputs"`
	Format Format   `json:"format"`
	// Content matters where a format can hold either; see Holds.
	Content Content `json:"content,omitempty"`
	// Title heads a report. Default: the names of the inputs.
	Title string `json:"title,omitempty"`
	// Sections are the parts that a report has. Default: all. Their order is fixed.
	Sections []ReportSection `json:"sections,omitempty"`
	// Language of a report's fixed words and of its numbers. Default en.
	Language i18n.Language `json:"language,omitempty"`
}

// Code is Export.
func (p *ExportParams) Code() Code { return Export }

// Sources gives every input.
func (p *ExportParams) Sources() []SourceAt {
	out := make([]SourceAt, len(p.Inputs))
	for i := range p.Inputs {
		out[i] = SourceAt{Path: fmt.Sprintf("params.inputs[%d]", i), Source: &p.Inputs[i]}
		if !p.NeedsData() {
			out[i].Reads = ReadsResult
		}
	}
	return out
}

// Holds gives what the file will hold: what is asked for, or else what the format
// usually holds. A workbook is a report where every input is a task, and has rows
// where one is data.
func (p *ExportParams) Holds() Content {
	possible := contents[p.Format]
	switch {
	case p.Content != "":
		return p.Content
	case len(possible) == 0:
		return ReportContent
	case len(possible) > 1 && slices.ContainsFunc(p.Inputs, func(s Source) bool { return s.Task == "" }):
		return RowsContent
	default:
		return possible[0]
	}
}

// NeedsData reports whether the export reads rows, and so must run where they are.
func (p *ExportParams) NeedsData() bool { return p.Holds() == RowsContent }

// Shows reports whether a report is to have the part.
func (p *ExportParams) Shows(part ReportSection) bool {
	return len(p.Sections) == 0 || slices.Contains(p.Sections, part)
}

func (p *ExportParams) check() []fault.Field {
	var out []fault.Field
	if p.Content != "" && !slices.Contains(contents[p.Format], p.Content) {
		return []fault.Field{{Path: "params.content", Message: fmt.Sprintf("a %s file cannot hold what %q asks for; formats that can are %s", p.Format, p.Content, formatsOf(p.Content))}}
	}
	if p.NeedsData() && len(p.Inputs) != 1 {
		out = append(out, fault.Field{Path: "params.inputs", Message: fmt.Sprintf("a %s file takes exactly one input, not %d", p.Format, len(p.Inputs))})
	}
	if len(p.Sections) > 0 && p.Format != HTML && p.Format != PDF {
		out = append(out, fault.Field{Path: "params.sections", Message: fmt.Sprintf("choose the parts of a report as html or pdf; for %s leave them out", p.Format)})
	}
	for i, in := range p.Inputs {
		if !p.NeedsData() && in.Task == "" {
			out = append(out, fault.Field{
				Path:    fmt.Sprintf("params.inputs[%d]", i),
				Message: "a report is made from results: name a task, for example one that fetches this dataset",
			})
		}
	}
	return out
}

func formatsOf(c Content) string {
	var out []string
	for _, f := range exportFormats {
		if slices.Contains(contents[f], c) {
			out = append(out, string(f))
		}
	}
	return strings.Join(out, ", ")
}

// exportFormats are the formats in the order of a form.
var exportFormats = []Format{HTML, PDF, XLSX, JSON, CSV, Parquet}

var exportSpec = Spec{
	Code: Export, Name: "export",
	Title: i18n.Text{EN: "Export", ID: "Ekspor"},
	Help: i18n.Text{
		EN: "Makes a report of one or more results, or a file with the data itself.",
		ID: "Membuat laporan dari satu atau beberapa hasil, atau berkas berisi datanya.",
	},
	empty: func() Params { return &ExportParams{Language: i18n.English} },
	Properties: []Property{
		{
			Name: "inputs", Kind: Array, Required: true, Items: &sourceProperty, MinItems: 1, MaxItems: maxExportInputs,
			Title: i18n.Text{EN: "What to export", ID: "Yang diekspor"},
		},
		{
			Name: "format", Kind: String, Required: true, Choices: []string{string(HTML), string(PDF), string(XLSX), string(JSON), string(CSV), string(Parquet)},
			Title: i18n.Text{EN: "Format", ID: "Format"},
			Help: i18n.Text{
				EN: "html and pdf are reports; json has the results for programs; csv and parquet are the data itself; xlsx is a workbook with either.",
				ID: "html dan pdf adalah laporan; json berisi hasil untuk program; csv dan parquet adalah datanya; xlsx adalah buku kerja berisi salah satunya.",
			},
		},
		{
			Name: "content", Kind: String, Choices: []string{string(ReportContent), string(RowsContent)},
			Title: i18n.Text{EN: "What a workbook holds", ID: "Isi buku kerja"},
			Help: i18n.Text{
				EN: "report or rows; without it a report where every input is a task, and rows where one is data.",
				ID: "report (laporan) atau rows (baris); jika kosong, laporan bila semua masukan adalah tugas, dan baris bila ada yang berupa data.",
			},
		},
		{
			Name: "title", Kind: String,
			Title: i18n.Text{EN: "Title", ID: "Judul"},
		},
		{
			Name: "sections", Kind: Array, MinItems: 1, MaxItems: len(reportSections),
			Items: &Property{Kind: String, Choices: reportSections},
			Title: i18n.Text{EN: "Parts of the report", ID: "Bagian laporan"},
			Help: i18n.Text{
				EN: "What each result has in a report as html or pdf; without it everything. Notes on what was withheld are always there.",
				ID: "Isi setiap hasil dalam laporan html atau pdf; jika kosong, semuanya. Catatan tentang yang ditahan selalu ada.",
			},
		},
		{
			Name: "language", Kind: String, Default: string(i18n.English),
			Choices: []string{string(i18n.English), string(i18n.Indonesian)},
			Title:   i18n.Text{EN: "Language", ID: "Bahasa"},
		},
	},
}

var specs = map[Code]Spec{
	Fetch:   fetchSpec,
	Filter:  filterSpec,
	Analyze: analyzeSpec,
	Export:  exportSpec,
}
