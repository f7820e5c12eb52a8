package alerts_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/alerts"
	"ddap/server/internal/mail/mailtest"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

// fires makes an alert that has just fired, with an e-mail to each of these.
func (w *world) fires(emails ...string) api.Alert {
	w.t.Helper()
	made := w.alert(api.AlertRequest{Kind: api.AlertNoRunner, Notify: &api.AlertNotify{Emails: emails}, Language: new("id")})
	require.Equal(w.t, api.AlertFiring, w.judge(made.ID, every).State)
	return made
}

func (w *world) send(s *alerts.Service) {
	w.t.Helper()
	require.NoError(w.t, s.Send(w.t.Context()))
}

func TestSend_EachGetsOneOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.db.Exec(t, "UPDATE workspaces SET name = $1 WHERE id = $2", "lab\r\nBcc: eve@example.org", w.operator.WorkspaceID)
	made := w.fires("ann@example.org", "ben@example.org")
	w.send(w.service)
	taken := w.mails.Taken()
	require.Len(t, taken, 2)
	to := map[string]bool{}
	for _, m := range taken {
		to[m.To] = true
		header, body := m.Parse(t)
		require.Equal(t, "[DDAP] Peringatan: watch (lab Bcc: eve@example.org)", header.Get("Subject"))
		require.Empty(t, header.Get("Bcc"))
		require.Equal(t, "<"+m.To+">", header.Get("To"))
		require.Contains(t, body, "Tidak ada runner yang daring.")
		require.Contains(t, body, made.ID)
		require.NotContains(t, body, "\nBcc:")
	}
	require.Len(t, to, 2)
	w.send(w.service)
	require.Len(t, w.mails.Taken(), 2)
	require.Empty(t, w.get(made.ID).MailError)
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM fleet_events WHERE data::text LIKE '%ann@example.org%' OR message LIKE '%ann@example.org%'"), "events name nobody")
}

func TestSend_TriesAgainWhenTheServerIsUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.fires("ann@example.org")
	w.mails.Down()
	w.send(w.service)
	require.Equal(t, 1, w.mailsIn(store.MailPending))
	require.Contains(t, w.get(made.ID).MailError, "refused")
	w.mails.Up()
	w.send(w.service)
	require.Empty(t, w.mails.Taken(), "its pause is not over")
	w.age(time.Minute)
	w.send(w.service)
	require.Len(t, w.mails.Taken(), 1)
	require.Equal(t, 1, w.mailsIn(store.MailSent))
	require.Empty(t, w.get(made.ID).MailError)
}

// TestSend_OneBadAddressHoldsNobodyUp: a temporary answer is tried again, a
// permanent one is given up at once, and a third person gets theirs.
func TestSend_OneBadAddressHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	outcomes := map[string]int{}
	var mu sync.Mutex
	w.service.Observe(alerts.Observer{Mailed: func(outcome string) {
		mu.Lock()
		defer mu.Unlock()
		outcomes[outcome]++
	}})
	w.mails.Judge(func(to string) error {
		switch {
		case strings.HasPrefix(to, "gone"):
			return mailtest.Permanent("user unknown")
		case strings.HasPrefix(to, "grey"):
			return mailtest.Temporary()
		default:
			return nil
		}
	})
	w.fires("gone@example.org", "grey@example.org", "ann@example.org")
	w.send(w.service)
	require.Equal(t, map[string]int{"failed": 1, "retried": 1, "sent": 1}, outcomes)
	require.Equal(t, 1, w.told(api.AlertEventMailFailed))
	require.Equal(t, 1, w.db.Count(t, "SELECT count(*) FROM fleet_events WHERE message LIKE 'Sebuah surel %'"), "in the language of the alert")
	require.Equal(t, 1, w.db.Count(t, `SELECT count(*) FROM audit_log WHERE action = 'alert.mail_give_up' AND actor_kind = 'system'
		AND after->>'recipient' = 'gone@example.org' AND after->>'error' LIKE '%user unknown%'`))
	for range 3 {
		w.age(10 * time.Minute)
		w.send(w.service)
	}
	require.Equal(t, map[string]int{"failed": 1, "retried": 4, "sent": 1}, outcomes)
	w.mails.Judge(nil)
	w.age(time.Hour)
	w.send(w.service)
	require.Equal(t, 2, w.mailsIn(store.MailSent))
	require.Equal(t, 1, w.told(api.AlertEventMailFailed))
}

func TestSend_GivesUpAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.fires("ann@example.org")
	w.mails.Down()
	for range 26 {
		w.send(w.service)
		w.age(time.Hour + 10*time.Minute)
	}
	require.Equal(t, 1, w.mailsIn(store.MailFailed))
	require.Equal(t, 1, w.told(api.AlertEventMailFailed))
	require.NotEmpty(t, w.get(made.ID).MailError)
	w.age(31 * 24 * time.Hour)
	require.NoError(t, w.service.Tidy(t.Context()))
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM alert_mails"))
}

// TestSend_IsTakenOverFromAServerThatDied between sending and noting it: the
// e-mail comes again, under the same id.
func TestSend_IsTakenOverFromAServerThatDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fires("ann@example.org")
	leased, err := w.db.LeaseAlertMails(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, leased, 1)
	other := w.server(w.db.Another(t))
	w.send(other)
	require.Empty(t, w.mails.Taken(), "somebody is at it")
	w.age(2 * time.Minute)
	w.send(other)
	require.Len(t, w.mails.Taken(), 1)
	header, _ := w.mails.Taken()[0].Parse(t)
	require.Equal(t, "<"+leased[0].ID.String()+"@example.org>", header.Get("Message-Id"))
	state, err := w.db.FinishAlertMail(t.Context(), store.AlertMailOutcome{ID: leased[0].ID, Attempt: leased[0].Attempt, Trouble: "late"}, time.Hour)
	require.NoError(t, err)
	require.Empty(t, state, "the one that was late changes nothing")
	require.Equal(t, 1, w.mailsIn(store.MailSent))
}

func TestTidy_GivesUpWhatNoServerSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.fires("ann@example.org")
	silent := alerts.New(w.db.Store, nil, func() {}, slog.New(slog.DiscardHandler))
	require.NoError(t, silent.Tidy(t.Context()))
	require.Equal(t, 1, w.mailsIn(store.MailPending))
	w.age(25 * time.Hour)
	require.NoError(t, silent.Tidy(t.Context()))
	require.Equal(t, 1, w.mailsIn(store.MailFailed))
	require.Equal(t, 1, w.told(api.AlertEventMailFailed))
	require.Contains(t, w.get(made.ID).MailError, "--smtp-url")
	require.NoError(t, silent.Tidy(t.Context()))
	require.Equal(t, 1, w.told(api.AlertEventMailFailed))
}
