package webhooks_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/api"
	"ddap/shared/fault"
)

func TestService_SendsWhatIsAskedForAndSignsIt(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	storetest.Task(t, w.db, w.admin) // before the webhook was there
	hook := w.webhook(r.URL+"/in?a=b", "task.created", "runner")
	require.Regexp(t, `^whsec_[A-Za-z0-9+/]{43}=$`, hook.Secret)
	require.Empty(t, w.get(hook.ID).Secret, "it is shown once")
	person := w.admin
	person.ActingUser = "7;Ann Lee"
	task := storetest.Task(t, w.db, person) // created and queued
	storetest.Runner(t, w.db, w.admin.WorkspaceID)
	_, err := w.db.ReportPresence(t.Context())
	require.NoError(t, err)
	storetest.Task(t, w.db, storetest.Analyst(t, w.db, storetest.Workspace(t, w.db))) // another workspace's

	w.pass()
	w.pass()
	got := r.got()
	require.Len(t, got, 2)
	types := map[string]message{}
	for _, m := range got {
		require.True(t, m.signedWith(hook.Secret))
		require.False(t, m.signedWith("whsec_bm9uZQ=="))
		at, err := strconv.ParseInt(m.timestamp, 10, 64)
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), time.Unix(at, 0), time.Minute)
		types[m.payload.Type] = m
	}
	require.Equal(t, task.ID.String(), types["task.created"].payload.Data.SubjectID)
	require.Equal(t, w.admin.ID.String()+";7", types["task.created"].payload.Data.Creator)
	require.Contains(t, types, "runner.online")
	require.Empty(t, types["runner.online"].payload.Data.Creator)
	for _, d := range w.deliveries(hook.ID) {
		require.Equal(t, api.DeliverySucceeded, d.State)
		require.Equal(t, http.StatusNoContent, d.Status)
		require.Len(t, d.Log, 1)
		require.Equal(t, []byte(d.Body), types[d.EventType].body, "the log has what was sent")
		require.Equal(t, d.ID, types[d.EventType].id)
	}
}

func TestService_MakesEachDeliveryOnceOnSeveralServers(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "task.created")
	const tasks = 30
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 3)
	for range 3 {
		s := newService(w.db.Another(t))
		go func() { done <- s.Run(ctx) }()
	}
	for range tasks {
		storetest.Task(t, w.db, w.admin)
	}
	require.Eventually(t, func() bool {
		return w.db.Count(t, "SELECT count(*) FROM webhook_deliveries WHERE state = 'succeeded'") == tasks
	}, patience, glimpse)
	stop()
	for range 3 {
		require.NoError(t, <-done)
	}
	seen := map[string]bool{}
	for _, m := range r.got() {
		require.Falsef(t, seen[m.id], "%s came twice", m.id)
		seen[m.id] = true
	}
	require.Len(t, seen, tasks)
	require.Equal(t, tasks, w.db.Count(t, "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1", hook.ID))
}

// A server dies between taking a delivery and keeping how it went.
func TestService_TakesOverWhatAKilledServerHeld(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "task.created")
	storetest.Task(t, w.db, w.admin)
	require.NoError(t, w.service.Follow(t.Context()))
	held, err := w.db.LeaseDeliveries(t.Context(), 10, 4, time.Minute)
	require.NoError(t, err)
	require.Len(t, held, 1)
	w.pass()
	require.Empty(t, r.got(), "its lease holds")
	w.db.Exec(t, "UPDATE webhook_deliveries SET lease_until = now() - interval '1 second'")
	w.pass()
	require.Len(t, r.got(), 1)
	d := w.deliveries(hook.ID)[0]
	require.Equal(t, api.DeliverySucceeded, d.State)
	require.Equal(t, 2, d.Attempts)
}

