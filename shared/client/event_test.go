package client_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
)

// A server that cuts every stream after one event.
func TestClient_Events_ComesBackBehindTheLastEvent(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Last-Event-ID") + " " + r.URL.RawQuery + " " + r.Header.Get("Accept")
		n := opened.Add(1)
		_, _ = io.WriteString(w, ": a comment\n\n")
		_, _ = fmt.Fprintf(w, "id: 1-%d-0\nevent: task.created\ndata: {\"id\":\"1-%d-0\",\"type\":\"task.created\"}\n\n", n, n)
	}))
	defer server.Close()
	c, err := client.New(client.Config{Server: server.URL, Credential: "x"})
	require.NoError(t, err)
	var ids []string
	for e, err := range c.Events(t.Context(), "", client.EventFilter{Types: []string{"task"}}) {
		require.NoError(t, err)
		if ids = append(ids, e.ID); len(ids) == 3 {
			break
		}
	}
	require.Equal(t, []string{"1-1-0", "1-2-0", "1-3-0"}, ids)
	for _, want := range []string{"", "1-1-0", "1-2-0"} {
		require.Equal(t, want+" types=task text/event-stream", <-asked)
	}
}

func TestClient_Events_EndsWhereTheServerRefuses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"code": "role_too_weak", "detail": "no"}`)
	}))
	defer server.Close()
	c, err := client.New(client.Config{Server: server.URL, Credential: "x"})
	require.NoError(t, err)
	n := 0
	for e, err := range c.Events(t.Context(), "", client.EventFilter{}) {
		require.Equal(t, api.StreamEvent{}, e)
		require.True(t, fault.Is(err, fault.Forbidden), "got %v", err)
		n++
	}
	require.Equal(t, 1, n)
}
