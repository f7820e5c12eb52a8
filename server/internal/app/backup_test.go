package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/app/apptest"
	"ddap/server/internal/backup"
	"ddap/server/internal/blobstore/s3test"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// ownDatabase and givenDatabase are the two ways in which a server can have one.
func ownDatabase(t *testing.T) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir, cfg.AdminKey, cfg.ShutdownTimeout = "127.0.0.1:0", pgtest.DataDir(t), apptest.NewKey(t), 5*time.Second
	cfg.DatabaseConnections = 8
	return cfg
}

func givenDatabase(t *testing.T) config.Config {
	t.Helper()
	cfg := ownDatabase(t)
	cfg.DatabaseURL = pgtest.Database(t)
	return cfg
}

// scene is a server with a task in every state.
type scene struct {
	*apptest.Server
	token string
	tasks map[string]string
	held  map[string]api.Assignment
}

func newScene(t *testing.T, cfg config.Config) *scene {
	t.Helper()
	s := &scene{Server: apptest.Run(t, cfg), tasks: map[string]string{}, held: map[string]api.Assignment{}}
	admin := s.Admin(t)
	e, err := admin.CreateEnrollment(t.Context(), api.EnrollmentRequest{})
	require.NoError(t, err)
	registered, err := s.Client(t, e.Token).Register(t.Context(), api.RegisterRequest{
		Name: "lab", Operations: []int{100, 200}, Slots: 10,
		Datasets: []api.DatasetOffer{{Name: "birds", Policy: result.Rows, Columns: []result.Column{}}},
	})
	require.NoError(t, err)
	s.token = registered.Token
	r := s.Client(t, s.token)

	for _, name := range []string{"succeeded", "failed", "stopping", "running", "leased"} {
		s.tasks[name] = s.create(t, fetchBirds())
		claim, err := r.Claim(t.Context(), client.ClaimOptions{Wait: waiting})
		require.NoError(t, err)
		require.Len(t, claim.Tasks, 1)
		s.held[name] = claim.Tasks[0]
		if name != "leased" {
			confirm(t, r, claim.Tasks[0])
		}
	}
	finish(t, r, s.held["succeeded"], "before the backup")
	_, err = r.Report(t.Context(), api.ResultReport{
		TaskID: s.tasks["failed"], Attempt: 1, LeaseToken: s.held["failed"].LeaseToken, Outcome: api.OutcomeFailed,
		Error: &api.AttemptError{Reason: task.SourceUnreadable, Message: "line 3"},
	})
	require.NoError(t, err)
	_, err = admin.CancelTask(t.Context(), s.tasks["stopping"])
	require.NoError(t, err)
	later := time.Now().Add(time.Hour)
	scheduled := fetchBirds()
	scheduled.RunAt = &later
	s.tasks["scheduled"] = s.create(t, scheduled)
	elsewhere := fetchBirds()
	elsewhere.Labels = map[string]string{"site": "nowhere"}
	s.tasks["waiting"] = s.create(t, elsewhere)
	p, err := admin.CreatePipeline(t.Context(), api.PipelineRequest{Name: "two", Tasks: []api.PipelineStep{
		{Ref: "a", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "birds"}}`), Labels: elsewhere.Labels},
		{Ref: "b", OperationCode: 200, Params: json.RawMessage(`{"source": {"task": "a"}}`)},
	}})
	require.NoError(t, err)
	s.tasks["queued"], s.tasks["blocked"] = p.Tasks[0].ID, p.Tasks[1].ID
	return s
}

func (s *scene) create(t *testing.T, req api.TaskRequest) string {
	t.Helper()
	created, err := s.Admin(t).CreateTask(t.Context(), req)
	require.NoError(t, err)
	return created.TaskID
}

func (s *scene) state(t *testing.T, name string) task.State {
	t.Helper()
	got, err := s.Admin(t).Task(t.Context(), s.tasks[name])
	require.NoError(t, err)
	return got.State
}

func confirm(t *testing.T, r *client.Client, a api.Assignment) {
	t.Helper()
	got, err := r.Ping(t.Context(), api.PingRequest{State: api.Working, Running: []api.RunningTask{
		{TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken},
	}}, 0)
	require.NoError(t, err)
	require.Empty(t, got.Lost)
}

// finish uploads an artifact and reports success.
func finish(t *testing.T, r *client.Client, a api.Assignment, content string) {
	t.Helper()
	require.NoError(t, tryFinish(t.Context(), r, a, content))
}

func tryFinish(ctx context.Context, r *client.Client, a api.Assignment, content string) error {
	sum := sha256.Sum256([]byte(content))
	hash := hex.EncodeToString(sum[:])
	err := r.PutArtifact(ctx, client.ArtifactUpload{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Name: "report.txt", ContentType: "text/plain",
		SHA256: hash, Content: strings.NewReader(content),
	})
	if err != nil {
		return err
	}
	_, err = r.Report(ctx, success(a, hash))
	return err
}

func success(a api.Assignment, hash string) api.ResultReport {
	report := api.ResultReport{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: api.OutcomeSucceeded,
		Result: &result.Document{Version: 1, Kind: "fetch", Summary: "done"},
	}
	if hash != "" {
		report.Artifacts = []api.ArtifactRef{{Name: "report.txt", SHA256: hash}}
	}
	return report
}

// work lets a runner finish whatever it is given until ctx ends.
func work(ctx context.Context, r *client.Client) (done map[string]string, err error) {
	done = map[string]string{}
	for {
		claim, err := r.Claim(ctx, client.ClaimOptions{Wait: time.Second, Limit: 1})
		if ctx.Err() != nil {
			return done, nil //nolint:nilerr // it was told to stop
		}
		if err != nil {
			return done, err
		}
		for _, a := range claim.Tasks {
			content := "result of " + a.TaskID
			if err := tryFinish(context.WithoutCancel(ctx), r, a, content); err != nil {
				return done, err
			}
			done[a.TaskID] = content
		}
	}
}

func download(t *testing.T, c *client.Client, id string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, c.Artifact(t.Context(), id, "report.txt", &b))
	return b.String()
}

// endings counts how often a task has ended.
func endings(t *testing.T, c *client.Client, id string) int {
	t.Helper()
	list, err := c.TaskEvents(t.Context(), id)
	require.NoError(t, err)
	n := 0
	for _, e := range list.Events {
		if string(e.Type) == string(e.State) && e.State.Final() {
			n++
		}
	}
	return n
}

// TestBackup_RestoresAndRunsOn copies a server whose runner is at work, and
// goes on from the copy.
func TestBackup_RestoresAndRunsOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to func(*testing.T) config.Config
	}{
		"OwnToOwn":     {ownDatabase, ownDatabase},
		"OwnToGiven":   {ownDatabase, givenDatabase},
		"GivenToGiven": {givenDatabase, givenDatabase},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := c.from(t)
			old := newScene(t, from)
			file, worked := backUpAtWork(t, old, from)
			require.NoError(t, old.Stop())

			to := c.to(t)
			to.AdminKey = ""
			m, done, err := app.Restore(t.Context(), to, quiet(), file, false)
			require.NoError(t, err)
			require.Zero(t, m.Missing)
			require.Equal(t, 2, done.TakenBack-heldByWorker(m), "the leased and the running one")
			require.Equal(t, done.OldEpoch+1, done.Epoch)

			restored := &scene{Server: apptest.Run(t, to), token: old.token, tasks: old.tasks, held: old.held}
			restored.AdminKey = old.AdminKey
			require.Nil(t, restored.App.FirstKey(), "the keys are those of the backup")
			runsOn(t, restored, worked)
		})
	}
}

// heldByWorker counts what the worker held at the moment of the backup.
func heldByWorker(m backup.Manifest) int {
	return int(m.Counts["tasks leased"]+m.Counts["tasks running"]) - 2
}

// backUpAtWork makes a backup while a second runner finishes one task after
// another, and says what that one had finished by then and after.
func backUpAtWork(t *testing.T, s *scene, cfg config.Config) (file string, worked map[string]string) {
	t.Helper()
	other := runner(t, s.Server)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		var err error
		worked, err = work(ctx, other)
		ended <- err
	}()
	for range 30 {
		s.create(t, fetchBirds())
	}
	target := t.TempDir()
	file, m, err := app.Backup(t.Context(), cfg, quiet(), target)
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	require.Equal(t, target, filepath.Dir(file))
	entries, err := os.ReadDir(target)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	for _, state := range []string{"scheduled", "blocked", "queued", "leased", "running", "succeeded", "failed", "canceled"} {
		require.NotZerof(t, m.Counts["tasks "+state], "no task is %s in %v", state, m.Counts)
	}
	require.EqualValues(t, 1, m.Epoch)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(content), s.AdminKey)
	require.NotContains(t, string(content), s.token)
	verified, err := backup.Verify(file)
	require.NoError(t, err)
	require.Equal(t, m, verified)
	return file, worked
}

// runsOn goes on from a backup: nothing of before is lost, nobody from before
// can report, and every task ends once.
func runsOn(t *testing.T, s *scene, worked map[string]string) {
	t.Helper()
	admin, r := s.Admin(t), s.Client(t, s.token)
	for name, want := range map[string]task.State{
		"succeeded": task.Succeeded, "failed": task.Failed, "stopping": task.Canceled, "running": task.Queued, "leased": task.Queued,
		"scheduled": task.Scheduled, "waiting": task.Queued, "queued": task.Queued, "blocked": task.Blocked,
	} {
		require.Equal(t, want, s.state(t, name), name)
	}
	view, err := admin.Result(t.Context(), s.tasks["succeeded"], 0)
	require.NoError(t, err)
	require.Equal(t, "done", view.Result.Summary)
	require.Equal(t, "before the backup", download(t, admin, s.tasks["succeeded"]))

	for _, name := range []string{"leased", "running"} {
		_, err := r.Report(t.Context(), success(s.held[name], ""))
		require.Truef(t, fault.HasCode(err, api.CodeLeaseLost), "%s: %v", name, err)
		err = tryFinish(t.Context(), r, s.held[name], "late")
		require.Truef(t, fault.HasCode(err, api.CodeLeaseLost), "%s: %v", name, err)
	}
	pinged, err := r.Ping(t.Context(), api.PingRequest{State: api.Working, Running: []api.RunningTask{
		{TaskID: s.tasks["running"], Attempt: 1, LeaseToken: s.held["running"].LeaseToken},
	}}, 0)
	require.NoError(t, err)
	require.Len(t, pinged.Lost, 1)

	// The same report as before the backup is answered as before.
	sum := sha256.Sum256([]byte("before the backup"))
	ack, err := r.Report(t.Context(), success(s.held["succeeded"], hex.EncodeToString(sum[:])))
	require.NoError(t, err)
	require.Equal(t, task.Succeeded, ack.State)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		again, err := work(ctx, r)
		maps.Copy(worked, again)
		ended <- err
	}()
	open := func() (n int) {
		list, err := admin.Tasks(t.Context(), client.TaskFilter{Limit: 100})
		require.NoError(t, err)
		for _, v := range list.Tasks {
			if !v.State.Final() {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return open() == 4 }, waiting, 50*time.Millisecond, "all but the scheduled and the impossible ones end")
	stop()
	require.NoError(t, <-ended)
	list, err := admin.Tasks(t.Context(), client.TaskFilter{Limit: 100})
	require.NoError(t, err)
	for _, v := range list.Tasks {
		if v.State.Final() {
			require.Equalf(t, 1, endings(t, admin, v.ID), "task %s", v.ID)
		}
		if v.State == task.Succeeded && v.ID != s.tasks["succeeded"] {
			require.Equal(t, worked[v.ID], download(t, admin, v.ID))
		}
	}
}

func TestBackup_WorksWithoutAServer(t *testing.T) {
	t.Parallel()
	cfg := ownDatabase(t)
	s := newScene(t, cfg)
	require.NoError(t, s.Stop())
	file := filepath.Join(t.TempDir(), "copy.tar")
	got, m, err := app.Backup(t.Context(), cfg, quiet(), file)
	require.NoError(t, err)
	require.Equal(t, file, got)
	require.EqualValues(t, 1, m.Counts["tasks running"])

	_, _, err = app.Backup(t.Context(), cfg, quiet(), file)
	require.ErrorContains(t, err, "already something at")
	_, _, err = app.Backup(t.Context(), ownDatabase(t), quiet(), file+"2")
	require.ErrorContains(t, err, "no database")
}

func TestBackup_SaysWhatTheStorageHasLost(t *testing.T) {
	t.Parallel()
	cfg := givenDatabase(t)
	s := newScene(t, cfg)
	require.NoError(t, os.RemoveAll(filepath.Join(s.DataDir, "artifacts")))
	require.NoError(t, os.Mkdir(filepath.Join(s.DataDir, "artifacts"), 0o700))
	_, m, err := app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, 1, m.Missing)
	require.Contains(t, m.Describe(), "WARNING")
}

func TestRestore_RefusesWhatIsInUseOrNotEmpty(t *testing.T) {
	t.Parallel()
	cfg := givenDatabase(t)
	s := newScene(t, cfg)
	file, _, err := app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.NoError(t, err)

	_, _, err = app.Restore(t.Context(), cfg, quiet(), file, false)
	var full *backup.NotEmptyError
	require.ErrorAs(t, err, &full)
	_, _, err = app.Restore(t.Context(), cfg, quiet(), file, true)
	require.Truef(t, fault.HasCode(err, "servers_running"), "%v", err)
	late := s.create(t, fetchBirds())
	require.NoError(t, s.Stop())

	_, done, err := app.Restore(t.Context(), cfg, quiet(), file, true)
	require.NoError(t, err)
	require.EqualValues(t, 2, done.Epoch)
	_, done, err = app.Restore(t.Context(), cfg, quiet(), file, true)
	require.NoError(t, err)
	require.EqualValues(t, 3, done.Epoch, "no two lives of a server have one epoch")

	empty := givenDatabase(t)
	require.NoError(t, os.MkdirAll(filepath.Join(empty.DataDir, "artifacts"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(empty.DataDir, "artifacts", "x"), nil, 0o600))
	_, _, err = app.Restore(t.Context(), empty, quiet(), file, false)
	require.ErrorAs(t, err, &full)

	again := apptest.Run(t, cfg)
	again.AdminKey = s.AdminKey
	_, err = again.Admin(t).Task(t.Context(), late)
	require.True(t, fault.Is(err, fault.NotFound), "it is younger than the backup")
}

// TestRestore_ThatWasInterrupted_IsNotServed: it would hand out leases again
// that runners still hold.
func TestRestore_ThatWasInterrupted_IsNotServed(t *testing.T) {
	t.Parallel()
	from := givenDatabase(t)
	old := newScene(t, from)
	file, _, err := app.Backup(t.Context(), from, quiet(), t.TempDir())
	require.NoError(t, err)

	to := givenDatabase(t)
	// The storage fails in the middle.
	require.NoError(t, os.MkdirAll(filepath.Join(to.DataDir, "artifacts"), 0o700))
	blocked := firstArtifact(t, filepath.Join(from.DataDir, "artifacts"))
	place := filepath.Join(to.DataDir, "artifacts", blocked)
	require.NoError(t, os.MkdirAll(filepath.Join(place, "in-the-way"), 0o700))
	_, _, err = app.Restore(t.Context(), to, quiet(), file, true)
	require.ErrorContains(t, err, "unfinished; run it again")

	_, err = app.New(t.Context(), to, quiet())
	require.Truef(t, fault.HasCode(err, "restore_unfinished"), "%v", err)
	_, _, err = app.Backup(t.Context(), to, quiet(), t.TempDir())
	require.Truef(t, fault.HasCode(err, "restore_unfinished"), "%v", err)

	require.NoError(t, os.RemoveAll(place))
	_, _, err = app.Restore(t.Context(), to, quiet(), file, false)
	require.NoError(t, err)
	s := apptest.Run(t, to)
	s.AdminKey = old.AdminKey
	require.Equal(t, "before the backup", download(t, s.Admin(t), old.tasks["succeeded"]))
}

func firstArtifact(t *testing.T, dir string) string {
	t.Helper()
	var found string
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if found, err = filepath.Rel(dir, path); err == nil {
				return fs.SkipAll
			}
		}
		return err
	}))
	require.NotEmpty(t, found)
	return found
}

func TestRestore_RefusesAnArchiveThatIsNotWhole(t *testing.T) {
	t.Parallel()
	cfg := givenDatabase(t)
	newScene(t, cfg)
	file, _, err := app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.NoError(t, err)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, content := range map[string][]byte{
		"empty": nil, "noise": []byte("not a backup at all"), "cut": whole[:len(whole)*2/3], "cut at the sums": whole[:len(whole)-2048], "flipped": flipped,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := filepath.Join(t.TempDir(), "broken.tar")
			require.NoError(t, os.WriteFile(broken, content, 0o600))
			to := config.Default()
			to.DataDir = filepath.Join(t.TempDir(), "untouched")
			_, _, err := app.Restore(t.Context(), to, quiet(), broken, true)
			var damaged *backup.DamagedError
			require.ErrorAs(t, err, &damaged)
			require.NoDirExists(t, to.DataDir)
		})
	}
	_, _, err = app.Restore(t.Context(), cfg, quiet(), filepath.Join(t.TempDir(), "nowhere"), true)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// TestBackup_TakesUploadsAlong, from a bucket into a folder.
func TestBackup_TakesUploadsAlong(t *testing.T) {
	t.Parallel()
	bucket := s3test.Start(t)
	from := givenDatabase(t)
	from.BlobURL = bucket.Address
	s := apptest.Run(t, from)
	u, err := s.Admin(t).Upload(t.Context(), client.UploadFile{Name: "a.csv", Content: strings.NewReader("a\n1\n")})
	require.NoError(t, err)
	file, m, err := app.Backup(t.Context(), from, quiet(), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, 1, m.Contents)

	to := givenDatabase(t)
	to.AdminKey = from.AdminKey
	_, _, err = app.Restore(t.Context(), to, quiet(), file, false)
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, apptest.Run(t, to).Admin(t).UploadContent(t.Context(), u.ID, &got))
	require.Equal(t, "a\n1\n", got.String())
}
