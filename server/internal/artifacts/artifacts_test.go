package artifacts_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/artifacts"
	"ddap/server/internal/blobstore"
	"ddap/server/internal/blobstore/s3test"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a service with one running task.
type desk struct {
	*artifacts.Service
	t   *testing.T
	db  *storetest.DB
	dir string
	storetest.Fixture
}

// both runs a test on a folder and on a bucket.
func both(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		test(t, newDesk(t, "", dir))
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
	return &desk{
		Service: artifacts.New(files, db.Store, 1000, slog.New(slog.DiscardHandler)),
		t:       t, db: db, dir: dir, Fixture: storetest.TaskAt(t, db, task.Running),
	}
}

func (d *desk) upload(name, content string) artifacts.Upload {
	sum := sha256.Sum256([]byte(content))
	return artifacts.Upload{
		Lease: storetest.LeaseOf(d.Runner, d.Assignment), Name: name, SHA256: hex.EncodeToString(sum[:]),
		SizeBytes: -1, Content: strings.NewReader(content),
	}
}

func (d *desk) put(name, content string) api.Artifact {
	d.t.Helper()
	a, err := d.Put(d.t.Context(), d.upload(name, content))
	require.NoError(d.t, err)
	return a
}

// succeed ends the attempt with these artifacts.
func (d *desk) succeed(named ...api.Artifact) {
	d.t.Helper()
	verdict := storetest.Success(d.Runner)
	for _, a := range named {
		verdict.Artifacts = append(verdict.Artifacts, api.ArtifactRef{Name: a.Name, SHA256: a.SHA256})
	}
	_, err := storetest.Report(d.t, d.db, d.Runner, d.Assignment, api.OutcomeSucceeded, verdict)
	require.NoError(d.t, err)
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

// file is where an artifact's content lies.
func (d *desk) file(a api.Artifact) string {
	return filepath.Join(d.dir, a.SHA256[:2], fmt.Sprintf("%s_%d_%s", d.Task.ID, d.Assignment.Attempt, a.SHA256))
}

func (d *desk) read(name string) string {
	d.t.Helper()
	a, err := d.Stat(d.t.Context(), d.Creator, d.Task.ID, name)
	require.NoError(d.t, err)
	r, err := d.Open(d.t.Context(), a, 0, -1)
	require.NoError(d.t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(d.t, err)
	return string(content)
}

func TestPut_ReplacesWhatTheSameAttemptUploadedUnderTheName(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		d.put("report.html", "first")
		second := d.put("report.html", "second")
		require.Equal(t, second, d.put("report.html", "second"), "the same upload again changes nothing")
		d.succeed(second)
		require.Equal(t, "second", d.read("report.html"))
		list, err := d.List(t.Context(), d.Creator, d.Task.ID)
		require.NoError(t, err)
		require.Equal(t, []api.Artifact{second}, list)
	})
}

func TestPut_LeavesNothingOfAFailedUpload(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		broken := errors.New("the line went dead")
		for name, c := range map[string]struct {
			change func(*artifacts.Upload)
			check  func(error)
		}{
			"another hash":  {func(u *artifacts.Upload) { u.SHA256 = strings.Repeat("0", 64) }, func(err error) { require.True(t, fault.HasCode(err, "hash_mismatch")) }},
			"too large":     {func(u *artifacts.Upload) { u.Content = strings.NewReader(strings.Repeat("x", 1001)) }, func(err error) { require.True(t, fault.Is(err, fault.TooLarge)) }},
			"declared size": {func(u *artifacts.Upload) { u.SizeBytes = 1001 }, func(err error) { require.True(t, fault.Is(err, fault.TooLarge)) }},
			"broken off": {func(u *artifacts.Upload) {
				u.Content = io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))
			}, func(err error) { require.ErrorIs(t, err, broken) }},
			"another lease": {func(u *artifacts.Upload) { u.Lease.Token = "1-x" }, func(err error) { require.True(t, fault.HasCode(err, api.CodeLeaseLost)) }},
			"bad name":      {func(u *artifacts.Upload) { u.Name = ".." }, func(err error) { require.True(t, fault.Is(err, fault.Invalid)) }},
		} {
			u := d.upload("a.bin", "x")
			c.change(&u)
			_, err := d.Put(t.Context(), u)
			require.Error(t, err, name)
			c.check(err)
			require.Zero(t, d.contents(), name)
		}
	})
}

