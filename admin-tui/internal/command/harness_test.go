package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// server answers each "METHOD /path" with what a test gave it, in turn; the last
// answer stays. It keeps what was asked.
type server struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string][]any
	asked   []request
}

type request struct {
	route, query, key string
	body              []byte
}

func newServer(t *testing.T, answers map[string][]any) *server {
	t.Helper()
	s := &server{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.asked = append(s.asked, request{route, r.URL.RawQuery, r.Header.Get("Authorization"), body})
	queue := s.answers[route]
	if len(queue) > 1 {
		s.answers[route] = queue[1:]
	}
	s.mu.Unlock()
	switch {
	case len(queue) == 0:
		refuse(w, fault.New("test", fault.NotFound, "not_found", "there is nothing at %s", route))
	default:
		answer(w, queue[0])
	}
}

// withStatus is an answer that is no success and no problem.
type withStatus struct {
	status int
	body   any
}

func answer(w http.ResponseWriter, with any) {
	switch a := with.(type) {
	case withStatus:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		answer(w, a.body)
	case *fault.Error:
		refuse(w, a)
	case string:
		_, _ = io.WriteString(w, a)
	case nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		_ = json.NewEncoder(w).Encode(a)
	}
}

func refuse(w http.ResponseWriter, f *fault.Error) {
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(f.Kind.HTTPStatus())
	_ = json.NewEncoder(w).Encode(api.Problem{Code: fault.CodeOf(f), Detail: f.Message, Errors: f.Fields})
}

func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// outcome is what one run of the program did.
type outcome struct {
	code     int
	out, err string
}

// screen makes a run believe that it writes to a terminal.
type screen struct{ width, height int }

type setup struct {
	stdin  string
	env    map[string]string
	screen *screen
}

func run(t *testing.T, s *server, args ...string) outcome {
	t.Helper()
	return runWith(t, s, setup{}, args...)
}

func runWith(t *testing.T, s *server, with setup, args ...string) outcome {
	t.Helper()
	env := map[string]string{"DDAP_KEY": "secret", "TERM": "xterm-256color"}
	if s != nil {
		env["DDAP_SERVER"] = s.URL
	}
	maps.Copy(env, with.env)
	var out, err bytes.Buffer
	code := command.Run(context.Background(), args, command.Environment{
		In: strings.NewReader(with.stdin), Out: &out, Err: &err,
		Lookup: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		Now:    func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		Size: func(io.Writer) (int, int, bool) {
			if with.screen == nil {
				return 0, 0, false
			}
			return with.screen.width, with.screen.height, true
		},
	})
	return outcome{code, out.String(), err.String()}
}

func requireCode(t *testing.T, want int, got outcome) {
	t.Helper()
	require.Equalf(t, want, got.code, "standard output:\n%s\nstandard error:\n%s", got.out, got.err)
}
