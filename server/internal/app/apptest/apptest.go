// Package apptest runs the real server for tests: on a database of its own, on
// a free port, with an admin key.
package apptest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/client"
	"ddap/shared/credential"
)

// Server is a server that runs until the test ends or Stop.
type Server struct {
	URL         string
	AdminKey    string
	DatabaseURL string
	DataDir     string
	App         *app.App

	stop func() error
}

// Option changes the settings before the start.
type Option func(*config.Config)

// Start runs a server. The test's log has what it logs.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	return Run(t, Config(t, options...))
}

// Config gives the settings with which Start starts.
func Config(t testing.TB, options ...Option) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.DatabaseURL = "127.0.0.1:0", t.TempDir(), pgtest.Database(t)
	cfg.AdminKey = NewKey(t)
	cfg.DatabaseConnections, cfg.ShutdownTimeout = 8, 5*time.Second
	// Tests are many servers on one machine, and show wrong credentials in plenty.
	cfg.MetricsListen, cfg.AuthFailureLimit = "", 0
	for _, option := range options {
		option(&cfg)
	}
	return cfg
}

// Run is Start with settings of the caller's.
func Run(t testing.TB, cfg config.Config) *Server {
	t.Helper()
	return RunLogging(t, cfg, slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelInfo})))
}

// RunLogging is Run with a log of the caller's.
func RunLogging(t testing.TB, cfg config.Config, log *slog.Logger) *Server {
	t.Helper()
	a, err := app.New(t.Context(), cfg, log)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- a.Run(ctx) }()
	s := &Server{
		URL: scheme(a) + "://" + a.Address(), AdminKey: cfg.AdminKey, DatabaseURL: cfg.DatabaseURL, DataDir: cfg.DataDir, App: a,
	}
	s.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ran
		if closeErr := a.Close(); err == nil {
			err = closeErr
		}
		return err
	})
	t.Cleanup(func() { require.NoError(t, s.Stop()) })
	return s
}

func scheme(a *app.App) string {
	if a.Secure() {
		return "https"
	}
	return "http"
}

// Stop stops the server in order, as a signal would, and waits for that.
func (s *Server) Stop() error { return s.stop() }

// Client gives a client with this credential.
func (s *Server) Client(t testing.TB, key string) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{Server: s.URL, Credential: key})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// Admin gives a client with the admin key.
func (s *Server) Admin(t testing.TB) *client.Client {
	t.Helper()
	return s.Client(t, s.AdminKey)
}

// NewKey makes a well-formed API key that no server knows yet.
func NewKey(t testing.TB) string {
	t.Helper()
	key, err := credential.New(credential.Key, uuid.New())
	require.NoError(t, err)
	return key.String()
}

// testWriter writes log lines to the test's log.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(string(line[:max(0, len(line)-1)]))
	return len(line), nil
}
