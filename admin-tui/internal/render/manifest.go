package render

import (
	"fmt"
	"strconv"

	"ddap/shared/i18n"
	"ddap/shared/result"
)

var sourceKinds = map[result.SourceKind]i18n.Text{
	result.SourceFile:       {EN: "a file", ID: "satu berkas"},
	result.SourceFiles:      {EN: "files", ID: "berkas-berkas"},
	result.SourceOutput:     {EN: "the rows of an earlier task", ID: "baris dari tugas sebelumnya"},
	result.SourceUpload:     {EN: "an upload", ID: "unggahan"},
	result.SourceConnection: {EN: "a database", ID: "basis data"},
	result.SourceURL:        {EN: "the web", ID: "web"},
}

// hashStates say why there is no hash.
var hashStates = map[result.HashState]i18n.Text{
	result.HashPending: {
		EN: "not computed yet; another fetch will have it", ID: "belum dihitung; pengambilan berikutnya akan memuatnya",
	},
	result.HashWithheld: {
		EN: "withheld: the owner shares summaries only", ID: "ditahan: pemilik hanya membagikan ringkasan",
	},
	result.HashNone: {EN: "none for this kind of source", ID: "tidak ada untuk jenis sumber ini"},
}

// manifest shows exactly which data a fetch was about. The columns are left out:
// those of the fetch stand in its first table.
func (v View) manifest(m *result.Manifest) []Line {
	if m == nil {
		return nil
	}
	t := Table{Columns: []Column{{}, {}}}
	add := func(title i18n.Text, text string) {
		if text != "" {
			t.Rows = append(t.Rows, Row{Cells: []Span{{v.in(title), faint}, {Text: text}}})
		}
	}
	add(i18n.Text{EN: "  source", ID: "  sumber"}, v.manifestSource(m.Source))
	add(i18n.Text{EN: "  revision", ID: "  revisi"}, m.Source.Revision)
	if m.Rows != nil {
		rows := v.count(*m.Rows)
		if m.RowsApproximate {
			rows = fmt.Sprintf(v.in(i18n.Text{EN: "at least %s", ID: "setidaknya %s"}), rows)
		}
		add(i18n.Text{EN: "  rows", ID: "  baris"}, rows)
	}
	add(i18n.Text{EN: "  columns", ID: "  kolom"}, v.count(int64(m.ColumnCount)))
	if m.Bytes != nil {
		add(i18n.Text{EN: "  size", ID: "  ukuran"}, v.Bytes(*m.Bytes)+" ("+strconv.FormatInt(*m.Bytes, 10)+" B)")
	}
	hash := m.SHA256
	if why, ok := hashStates[m.SHA256State]; ok {
		hash = v.in(why)
	}
	add(i18n.Text{EN: "  SHA-256", ID: "  SHA-256"}, hash)
	add(i18n.Text{EN: "  read by", ID: "  dibaca oleh"}, m.Engine)
	return append(v.heading(i18n.Text{EN: "Data", ID: "Data"}), v.Lines(t)[1:]...)
}

func (v View) manifestSource(s result.ManifestSource) string {
	kind, known := sourceKinds[s.Kind]
	out := string(s.Kind)
	if known {
		out = v.in(kind)
	}
	if s.Files > 1 {
		out = v.count(int64(s.Files)) + " " + v.in(i18n.Text{EN: "files", ID: "berkas"})
	}
	if s.Format != "" {
		out += " (" + s.Format + ")"
	}
	if s.Name != "" {
		out += ": " + s.Name
	}
	return out
}
