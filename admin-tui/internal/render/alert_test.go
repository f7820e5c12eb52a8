package render_test

import (
	"testing"
	"time"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/i18n"
)

func TestAlerts_SayWhatTheySee(t *testing.T) {
	t.Parallel()
	value := func(v float64) *float64 { return &v }
	list := api.AlertList{Alerts: []api.Alert{
		{
			ID: "01960000-0000-7000-8000-000000000004", Name: "Queue", Kind: api.AlertQueueAge, State: api.AlertFiring, Since: *ago(2 * time.Hour), Value: value(7260), Threshold: 600, ResolveThreshold: 300,
			OperationCode: 300, ResolveSeconds: 60, RepeatSeconds: 14400, Notify: api.AlertNotify{Emails: []string{"ann@example.org", "ben@example.org"}}, MailError: "550 no such user\x1b[2J", CreatedBy: "Ops",
		},
		{
			ID: "01960000-0000-7000-8000-000000000003", Name: "Failures", Kind: api.AlertFailureRate, State: api.AlertOK, Since: *ago(50 * time.Hour), PendingSince: ago(time.Minute), Value: value(0.25), Threshold: 0.2,
			WindowSeconds: 900, MinCount: 10, ForSeconds: 300, CreatedBy: "Ops",
		},
		{ID: "01960000-0000-7000-8000-000000000002", Name: "Runners", Kind: api.AlertNoRunner, State: api.AlertOK, Since: *ago(time.Minute), Value: value(3), Labels: map[string]string{"site": "lab", "os": "linux"}, Dataset: "birds"},
		{ID: "01960000-0000-7000-8000-000000000001", Name: "New", Kind: "disk_space", State: api.AlertOK, Since: *ago(time.Minute), Paused: true},
	}}
	for name, v := range map[string]render.View{"alerts": view(), "alerts.id": {Language: i18n.Indonesian, Now: now}} {
		lines := v.Alerts(list)
		for _, a := range list.Alerts[:3] {
			lines = append(append(lines, v.Alerts(api.AlertList{})[:1]...), v.Alert(a)...)
		}
		golden(t, name, 0, lines)
	}
}
