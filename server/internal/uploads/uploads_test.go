package uploads_test

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/blobstore/s3test"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/server/internal/uploads"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a service with somebody who sends files.
type desk struct {
	*uploads.Service
	t      *testing.T
	db     *storetest.DB
	dir    string
	sender store.Principal
}

// both runs a test on a folder and on a bucket.
func both(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		test(t, newDesk(t, "", t.TempDir()))
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		bucket := s3test.Start(t)
		test(t, newDesk(t, bucket.Address, bucket.Folder))
	})
}

// newDesk makes a desk whose files are at an address, and lie in dir.
func newDesk(t *testing.T, address, dir string) *desk {
	t.Helper()
	db := storetest.Open(t)
	files, err := blobstore.Open(t.Context(), address, dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	limits := uploads.Limits{MaxBytes: 1000, Retention: time.Hour}
	return &desk{
		Service: uploads.New(files, db.Store, limits, slog.New(slog.DiscardHandler)),
		t:       t, db: db, dir: dir, sender: storetest.Analyst(t, db, storetest.Workspace(t, db)),
	}
}

func (d *desk) send(content string) api.Upload {
	d.t.Helper()
	u, err := d.Create(d.t.Context(), d.sender, uploads.Incoming{Name: "a.csv", Content: strings.NewReader(content), SizeBytes: -1})
	require.NoError(d.t, err)
	return u
}

// task makes a task that reads an upload.
func (d *desk) task(upload string) (store.Task, error) {
	id := uuid.MustParse(upload)
	created, _, err := d.db.CreateTasks(d.t.Context(), d.sender, nil, []store.NewTask{{
		ID: uuid.Must(uuid.NewV7()), Name: "look", Operation: operation.Fetch, Params: []byte(`{"source":{"upload":"` + upload + `"}}`),
		TimeoutSeconds: 60, MaxAttempts: 1, Inputs: []store.NewInput{{Path: "params.source", UploadID: &id, NeedsData: true}},
	}})
	if err != nil {
		return store.Task{}, err
	}
	return created[0], nil
}

// end cancels a task, as a person would.
func (d *desk) end(id uuid.UUID) {
	d.t.Helper()
	_, err := d.db.CancelTasks(d.t.Context(), d.sender.WorkspaceID, []uuid.UUID{id}, false)
	require.NoError(d.t, err)
}

func (d *desk) expire() {
	d.t.Helper()
	d.db.Exec(d.t, "UPDATE uploads SET expires_at = now() - interval '1 second'")
}

// contents counts the files, and makes them look old.
func (d *desk) contents() int {
	d.t.Helper()
	n, old := 0, time.Now().Add(-24*time.Hour)
	require.NoError(d.t, filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		return os.Chtimes(path, old, old)
	}))
	return n
}

func TestCreate_LeavesNothingOfAFailedUpload(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	both(t, func(t *testing.T, d *desk) {
		for name, c := range map[string]struct {
			change func(*uploads.Incoming)
			check  func(error) bool
		}{
			"too large":     {func(in *uploads.Incoming) { in.Content = strings.NewReader(strings.Repeat("x", 1001)) }, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
			"declared size": {func(in *uploads.Incoming) { in.SizeBytes = 1001 }, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
			"another hash":  {func(in *uploads.Incoming) { in.SHA256 = strings.Repeat("0", 64) }, func(err error) bool { return fault.HasCode(err, "hash_mismatch") }},
			"broken off": {func(in *uploads.Incoming) {
				in.Content = io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))
			}, func(err error) bool { return errors.Is(err, broken) }},
		} {
			in := uploads.Incoming{Name: "a.csv", Content: strings.NewReader("x"), SizeBytes: -1}
			c.change(&in)
			_, err := d.Create(t.Context(), d.sender, in)
			require.Error(t, err, name)
			require.Truef(t, c.check(err), "%s: %v", name, err)
		}
		require.Zero(t, d.contents())
	})
}

