package httpapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/mail/mailtest"
	"ddap/shared/api"
)

// TestAlerts_TellByEventAndByEMail runs the whole server: a task waits, and a
// webhook's feed and a mail server hear of the beginning and of the end.
func TestAlerts_TellByEventAndByEMail(t *testing.T) {
	t.Parallel()
	mails := mailtest.Start(t, mailtest.Options{User: "ddap", Password: "p"})
	w := newWorld(t, func(c *config.Config) {
		c.SMTPURL, c.SMTPFrom = "smtp://ddap:p@"+mails.Address(), "DDAP <ddap@example.org>"
	})
	w.runner()
	task := w.task(w.AdminKey)
	threshold, zero, language := 1.0, 0, "id"
	made, err := w.admin.CreateAlert(t.Context(), api.AlertRequest{
		Name: "Lambat", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: &threshold, ResolveSeconds: &zero},
		Notify: &api.AlertNotify{Emails: []string{"ann@example.org"}}, Language: &language,
	})
	require.NoError(t, err)
	state := func() api.AlertState {
		a, err := w.admin.Alert(t.Context(), made.ID)
		require.NoError(t, err)
		return a.State
	}
	waitFor := func(want api.AlertState) {
		require.Eventually(t, func() bool { return state() == want }, 60*time.Second, 50*time.Millisecond)
	}
	waitFor(api.AlertFiring)
	_, err = w.admin.CancelTask(t.Context(), task)
	require.NoError(t, err)
	// Ten seconds between two looks are long for a test.
	pgtest.Execute(t, w.DatabaseURL, "UPDATE alerts SET evaluated_at = NULL")
	waitFor(api.AlertOK)
	require.Eventually(t, func() bool { return len(mails.Taken()) == 2 }, 60*time.Second, 50*time.Millisecond)
	for i, says := range []string{"[DDAP] Peringatan: Lambat (default)", "[DDAP] Selesai: Lambat (default)"} {
		header, body := mails.Taken()[i].Parse(t)
		require.Equal(t, says, header.Get("Subject"))
		require.Contains(t, body, made.ID)
	}
	require.NoError(t, w.admin.DeleteAlert(t.Context(), made.ID))
	list, err := w.admin.Alerts(t.Context())
	require.NoError(t, err)
	require.Empty(t, list.Alerts)
}

func TestAlerts_AreMadeOncePerRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	once := request{
		method: "POST", path: "/v1/alerts", key: w.roleKey(api.Operator), body: `{"name": "n", "kind": "no_runner"}`,
		header: map[string]string{api.IdempotencyHeader: "k"},
	}
	var first, second api.Alert
	w.do(once).ok(http.StatusCreated, &first)
	w.do(once).ok(http.StatusCreated, &second)
	require.Equal(t, first.ID, second.ID)
	again := once
	again.header = nil
	w.do(again).refused(http.StatusConflict, "alert_name_taken")
}

func TestAlerts_RefuseWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.admin.CreateAlert(t.Context(), api.AlertRequest{Name: "n", Kind: api.AlertNoRunner})
	require.NoError(t, err)
	of := "/v1/alerts/" + made.ID
	for name, c := range map[string]struct{ method, path, body, code, at string }{
		"nothing":              {"POST", "/v1/alerts", `{}`, "invalid_request", "name"},
		"an unknown kind":      {"POST", "/v1/alerts", `{"name": "x", "kind": "disk"}`, "invalid_request", "kind"},
		"a state of theirs":    {"POST", "/v1/alerts", `{"name": "x", "kind": "no_runner", "state": "ok"}`, "invalid_request", "state"},
		"a huge wait":          {"POST", "/v1/alerts", `{"name": "x", "kind": "no_runner", "for_seconds": 99999999999999999999}`, "invalid_request", "for_seconds"},
		"a negative wait":      {"POST", "/v1/alerts", `{"name": "x", "kind": "no_runner", "for_seconds": -1}`, "invalid_request", "for_seconds"},
		"no operation":         {"POST", "/v1/alerts", `{"name": "x", "kind": "queue_age", "threshold": 1, "operation_code": 150}`, "invalid_request", "operation_code"},
		"null for who is told": {"POST", "/v1/alerts", `{"name": "x", "kind": "no_runner", "notify": {"emails": null}}`, "invalid_request", "notify.emails"},
		"nobody who sends":     {"POST", "/v1/alerts", `{"name": "x", "kind": "no_runner", "notify": {"emails": ["a@example.org"]}}`, "invalid_alert", "notify.emails"},
		"an unknown language":  {"PATCH", of, `{"language": "fr"}`, "invalid_request", "language"},
		"another kind":         {"PATCH", of, `{"kind": "queue_age"}`, "invalid_request", "kind"},
		"another kind's field": {"PATCH", of, `{"min_count": 3}`, "invalid_alert", "min_count"},
		"U+0000":               {"PATCH", of, `{"name": "a\u0000b"}`, "invalid_request", "name"},
		"a label of no name":   {"PATCH", of, `{"labels": {"": "x"}}`, "invalid_alert", "labels."},
		"no UUID":              {"DELETE", "/v1/alerts/7", "", "invalid_request", "path.id"},
	} {
		got := w.do(request{method: c.method, path: c.path, key: w.AdminKey, body: c.body}).refused(http.StatusUnprocessableEntity, c.code)
		require.Contains(t, got.paths(), c.at, name)
	}
}
