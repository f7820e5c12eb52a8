package render

import (
	"ddap/shared/api"
	"ddap/shared/i18n"
)

var (
	wordWho    = i18n.Text{EN: "WHO", ID: "SIAPA"}
	wordAction = i18n.Text{EN: "ACTION", ID: "TINDAKAN"}
	wordWhat   = i18n.Text{EN: "WHAT", ID: "APA"}
	wordFrom   = i18n.Text{EN: "FROM", ID: "DARI"}
	emptyAudit = i18n.Text{
		EN: "Nothing was changed that these filters look for.",
		ID: "Tidak ada perubahan yang sesuai dengan saringan ini.",
	}
)

// Audit lists who changed what, newest first. What a change changed stands
// below it.
func (v View) Audit(list api.AuditList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordWhen)}, {Title: v.in(wordWho), Shrink: 12}, {Title: v.in(wordAction)},
		{Title: v.in(wordWhat), Shrink: 12}, {Title: v.in(wordFrom), Drop: 1}, {Title: v.in(wordID), Drop: 2},
	}}
	for _, e := range list.Entries {
		t.Rows = append(t.Rows, Row{Note: changed(e), Cells: []Span{
			{Text: v.exactly(e.At)}, {Text: e.Actor}, {Text: e.Action}, {Text: orDash(e.TargetName)}, {orDash(e.RemoteAddress), faint}, {orDash(e.TargetID), faint},
		}})
	}
	return v.LinesOr(t, emptyAudit)
}

func changed(e api.AuditEntry) string {
	switch {
	case len(e.Before) > 0 && len(e.After) > 0:
		return string(e.Before) + " → " + string(e.After)
	case len(e.Before) > 0:
		return string(e.Before)
	default:
		return string(e.After)
	}
}
