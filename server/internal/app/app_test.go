package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/app/apptest"
	"ddap/server/internal/blobstore/s3test"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// waiting is longer than any of these tests should take.
const waiting = 60 * time.Second

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// runner registers a runner that shares "birds".
func runner(t *testing.T, s *apptest.Server) *client.Client {
	t.Helper()
	e, err := s.Admin(t).CreateEnrollment(t.Context(), api.EnrollmentRequest{})
	require.NoError(t, err)
	r, err := s.Client(t, e.Token).Register(t.Context(), lab())
	require.NoError(t, err)
	return s.Client(t, r.Token)
}

func lab() api.RegisterRequest {
	return api.RegisterRequest{
		Name: "lab", Operations: []int{100}, Datasets: []api.DatasetOffer{{Name: "birds", Policy: result.Rows, Columns: []result.Column{}}},
	}
}

func fetchBirds() api.TaskRequest {
	return api.TaskRequest{Name: "look", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "birds"}}`)}
}

func TestNew_ShowsTheFirstKeyOnce(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.DatabaseURL = "127.0.0.1:0", t.TempDir(), pgtest.Database(t)
	first := apptest.Run(t, cfg)
	key := first.App.FirstKey()
	require.NotNil(t, key)
	me, err := first.Client(t, key.String()).WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.Admin, me.Role)
	require.NoError(t, first.Stop())

	second := apptest.Run(t, cfg)
	require.Nil(t, second.App.FirstKey())
	_, err = second.Client(t, key.String()).WhoAmI(t.Context())
	require.NoError(t, err)
}

func TestNew_GivesUpWhatItCannotHave(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.DatabaseURL = taken.Addr().String(), t.TempDir(), pgtest.Database(t)
	_, err = app.New(t.Context(), cfg, quiet())
	require.ErrorContains(t, err, "listen on "+cfg.Listen)

	cfg.Listen = "127.0.0.1:0"
	cfg.DatabaseURL = "postgres://nobody:wrong-secret@" + taken.Addr().String() + "/none"
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = app.New(ctx, cfg, quiet())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "wrong-secret")
}

// TestRun_AnswersWaitsWhenItStops: a server that stops must not keep its
// clients for a minute, nor cut them off.
func TestRun_AnswersWaitsWhenItStops(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	r := runner(t, s)
	created, err := s.Admin(t).CreateTask(t.Context(), fetchBirds())
	require.NoError(t, err)
	claim, err := r.Claim(t.Context(), client.ClaimOptions{Wait: waiting})
	require.NoError(t, err)
	require.Len(t, claim.Tasks, 1)

	type answer struct {
		what string
		err  error
	}
	answers := make(chan answer, 3)
	ask := func(what string, call func(context.Context) error) {
		go func() { answers <- answer{what, call(context.WithoutCancel(t.Context()))} }()
	}
	other := runner(t, s)
	ask("claim", func(ctx context.Context) error {
		got, err := other.Claim(ctx, client.ClaimOptions{Wait: waiting})
		require.Empty(t, got.Tasks)
		return err
	})
	ask("ping", func(ctx context.Context) error {
		_, err := r.Ping(ctx, api.PingRequest{State: api.Idle, Running: []api.RunningTask{}}, waiting)
		return err
	})
	ask("result", func(ctx context.Context) error {
		got, err := s.Admin(t).Result(ctx, created.TaskID, waiting)
		require.Equal(t, task.Leased, got.State)
		return err
	})
	require.Eventually(t, func() bool { return s.App.Waiting() == 3 }, waiting, 10*time.Millisecond)
	begun := time.Now()
	require.NoError(t, s.Stop())
	require.Less(t, time.Since(begun), 10*time.Second)
	for range cap(answers) {
		got := <-answers
		require.NoErrorf(t, got.err, "the %s was not answered", got.what)
	}
	_, err = s.Admin(t).WhoAmI(context.WithoutCancel(t.Context()))
	require.True(t, fault.Is(err, fault.Unavailable))
}

// TestRun_DoesNotWaitForConnectionsAtHand: clients open some before they need
// them, and keep some after.
func TestRun_DoesNotWaitForConnectionsAtHand(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	fresh, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = fresh.Close() })
	_, err = s.Admin(t).WhoAmI(t.Context())
	require.NoError(t, err)
	begun := time.Now()
	require.NoError(t, s.Stop())
	require.Less(t, time.Since(begun), 3*time.Second)
}

// TestRun_FinishesRequestsUnderWay: what has begun to come in is taken in whole.
func TestRun_FinishesRequestsUnderWay(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	address := strings.TrimPrefix(s.URL, "http://")
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(waiting)))
	const begin, end = `{"name": "slow", `, `"role": "viewer"}`
	_, err = fmt.Fprintf(conn, "POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", s.AdminKey, len(begin+end))
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue", "the server has read the request's headers")
	_, err = in.ReadString('\n')
	require.NoError(t, err)
	_, err = io.WriteString(conn, begin)
	require.NoError(t, err)

	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	// It is stopping once it takes no more connections.
	require.Eventually(t, func() bool {
		another, err := net.Dial("tcp", address)
		if err == nil {
			_ = another.Close()
		}
		return err != nil
	}, waiting, 10*time.Millisecond)
	_, err = io.WriteString(conn, end)
	require.NoError(t, err)
	resp, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.NoError(t, <-stopped)
}

// TestRun_OutlivesADeadDatabase kills the server's own PostgreSQL under it.
func TestRun_OutlivesADeadDatabase(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.AdminKey = "127.0.0.1:0", pgtest.DataDir(t), apptest.NewKey(t)
	s := apptest.Run(t, cfg)
	r := runner(t, s)
	created, err := s.Admin(t).CreateTask(t.Context(), fetchBirds())
	require.NoError(t, err)
	claim, err := r.Claim(t.Context(), client.ClaimOptions{Wait: waiting})
	require.NoError(t, err)
	require.Len(t, claim.Tasks, 1)
	waiter := make(chan error, 1)
	go func() {
		_, err := r.Ping(context.WithoutCancel(t.Context()), api.PingRequest{State: api.Working, Running: []api.RunningTask{}}, 3*time.Second)
		waiter <- err
	}()

	killDatabase(t, cfg.DataDir)
	impatient := s.Admin(t)
	sawUnavailable := false
	require.Eventually(t, func() bool {
		_, err := impatient.WhoAmI(client.Once(t.Context()))
		sawUnavailable = sawUnavailable || fault.Is(err, fault.Unavailable)
		if err != nil {
			require.Truef(t, fault.Is(err, fault.Unavailable), "%v", err)
		}
		return err == nil && sawUnavailable
	}, waiting, time.Millisecond, "it should be away, and back")
	health, err := s.Admin(t).Ready(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"database": "ok", "migrations": "ok"}, health.Checks)
	<-waiter // answered one way or the other, and not lost

	a := claim.Tasks[0]
	ack, err := r.Report(t.Context(), api.ResultReport{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: api.OutcomeSucceeded,
		Result: &result.Document{Version: 1, Kind: "fetch", Summary: "done"},
	})
	require.NoError(t, err)
	require.Equal(t, task.Succeeded, ack.State)
	view, err := s.Admin(t).Result(t.Context(), created.TaskID, 0)
	require.NoError(t, err)
	require.Equal(t, "done", view.Result.Summary)
}

// killDatabase ends the postmaster of a data folder as a crash would.
func killDatabase(t *testing.T, dataDir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dataDir, "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	require.NoError(t, err)
	process, err := os.FindProcess(pid)
	require.NoError(t, err)
	require.NoError(t, process.Kill())
}

// TestReadiness_TellsWhatIsMissing while the database is away for good.
func TestReadiness_TellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ready := func() (int, api.Health) {
		resp, err := http.Get(s.URL + "/readyz")
		require.NoError(t, err)
		defer resp.Body.Close()
		var health api.Health
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&health))
		return resp.StatusCode, health
	}
	status, health := ready()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ok", health.Status)
	pgtest.Execute(t, s.DatabaseURL, "DELETE FROM schema_migrations")
	status, health = ready()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "unavailable", health.Status)
	require.Equal(t, map[string]string{"database": "ok", "migrations": "unavailable"}, health.Checks)
	resp, err := http.Get(s.URL + "/healthz")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode, "the server itself is alive")
}

// TestCreateWorkspace_WorksBesideARunningServer that holds the data folder.
func TestCreateWorkspace_WorksBesideARunningServer(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.AdminKey = "127.0.0.1:0", pgtest.DataDir(t), apptest.NewKey(t)
	s := apptest.Run(t, cfg)
	key, err := app.CreateWorkspace(t.Context(), cfg, quiet(), "second")
	require.NoError(t, err)
	me, err := s.Client(t, key.String()).WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, "second", me.Workspace)
	_, err = app.CreateWorkspace(t.Context(), cfg, quiet(), "second")
	require.True(t, fault.HasCode(err, "workspace_exists"))

	// And without one, on the same data.
	require.NoError(t, s.Stop())
	_, err = app.CreateWorkspace(t.Context(), cfg, quiet(), "third")
	require.NoError(t, err)
}

// TestNew_ServesASchemaThatANewerReleaseHasMade, and says so: one release back
// needs no restore.
func TestNew_ServesASchemaThatANewerReleaseHasMade(t *testing.T) {
	t.Parallel()
	cfg := givenDatabase(t)
	first := apptest.Run(t, cfg)
	require.NoError(t, first.Stop())
	pgtest.Execute(t, cfg.DatabaseURL, `INSERT INTO schema_migrations (name, group_id) VALUES ('29991231000000', 99);
		ALTER TABLE runners ADD COLUMN mood text NOT NULL DEFAULT 'fine'`)
	var logs bytes.Buffer
	a, err := app.New(t.Context(), cfg, slog.New(slog.NewTextHandler(&logs, nil)))
	require.NoError(t, err)
	require.NoError(t, a.Close())
	require.Contains(t, logs.String(), "the schema is newer than this program")
	require.Contains(t, logs.String(), "29991231000000")

	s := apptest.Run(t, cfg)
	_, err = s.Admin(t).Ready(t.Context())
	require.NoError(t, err)
	runner(t, s)
	list, err := s.Admin(t).Runners(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Runners, 1)
}

// TestNew_SaysThatTheFilesCannotBeKept and does not start: a wrong bucket or key
// would show only when the first result is sent.
func TestNew_SaysThatTheFilesCannotBeKept(t *testing.T) {
	t.Parallel()
	bucket := s3test.Start(t)
	for says, address := range map[string]string{
		"must begin with s3://": "gs://bucket",
		"no-such-bucket":        strings.Replace(bucket.Address, "ddap-test", "no-such-bucket", 1),
		"Forbidden":             strings.Replace(bucket.Address, "testsecret", "wrongsecret", 1),
	} {
		cfg := config.Default()
		cfg.Listen, cfg.DataDir, cfg.DatabaseURL, cfg.BlobURL = "127.0.0.1:0", t.TempDir(), pgtest.Database(t), address
		_, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "--blob-url")
		require.NotContains(t, err.Error(), "wrongsecret")
	}
}
