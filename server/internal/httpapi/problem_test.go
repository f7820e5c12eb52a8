package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/origin"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// TestProblem_OfAPanicTellsOperatorsOnly: a server without services panics at
// the first credential.
func TestProblem_OfAPanicTellsOperatorsOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := New(Services{}, origin.Log(slog.New(slog.NewTextHandler(&log, nil))))
	req := httptest.NewRequest(http.MethodGet, "/v1/whoami", nil)
	req.Header.Set("Authorization", "Bearer ddap_key_0352JZ9lv145H7fkYCVonL_7WUzXv5eNK5F2xjl1zeFsDROsRdjIsIZBK6ENlVqw6N2fk6By")
	resp, err := s.app.Test(req, int(time.Minute/time.Millisecond))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, resp.StatusCode)
	var p api.Problem
	require.NoError(t, json.Unmarshal(body, &p))
	require.Equal(t, "internal", p.Code)
	require.Contains(t, log.String(), p.RequestID)
	require.Contains(t, log.String(), "nil pointer")
	require.Contains(t, log.String(), "gate.go", "the log says where")
	require.NotContains(t, string(body), "nil pointer")
	require.NotContains(t, log.String(), "7WUzXv5eNK5F2xjl1zeF", "secrets are never logged")
}

func TestProblemOf_TellsPeopleWhatTheyCanUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		detail string
	}{
		"fault":            {fault.New("op", fault.Conflict, "lease_lost", "it is not yours"), 409, "lease_lost", "It is not yours."},
		"wrapped fault":    {fmt.Errorf("do: %w", fault.New("op", fault.NotFound, "task_not_found", "no task")), 404, "task_not_found", "No task."},
		"without code":     {&fault.Error{Kind: fault.Gone}, 410, "gone", "Gone"},
		"unknown error":    {errors.New("password is hidden"), 500, "internal", "Something went wrong on the server. Its log says more under this request_id."},
		"internal fault":   {fault.New("op", fault.Internal, "secret_code", "host db-7 is away"), 500, "internal", "Something went wrong on the server. Its log says more under this request_id."},
		"database is away": {fault.E("pgstore.X", fault.Unavailable, errors.New("dial tcp 10.0.0.7")), 503, "unavailable", "The server cannot answer right now. Try again in a moment."},
	} {
		p := problemOf(t.Context(), slog.New(slog.DiscardHandler), c.err)
		require.Equal(t, c.status, p.Status, name)
		require.Equal(t, c.code, p.Code, name)
		require.Equal(t, c.detail, p.Detail, name)
	}
	require.Equal(t, retryAfterSeconds, newProblem(http.StatusServiceUnavailable, "", "").GetHeaders().Get("Retry-After"))
	require.Contains(t, newProblem(http.StatusUnauthorized, "", "").GetHeaders().Get("WWW-Authenticate"), "Bearer")
}

// TestProblem_StaysShort whatever the request was.
func TestProblem_StaysShort(t *testing.T) {
	t.Parallel()
	s := bare()
	var tree strings.Builder
	tree.WriteString(`{"name": "x", "operation_code": 100, "params": {}`)
	for i := range 100_000 {
		fmt.Fprintf(&tree, `, "field%d": 1`, i)
	}
	fmt.Fprintf(&tree, `, %q: 1}`, strings.Repeat("n", 1<<20))
	begun := time.Now()
	err := s.decode([]byte(tree.String()), &api.TaskRequest{})
	p := problemOf(t.Context(), s.log, err)
	text, err := json.Marshal(p.Problem)
	require.NoError(t, err)
	require.Less(t, len(text), 50_000)
	require.Len(t, p.Errors, maxFields)
	require.Contains(t, p.Detail, "and more")
	require.Less(t, time.Since(begun), 20*time.Second)
}
