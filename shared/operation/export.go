package operation

import (
	"fmt"

	"ddap/shared/fault"
	"ddap/shared/i18n"
)

// Format is the kind of file that export makes.
type Format string

// The formats.
const (
	HTML Format = "html"
	CSV  Format = "csv"
)

const maxExportInputs = 50

// ExportParams asks for a file: a report of results (html), or the rows of one
// input's dataset (csv).
type ExportParams struct {
	Inputs []Source `json:"inputs"`
	Format Format   `json:"format"`
	// Title heads a report. Default: the names of the inputs.
	Title string `json:"title,omitempty"`
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

// NeedsData reports whether the export reads rows, and so must run where they are.
func (p *ExportParams) NeedsData() bool { return p.Format != HTML }

func (p *ExportParams) check() []fault.Field {
	var out []fault.Field
	if p.NeedsData() && len(p.Inputs) != 1 {
		out = append(out, fault.Field{Path: "params.inputs", Message: fmt.Sprintf("a %s file takes exactly one input, not %d", p.Format, len(p.Inputs))})
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
			Name: "format", Kind: String, Required: true, Choices: []string{string(HTML), string(CSV)},
			Title: i18n.Text{EN: "Format", ID: "Format"},
			Help:  i18n.Text{EN: "html is a report; csv is the data itself.", ID: "html adalah laporan; csv adalah datanya."},
		},
		{
			Name: "title", Kind: String,
			Title: i18n.Text{EN: "Title", ID: "Judul"},
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
