package webhooks_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/server/internal/webhooks"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// site is a key of a viewer that keeps webhooks by a grant.
func (w *world) site(name string) store.Principal {
	w.t.Helper()
	p := storetest.Key(w.t, w.db, w.admin.WorkspaceID, api.Viewer, name)
	p.Grants = []api.Grant{api.GrantWebhooks}
	return p
}

func (w *world) own(p store.Principal, url string, types ...string) api.Webhook {
	w.t.Helper()
	made, err := w.service.Create(w.t.Context(), p, api.WebhookRequest{Name: p.Name, URL: url, Types: types})
	require.NoError(w.t, err)
	return made
}

// TestOwner_SeesAndChangesItsOwnOnly: whatever a key asks for that is another
// one's, or of before there were owners, does not exist. An admin has all.
func TestOwner_SeesAndChangesItsOwnOnly(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	mine, other := w.site("mine"), w.site("other")
	hook := w.own(mine, r.URL, "*")
	theirs := w.own(other, r.URL, "*")
	admins := w.webhook(r.URL, "*")
	old := w.webhook(r.URL, "*")
	w.db.Exec(t, "UPDATE webhooks SET key_id = NULL WHERE id = $1", old.ID)
	test, err := w.service.Test(t.Context(), w.admin, uuid.MustParse(theirs.ID))
	require.NoError(t, err)

	ctx, name := t.Context(), "changed"
	for what, touch := range map[string]func(id uuid.UUID) error{
		"get": func(id uuid.UUID) error { _, err := w.service.Webhook(ctx, mine, id); return err },
		"change": func(id uuid.UUID) error {
			_, err := w.service.Change(ctx, mine, id, api.WebhookPatch{Name: &name})
			return err
		},
		"rotate":     func(id uuid.UUID) error { _, err := w.service.Rotate(ctx, mine, id, api.WebhookRotation{}); return err },
		"test":       func(id uuid.UUID) error { _, err := w.service.Test(ctx, mine, id); return err },
		"deliveries": func(id uuid.UUID) error { _, err := w.service.Deliveries(ctx, mine, id, "", 0, ""); return err },
		"resend": func(id uuid.UUID) error {
			_, err := w.service.Resend(ctx, mine, id, uuid.MustParse(test.ID))
			return err
		},
		"delete": func(id uuid.UUID) error { return w.service.Delete(ctx, mine, id) },
	} {
		for _, id := range []string{theirs.ID, admins.ID, old.ID} {
			require.Truef(t, fault.HasCode(touch(uuid.MustParse(id)), "webhook_not_found"), "%s", what)
		}
	}
	require.Equal(t, "other", w.get(theirs.ID).Name)
	list, err := w.service.List(ctx, mine)
	require.NoError(t, err)
	require.Len(t, list.Webhooks, 1)
	require.Equal(t, hook.ID, list.Webhooks[0].ID)
	all, err := w.service.List(ctx, w.admin)
	require.NoError(t, err)
	require.Len(t, all.Webhooks, 4)

	// Its own it keeps whole, also through a session-like principal of the key.
	session := store.Principal{Kind: mine.Kind, ID: uuid.New(), KeyID: mine.ID, WorkspaceID: mine.WorkspaceID, Role: api.Viewer}
	changed, err := w.service.Change(ctx, session, uuid.MustParse(hook.ID), api.WebhookPatch{Name: &name})
	require.NoError(t, err)
	require.Equal(t, name, changed.Name)
	_, err = w.service.Test(ctx, mine, uuid.MustParse(hook.ID))
	require.NoError(t, err)
	require.NoError(t, w.service.Delete(ctx, mine, uuid.MustParse(hook.ID)))
}

// TestOwner_IsSentWhatItsRoleReads: every role reads all events of its
// workspace, and none of another one.
func TestOwner_IsSentWhatItsRoleReads(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.own(w.site("site"), r.URL, "*")
	task := storetest.Task(t, w.db, w.admin) // somebody else's
	storetest.Task(t, w.db, storetest.Analyst(t, w.db, storetest.Workspace(t, w.db)))
	w.pass()
	require.Len(t, r.got(), 1)
	require.Equal(t, task.ID.String(), r.got()[0].payload.Data.SubjectID)
}