func TestService_TriesAgainThenGivesUp(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	r.answer(http.StatusInternalServerError)
	hook := w.webhook(r.URL, "task.created")
	storetest.Task(t, w.db, w.admin)
	w.pass()
	w.pass() // not due yet
	d := w.deliveries(hook.ID)[0]
	require.Equal(t, api.DeliveryPending, d.State)
	require.Equal(t, 1, d.Attempts)
	require.Equal(t, "it answered 500 Internal Server Error", d.Error)
	require.True(t, strings.HasPrefix(d.Answer, "I say\uFFFD\uFFFD x"), d.Answer[:20])
	require.LessOrEqual(t, len(d.Answer), 1100)
	require.WithinDuration(t, time.Now().Add(10*time.Second), *d.NextAt, 5*time.Second)
	require.NotNil(t, w.get(hook.ID).FailingSince)

	w.due()
	w.pass()
	require.WithinDuration(t, time.Now().Add(30*time.Second), *w.deliveries(hook.ID)[0].NextAt, 8*time.Second)
	w.db.Exec(t, "UPDATE webhook_deliveries SET series_at = now() - interval '3 days'")
	w.due()
	w.pass()
	d = w.deliveries(hook.ID)[0]
	require.Equal(t, api.DeliveryFailed, d.State)
	require.Nil(t, d.NextAt)
	require.Len(t, d.Log, 3)
	require.Len(t, r.got(), 3)
	require.True(t, w.get(hook.ID).Enabled)

	r.answer(http.StatusOK)
	again, err := w.service.Resend(t.Context(), w.admin, uuid.MustParse(hook.ID), uuid.MustParse(d.ID))
	require.NoError(t, err)
	require.Equal(t, api.DeliveryPending, again.State)
	_, err = w.service.Resend(t.Context(), w.admin, uuid.MustParse(hook.ID), uuid.MustParse(d.ID))
	require.True(t, fault.HasCode(err, "delivery_pending"), err)
	w.pass()
	require.Equal(t, api.DeliverySucceeded, w.deliveries(hook.ID)[0].State)
	require.Equal(t, r.got()[0].id, r.got()[3].id, "the receiver knows it by its id")
	require.Nil(t, w.get(hook.ID).FailingSince)
}

func TestService_DisablesWhoWantsNoMoreOrNeverAnswers(t *testing.T) {
	t.Parallel()
	for reason, status := range map[string]int{api.WebhookGone: http.StatusGone, api.WebhookFailing: http.StatusBadGateway} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w, r, other := newWorld(t), newReceiver(t), newReceiver(t)
			r.answer(status)
			hook := w.webhook(r.URL, "task.created")
			w.webhook(other.URL, "webhook")
			storetest.Task(t, w.db, w.admin)
			w.db.Exec(t, "UPDATE webhooks SET failing_since = now() - interval '6 days', failing_for = '6 days', failures = 20, last_failed_at = now() WHERE id = $1 AND $2", hook.ID, reason == api.WebhookFailing)
			w.pass()
			disabled := w.get(hook.ID)
			require.False(t, disabled.Enabled)
			require.Equal(t, reason, disabled.DisabledReason)
			w.pass()
			require.Len(t, other.got(), 1, "the feed says so")
			require.Equal(t, "webhook.disabled", other.got()[0].payload.Type)
			require.Equal(t, hook.ID, other.got()[0].payload.Data.SubjectID)
			require.Equal(t, 1, w.db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'webhook.disable' AND actor_kind = 'system'"))

			_, err := w.service.Test(t.Context(), w.admin, uuid.MustParse(hook.ID))
			require.True(t, fault.HasCode(err, "webhook_disabled"), err)
			storetest.Task(t, w.db, w.admin) // nobody hears of this one
			on := true
			_, err = w.service.Change(t.Context(), w.admin, uuid.MustParse(hook.ID), api.WebhookPatch{Enabled: &on})
			require.NoError(t, err)
			r.answer(http.StatusOK)
			storetest.Task(t, w.db, w.admin)
			w.due()
			w.pass()
			created := w.db.Count(t, "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1", hook.ID)
			require.Equal(t, 2, created)
		})
	}
}

func TestService_SignsWithBothSecretsWhileOneIsReplaced(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "*")
	id := uuid.MustParse(hook.ID)
	renewed, err := w.service.Rotate(t.Context(), w.admin, id, api.WebhookRotation{})
	require.NoError(t, err)
	require.NotEqual(t, hook.Secret, renewed.Secret)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), *renewed.FormerSecretUntil, time.Minute)
	send := func() message {
		_, err := w.service.Test(t.Context(), w.admin, id)
		require.NoError(t, err)
		require.NoError(t, w.service.Send(t.Context()))
		all := r.got()
		return all[len(all)-1]
	}
	m := send()
	require.Equal(t, api.WebhookTest, m.payload.Type)
	require.True(t, m.signedWith(hook.Secret) && m.signedWith(renewed.Secret))
	w.db.Exec(t, "UPDATE webhooks SET former_until = now()")
	m = send()
	require.True(t, !m.signedWith(hook.Secret) && m.signedWith(renewed.Secret))
	none := 0
	last, err := w.service.Rotate(t.Context(), w.admin, id, api.WebhookRotation{OverlapSeconds: &none})
	require.NoError(t, err)
	m = send()
	require.True(t, !m.signedWith(renewed.Secret) && m.signedWith(last.Secret))
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM audit_log WHERE audit_log::text LIKE '%whsec_%'"))
}

