//go:build linux

package walls_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/perform"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// shared stands in every file that is shared here.
const shared = "public3b9c"

// forms are ways in which a file is read: by DuckDB where it is, by ourselves into
// the engine, and by ourselves into the work folder first.
var forms = map[string]func(word string) []byte{
	"lines.csv":   func(word string) []byte { return []byte("a,b\n" + word + ",2\n") },
	"returns.csv": func(word string) []byte { return []byte("a,b\r" + word + ",2\r") },
	"x.json":      func(word string) []byte { return []byte(`[{"a": "` + word + `", "b": 2}]`) },
	"x.xlsx":      func(word string) []byte { return workbooktest.File([]any{"a", "b"}, []any{word, 2}) },
}

// swap has a file to share, one of the same name that is not, and links that lead
// there: beside the file, and beside its folder.
type swap struct{ file, folder, fileLink, folderLink string }

func newSwap(t *testing.T, w *world, name string) swap {
	t.Helper()
	folder := filepath.Join(w.shared, "below")
	s := swap{file: filepath.Join(folder, name), folder: folder, fileLink: filepath.Join(folder, "link"), folderLink: filepath.Join(w.shared, "link")}
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(s.file, forms[name](shared), 0o600))
	secret := filepath.Join(w.beside, name)
	require.NoError(t, os.WriteFile(secret, forms[name](mark), 0o600))
	require.NoError(t, os.Symlink(secret, s.fileLink))
	require.NoError(t, os.Symlink(w.beside, s.folderLink))
	return s
}

// exchange puts a link in the place of a file or folder, or back, in one step.
func exchange(path, link string) error {
	return unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, link, unix.RENAME_EXCHANGE)
}

// performs does a task in a child behind both walls, or without the system's.
var performs = map[string]func(t *testing.T, p plan.Plan) plan.Outcome{
	"behind both walls": func(t *testing.T, p plan.Plan) plan.Outcome {
		t.Helper()
		requireWholeSandbox(t)
		return (&worker.Launcher{RequireSandbox: true}).Perform(t.Context(), p, func(plan.Progress) {}).Outcome
	},
	"with the system's wall down": func(t *testing.T, p plan.Plan) plan.Outcome {
		t.Helper()
		return perform.Run(t.Context(), p, func(plan.Progress) {})
	},
}

func (w *world) fetch(t *testing.T, path string) plan.Plan {
	t.Helper()
	p := w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", path)
	p.WorkDir = t.TempDir()
	return p
}

func requireNoSecret(t *testing.T, out plan.Outcome) {
	t.Helper()
	raw, err := json.Marshal(out)
	require.NoError(t, err)
	require.NotContains(t, string(raw), mark)
}

// Whoever can write to a folder above the file may put a link there after the agent
// has looked where its path leads.
func TestTasks_FollowNoLink_ThatCameAfterTheAgentsLook(t *testing.T) {
	t.Parallel()
	for name := range forms {
		for what, put := range map[string]func(s swap) error{
			"file":   func(s swap) error { return exchange(s.file, s.fileLink) },
			"folder": func(s swap) error { return exchange(s.folder, s.folderLink) },
		} {
			for walls, do := range performs {
				t.Run(name+"/"+what+"/"+walls, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					s := newSwap(t, w, name)
					path, err := sharepath.Resolve(s.file) // as the agent does
					require.NoError(t, err)
					require.NoError(t, put(s))
					out := do(t, w.fetch(t, path))
					requireNoSecret(t, out)
					require.NotNil(t, out.Failure)
					require.Equal(t, task.SourceUnreadable, out.Failure.Reason)
					require.Contains(t, out.Failure.Message, "link")
				})
			}
		}
	}
}

// Links come and go while tasks run, at any moment between a look and a use.
func TestTasks_ReadTheFileThatTheyLookedAt_WhileLinksComeAndGo(t *testing.T) {
	t.Parallel()
	for name := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := newSwap(t, w, name)
			over := make(chan struct{})
			var swapping sync.WaitGroup
			swapping.Go(func() {
				for {
					select {
					case <-over:
						return
					default:
						_ = exchange(s.file, s.fileLink)
					}
				}
			})
			for range 40 {
				out := perform.Run(t.Context(), w.fetch(t, s.file), func(plan.Progress) {})
				requireNoSecret(t, out)
				if out.Failure != nil {
					// DuckDB refuses a file that has none of the names allowed at that moment.
					require.Contains(t, []task.Reason{task.SourceUnreadable, task.OperationFailed}, out.Failure.Reason, out.Failure.Message)
					require.NotContains(t, out.Failure.Message, "inside the runner", "not a defect")
				}
			}
			close(over)
			swapping.Wait()
		})
	}
}
