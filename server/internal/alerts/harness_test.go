package alerts_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/alerts"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/mail"
	"ddap/server/internal/mail/mailtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// every is how often an alert is judged here; age lets that time pass.
const every = 10 * time.Second

// world is a workspace with a mail server and a service.
type world struct {
	t        *testing.T
	db       *storetest.DB
	operator store.Principal
	mails    *mailtest.Server
	service  *alerts.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := storetest.Open(t)
	w := &world{t: t, db: db, operator: storetest.Key(t, db, storetest.Workspace(t, db), api.Operator, "Ops"), mails: mailtest.Start(t, mailtest.Options{})}
	w.service = w.server(db.Store)
	w.serving()
	return w
}

// server is one more server on the same database.
func (w *world) server(s *pgstore.Store) *alerts.Service {
	post := mail.New(mail.Settings{Host: w.mails.Host, Port: w.mails.Port, StartTLS: mail.Never, From: "ddap@example.org"})
	return alerts.New(s, post, func() {}, slog.New(slog.DiscardHandler))
}

// serving stamps that a server is up, as every server does each second.
func (w *world) serving() {
	w.t.Helper()
	_, err := w.db.TakeBack(w.t.Context())
	require.NoError(w.t, err)
}

// alert makes one that turns at once in both directions, unless changed.
func (w *world) alert(req api.AlertRequest) api.Alert {
	w.t.Helper()
	if req.Name == "" {
		req.Name = "watch"
	}
	if req.ForSeconds == nil {
		req.ForSeconds = new(0)
	}
	if req.ResolveSeconds == nil {
		req.ResolveSeconds = new(0)
	}
	made, err := w.service.Create(w.t.Context(), w.operator, req)
	require.NoError(w.t, err)
	return made
}

func (w *world) get(id string) api.Alert {
	w.t.Helper()
	found, err := w.service.Alert(w.t.Context(), w.operator, uuid.MustParse(id))
	require.NoError(w.t, err)
	return found
}

// age lets d pass for every alert and e-mail.
func (w *world) age(d time.Duration) {
	w.t.Helper()
	interval := fmt.Sprintf("%f seconds", d.Seconds())
	w.db.Exec(w.t, `UPDATE alerts SET evaluated_at = evaluated_at - $1::interval, pending_since = pending_since - $1::interval,
		notified_at = notified_at - $1::interval, state_since = state_since - $1::interval`, interval)
	w.db.Exec(w.t, "UPDATE alert_mails SET next_at = next_at - $1::interval, lease_until = lease_until - $1::interval, created_at = created_at - $1::interval", interval)
	w.db.Exec(w.t, "UPDATE outages SET began_at = began_at - $1::interval, ended_at = ended_at - $1::interval", interval)
}

// judge lets d pass, judges, and gives the state of an alert.
func (w *world) judge(id string, d time.Duration) api.Alert {
	w.t.Helper()
	w.age(d)
	w.serving()
	require.NoError(w.t, w.service.Judge(w.t.Context(), every))
	return w.get(id)
}

// away lets every runner be gone; here lets them come back.
func (w *world) away() {
	w.db.Exec(w.t, "UPDATE runners SET last_seen_at = now() - interval '10 minutes'")
}
func (w *world) here() { w.db.Exec(w.t, "UPDATE runners SET last_seen_at = now()") }

// told counts the events of a type.
func (w *world) told(eventType string) int {
	w.t.Helper()
	return w.db.Count(w.t, "SELECT count(*) FROM fleet_events WHERE type = $1", eventType)
}

func (w *world) mailsIn(state string) int {
	w.t.Helper()
	return w.db.Count(w.t, "SELECT count(*) FROM alert_mails WHERE state = $1", state)
}