func TestOwner_MayHaveTenAndMoreAtOnceAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.site("site")
	const tries = 16
	errs := make([]error, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			_, errs[i] = w.service.Create(t.Context(), site, api.WebhookRequest{Name: "n", URL: "https://example.org", Types: []string{"*"}})
		})
	}
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			require.True(t, fault.HasCode(err, "too_many_webhooks"), err)
			require.ErrorContains(t, err, "This key has 10 webhooks")
			refused++
		}
	}
	require.Equal(t, tries-10, refused)
	w.own(w.site("another"), "https://example.org", "*")
}

// TestOwner_StopsWithItsKey: what a key was to be sent ends with it, and what
// was under way goes no further.
func TestOwner_StopsWithItsKey(t *testing.T) {
	t.Parallel()
	for reason, end := range map[string]func(w *world, key store.Principal){
		api.WebhookKeyRevoked: func(w *world, key store.Principal) {
			_, err := w.db.RevokeKey(w.t.Context(), key.WorkspaceID, key.ID)
			require.NoError(w.t, err)
		},
		api.WebhookKeyExpired: func(w *world, key store.Principal) {
			w.db.Exec(w.t, "UPDATE api_keys SET expires_at = now() WHERE id = $1", key.ID)
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w, r, watcher := newWorld(t), newReceiver(t), newReceiver(t)
			site := w.site("site")
			hook := w.own(site, r.URL, "task.created")
			w.webhook(watcher.URL, "webhook")
			storetest.Task(t, w.db, w.admin)
			require.NoError(t, w.service.Follow(t.Context()))
			end(w, site)
			storetest.Task(t, w.db, w.admin)
			w.pass()
			require.Empty(t, r.got(), "nothing is sent from that moment on")

			_, err := w.db.DisableOrphans(t.Context())
			require.NoError(t, err)
			again, err := w.db.DisableOrphans(t.Context())
			require.NoError(t, err)
			require.Zero(t, again)
			disabled := w.get(hook.ID)
			require.False(t, disabled.Enabled)
			require.Equal(t, reason, disabled.DisabledReason)
			w.pass()
			require.Len(t, watcher.got(), 1, "once")
			require.Equal(t, "webhook.disabled", watcher.got()[0].payload.Type)
			require.JSONEq(t, `{"reason": "`+reason+`"}`, string(watcher.got()[0].payload.Data.Data))
			require.Equal(t, 1, w.db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'webhook.disable'"))

			// An admin who enables it takes it over; it is of use again, and not
			// orphaned a second time.
			on := true
			_, err = w.service.Change(t.Context(), w.admin, uuid.MustParse(hook.ID), api.WebhookPatch{Enabled: &on})
			require.NoError(t, err)
			again, err = w.db.DisableOrphans(t.Context())
			require.NoError(t, err)
			require.Zero(t, again)
			storetest.Task(t, w.db, w.admin)
			w.due()
			w.pass()
			require.Len(t, r.got(), 2, "the one that had not ended, and the new one")
			require.Equal(t, 1, w.db.Count(t, "SELECT count(*) FROM webhooks WHERE id = $1 AND key_id = $2", hook.ID, w.admin.ID))
		})
	}
}

// TestOwner_KeepsItsWebhookWhereAnAdminEnablesIt: the key lives.
func TestOwner_KeepsItsWebhookWhereAnAdminEnablesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.site("site")
	hook := w.own(site, "https://example.org", "*")
	for _, enabled := range []bool{false, true} {
		_, err := w.service.Change(t.Context(), w.admin, uuid.MustParse(hook.ID), api.WebhookPatch{Enabled: &enabled})
		require.NoError(t, err)
	}
	_, err := w.service.Webhook(t.Context(), site, uuid.MustParse(hook.ID))
	require.NoError(t, err)
}

