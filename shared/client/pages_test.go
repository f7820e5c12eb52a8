package client_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/client"
	"ddap/shared/fault"
)

func TestLists_AreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "b", "b": "c", "c": ""}[r.URL.Query().Get("cursor")]
		_, _ = fmt.Fprintf(w, `{"runners": [{"id": "after %s"}], "next_cursor": %q}`, r.URL.Query().Get("cursor"), next)
	}))
	t.Cleanup(server.Close)
	var seen []byte
	c, err := client.New(client.Config{Server: server.URL, Observe: func(body []byte) { seen = body }})
	require.NoError(t, err)
	list, err := c.Runners(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Runners, 3)
	require.Equal(t, "after c", list.Runners[2].ID)
	require.Empty(t, list.NextCursor)
	for _, id := range []string{"after ", "after b", "after c"} {
		require.Contains(t, string(seen), `"id":"`+id+`"`, "whoever observes is given all of them")
	}
}

func TestLists_ThatNeverEndAreRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"keys": [{"id": "again"}], "next_cursor": "same"}`)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{Server: server.URL})
	require.NoError(t, err)
	_, err = c.Keys(t.Context())
	require.True(t, fault.HasCode(err, "endless_list"), "%v", err)
}