// TestPut_IsFencedAtItsEndAsWell: an attempt may end while its upload comes in.
func TestPut_IsFencedAtItsEndAsWell(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		u := d.upload("late.bin", "x")
		u.Content = &onRead{Reader: u.Content, do: func() { d.succeed() }}
		_, err := d.Put(t.Context(), u)
		require.True(t, fault.HasCode(err, api.CodeLeaseLost), "%v", err)
		list, err := d.List(t.Context(), d.Creator, d.Task.ID)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

// onRead does something at the first read.
type onRead struct {
	io.Reader
	do func()
}

func (r *onRead) Read(p []byte) (int, error) {
	if r.do != nil {
		r.do()
		r.do = nil
	}
	return r.Reader.Read(p)
}

func TestStat_ShowsOnlyWhatTheResultNames(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		named := d.put("named.html", "n")
		d.put("left.html", "l")
		_, err := d.Stat(t.Context(), d.Creator, d.Task.ID, "named.html")
		require.True(t, fault.Is(err, fault.NotFound), "the task has no result yet")
		d.succeed(named)
		_, err = d.Stat(t.Context(), d.Creator, d.Task.ID, "named.html")
		require.NoError(t, err)
		_, err = d.Stat(t.Context(), d.Creator, d.Task.ID, "left.html")
		require.True(t, fault.Is(err, fault.NotFound))
		stranger := storetest.Analyst(t, d.db, storetest.Workspace(t, d.db))
		_, err = d.Stat(t.Context(), stranger, d.Task.ID, "named.html")
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = d.List(t.Context(), stranger, d.Task.ID)
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestSweep_RemovesWhatNoResultShows(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		named := d.put("named.html", "n")
		d.put("twin.html", "n") // the same content under two names
		d.put("left.html", "l")
		d.put("replaced.html", "old")
		d.put("replaced.html", "new")
		require.NoError(t, os.WriteFile(filepath.Join(d.dir, "not-ours.txt"), []byte("x"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(d.dir, "not-ours.18d3.tmp"), []byte("x"), 0o600))
		cut := d.file(named) + ".18d3a2b4c5d6e7f8.tmp"
		require.NoError(t, os.WriteFile(cut, []byte("x"), 0o600))
		require.Equal(t, 7, d.contents())

		removed, err := d.Sweep(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Equal(t, 2, removed, "while the attempt runs, only what it has replaced itself, and what a killed server was writing")
		require.NoFileExists(t, cut)

		d.succeed(named)
		removed, err = d.Sweep(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Zero(t, removed, "young uploads stay, whatever they are")

		d.db.Exec(t, "UPDATE artifacts SET created_at = created_at - interval '2 hours'")
		removed, err = d.Sweep(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Equal(t, 2, removed, "left.html and the new replaced.html")
		require.Equal(t, "n", d.read("named.html"))
		require.FileExists(t, filepath.Join(d.dir, "not-ours.txt"))
		require.FileExists(t, filepath.Join(d.dir, "not-ours.18d3.tmp"))

		require.NoError(t, d.db.DeleteTask(t.Context(), d.Workspace, d.Task.ID))
		removed, err = d.Sweep(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Equal(t, 1, removed, "the content of a deleted task")
	})
}

func TestOpen_SaysWhenContentIsMissing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		named := d.put("named.html", "n")
		d.succeed(named)
		require.NoError(t, os.RemoveAll(filepath.Join(d.dir, named.SHA256[:2])))
		a, err := d.Stat(t.Context(), d.Creator, d.Task.ID, "named.html")
		require.NoError(t, err)
		_, err = d.Open(t.Context(), a, 0, -1)
		require.True(t, fault.Is(err, fault.Internal))
	})
}