func TestSweep_RemovesWhatIsExpiredAndNotNeeded(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		needed, done, free := d.send("needed"), d.send("done"), d.send("free")
		waiting, err := d.task(needed.ID)
		require.NoError(t, err)
		ended, err := d.task(done.ID)
		require.NoError(t, err)
		d.end(ended.ID)
		require.NoError(t, os.MkdirAll(filepath.Join(d.dir, "uploads", "ab"), 0o700))
		orphan := uuid.NewString()
		orphanFile := filepath.Join(d.dir, "uploads", orphan[34:], orphan)
		require.NoError(t, os.MkdirAll(filepath.Dir(orphanFile), 0o700))
		require.NoError(t, os.WriteFile(orphanFile, []byte("x"), 0o600))

		removed, err := d.Sweep(ctx, time.Hour)
		require.NoError(t, err)
		require.Zero(t, removed, "nothing is expired, and content that is young may be recorded yet")
		require.Equal(t, 4, d.contents())
		removed, err = d.Sweep(ctx, time.Hour)
		require.NoError(t, err)
		require.Equal(t, 1, removed, "the content without a record")
		require.NoFileExists(t, orphanFile)

		d.expire()
		removed, err = d.Sweep(ctx, time.Hour)
		require.NoError(t, err)
		require.Equal(t, 2, removed)
		_, err = d.Get(ctx, d.sender, uuid.MustParse(free.ID))
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = d.Get(ctx, d.sender, uuid.MustParse(needed.ID))
		require.NoError(t, err, "an unfinished task needs it")

		d.end(waiting.ID)
		removed, err = d.Sweep(ctx, time.Hour)
		require.NoError(t, err)
		require.Equal(t, 1, removed)
		require.Zero(t, d.contents())
	})
}

func TestUpload_ThatIsExpiredIsNoSource(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "", t.TempDir())
	u := d.send("x")
	d.expire()
	_, err := d.task(u.ID)
	require.True(t, fault.HasCode(err, api.CodeUnknownUpload), "%v", err)
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, "params.source.upload", f.Fields[0].Path)
}

// TestDelete_AndCreateATask_DoNotMiss races the two: either the task is refused,
// or the upload stays; never is a task left whose upload is gone.
func TestDelete_AndCreateATask_DoNotMiss(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "", t.TempDir())
	for range 20 {
		u := d.send("x")
		var wg sync.WaitGroup
		var createErr, deleteErr, sweepErr error
		wg.Go(func() { _, createErr = d.task(u.ID) })
		wg.Go(func() { deleteErr = d.Delete(t.Context(), d.sender, uuid.MustParse(u.ID)) })
		wg.Go(func() { _, sweepErr = d.Sweep(t.Context(), time.Hour) })
		wg.Wait()
		require.NoError(t, sweepErr)
		if createErr == nil {
			require.Truef(t, fault.HasCode(deleteErr, api.CodeStillNeeded), "%v", deleteErr)
			_, err := d.Get(t.Context(), d.sender, uuid.MustParse(u.ID))
			require.NoError(t, err)
			continue
		}
		require.True(t, fault.HasCode(createErr, api.CodeUnknownUpload), "%v", createErr)
		require.NoError(t, deleteErr)
	}
}

// TestSweep_AndCreateATask_DoNotMiss: an upload that expires in this moment.
func TestSweep_AndCreateATask_DoNotMiss(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "", t.TempDir())
	for range 20 {
		u := d.send("x")
		var wg sync.WaitGroup
		var createErr error
		wg.Go(func() { _, createErr = d.task(u.ID) })
		wg.Go(d.expire)
		for range 2 {
			wg.Go(func() {
				if _, err := d.Sweep(t.Context(), time.Hour); err != nil {
					d.t.Error(err)
				}
			})
		}
		wg.Wait()
		_, err := d.Get(t.Context(), d.sender, uuid.MustParse(u.ID))
		if createErr == nil {
			require.NoError(t, err, "a task needs it")
		}
	}
}

func TestCreate_TwiceAtOnceUnderOneKeyIsOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "", t.TempDir())
	ids := make([]string, 5)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			u, err := d.Create(t.Context(), d.sender, uploads.Incoming{Name: "a.csv", Key: "k", Content: strings.NewReader("x"), SizeBytes: -1})
			if err != nil {
				t.Error(err)
			}
			ids[i] = u.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, 1, d.contents())
}
