package catalogue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/download"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// owner is a computer with files, one catalogue, and a count of looks.
type owner struct {
	t     *testing.T
	dir   string
	now   time.Time
	looks int
	log   strings.Builder
	*catalogue.Catalogue
}

func newOwner(t *testing.T, names ...string) *owner {
	t.Helper()
	o := &owner{t: t, dir: t.TempDir(), now: noon}
	var shares []settings.Share
	for _, n := range names {
		shares = append(shares, settings.Share{Name: n, Path: o.path(n), Policy: result.Rows})
	}
	log := slog.New(slog.NewTextHandler(&o.log, nil))
	o.Catalogue = catalogue.New(shares, o.inspect, func() time.Time { return o.now }, log)
	return o
}

func (o *owner) path(name string) string { return filepath.Join(o.dir, name+".csv") }

// write changes a file. The time of change is set: two writes may be closer
// than the clock of the file system is exact.
func (o *owner) write(name, content string, at time.Time) {
	o.t.Helper()
	require.NoError(o.t, os.WriteFile(o.path(name), []byte(content), 0o600))
	require.NoError(o.t, os.Chtimes(o.path(name), at, at))
}

// inspect takes the first line as the column; "broken" is not readable.
func (o *owner) inspect(_ context.Context, file plan.File) (worker.Description, error) {
	o.looks++
	raw, err := os.ReadFile(file.Path)
	require.NoError(o.t, err)
	if string(raw) == "broken" {
		return worker.Description{}, &worker.FailedError{Failure: plan.Failure{
			Reason: task.SourceUnreadable, Message: filepath.Base(file.Path) + " is not a table.",
		}}
	}
	return worker.Description{Format: plan.CSV, Columns: []result.Column{{Name: string(raw), Type: result.Text}}}, nil
}

func names(offer api.DatasetsRequest) []string {
	out := []string{}
	for _, d := range offer.Datasets {
		out = append(out, d.Name)
	}
	return out
}

func TestCatalogue_OffersWhatCanBeRead(t *testing.T) {
	t.Parallel()
	o := newOwner(t, "birds", "absent", "bad", "ants")
	o.write("birds", "species", noon)
	o.write("bad", "broken", noon)
	o.write("ants", "length", noon)
	o.Refresh(t.Context())

	offer := o.Offer()
	require.Equal(t, []string{"ants", "birds"}, names(offer))
	require.Equal(t, "species", offer.Datasets[1].Columns[0].Name)
	require.NotEmpty(t, offer.Datasets[1].Revision)
	require.Contains(t, o.log.String(), "the file is not a table")
	require.Contains(t, o.log.String(), "there is no such file")
	require.NotContains(t, o.log.String(), o.dir, "paths stay out of the log")
	require.NotContains(t, o.log.String(), "bad.csv")
}

func TestCatalogue_AnnouncesWholeGroups_WhereRowsMayNotLeave(t *testing.T) {
	t.Parallel()
	told := func(policy result.Policy, size int, rows int64) *int64 {
		path := filepath.Join(t.TempDir(), "a.csv")
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		inspect := func(context.Context, plan.File) (worker.Description, error) {
			return worker.Description{Rows: &rows}, nil
		}
		shares := []settings.Share{{Name: "a", Path: path, Policy: policy, MinGroupSize: size}}
		c := catalogue.New(shares, inspect, time.Now, slog.New(slog.DiscardHandler))
		c.Refresh(t.Context())
		return c.Offer().Datasets[0].Rows
	}
	require.EqualValues(t, 344, *told(result.Rows, 0, 344))
	require.EqualValues(t, 340, *told(result.Aggregates, 0, 344))
	require.EqualValues(t, 300, *told(result.Aggregates, 100, 344))
	require.Nil(t, told(result.Aggregates, 5, 4))
}

