package render

import (
	"ddap/shared/api"
	"ddap/shared/i18n"
)

// Uploads lists files that were sent for tasks to use.
func (v View) Uploads(list api.UploadList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordName), Shrink: 12}, {Title: v.in(i18n.Text{EN: "SIZE", ID: "UKURAN"}), Right: true},
		{Title: v.in(wordBy), Shrink: 10, Drop: 3}, {Title: v.in(wordAge), Right: true, Drop: 1},
		{Title: v.in(wordExpires), Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, u := range list.Uploads {
		expires := v.Age(u.ExpiresAt)
		if !u.ExpiresAt.After(v.Now) {
			expires = v.in(i18n.Text{EN: "expired", ID: "kedaluwarsa"})
		}
		t.Rows = append(t.Rows, Row{Cells: []Span{
			{Text: u.Name}, {Text: v.Bytes(u.SizeBytes)}, {Text: u.CreatedBy}, {Text: v.Age(u.CreatedAt)}, {Text: expires}, {u.ID, faint},
		}})
	}
	return v.LinesOr(t, i18n.Text{
		EN: "No uploads. Send a file for tasks to use with: ddap-admin uploads create FILE",
		ID: "Tidak ada unggahan. Kirim berkas untuk dipakai tugas dengan: ddap-admin uploads create BERKAS",
	})
}
