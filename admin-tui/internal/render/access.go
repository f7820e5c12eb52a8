package render

import (
	"strings"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// Keys lists API keys.
func (v View) Keys(list api.KeyList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordName), Shrink: 12}, {Title: v.in(wordRole)},
		{Title: v.in(wordAge), Right: true, Drop: 1}, {Title: v.in(wordExpires), Drop: 2}, {Title: v.in(wordID)},
	}}
	for _, k := range list.Keys {
		role := string(k.Role)
		if k.Delegate {
			role += v.in(i18n.Text{EN: ", for others", ID: ", untuk orang lain"})
		}
		if len(k.Grants) > 0 {
			role += ", " + grants(k.Grants)
		}
		expires := v.in(i18n.Text{EN: "never", ID: "tidak pernah"})
		if k.ExpiresAt != nil {
			expires = v.Age(*k.ExpiresAt)
		}
		t.Rows = append(t.Rows, Row{Cells: []Span{
			v.keyState(k), {Text: k.Name}, {Text: role}, {Text: v.Age(k.CreatedAt)}, {Text: expires}, {k.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyKeys)
}

func grants(all []api.Grant) string {
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = string(g)
	}
	return strings.Join(names, ", ")
}

func (v View) keyState(k api.Key) Span {
	switch {
	case k.RevokedAt != nil:
		return Span{v.in(i18n.Text{EN: "✕ revoked", ID: "✕ dicabut"}), stateStyle(task.Failed)}
	case k.ExpiresAt != nil && k.ExpiresAt.Before(v.Now):
		return Span{v.in(i18n.Text{EN: "⊘ expired", ID: "⊘ kedaluwarsa"}), stateStyle(task.Canceled)}
	default:
		return Span{v.in(i18n.Text{EN: "✓ valid", ID: "✓ berlaku"}), stateStyle(task.Succeeded)}
	}
}

// WhoAmI tells who the server takes the caller for.
func (v View) WhoAmI(server string, who api.WhoAmI) []Line {
	all := []detail{
		{wordServer, server},
		{wordWorkspace, who.Workspace},
		{wordKey, who.Name},
		{i18n.Text{EN: "Role", ID: "Peran"}, string(who.Role)},
		{wordID, who.ID},
	}
	if len(who.Grants) > 0 {
		all = append(all, detail{i18n.Text{EN: "Grants", ID: "Izin"}, grants(who.Grants)})
	}
	if who.ActingUser != "" {
		all = append(all, detail{i18n.Text{EN: "Acts for", ID: "Bertindak untuk"}, who.ActingUser})
	}
	if who.ExpiresAt != nil {
		all = append(all, detail{i18n.Text{EN: "Valid until", ID: "Berlaku hingga"}, who.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")})
	}
	return v.details(all)
}