// One letter of one name decides whether a file is UTF-8.
func TestCatalogue_TellsHowFilesAreTaken_ButNotWhatASingleRowDecides(t *testing.T) {
	t.Parallel()
	for policy, want := range map[result.Policy]string{
		result.Rows: "windows-1252, separator semicolon, decimal comma", result.Aggregates: "separator semicolon",
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		inspect := func(context.Context, plan.File) (worker.Description, error) {
			return worker.Description{Guess: "windows-1252, separator semicolon, decimal comma", Layout: "separator semicolon"}, nil
		}
		c := catalogue.New([]settings.Share{{Name: "a", Path: path, Policy: policy}}, inspect, time.Now, slog.New(slog.DiscardHandler))
		c.Refresh(t.Context())
		require.Equal(t, want, c.Offer().Datasets[0].Reading)
	}
}

func TestCatalogue_LooksAgain_OnlyWhenAFileChanged(t *testing.T) {
	t.Parallel()
	o := newOwner(t, "birds")
	o.write("birds", "species", noon)
	o.Refresh(t.Context())
	first := o.Offer()
	o.Refresh(t.Context())
	require.Equal(t, 1, o.looks)
	require.Equal(t, first, o.Offer())

	o.write("birds", "kind!!!", noon.Add(time.Second)) // the same size
	o.Refresh(t.Context())
	require.Equal(t, 2, o.looks)
	require.NotEqual(t, first.Revision, o.Offer().Revision)
	require.NotEqual(t, first.Datasets[0].Revision, o.Offer().Datasets[0].Revision)
}

// On some file systems what is known of a file is never relied on, so that it is
// looked at again and again.
func TestCatalogue_LogsWhatIsShared_OnceAndNotAtEveryLook(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(path, []byte("a\n1\n"), 0o600))
	now, looks, column := noon, 0, "a"
	inspect := func(context.Context, plan.File) (worker.Description, error) {
		looks++
		return worker.Description{
			Format: plan.CSV, Columns: []result.Column{{Name: column, Type: result.Integer}}, Known: &plan.Known{Stamp: "one that no file has"},
		}, nil
	}
	var log strings.Builder
	c := catalogue.New([]settings.Share{{Name: "a", Path: path, Policy: result.Rows}}, inspect, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	told := func() int { return strings.Count(log.String(), "dataset is shared") }
	for range 3 {
		c.Refresh(t.Context())
		now = now.Add(time.Hour)
	}
	require.Equal(t, 3, looks)
	require.Equal(t, 1, told(), "%s", &log)
	column = "b"
	c.Refresh(t.Context())
	require.Equal(t, 2, told(), "other columns are news: %s", &log)
}

func TestCatalogue_HandsOutWhatItKnowsOfAFile_AndLooksAgainWhereItIsAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	write := func() {
		require.NoError(t, os.WriteFile(path, []byte("a\n1\n"), 0o600))
		require.NoError(t, os.Chtimes(path, noon, noon))
	}
	write()
	now, looks := noon, int64(0)
	inspect := func(_ context.Context, file plan.File) (worker.Description, error) {
		require.Nil(t, file.Known)
		looks++
		stamp := sharepath.Stamp(file.Paths()).Stamp
		if looks > 1 {
			stamp = "one that no file has"
		}
		return worker.Description{Format: plan.CSV, Known: &plan.Known{Stamp: stamp, Rows: looks}}, nil
	}
	c := catalogue.New([]settings.Share{{Name: "a", Path: path, Policy: result.Rows}}, inspect, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	ask := func() int64 {
		found, err := c.Get(t.Context(), "a")
		require.NoError(t, err)
		return found.File.Known.Rows
	}
	require.EqualValues(t, 1, ask())
	now = now.Add(time.Hour)
	require.EqualValues(t, 1, ask())
	require.NoError(t, os.Remove(path))
	write() // another file with the same size and time
	if runtime.GOOS != "linux" {
		return // where only these tell files apart
	}
	require.EqualValues(t, 2, ask())
	require.EqualValues(t, 2, ask(), "a stamp that never fits is no reason to look each time")
	now = now.Add(time.Hour)
	require.EqualValues(t, 3, ask())
}