// TestFailing_MeansDaysOfFailing: what counts is the time over which attempts
// failed, not the time since the first of them.
func TestFailing_MeansDaysOfFailing(t *testing.T) {
	t.Parallel()
	const day, most = 24 * time.Hour, 23 * time.Hour
	for name, c := range map[string]struct {
		// pauses before each further failure.
		pauses  []time.Duration
		success int // before this failure there was a success; 0 for none
		enabled bool
	}{
		"one failure, and one after quiet days":     {[]time.Duration{6 * day}, 0, true},
		"many failures within hours":                {[]time.Duration{1, 1, 1, 1, 1, 1, 1, 1, time.Hour}, 0, true},
		"five days of failing":                      {[]time.Duration{12 * time.Hour, 12 * time.Hour, most, most, most, most, 5 * time.Hour}, 0, false},
		"as long with a success between":            {[]time.Duration{most, most, most, most, most, time.Hour}, 3, true},
		"days of failing with quiet weeks between":  {[]time.Duration{most, most, most, 14 * day, most, most, 14 * day, 6 * time.Hour}, 0, false},
		"quiet weeks between, and too few failures": {[]time.Duration{14 * day, 14 * day, 14 * day, 14 * day, 14 * day, 14 * day}, 0, true},
		"four days of failing":                      {[]time.Duration{most, most, most, most}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			hook := w.webhook(r.URL, "task.created")
			fail := func(status int) {
				r.answer(status)
				_, err := w.service.Test(t.Context(), w.admin, uuid.MustParse(hook.ID))
				require.NoError(t, err)
				require.NoError(t, w.service.Send(t.Context()))
			}
			fail(500)
			for i, pause := range c.pauses {
				require.True(t, w.get(hook.ID).Enabled, "too early, at %d", i)
				if c.success > 0 && i == c.success {
					fail(200)
					require.Nil(t, w.get(hook.ID).FailingSince)
					continue
				}
				w.db.Exec(t, "UPDATE webhooks SET failing_since = failing_since - make_interval(secs => $1), last_failed_at = last_failed_at - make_interval(secs => $1)", pause.Seconds())
				fail(500)
			}
			require.Equal(t, c.enabled, w.get(hook.ID).Enabled)
		})
	}
}

// TestService_HasFourUnderWayOfAllServers: however many take at once.
func TestService_HasFourUnderWayOfAllServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.webhook("https://example.org", "task.created")
	w.webhook("https://example.com", "task.created")
	for range 30 {
		storetest.Task(t, w.db, w.admin)
	}
	require.NoError(t, w.service.Follow(t.Context()))
	const servers = 6
	taken := make([][]store.DueDelivery, servers)
	var wg sync.WaitGroup
	for i := range servers {
		s := w.db.Another(t)
		wg.Go(func() {
			for range 5 {
				due, err := s.LeaseDeliveries(t.Context(), 64, 4, time.Minute)
				if err != nil {
					t.Error(err)
				}
				taken[i] = append(taken[i], due...)
			}
		})
	}
	wg.Wait()
	of := map[uuid.UUID]int{}
	for _, due := range taken {
		for _, d := range due {
			of[d.WebhookID]++
		}
	}
	require.Len(t, of, 2)
	for _, n := range of {
		require.Equal(t, 4, n)
	}
}

// TestService_SendsOnNews: with looks an hour apart, only news can have sent it.
func TestService_SendsOnNews(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	news := make(chan struct{}, 1)
	s := newService(w.db.Another(t), func(set *webhooks.Settings) { set.News, set.Pause = news, 24*time.Hour })
	ran := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ran <- s.Run(ctx) }()
	// There is none yet: making one is what the following is told of.
	_, err := s.Create(t.Context(), w.admin, api.WebhookRequest{Name: "n", URL: r.URL, Types: []string{"task.created"}})
	require.NoError(t, err)
	for i := range 5 {
		storetest.Task(t, w.db, w.admin)
		w.db.Settle(t)
		news <- struct{}{}
		require.Eventually(t, func() bool { return len(r.got()) == i+1 }, patience, glimpse)
	}
	stop()
	require.NoError(t, <-ran)
}
