package render

import (
	"fmt"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

var (
	wordUses         = i18n.Text{EN: "USED", ID: "TERPAKAI"}
	emptyEnrollments = i18n.Text{
		EN: "No invitations. An invitation lets a computer join that shares data; make one with: ddap-admin enroll",
		ID: "Tidak ada undangan. Undangan membuat komputer yang membagikan data dapat bergabung; buat dengan: ddap-admin enroll",
	}
)

// Enrollments lists invitations, without their tokens.
func (v View) Enrollments(list api.EnrollmentList) []Line {
	t := Table{Columns: []Column{
		{Title: v.in(wordState)}, {Title: v.in(wordUses), Right: true}, {Title: v.in(wordLabels), Shrink: 10, Drop: 2},
		{Title: v.in(wordAge), Right: true, Drop: 3}, {Title: v.in(wordExpires), Right: true, Drop: 1}, {Title: v.in(wordID)},
	}}
	for _, e := range list.Enrollments {
		t.Rows = append(t.Rows, Row{Note: v.enrollmentNote(e), Cells: []Span{
			v.enrollmentState(e), {Text: fmt.Sprintf("%d/%d", e.Uses, e.MaxUses)}, {Text: labels(e.Labels)},
			{Text: v.Age(e.CreatedAt)}, {Text: v.Age(e.ExpiresAt)}, {e.ID, faint},
		}})
	}
	return v.LinesOr(t, emptyEnrollments)
}

func (v View) enrollmentState(e api.Enrollment) Span {
	switch {
	case e.RevokedAt != nil:
		return Span{v.in(i18n.Text{EN: "✕ revoked", ID: "✕ dicabut"}), stateStyle(task.Failed)}
	case e.Uses >= e.MaxUses:
		return Span{v.in(i18n.Text{EN: "⊘ used up", ID: "⊘ habis"}), stateStyle(task.Canceled)}
	case e.ExpiresAt.Before(v.Now):
		return Span{v.in(i18n.Text{EN: "⊘ expired", ID: "⊘ kedaluwarsa"}), stateStyle(task.Canceled)}
	default:
		return Span{v.in(i18n.Text{EN: "✓ valid", ID: "✓ berlaku"}), stateStyle(task.Succeeded)}
	}
}

func (v View) enrollmentNote(e api.Enrollment) string {
	switch {
	case e.RunnerID != "":
		return v.in(i18n.Text{EN: "Brings back the computer ", ID: "Mengembalikan komputer "}) + e.RunnerID
	case e.RequireApproval:
		return v.in(i18n.Text{EN: "Whoever comes with it must be approved.", ID: "Yang datang dengannya harus disetujui."})
	default:
		return ""
	}
}
