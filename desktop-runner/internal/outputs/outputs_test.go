package outputs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/outputs"
	"ddap/shared/fault"
	"ddap/shared/result"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func store(t *testing.T, limits outputs.Limits) (*outputs.Store, *clock, string) {
	t.Helper()
	c, folder := &clock{now: noon}, filepath.Join(t.TempDir(), "outputs")
	s, err := outputs.Open(folder, limits, c.Now)
	require.NoError(t, err)
	return s, c, folder
}

func keep(t *testing.T, s *outputs.Store, taskID, content string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.parquet")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	require.NoError(t, s.Keep(path, outputs.Output{
		TaskID: taskID, Attempt: 1, Policy: result.Aggregates, MinGroupSize: 7,
		Sources: []result.Source{{Name: "birds", RunnerID: "r"}},
	}))
}

func requireLost(t *testing.T, s *outputs.Store, taskID string) {
	t.Helper()
	_, _, _, err := s.Get(taskID, 1)
	require.True(t, fault.HasCode(err, outputs.CodeInputLost), "got %v", err)
}

func requireKept(t *testing.T, s *outputs.Store, taskID string) {
	t.Helper()
	_, _, release, err := s.Get(taskID, 1)
	require.NoError(t, err)
	release()
}

func TestStore_GivesBackWhatItKept(t *testing.T) {
	t.Parallel()
	s, _, _ := store(t, outputs.Limits{})
	keep(t, s, "t1", "rows")

	file, out, release, err := s.Get("t1", 1)
	require.NoError(t, err)
	defer release()
	require.Equal(t, result.Aggregates, file.Policy)
	require.Equal(t, 7, file.MinGroupSize)
	require.Equal(t, "birds", out.Sources[0].Name)
	content, err := os.ReadFile(file.Path)
	require.NoError(t, err)
	require.Equal(t, "rows", string(content))
}

func TestStore_SaysInputLost_WhenItIsNotHere(t *testing.T) {
	t.Parallel()
	s, _, folder := store(t, outputs.Limits{})
	requireLost(t, s, "never")
	// The folder above the store has what would be an output, if ids were paths.
	outside := filepath.Join(filepath.Dir(folder), "t2")
	require.NoError(t, os.Mkdir(outside, 0o700))
	for _, name := range []string{"1.json", "1.parquet"} {
		require.NoError(t, os.WriteFile(filepath.Join(outside, name), []byte("{}"), 0o600))
	}
	requireLost(t, s, "../t2")

	keep(t, s, "t1", "rows")
	require.NoError(t, os.Remove(filepath.Join(folder, "t1", "1.parquet")))
	requireLost(t, s, "t1")
}

func TestStore_Sweep_DropsTheOldestOverTheSize(t *testing.T) {
	t.Parallel()
	s, c, _ := store(t, outputs.Limits{TotalBytes: 8})
	for _, id := range []string{"t1", "t2", "t3"} {
		keep(t, s, id, "1234")
		c.now = c.now.Add(time.Minute)
	}
	dropped, err := s.Sweep(nil)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	requireLost(t, s, "t1")
	requireKept(t, s, "t2")
	requireKept(t, s, "t3")
}

func TestStore_Sweep_DropsWhatIsTooOld(t *testing.T) {
	t.Parallel()
	s, c, folder := store(t, outputs.Limits{Age: time.Hour})
	keep(t, s, "t1", "1")
	c.now = c.now.Add(2 * time.Hour)
	keep(t, s, "t2", "1")
	dropped, err := s.Sweep(nil)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	requireKept(t, s, "t2")
	require.NoDirExists(t, filepath.Join(folder, "t1"))
}

func TestStore_Sweep_LeavesWhatATaskStillNeeds(t *testing.T) {
	t.Parallel()
	s, c, _ := store(t, outputs.Limits{Age: time.Hour, TotalBytes: 8})
	for _, id := range []string{"old", "older still", "new"} {
		keep(t, s, id, "1234")
		c.now = c.now.Add(time.Minute)
	}
	ids, err := s.Tasks()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"old", "older still", "new"}, ids)

	others := map[string]bool{"older still": true, "new": true}
	dropped, err := s.Sweep(others)
	require.NoError(t, err)
	require.Equal(t, 1, dropped, "what is needed takes its share of the room")
	requireLost(t, s, "older still")

	c.now = c.now.Add(2 * time.Hour)
	_, err = s.Sweep(others)
	require.NoError(t, err)
	requireKept(t, s, "old")
	requireLost(t, s, "new")
	_, err = s.Sweep(nil)
	require.NoError(t, err)
	requireLost(t, s, "old")
}

func TestStore_NeverDropsWhatIsBeingRead(t *testing.T) {
	t.Parallel()
	s, c, _ := store(t, outputs.Limits{Age: time.Hour, TotalBytes: 7})
	keep(t, s, "t1", "1234")
	_, _, release, err := s.Get("t1", 1)
	require.NoError(t, err)
	c.now = c.now.Add(2 * time.Hour)
	keep(t, s, "t2", "1234")

	dropped, err := s.Sweep(nil)
	require.NoError(t, err)
	require.Zero(t, dropped)
	require.NoError(t, s.Delete("t1"))
	requireKept(t, s, "t1")

	release()
	release() // a second call changes nothing
	dropped, err = s.Sweep(nil)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
}

func TestStore_Sweep_RemovesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	s, _, folder := store(t, outputs.Limits{})
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "t1"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "t1", "1.parquet"), []byte("x"), 0o600))
	dropped, err := s.Sweep(nil)
	require.NoError(t, err)
	require.Zero(t, dropped)
	require.NoDirExists(t, filepath.Join(folder, "t1"))
}

// Dropped at the next sweep, it would be missed by the task that was to read it,
// and nobody would know why.
func TestStore_RefusesRows_ThatAreMoreThanIsKeptAtAll(t *testing.T) {
	t.Parallel()
	s, _, folder := store(t, outputs.Limits{TotalBytes: 8})
	path := filepath.Join(t.TempDir(), "rows.parquet")
	require.NoError(t, os.WriteFile(path, []byte("123456789"), 0o600))
	err := s.Keep(path, outputs.Output{TaskID: "t1", Attempt: 1})
	require.True(t, fault.HasCode(err, outputs.CodeOverLimit), "got %v", err)
	require.ErrorContains(t, err, "--output-limit")
	require.NoDirExists(t, filepath.Join(folder, "t1"))
}
