package render_test

import (
	"testing"
	"time"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/i18n"
)

func TestEnrollments_SayWhetherTheyStillLetIn(t *testing.T) {
	t.Parallel()
	list := api.EnrollmentList{Enrollments: []api.Enrollment{
		{ID: "01960000-0000-7000-8000-000000000005", MaxUses: 5, Uses: 2, ExpiresAt: now.Add(23 * time.Hour), CreatedAt: *ago(time.Hour), Labels: map[string]string{"site": "lab", "os": "linux"}, RequireApproval: true},
		{ID: "01960000-0000-7000-8000-000000000004", MaxUses: 1, ExpiresAt: now.Add(time.Hour), CreatedAt: *ago(time.Hour), RunnerID: "01960000-0000-7000-8000-0000000000aa"},
		{ID: "01960000-0000-7000-8000-000000000003", MaxUses: 1, Uses: 1, ExpiresAt: *ago(time.Hour), CreatedAt: *ago(25 * time.Hour)},
		{ID: "01960000-0000-7000-8000-000000000002", MaxUses: 1, ExpiresAt: *ago(time.Hour), CreatedAt: *ago(25 * time.Hour)},
		{ID: "01960000-0000-7000-8000-000000000001", MaxUses: 1, ExpiresAt: now.Add(time.Hour), CreatedAt: *ago(time.Minute), RevokedAt: ago(time.Second), Labels: map[string]string{"x": "\x1b[2J"}},
	}}
	for name, v := range map[string]render.View{"enrollments": view(), "enrollments.id": {Language: i18n.Indonesian, Now: now}} {
		narrow := v
		narrow.Width = 80
		lines := append(v.Enrollments(list), narrow.Enrollments(list)...)
		golden(t, name, 0, append(lines, v.Enrollments(api.EnrollmentList{})...))
	}
}
