package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func newClient(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{Server: server.URL + "/", Credential: "secret"})
	require.NoError(t, err)
	return c
}

func TestNew_RefusesAddressesThatAreNotServers(t *testing.T) {
	t.Parallel()
	for server, code := range map[string]string{
		"":                          "invalid_server",
		"analytics.example.org":     "invalid_server",
		"ftp://example.org":         "invalid_server",
		"http://example.org":        "insecure_http",
		"http://127.0.0.1.evil.org": "insecure_http",
	} {
		_, err := client.New(client.Config{Server: server})
		require.Equalf(t, code, fault.CodeOf(err), "%q", server)
	}
	for _, server := range []string{"https://example.org", "http://localhost:1", "http://[::1]:1", "http://127.0.0.9"} {
		_, err := client.New(client.Config{Server: server})
		require.NoErrorf(t, err, "%q", server)
	}
	_, err := client.New(client.Config{Server: "http://example.org", InsecureHTTP: true})
	require.NoError(t, err)
}

func TestCall_SendsTheCredentialAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.Path != "/v1/claim" || r.URL.Query().Get("wait") != "5" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_ = json.NewEncoder(w).Encode(api.ClaimResponse{Tasks: []api.Assignment{{TaskID: "t", Params: json.RawMessage(`{"n":9007199254740993}`)}}})
	})
	got, err := c.Claim(t.Context(), client.ClaimOptions{Wait: 5 * time.Second, Limit: 2})
	require.NoError(t, err)
	require.JSONEq(t, `{"n":9007199254740993}`, string(got.Tasks[0].Params))
}

func TestCall_ShowsTheObserverTheAnswerAsItCame(t *testing.T) {
	t.Parallel()
	const answer = `{"kind":"key","newer":9007199254740993}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	t.Cleanup(server.Close)
	var seen []byte
	c, err := client.New(client.Config{Server: server.URL, Observe: func(body []byte) { seen = body }})
	require.NoError(t, err)
	who, err := c.WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, "key", who.Kind)
	require.Equal(t, answer, string(seen))
}

func TestCall_TurnsProblemsIntoFaults(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(http.StatusConflict)
		_ = json.NewEncoder(w).Encode(api.Problem{Code: api.CodeLeaseLost, Detail: "another attempt holds it", Errors: []fault.Field{{Path: "attempt", Message: "m"}}})
	})
	_, err := c.Report(t.Context(), api.ResultReport{})
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, fault.Conflict, f.Kind)
	require.Equal(t, api.CodeLeaseLost, f.Code)
	require.Equal(t, "another attempt holds it", f.Message)
	require.Equal(t, "attempt", f.Fields[0].Path)
}

func TestCall_SaysWhenTheOtherSideIsNoDDAPServer(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]fault.Kind{
		http.StatusBadGateway: fault.Unavailable, http.StatusFound: fault.Internal, http.StatusNotFound: fault.NotFound,
	} {
		c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example.org/")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html>"))
		})
		_, err := c.WhoAmI(t.Context())
		require.Equalf(t, kind, fault.KindOf(err), "status %d", status)
		require.True(t, fault.HasCode(err, "not_a_ddap_server"))
	}
}

func TestCall_IsUnavailableWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := client.New(client.Config{Server: server.URL})
	require.NoError(t, err)
	_, err = c.Ready(t.Context())
	require.True(t, fault.Is(err, fault.Unavailable))
	require.True(t, fault.Retryable(err))
}

func TestCall_KeepsTheCallersCancelRecognisable(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a lost client only after the body
		cancel()
		<-r.Context().Done()
	})
	_, err := c.Ping(ctx, api.PingRequest{}, 0)
	require.ErrorIs(t, err, context.Canceled)
}

func TestWaitForResult_AsksAgainUntilTheTaskEnds(t *testing.T) {
	t.Parallel()
	calls := 0
	c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		state := task.Running
		if calls == 3 {
			state = task.Succeeded
		}
		_ = json.NewEncoder(w).Encode(api.ResultView{State: state})
	})
	view, err := c.WaitForResult(t.Context(), "id")
	require.NoError(t, err)
	require.Equal(t, task.Succeeded, view.State)
	require.Equal(t, 3, calls)
}

func TestBatches_AreSentWholeAndAnsweredInTheirOrder(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.Method + " " + r.URL.Path {
		case "POST /v1/tasks":
			assert.Contains(t, string(body), `"tasks":[{"name":"a"`)
			_, _ = w.Write([]byte(`{"tasks":[{"task_id":"1"},{"task_id":"2"}]}`))
		case "POST /v1/results":
			assert.Contains(t, string(body), `"results":[{"task_id":"1"`)
			_, _ = w.Write([]byte(`{"results":[{"ack":{"task_id":"1"}},{"problem":{"code":"lease_lost"}}]}`))
		default:
			w.WriteHeader(http.StatusTeapot)
		}
	})
	created, err := c.CreateTasks(t.Context(), api.TaskBatch{Tasks: []api.TaskRequest{{Name: "a"}, {Name: "b"}}})
	require.NoError(t, err)
	require.Equal(t, "2", created.Tasks[1].TaskID)
	answers, err := c.ReportAll(t.Context(), api.ResultBatch{Results: []api.ResultReport{{TaskID: "1"}, {TaskID: "2"}}})
	require.NoError(t, err)
	require.Equal(t, "1", answers.Results[0].Ack.TaskID)
	require.Equal(t, "lease_lost", answers.Results[1].Problem.Code)
}

func TestArtifact_EscapesNamesAndStreams(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.URL.EscapedPath()))
	})
	var b strings.Builder
	require.NoError(t, c.Artifact(t.Context(), "id", "a/b", &b))
	require.Equal(t, "/v1/tasks/id/artifacts/a%2Fb", b.String())
}
