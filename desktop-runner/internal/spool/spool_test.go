package spool_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/durable"
	"ddap/desktop-runner/internal/spool"
	"ddap/shared/api"
	"ddap/shared/result"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, folder string) *spool.Spool {
	t.Helper()
	s, err := spool.Open(folder)
	require.NoError(t, err)
	return s
}

func list(t *testing.T, s *spool.Spool) (entries []spool.Entry, setAside int) {
	t.Helper()
	entries, setAside, err := s.List()
	require.NoError(t, err)
	return entries, setAside
}

func report(taskID string) api.ResultReport {
	return api.ResultReport{
		TaskID: taskID, Attempt: 1, LeaseToken: "1-x", Outcome: api.OutcomeSucceeded,
		Result: &result.Document{Version: result.Version, Kind: "fetch", Summary: "ok"},
	}
}

func fileWith(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestSpool_KeepsReportAndArtifacts_AcrossAnOpening(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := open(t, folder).Put(report("a"), []spool.File{{Path: fileWith(t, "<p>"), Name: "report.html", ContentType: "text/html"}}, noon)
	require.NoError(t, err)

	s := open(t, folder)
	entries, setAside := list(t, s)
	require.Zero(t, setAside)
	require.Len(t, entries, 1)
	require.Equal(t, "ok", entries[0].Report.Result.Summary)
	// sha256 of "<p>": printf '<p>' | sha256sum
	const sum = "33f2799467177287a29260780a107ac98ea63dd6165f67fcc0d74767d0a82090"
	require.Equal(t, []api.ArtifactRef{{Name: "report.html", SHA256: sum}}, entries[0].Report.Artifacts)
	f, err := s.Artifact(entries[0], "report.html")
	require.NoError(t, err)
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, "<p>", string(content))
}

func TestSpool_ListsOldestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for i, id := range []string{"z", "a", "m"} {
		_, err := s.Put(report(id), nil, noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
	}
	entries, _ := list(t, s)
	require.Equal(t, []string{"z.1", "a.1", "m.1"}, []string{entries[0].Key(), entries[1].Key(), entries[2].Key()})
}

func TestSpool_ReplacesTheReportOfAnAttempt(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	_, err := s.Put(report("a"), []spool.File{{Path: fileWith(t, "x"), Name: "x"}}, noon)
	require.NoError(t, err)
	second := report("a")
	second.Outcome, second.Result = api.OutcomeCanceled, nil
	_, err = s.Put(second, nil, noon)
	require.NoError(t, err)

	entries, _ := list(t, s)
	require.Len(t, entries, 1)
	require.Equal(t, api.OutcomeCanceled, entries[0].Report.Outcome)
	require.Empty(t, entries[0].Artifacts)
}

func TestSpool_ForgetsWhatWasRemoved(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	entry, err := s.Put(report("a"), nil, noon)
	require.NoError(t, err)
	require.NoError(t, s.Remove(entry.Key()))
	require.NoError(t, s.Remove(entry.Key()), "removing twice is no error")
	entries, _ := list(t, s)
	require.Empty(t, entries)
}

// A crash can leave an entry without its name, a report that is cut, a report
// that is empty, or an artifact that is short.
func TestSpool_SurvivesTornWrites(t *testing.T) {
	t.Parallel()
	for name, tear := range map[string]func(t *testing.T, folder string){
		"an entry that never got its name": func(t *testing.T, folder string) {
			require.NoError(t, os.Mkdir(filepath.Join(folder, durable.TempPrefix+"1"), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(folder, durable.TempPrefix+"1", "report.json"), []byte("{"), 0o600))
		},
		"a report that is cut": func(t *testing.T, folder string) {
			path := filepath.Join(folder, "torn.1", "report.json")
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, info.Size()/2))
		},
		"a report that is empty": func(t *testing.T, folder string) {
			require.NoError(t, os.Truncate(filepath.Join(folder, "torn.1", "report.json"), 0))
		},
		"an artifact that is short": func(t *testing.T, folder string) {
			require.NoError(t, os.Truncate(filepath.Join(folder, "torn.1", "artifact-x"), 1))
		},
		"a report under another's name": func(t *testing.T, folder string) {
			require.NoError(t, os.Rename(filepath.Join(folder, "torn.1"), filepath.Join(folder, "other.1")))
		},
		"an artifact that is gone": func(t *testing.T, folder string) {
			require.NoError(t, os.Remove(filepath.Join(folder, "torn.1", "artifact-x")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			s := open(t, folder)
			_, err := s.Put(report("torn"), []spool.File{{Path: fileWith(t, "xyz"), Name: "x"}}, noon)
			require.NoError(t, err)
			_, err = s.Put(report("whole"), nil, noon.Add(time.Second))
			require.NoError(t, err)
			tear(t, folder)

			entries, _ := list(t, open(t, folder))
			require.NotEmpty(t, entries)
			require.Equal(t, "whole.1", entries[len(entries)-1].Key())
			require.Equal(t, name == "an entry that never got its name", len(entries) == 2, "what is torn is not sent")
			again, setAside := list(t, open(t, folder))
			require.Equal(t, entries, again)
			require.Zero(t, setAside, "a broken entry is set aside once")
		})
	}
}

func TestSpool_Remember_KeepsAReportThatTheDiskDidNotTake(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	_, err := s.Put(report("a"), nil, noon)
	require.NoError(t, err)
	newer := report("a")
	newer.Outcome, newer.Result = api.OutcomeCanceled, nil
	s.Remember(newer, noon)
	s.Remember(report("b"), noon.Add(-time.Second))

	entries, _ := list(t, s)
	require.Equal(t, []string{"b.1", "a.1"}, []string{entries[0].Key(), entries[1].Key()})
	require.Equal(t, api.OutcomeCanceled, entries[1].Report.Outcome, "it stands for what is on the disk")
	require.NoError(t, s.Remove("a.1"))
	require.NoError(t, s.Remove("b.1"))
	entries, _ = list(t, s)
	require.Empty(t, entries)
	entries, _ = list(t, open(t, folder))
	require.Empty(t, entries)
}

func TestSpool_Put_TakesThePlaceOfWhatWasRemembered(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.Remember(report("a"), noon)
	_, err := s.Put(report("a"), nil, noon)
	require.NoError(t, err)
	require.NoError(t, s.Remove("a.1"))
	entries, _ := list(t, s)
	require.Empty(t, entries)
}
