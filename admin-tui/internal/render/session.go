package render

import (
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
)

// Sessions lists logins.
func (v View) Sessions(list api.SessionList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordName), Shrink: 10}, {Title: v.in(wordBy), Shrink: 10}, {Title: v.in(wordRole)},
		{Title: v.in(wordAge), Right: true, Drop: 1}, {Title: v.in(wordExpires), Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, one := range list.Sessions {
		by := one.KeyName
		if _, person, found := strings.Cut(one.ActingUser, ";"); found {
			by = person + " via " + by
		}
		t.Rows = append(t.Rows, Row{Cells: []Span{
			{Text: orDash(one.Name)}, {Text: by}, {Text: string(one.Role)}, {Text: v.Age(one.CreatedAt)}, {Text: v.Age(one.ExpiresAt)}, {one.ID, faint},
		}})
	}
	return v.LinesOr(t, emptySessions)
}

// SSHKeys lists public keys.
func (v View) SSHKeys(list api.SSHKeyList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordName), Shrink: 10}, {Title: v.in(i18n.Text{EN: "TYPE", ID: "JENIS"}), Drop: 2},
		{Title: v.in(i18n.Text{EN: "FINGERPRINT", ID: "SIDIK JARI"})}, {Title: v.in(wordAge), Right: true, Drop: 1}, {Title: v.in(wordID)},
	}}
	for _, k := range list.SSHKeys {
		t.Rows = append(t.Rows, Row{Cells: []Span{
			{Text: orDash(k.Name)}, {Text: k.Type}, {Text: k.Fingerprint}, {Text: v.Age(k.CreatedAt)}, {k.ID, faint},
		}})
	}
	return v.LinesOr(t, emptySSHKeys)
}

var (
	emptySessions = i18n.Text{EN: "Nobody is logged in.", ID: "Tidak ada yang sedang masuk."}
	emptySSHKeys  = i18n.Text{
		EN: "No public keys. Add one with: ddap-admin ssh-keys add",
		ID: "Tidak ada kunci publik. Tambahkan dengan: ddap-admin ssh-keys add",
	}
)