// A receiver that never answers has four requests of this server, and the
// others get theirs meanwhile.
func TestService_LetsASlowReceiverHoldUpNobody(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	entered, leave := make(chan struct{}, 100), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(leave) })
	w.webhook(slow.URL, "task.created")
	w.webhook(r.URL, "task.created")
	for range 20 {
		storetest.Task(t, w.db, w.admin)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.service.Run(ctx) }()
	require.Eventually(t, func() bool { return len(r.got()) == 20 }, patience, glimpse)
	require.LessOrEqual(t, len(entered), 4)
	stop()
	require.NoError(t, <-ran)
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM webhook_deliveries WHERE error <> ''"), "a stop is no failure of the receiver")
}

func TestService_FollowsNoRedirectAndDialsNothingPrivate(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	r.answer(http.StatusFound)
	hook := w.webhook(r.URL, "task.created")
	storetest.Task(t, w.db, w.admin)
	w.pass()
	d := w.deliveries(hook.ID)[0]
	require.Contains(t, d.Error, "redirects are not followed")
	require.Len(t, r.got(), 1)

	// A name that leads to this machine, on a server that allows nothing: as
	// text it looks like any other, so only the dialing can tell.
	secured := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secured.Close)
	strict := w.strict()
	address := strings.Replace(secured.URL, "127.0.0.1", "localhost", 1)
	made, err := strict.Create(t.Context(), w.admin, api.WebhookRequest{Name: "in", URL: address, Types: []string{"*"}})
	require.NoError(t, err)
	_, err = strict.Test(t.Context(), w.admin, uuid.MustParse(made.ID))
	require.NoError(t, err)
	require.NoError(t, strict.Send(t.Context()))
	d = w.deliveries(made.ID)[0]
	require.Zero(t, d.Status)
	require.Contains(t, d.Error, "does not allow it")
}

func TestService_RefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strict := w.strict()
	good := api.WebhookRequest{Name: "n", URL: "https://example.org/hook", Types: []string{"*"}}
	for name, c := range map[string]struct {
		change func(*api.WebhookRequest)
		path   string
		says   string
	}{
		"no name":         {func(r *api.WebhookRequest) { r.Name = " " }, "name", "character"},
		"no TLS":          {func(r *api.WebhookRequest) { r.URL = "http://example.org" }, "url", "https://"},
		"another scheme":  {func(r *api.WebhookRequest) { r.URL = "ftp://example.org" }, "url", "https://"},
		"no host":         {func(r *api.WebhookRequest) { r.URL = "https:///x" }, "url", "address"},
		"a password":      {func(r *api.WebhookRequest) { r.URL = "https://a:b@example.org" }, "url", "password"},
		"a line break":    {func(r *api.WebhookRequest) { r.URL = "https://example.org/\nx" }, "url", "address"},
		"this machine":    {func(r *api.WebhookRequest) { r.URL = "https://127.0.0.1" }, "url", "private"},
		"metadata":        {func(r *api.WebhookRequest) { r.URL = "https://169.254.169.254/latest" }, "url", "private"},
		"IPv4 in IPv6":    {func(r *api.WebhookRequest) { r.URL = "https://[::ffff:10.0.0.1]/" }, "url", "private"},
		"no type":         {func(r *api.WebhookRequest) { r.Types = []string{"task.", "*"} }, "types[0]", "subject"},
		"no such subject": {func(r *api.WebhookRequest) { r.Types = []string{"runner", "alerts"} }, "types[1]", `did you mean "alert"?`},
		"no such alert":   {func(r *api.WebhookRequest) { r.Types = []string{"alert", "alert.firing", "alert.resolveed"} }, "types[2]", `did you mean "alert.resolved"?`},
		"a mistyped type": {func(r *api.WebhookRequest) { r.Types = []string{"*", "task.suceeded"} }, "types[1]", `did you mean "task.succeeded"?`},
	} {
		req := good
		c.change(&req)
		_, err := strict.Create(t.Context(), w.admin, req)
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		require.Equal(t, fault.Invalid, f.Kind, name)
		require.Equal(t, c.path, f.Fields[0].Path, name)
		require.Contains(t, f.Fields[0].Message, c.says, name)
	}
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM webhooks"))
	for i := range 50 {
		_, err := strict.Create(t.Context(), w.admin, good)
		require.NoError(t, err, i)
	}
	_, err := strict.Create(t.Context(), w.admin, good)
	require.True(t, fault.HasCode(err, "too_many_webhooks"), err)
}

