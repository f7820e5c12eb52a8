//go:build linux

package walls_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // makes the files of other programs' kinds
	"github.com/stretchr/testify/require"
)

// mark stands in every file that a task must not see.
const mark = "classified7f3a"

// world is what lies around one attempt: what is shared, what is not, and ears
// that hear whoever calls. Its fields are what a table writes in braces.
type world struct {
	root                                      string
	shared, share, beside, secret, work, outs string
	tcp                                       int
	unix                                      string
	// heard counts what reached any of the ears.
	heard *atomic.Int64
	// before is every file outside the work folder, as it was.
	before map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	in := func(name string) string { return filepath.Join(root, name) }
	w := &world{
		root: root, shared: in("shared"), share: in("shared/share.csv"), beside: in("beside"), secret: in("beside/secret.csv"),
		work: in("work"), outs: in("out"), unix: in("socket"), heard: new(atomic.Int64),
	}
	for _, folder := range []string{w.shared, w.beside, w.work, w.outs, in("beside/exported")} {
		require.NoError(t, os.Mkdir(folder, 0o700))
	}
	for path, content := range map[string]string{
		w.share:                            "id,name,note\n1,Ann,a\n2,Bob,b\n3,Eve,c\n",
		in("shared/other.csv"):             "a,b\n" + mark + ",2\n",
		w.secret:                           "a,b\n" + mark + ",2\n",
		in("beside/secret.json"):           `[{"a": "` + mark + `"}]`,
		in("beside/exported/schema.sql"):   "CREATE TABLE imported (a VARCHAR);",
		in("beside/exported/load.sql"):     "COPY imported FROM '" + in("beside/secret.parquet") + "' (FORMAT parquet);",
		in("beside/evil.duckdb_extension"): "no code",
		in("work/evil.duckdb_extension"):   "no code",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), fmt.Sprintf(`COPY (SELECT '%[1]s' AS a) TO '%[2]s/secret.parquet' (FORMAT parquet);
		ATTACH '%[2]s/secret.duckdb' AS s; CREATE TABLE s.t AS SELECT '%[1]s' AS a; DETACH s`, mark, w.beside))
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NoError(t, os.Symlink(w.secret, in("work/link.csv")))
	require.NoError(t, os.Symlink(w.beside, in("work/beside")))
	w.listen(t)
	t.Cleanup(func() { _ = os.Remove(w.shm()) })
	w.before = w.outside(t)
	return w
}

// listen opens a TCP, a UDP, a Unix and an abstract Unix socket, and counts what arrives.
func (w *world) listen(t *testing.T) {
	t.Helper()
	var lc net.ListenConfig
	tcp, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.tcp = tcp.Addr().(*net.TCPAddr).Port
	named, err := lc.Listen(t.Context(), "unix", w.unix)
	require.NoError(t, err)
	abstract, err := lc.Listen(t.Context(), "unix", "@"+w.root)
	require.NoError(t, err)
	udp, err := lc.ListenPacket(t.Context(), "udp", fmt.Sprintf("127.0.0.1:%d", w.tcp))
	require.NoError(t, err)
	for _, l := range []net.Listener{tcp, named, abstract} {
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				w.heard.Add(1)
				_ = c.Close()
			}
		}()
	}
	t.Cleanup(func() { _ = udp.Close() })
	go func() {
		for {
			if _, _, err := udp.ReadFrom(make([]byte, 1)); err != nil {
				return
			}
			w.heard.Add(1)
		}
	}()
}

// fill writes the world's places into a text.
func (w *world) fill(text string) string {
	return strings.NewReplacer(
		"{root}", w.root, "{shared}", w.shared, "{share}", w.share, "{beside}", w.beside, "{secret}", w.secret, "{work}", w.work, "{out}", w.outs,
		"{tcp}", strconv.Itoa(w.tcp), "{http}", "http://127.0.0.1:"+strconv.Itoa(w.tcp), "{unix}", w.unix, "{shm}", w.shm(),
	).Replace(text)
}

// shm is a place in the memory that all processes share.
func (w *world) shm() string { return fmt.Sprintf("/dev/shm/ddap-walls-%d.csv", w.tcp) }

// outside gives every file but those of the work folder, with what is in it.
func (w *world) outside(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == w.work {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			out[path] += fmt.Sprintf(" %x %s", sha256.Sum256(raw), info.ModTime())
		}
		return nil
	})
	require.NoError(t, err)
	return out
}

// requireNoTrace fails when something changed outside the work folder, or
// somebody called.
func (w *world) requireNoTrace(t *testing.T) {
	t.Helper()
	require.Equal(t, w.before, w.outside(t), "files outside the work folder")
	require.NoFileExists(t, w.shm())
	require.Zero(t, w.heard.Load(), "somebody called")
}