func TestCatalogue_WithdrawsAFileThatWentAway_AndOffersItAgain(t *testing.T) {
	t.Parallel()
	o := newOwner(t, "birds")
	o.write("birds", "species", noon)
	o.Refresh(t.Context())
	require.NoError(t, os.Remove(o.path("birds")))
	o.Refresh(t.Context())
	require.Empty(t, names(o.Offer()))
	o.Refresh(t.Context())
	require.Equal(t, 1, strings.Count(o.log.String(), "there is no such file"), "said once")

	o.write("birds", "species", noon)
	o.Refresh(t.Context())
	require.Equal(t, []string{"birds"}, names(o.Offer()))
}

func TestCatalogue_TriesABrokenFileAgain_AfterAWhile(t *testing.T) {
	t.Parallel()
	o := newOwner(t, "birds")
	o.write("birds", "broken", noon)
	o.Refresh(t.Context())
	o.Refresh(t.Context())
	require.Equal(t, 1, o.looks)
	o.now = o.now.Add(6 * time.Minute)
	o.Refresh(t.Context())
	require.Equal(t, 2, o.looks)
}

func TestCatalogue_Get(t *testing.T) {
	t.Parallel()
	o := newOwner(t, "birds", "linked", "folder", "led out")
	secret := filepath.Join(t.TempDir(), "secret.csv")
	require.NoError(t, os.WriteFile(secret, []byte("species"), 0o600))
	require.NoError(t, os.Symlink(secret, o.path("led out")))
	o.write("birds", "species", noon)
	require.NoError(t, os.Symlink(o.path("birds"), o.path("linked")))
	require.NoError(t, os.Mkdir(o.path("folder"), 0o700))

	found, err := o.Get(t.Context(), "birds")
	require.NoError(t, err, "a file is looked at when it is first needed")
	require.Equal(t, plan.CSV, found.File.Format)
	require.Equal(t, result.Rows, found.File.Policy)
	o.Refresh(t.Context())
	require.Equal(t, o.Offer().Datasets[0].Revision, found.Revision)

	linked, err := o.Get(t.Context(), "linked")
	require.NoError(t, err)
	require.Equal(t, found.File.Path, linked.File.Path, "links are resolved before a task sees them")

	for _, name := range []string{"folder", "unknown", "led out"} {
		_, err = o.Get(t.Context(), name)
		require.Truef(t, fault.HasCode(err, string(task.SourceUnreadable)), "%s: got %v", name, err)
		require.NotContains(t, err.Error(), o.dir)
	}
}

// A large file takes minutes to look at. Tasks on other files go on meanwhile,
// and one on that file can still be stopped.
func TestCatalogue_Get_DoesNotWaitForTheLookAtAnotherFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var shares []settings.Share
	for _, name := range []string{"large", "small"} {
		path := filepath.Join(dir, name+".csv")
		require.NoError(t, os.WriteFile(path, []byte("species"), 0o600))
		shares = append(shares, settings.Share{Name: name, Path: path, Policy: result.Rows})
	}
	looking := make(chan struct{})
	c := catalogue.New(shares, func(ctx context.Context, file plan.File) (worker.Description, error) {
		if strings.HasSuffix(file.Path, "large.csv") {
			close(looking) // a second look at the same time would panic
			<-ctx.Done()
			return worker.Description{}, ctx.Err()
		}
		return worker.Description{Format: plan.CSV}, nil
	}, time.Now, slog.New(slog.DiscardHandler))
	refreshing, stop := context.WithCancel(t.Context())
	refreshed := make(chan struct{})
	go func() {
		defer close(refreshed)
		c.Refresh(refreshing)
	}()
	<-looking

	got := make(chan error, 2)
	go func() {
		_, err := c.Get(t.Context(), "small")
		got <- err
	}()
	require.NoError(t, within(t, got), "another file")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	go func() {
		_, err := c.Get(stopped, "large")
		got <- err
	}()
	require.Error(t, within(t, got), "the same file, for a task that was stopped")
	stop()
	<-refreshed
}

func within(t *testing.T, got <-chan error) error {
	t.Helper()
	select {
	case err := <-got:
		return err
	case <-time.After(10 * time.Second):
		require.FailNow(t, "it waits")
		return nil
	}
}