func TestService_GoesOnAfterARestore(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "task.created")
	fresh := newReceiver(t)
	idle := w.webhook(fresh.URL, "task.created") // its cursor stands at the head still
	storetest.Task(t, w.db, w.admin)
	w.db.Exec(t, "UPDATE webhooks SET enabled = false, disabled_at = now() WHERE id = $1", idle.ID)
	w.pass()
	w.db.Exec(t, "UPDATE webhooks SET enabled = true, disabled_at = NULL WHERE id = $1", idle.ID)
	storetest.Task(t, w.db, w.admin)
	// What pgstore.FinishRestore does to the numbers of transactions.
	w.db.Exec(t, "UPDATE cluster SET epoch = epoch + 1")
	for _, column := range []string{"task_events SET xid", "fleet_events SET xid", "webhooks SET cursor_xid", "workspaces SET feed_floor"} {
		w.db.Exec(t, "UPDATE "+column+" = '0'")
	}
	for range 3 {
		w.pass()
	}
	require.Len(t, r.got(), 2, "one of before and one of after, each once")
	require.Len(t, fresh.got(), 2)
	require.Equal(t, 4, w.db.Count(t, "SELECT count(*) FROM webhook_deliveries WHERE webhook_id IN ($1, $2)", hook.ID, idle.ID))
}

func TestService_GoesOnWhereTheFeedBeginsByNow(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.webhook(r.URL, "runner", "task.created")
	storetest.Runner(t, w.db, w.admin.WorkspaceID)
	_, err := w.db.ReportPresence(t.Context())
	require.NoError(t, err)
	w.db.Exec(t, "UPDATE fleet_events SET at = now() - interval '40 days'")
	_, err = w.db.ForgetEvents(t.Context(), 30*24*time.Hour, 10)
	require.NoError(t, err)
	storetest.Task(t, w.db, w.admin)
	for range 3 {
		w.pass()
	}
	require.Len(t, r.got(), 1)
	require.Equal(t, "task.created", r.got()[0].payload.Type)
}

func TestService_ForgetsOldDeliveriesAndPagesTheOthers(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "task.created")
	id := uuid.MustParse(hook.ID)
	for range 5 {
		storetest.Task(t, w.db, w.admin)
	}
	w.pass()
	var seen []string
	for cursor, page := "", 0; page < 3; page++ {
		list, err := w.service.Deliveries(t.Context(), w.admin, id, "", 2, cursor)
		require.NoError(t, err)
		for _, d := range list.Deliveries {
			seen = append(seen, d.ID)
		}
		cursor = list.NextCursor
	}
	require.Len(t, seen, 5)
	_, err := w.service.Deliveries(t.Context(), w.admin, id, "", 2, "nonsense")
	require.True(t, fault.Is(err, fault.Invalid), err)
	w.db.Exec(t, "UPDATE webhook_deliveries SET created_at = now() - interval '31 days' WHERE id = $1", seen[4])
	require.NoError(t, w.service.Forget(t.Context()))
	require.Len(t, w.deliveries(hook.ID), 4)
	require.NoError(t, w.service.Delete(t.Context(), w.admin, id))
	require.Zero(t, w.db.Count(t, "SELECT count(*) FROM webhook_deliveries"))
}

func TestService_ShowsNoSecretInAnyAnswer(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL, "*")
	id := uuid.MustParse(hook.ID)
	test, err := w.service.Test(t.Context(), w.admin, id)
	require.NoError(t, err)
	list, err := w.service.List(t.Context(), w.admin)
	require.NoError(t, err)
	for _, answer := range []any{w.get(hook.ID), test, list, w.deliveries(hook.ID)} {
		raw, err := json.Marshal(answer)
		require.NoError(t, err)
		require.NotContainsf(t, string(raw), "whsec_", "%T", answer)
	}
}
