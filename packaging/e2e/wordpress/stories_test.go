package wordpress_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/packaging/wordpress"
)

// bin is the folder with the built programs.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if programs.RaceDetector || runtime.GOOS != "linux" {
		return m.Run() // which says why it has nothing to do
	}
	built, remove, err := programs.Build(context.Background())
	if err != nil {
		fmt.Println("the programs cannot be built:", err)
		return 1
	}
	defer remove()
	bin = built
	return m.Run()
}

// picturesVariable names the environment variable with the folder for the
// pictures that stories take of screens.
const picturesVariable = "DDAP_PICTURES"

// versionsVariable names the environment variable with other versions of
// WordPress than the usual ones, such as "6.4 6.5".
const versionsVariable = "DDAP_WORDPRESS_VERSIONS"

// TestWordPress tells the stories of browser/stories, each on a site of its own
// with a server and a runner, in the newest WordPress and in an older one.
func TestWordPress(t *testing.T) {
	t.Parallel()
	if bin == "" {
		t.Skip("the stories need Linux, and look at PHP and at programs that were built without the race detector")
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	noteFiles(t, filepath.Join(root, "wordpress-plugin"), filepath.Join("..", "browser"))
	stories, err := filepath.Glob(filepath.Join("..", "browser", "stories", "*.mjs"))
	require.NoError(t, err)
	require.NotEmpty(t, stories)
	versions := []string{"7.1", "6.8"}
	if others := os.Getenv(versionsVariable); others != "" {
		versions = strings.Fields(others)
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			release, err := wordpress.Get(t.Context(), version, t.Output())
			require.NoError(t, err)
			t.Log(release)
			for _, file := range stories {
				name := strings.TrimSuffix(filepath.Base(file), ".mjs")
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					stage{t: t, root: root, release: release, name: name, version: version, file: file}.play()
				})
			}
		})
	}
}

// stage is where one file of stories plays.
type stage struct {
	t                         *testing.T
	root, name, version, file string
	release                   wordpress.Release
}

func (s stage) play() {
	t := s.t
	folder, remove, err := programs.Folder()
	require.NoError(t, err)
	t.Cleanup(remove)
	t.Cleanup(func() { requireNothingRuns(t, folder) })
	backend, err := wordpress.StartBackend(t.Context(), bin, folder, wordpress.ExampleData(filepath.Join(s.root, "examples", "data"))...)
	require.NoError(t, err)
	t.Cleanup(backend.Stop)
	database, err := programs.StartMariaDB(t.Context(), folder)
	require.NoError(t, err)
	t.Cleanup(database.Stop)
	spec := wordpress.Spec{
		Release: s.release, Folder: filepath.Join(folder, "wordpress"), Plugin: filepath.Join(s.root, "wordpress-plugin"), Database: database,
	}
	s.furnish(&spec, backend)
	site, err := spec.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(site.Stop)
	s.tell(site, backend, filepath.Join(folder, "story.json"))
}

// furnish makes the site what the first line of the file asks for:
// "// site: WORD …" with any of
//
//   - bare: the plugin waits to be activated
//   - unconfigured: it knows no server
//   - multisite: there is a network with a second site
//   - language=LOCALE: it speaks that language
func (s stage) furnish(spec *wordpress.Spec, backend *wordpress.Backend) {
	text, err := os.ReadFile(s.file)
	require.NoError(s.t, err)
	spec.Constants = backend.Constants()
	first, _, _ := strings.Cut(string(text), "\n")
	wishes, _ := strings.CutPrefix(first, "// site:")
	if wishes == first {
		return
	}
	for wish := range strings.FieldsSeq(wishes) {
		language, isLanguage := strings.CutPrefix(wish, "language=")
		switch {
		case isLanguage:
			spec.Language = language
		case wish == "bare":
			spec.Inactive, spec.Constants = true, nil
		case wish == "unconfigured":
			spec.Constants = nil
		case wish == "multisite":
			spec.Multisite = true
		default:
			require.Failf(s.t, "what site is that?", "%s asks for %q", s.file, wish)
		}
	}
}

// tell runs the stories and shows what they said if one failed.
func (s stage) tell(site *wordpress.Site, backend *wordpress.Backend, note string) {
	t := s.t
	pictures := os.Getenv(picturesVariable)
	if pictures == "" {
		pictures = filepath.Join(s.root, ".task", "pictures")
	}
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "./task setup:test installs it")
	where, err := json.Marshal(map[string]any{
		"site": site.URL, "password": site.Password, "version": site.Release.Version, "debug_log": site.DebugLog, "mail": site.Mail, "constants": site.ConstantsFile,
		"chromium": chromium, "pictures": filepath.Join(pictures, s.version, s.name), "server": map[string]string{
			"url": backend.Server.URL(), "key": backend.Key, "admin_key": backend.Server.Key,
		},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(note, where, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), storyTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=spec", s.file)
	cmd.Env = append(os.Environ(), "DDAP_STORY="+note)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it ends its browser
	cmd.WaitDelay = 20 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	_, err = cmd.StdinPipe() // it ends when this end is gone
	require.NoError(t, err)
	err = cmd.Run()
	t.Logf("%s", said.Bytes())
	require.NoErrorf(t, err, "a story failed; pictures are in %s (packaging/e2e/browser/node_modules comes from ./task setup:browser)\n%s", filepath.Join(pictures, s.version, s.name), backend.Tail())
}

// storyTime is how long the stories of one file may take together.
const storyTime = 8 * time.Minute

// requireNothingRuns fails over processes that a story left behind, and ends them.
func requireNothingRuns(t *testing.T, folder string) {
	t.Helper()
	for _, left := range programs.Mentioning(folder) {
		t.Errorf("process %d is left behind: %s", left.PID, left.Line)
		if p, err := os.FindProcess(left.PID); err == nil {
			_ = p.Kill()
		}
	}
}

// noteFiles looks at files that others will read, so that `go test` knows that
// its kept results are stale when one of them changes.
func noteFiles(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		require.NoError(t, err)
	}
}
