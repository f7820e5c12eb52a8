package app_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/server/internal/doctor"
	"ddap/server/internal/mail/mailtest"
)

func examine(t *testing.T, cfg config.Config) map[string]doctor.Finding {
	t.Helper()
	findings, err := app.Examine(t.Context(), cfg, quiet())
	require.NoError(t, err)
	out := map[string]doctor.Finding{}
	for _, f := range findings {
		out[f.Check] = f
	}
	return out
}

func requireHealthy(t *testing.T, findings map[string]doctor.Finding) {
	t.Helper()
	for _, f := range findings {
		require.NotEqualf(t, doctor.Wrong, f.Status, "%s: %s", f.Check, f.Message)
	}
}

// TestExamine_BeforeAtAndAfterARun of a server with a database of its own.
func TestExamine_BeforeAtAndAfterARun(t *testing.T) {
	t.Parallel()
	cfg := ownDatabase(t)
	before := examine(t, cfg)
	requireHealthy(t, before)
	require.Equal(t, doctor.Skipped, before["database"].Status)
	entries, err := os.ReadDir(cfg.DataDir)
	require.NoError(t, err)
	require.Empty(t, entries, "looking makes nothing")

	s := apptest.Run(t, cfg)
	running := cfg
	running.Listen = s.App.Address()
	during := examine(t, running)
	requireHealthy(t, during)
	require.Contains(t, during["listen"].Message, "A DDAP server answers")
	require.Contains(t, during["database"].Message, "running server")
	for _, check := range []string{"schema", "clock", "connections", "notices", "admin_key", "artifacts", "backup_programs"} {
		require.Equalf(t, doctor.OK, during[check].Status, "%s: %s", check, during[check].Message)
	}

	require.NoError(t, s.Stop())
	after := examine(t, cfg)
	requireHealthy(t, after)
	require.Equal(t, doctor.OK, after["schema"].Status)
	kept, err := os.ReadDir(filepath.Join(cfg.DataDir, "artifacts"))
	require.NoError(t, err)
	for _, e := range kept {
		inside, err := os.ReadDir(filepath.Join(cfg.DataDir, "artifacts", e.Name()))
		require.NoError(t, err)
		require.Empty(t, inside, "what was tried is removed")
	}
}

func TestExamine_NamesEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	go func() {
		for {
			conn, err := taken.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	cfg := config.Default()
	cfg.Listen, cfg.DataDir = taken.Addr().String(), filepath.Join(t.TempDir(), "file")
	cfg.DatabaseURL = "postgres://me:hidden@" + taken.Addr().String() + "/none"
	require.NoError(t, os.WriteFile(cfg.DataDir, nil, 0o600))
	found := examine(t, cfg)
	for _, check := range []string{"data_dir", "database", "listen", "artifacts"} {
		require.Equalf(t, doctor.Wrong, found[check].Status, "%s: %s", check, found[check].Message)
		require.NotContains(t, found[check].Message, "hidden")
		require.NotEmpty(t, found[check].Remedy)
	}
}

// TestCommands_LeaveAnotherUsersFolderAlone: as root they would leave files
// behind that keep the owner's server from starting.
func TestCommands_LeaveAnotherUsersFolderAlone(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can be tempted")
	}
	cfg := ownDatabase(t)
	s := apptest.Run(t, cfg)
	file, _, err := app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.NoError(t, err)
	const nobody = 65534
	require.NoError(t, os.Chown(cfg.DataDir, nobody, nobody))
	_, _, err = app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.NoError(t, err, "beside a running server nothing is written")
	require.NoError(t, s.Stop())

	_, _, err = app.Backup(t.Context(), cfg, quiet(), t.TempDir())
	require.ErrorContains(t, err, "run this as nobody")
	_, _, err = app.Restore(t.Context(), cfg, quiet(), file, true)
	require.ErrorContains(t, err, "run this as nobody")
	found := examine(t, cfg)
	requireHealthy(t, found)
	require.Equal(t, doctor.Skipped, found["database"].Status)
	require.Contains(t, found["database"].Message, "belongs to nobody")
}

func TestExamine_LooksWhetherTheMailServerLetsItIn(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{User: "ddap", Password: "s3cret"})
	cfg := apptest.Config(t)
	cfg.SMTPFrom = "ddap@example.org"
	for url, c := range map[string]struct {
		status doctor.Status
		says   string
	}{
		"":                                       {doctor.Skipped, "no e-mails"},
		"smtp://ddap:s3cret@" + server.Address(): {doctor.OK, server.Address() + " lets this server in"},
		"smtp://ddap:wr0ng@" + server.Address():  {doctor.Wrong, "535"},
		"smtp://127.0.0.1:1":                     {doctor.Wrong, "connection refused"},
		"smtp://" + server.Address() + "?starttls=required": {doctor.Wrong, "STARTTLS"},
	} {
		cfg.SMTPURL = url
		found := examine(t, cfg)["mail"]
		require.Equalf(t, c.status, found.Status, "%s: %s", url, found.Message)
		require.Contains(t, found.Message, c.says)
		require.NotContains(t, found.Message, "s3cret")
		require.NotContains(t, found.Message, "wr0ng")
	}
	require.Empty(t, server.Taken())
}
