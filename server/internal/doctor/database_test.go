package doctor_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/doctor"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/api"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// examine looks at a set-up in which only the database may be wrong, and gives
// one finding.
func examine(t *testing.T, name, databaseURL string, changes ...func(*doctor.Patient)) doctor.Finding {
	t.Helper()
	db, err := pgstore.Open(databaseURL, pgstore.Options{MaxConnections: 4})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	p := doctor.Patient{
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Connections: 8, Database: db, Now: time.Now,
		Serves: func(context.Context, string) bool { return false },
	}
	for _, change := range changes {
		change(&p)
	}
	for _, f := range doctor.Examine(t.Context(), p) {
		if f.Check == name {
			return f
		}
	}
	require.Failf(t, "no such check", "%s", name)
	return doctor.Finding{}
}

func TestExamine_FindsNothingWrongWithAGoodDatabase(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "boss")
	for _, name := range []string{"admin_key", "database", "database_version", "backup_programs", "schema", "clock", "connections", "notices"} {
		f := examine(t, name, db.URL)
		require.Equalf(t, doctor.OK, f.Status, "%s: %s", name, f.Message)
	}
}

func TestExamine_SaysWhatIsWrongWithADatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		check, spoil string
		change       func(*doctor.Patient)
		status       doctor.Status
		says         string
	}{
		"newer schema":  {"schema", "INSERT INTO schema_migrations (name, group_id) VALUES ('29991231000000', 9)", nil, doctor.Advice, "newer than this program (29991231000000)"},
		"older schema":  {"schema", "DELETE FROM schema_migrations", nil, doctor.Advice, "older than this program"},
		"no schema":     {"schema", "DROP TABLE schema_migrations", nil, doctor.OK, "the first start"},
		"half restored": {"schema", "CREATE TABLE unfinished_restore (former_epoch bigint)", nil, doctor.Wrong, "not finished"},
		"no admin key":  {"admin_key", "UPDATE api_keys SET revoked_at = now()", nil, doctor.Wrong, "No admin key works"},
		"bad admin key": {"admin_key", "", func(p *doctor.Patient) { p.AdminKey = "letmein" }, doctor.Wrong, "DDAP_ADMIN_KEY"},
		"small":         {"connections", "", func(p *doctor.Patient) { p.Connections = 900 }, doctor.Wrong, "max_connections"},
		"clock":         {"clock", "", func(p *doctor.Patient) { p.Now = func() time.Time { return time.Now().Add(-time.Minute) } }, doctor.Wrong, "differ by 1m0s"},
		"away":          {"database", "", func(p *doctor.Patient) { p.Database, p.DatabaseError = nil, errors.New("connection refused") }, doctor.Wrong, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			if c.spoil != "" {
				pgtest.Execute(t, db.URL, c.spoil)
			}
			var changes []func(*doctor.Patient)
			if c.change != nil {
				changes = append(changes, c.change)
			}
			f := examine(t, c.check, db.URL, changes...)
			require.Equal(t, c.status, f.Status, f.Message)
			text := f.Message + f.Remedy
			require.Contains(t, text, c.says)
			require.NotContains(t, text, "letmein")
		})
	}
}

func TestExamine_FindsAPoolerThatSwallowsNotices(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(pgtest.Database(t))
	require.NoError(t, err)
	u.Host = deafTo(t, u.Host)
	f := examine(t, "notices", u.String())
	require.Equal(t, doctor.Wrong, f.Status, f.Message)
	require.Contains(t, f.Message, "pooler")
}

// deafTo is a proxy to PostgreSQL that keeps its NotificationResponses ('A') to
// itself, which is how a pooler in transaction mode looks to who listens.
func deafTo(t *testing.T, server string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				return
			}
			go func() {
				_, _ = io.Copy(upstream, client)
				_ = upstream.Close()
			}()
			go func() {
				_ = withoutNotices(client, upstream)
				_ = client.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// withoutNotices copies messages, which have a type, their length with itself,
// and the rest.
func withoutNotices(to io.Writer, from io.Reader) error {
	for {
		var head [5]byte
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return err
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return err
		}
		if head[0] == 'A' {
			continue
		}
		if _, err := to.Write(append(head[:], body...)); err != nil {
			return err
		}
	}
}

func TestText_ShowsWhatToDo(t *testing.T) {
	t.Parallel()
	text := doctor.Text([]doctor.Finding{
		{Check: "a", Status: doctor.OK, Message: "Fine."}, {Check: "b", Status: doctor.Wrong, Message: "Broken.", Remedy: "Mend it."},
	})
	require.Equal(t, 3, strings.Count(text, "\n"))
	require.Contains(t, text, "→ Mend it.")
}
