package httpapi_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/api"
)

const (
	aPipeline = `{"name": "p", "tasks": [{"ref": "a", "operation_code": 100, "params": {"source": {"dataset": "birds"}}}]}`
	aBatch    = `{"tasks": [` + fetchBirds + `, ` + fetchBirds + `]}`
)

// once sends a creating request with a key.
func (w *world) once(key, path, body, idempotencyKey string, header ...string) *response {
	w.t.Helper()
	r := request{method: "POST", path: path, key: key, body: body, header: map[string]string{api.IdempotencyHeader: idempotencyKey}}
	for i := 0; i+1 < len(header); i += 2 {
		r.header[header[i]] = header[i+1]
	}
	return w.do(r)
}

func (w *world) count(table string) int {
	w.t.Helper()
	return storetest.Attach(w.t, w.DatabaseURL).Count(w.t, "SELECT count(*) FROM "+table)
}

func (w *world) exec(statement string, args ...any) int64 {
	w.t.Helper()
	return storetest.Attach(w.t, w.DatabaseURL).Exec(w.t, statement, args...)
}

func TestOnce_ARepeatedRequestGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	w.task(w.AdminKey)
	var pipeline api.Pipeline
	w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, &pipeline)
	w.do(request{method: "POST", path: "/v1/pipelines/" + pipeline.ID + "/cancel", key: w.AdminKey}).ok(http.StatusOK, nil)
	done := w.task(w.AdminKey)
	w.do(request{method: "POST", path: "/v1/tasks/" + done + "/cancel", key: w.AdminKey}).ok(http.StatusOK, nil)
	for path, body := range map[string]string{
		"/v1/task": fetchBirds, "/v1/tasks": aBatch, "/v1/pipelines": aPipeline,
		"/v1/pipelines/" + pipeline.ID + "/retry": "", "/v1/tasks/" + done + "/retry": "", "/v1/tasks/" + done + "/clone": "",
	} {
		first := w.once(w.AdminKey, path, body, "k")
		first.ok(http.StatusCreated, nil)
		require.Empty(t, first.header.Get(api.ReplayedHeader))
		tasks := w.count("tasks")
		again := w.once(w.AdminKey, path, body, "k")
		again.ok(http.StatusCreated, nil)
		require.Equal(t, string(first.body), string(again.body), path)
		require.Equal(t, first.header.Get("Content-Type"), again.header.Get("Content-Type"))
		require.Equal(t, "true", again.header.Get(api.ReplayedHeader), path)
		require.Equal(t, tasks, w.count("tasks"), path)

		// A server that died between the commit and the answer leaves this.
		require.NotZero(t, w.exec("UPDATE idempotency_keys SET status = NULL, body = NULL"))
		retold := w.once(w.AdminKey, path, body, "k")
		retold.ok(http.StatusCreated, nil)
		require.JSONEq(t, string(first.body), string(retold.body), path)
		require.Equal(t, tasks, w.count("tasks"), path)
		w.exec("DELETE FROM idempotency_keys")
	}
}

func TestOnce_TheFoundingRouteIsTheSameAtTheRoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	first := w.once(w.AdminKey, "/v1/task", fetchBirds, "k")
	require.Equal(t, string(first.body), string(w.once(w.AdminKey, "/task", fetchBirds, "k").body))
}

func TestOnce_AKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	other := strings.Replace(fetchBirds, "look", "look again", 1)
	w.once(w.AdminKey, "/v1/task", fetchBirds, "k").ok(http.StatusCreated, nil)
	refused := w.once(w.AdminKey, "/v1/task", other, "k").refused(http.StatusUnprocessableEntity, api.CodeKeyReused)
	require.Equal(t, []string{"header.Idempotency-Key"}, refused.paths())

	// Other routes, credentials and people have keys of their own.
	delegate := w.key(func(r *api.KeyRequest) { r.Role, r.Delegate = api.Analyst, true })
	w.once(w.AdminKey, "/v1/pipelines", aPipeline, "k").ok(http.StatusCreated, nil)
	w.once(delegate, "/v1/task", fetchBirds, "k").ok(http.StatusCreated, nil)
	w.once(delegate, "/v1/task", other, "k", api.ActingUserHeader, "7;Sari").ok(http.StatusCreated, nil)
	w.once(delegate, "/v1/task", other, "k", api.ActingUserHeader, "8;Budi").ok(http.StatusCreated, nil)
	require.Equal(t, 5, w.count("tasks"))

	// After a day it is as good as new.
	require.NotZero(t, w.exec("UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'"))
	w.once(w.AdminKey, "/v1/task", other, "k").ok(http.StatusCreated, nil)
	require.Equal(t, 6, w.count("tasks"))
}

func TestOnce_SecretsAreShownOnceAndNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var key api.Key
	w.once(w.AdminKey, "/v1/keys", `{"name": "x", "role": "viewer"}`, "k").ok(http.StatusCreated, &key)
	var enrolment api.Enrollment
	w.once(w.AdminKey, "/v1/enrollments", `{}`, "k").ok(http.StatusCreated, &enrolment)
	keys, enrolments := w.count("api_keys"), w.count("enrollments")
	for _, crashed := range []bool{false, true} {
		again := w.once(w.AdminKey, "/v1/keys", `{"name": "x", "role": "viewer"}`, "k")
		again.refused(http.StatusConflict, api.CodeSecretAlreadyShown)
		w.once(w.AdminKey, "/v1/enrollments", `{}`, "k").refused(http.StatusConflict, api.CodeSecretAlreadyShown)
		w.once(w.AdminKey, "/v1/keys", `{"name": "y", "role": "viewer"}`, "k").refused(http.StatusUnprocessableEntity, api.CodeKeyReused)
		if !crashed {
			w.exec("UPDATE idempotency_keys SET claimed_until = now() - interval '1 hour'")
		}
	}
	require.Equal(t, keys, w.count("api_keys"))
	require.Equal(t, enrolments, w.count("enrollments"))
	for _, secret := range []string{key.Key, enrolment.Token} {
		require.Zero(t, storetest.Attach(t, w.DatabaseURL).Count(t,
			"SELECT count(*) FROM idempotency_keys WHERE convert_from(coalesce(body, ''), 'UTF8') LIKE '%' || $1 || '%'", secret))
	}
	// What the request itself says wrong is kept as for any other route.
	w.once(w.AdminKey, "/v1/keys", `{"name": "x", "role": "king"}`, "wrong").refused(http.StatusUnprocessableEntity, "invalid_request")
	replayed := w.once(w.AdminKey, "/v1/keys", `{"name": "x", "role": "king"}`, "wrong").refused(http.StatusUnprocessableEntity, "invalid_request")
	require.Equal(t, "true", replayed.header.Get(api.ReplayedHeader))
}

func TestOnce_OnlyFinalAnswersAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.once(w.AdminKey, "/v1/task", `{"name": "x"`, "broken").refused(http.StatusBadRequest, "malformed_json")
	require.Equal(t, "true", w.once(w.AdminKey, "/v1/task", `{"name": "x"`, "broken").header.Get(api.ReplayedHeader))
	w.once(w.AdminKey, "/v1/task", fetchBirds, "k").refused(http.StatusUnprocessableEntity, api.CodeUnknownDataset)
	w.runner()
	w.once(w.AdminKey, "/v1/task", fetchBirds, "k").ok(http.StatusCreated, nil)
	w.once(w.AdminKey, "/v1/tasks/"+uuid.NewString()+"/clone", "", "k").refused(http.StatusNotFound, "task_not_found")
	require.Equal(t, 2, w.count("idempotency_keys"))
}

func TestOnce_RefusesKeysThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	for _, key := range []string{"", strings.Repeat("k", 256), "tab\tin it", "schlüssel"} {
		got := w.once(w.AdminKey, "/v1/task", fetchBirds, key).refused(http.StatusUnprocessableEntity, "invalid_request")
		require.Equal(t, []string{"header.Idempotency-Key"}, got.paths())
	}
	require.Zero(t, w.count("tasks"))
	w.once(w.AdminKey, "/v1/task", fetchBirds, strings.Repeat("k", 255)).ok(http.StatusCreated, nil)
}

func TestOnce_ARequestUnderWayIsToldApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	w.once(w.AdminKey, "/v1/task", fetchBirds, "k").ok(http.StatusCreated, nil)
	// As the row is while the first request runs.
	w.exec("UPDATE idempotency_keys SET status = NULL, body = NULL, performed_at = NULL")
	got := w.once(w.AdminKey, "/v1/task", fetchBirds, "k").refused(http.StatusConflict, api.CodeKeyInFlight)
	require.Equal(t, "1", got.header.Get("Retry-After"))
	// As it is after the server died in the middle of it.
	w.exec("UPDATE idempotency_keys SET claimed_until = now() - interval '1 second'")
	w.once(w.AdminKey, "/v1/task", fetchBirds, "k").ok(http.StatusCreated, nil)
	require.Equal(t, 2, w.count("tasks"), "the first one is this test's, the second is new")
}

// TestOnce_AcrossServers sends the same request to three servers at once, from
// many clients, each until it has an answer.
func TestOnce_AcrossServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	worlds := []*world{w}
	for range 2 {
		worlds = append(worlds, &world{Server: apptest.Start(t, func(c *config.Config) {
			c.DatabaseURL, c.AdminKey = w.DatabaseURL, w.AdminKey
		}), t: t, admin: w.admin})
	}
	const clients = 12
	bodies := make([]string, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for {
				got := worlds[i%len(worlds)].once(w.AdminKey, "/v1/tasks", aBatch, "k")
				if got.status == http.StatusConflict && got.problem.Code == api.CodeKeyInFlight {
					continue
				}
				if got.status == http.StatusCreated {
					bodies[i] = string(got.body)
				}
				return
			}
		})
	}
	wg.Wait()
	for _, body := range bodies {
		require.NotEmpty(t, body)
		require.Equal(t, bodies[0], body)
	}
	require.Equal(t, 2, w.count("tasks"))
}