func TestCatalogue_TakesAFolderAsOneDataset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	put("b.csv", "x")
	put("a.csv", "x")
	put("notes.docx", "x")
	put(".hidden.csv", "x")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "more.csv"), 0o700))
	inspect := func(_ context.Context, file plan.File) (worker.Description, error) {
		return worker.Description{Format: plan.CSV}, nil
	}
	for name, path := range map[string]string{"folder": dir, "pattern": filepath.Join(dir, "*.csv")} {
		log := &strings.Builder{}
		c := catalogue.New([]settings.Share{{Name: name, Path: path, Policy: result.Rows}}, inspect, time.Now, slog.New(slog.NewTextHandler(log, nil)))
		found, err := c.Get(t.Context(), name)
		require.NoError(t, err, log.String())
		require.Equal(t, []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")}, found.File.Paths())
		require.Contains(t, log.String(), "files=2")

		put("c.csv", "x")
		again, err := c.Get(t.Context(), name)
		require.NoError(t, err)
		require.NotEqual(t, found.Revision, again.Revision, "a new file is other data")
		require.Len(t, again.File.Paths(), 3)
		require.NoError(t, os.Remove(filepath.Join(dir, "c.csv")))
	}
}

func TestCatalogue_SaysWhyAFolderIsNoDataset(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret.csv")
	require.NoError(t, os.WriteFile(secret, []byte("x"), 0o600))
	for want, fill := range map[string]func(dir string) error{
		"there is no data file":    func(string) error { return nil },
		"files of several formats": func(dir string) error { return errors.Join(touch(dir, "a.csv"), touch(dir, "a.json")) },
		"a link that leads out of": func(dir string) error { return os.Symlink(secret, filepath.Join(dir, "a.csv")) },
		"there are too many files": func(dir string) error { return touchMany(dir, 1001) },
		"there is no such file":    func(dir string) error { return os.Symlink("gone.csv", filepath.Join(dir, "a.csv")) },
	} {
		dir := t.TempDir()
		require.NoError(t, fill(dir))
		inspect := func(context.Context, plan.File) (worker.Description, error) {
			t.Error("nothing of it is to be read")
			return worker.Description{}, nil
		}
		c := catalogue.New([]settings.Share{{Name: "a", Path: dir, Policy: result.Rows}}, inspect, time.Now, slog.New(slog.DiscardHandler))
		_, err := c.Get(t.Context(), "a")
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), dir)
	}
}

func touch(dir, name string) error { return os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600) }

func touchMany(dir string, n int) error {
	for i := range n {
		if err := touch(dir, fmt.Sprintf("%d.csv", i)); err != nil {
			return err
		}
	}
	return nil
}

func TestCatalogue_OffersTheRest_WhileAServerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked) // asking again meanwhile would panic
		<-release
		_, _ = w.Write([]byte("species"))
	}))
	defer web.Close()
	path := filepath.Join(t.TempDir(), "here.csv")
	require.NoError(t, os.WriteFile(path, []byte("species"), 0o600))
	shares := []settings.Share{
		{Name: "away", Policy: result.Rows, URL: web.URL + "/birds.csv", Format: plan.CSV},
		{Name: "here", Path: path, Policy: result.Rows},
	}
	waiting := make(chan time.Time)
	c := catalogue.New(shares, func(context.Context, plan.File) (worker.Description, error) {
		return worker.Description{Format: plan.CSV}, nil
	}, time.Now, slog.New(slog.DiscardHandler)).WithDownloads(download.New(download.Config{
		Folder: t.TempDir(), LimitBytes: 1 << 20, Hosts: []download.Host{{Name: strings.TrimPrefix(web.URL, "http://")}},
	}).Get)
	catalogue.WaitBy(c, func(time.Duration) <-chan time.Time { return waiting })
	close(waiting)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()

	c.Refresh(ctx)
	<-asked
	c.Refresh(ctx)
	require.Len(t, c.Offer().Datasets, 1)
	require.Equal(t, "here", c.Offer().Datasets[0].Name)
	close(release)
	catalogue.WaitForOthers(c)
	require.Len(t, c.Offer().Datasets, 2, "what came later is offered as well")
}
