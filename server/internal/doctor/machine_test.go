package doctor

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// pair writes a certificate for these days around noon, and its key.
func pair(t *testing.T, from, until int) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: noon.AddDate(0, 0, from), NotAfter: noon.AddDate(0, 0, until),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

func TestCheckTLS_JudgesTheFiles(t *testing.T) {
	t.Parallel()
	good, key := pair(t, -1, 90)
	_, otherKey := pair(t, -1, 90)
	for name, c := range map[string]struct {
		files  func() (string, string)
		status Status
		says   string
	}{
		"none":     {func() (string, string) { return "", "" }, Skipped, "plain HTTP"},
		"one only": {func() (string, string) { return good, "" }, Wrong, "Only one"},
		"good":     {func() (string, string) { return good, key }, OK, "fit each other"},
		"missing":  {func() (string, string) { return good, key + ".away" }, Wrong, "cannot be read: no such file"},
		"mixed":    {func() (string, string) { return good, otherKey }, Wrong, "do not make a pair"},
		"swapped":  {func() (string, string) { return key, good }, Wrong, "do not make a pair"},
		"expired":  {func() (string, string) { return pair(t, -90, -1) }, Wrong, "expired at 2026-11-23 12:00:00 UTC"},
		"soon":     {func() (string, string) { return pair(t, -90, 5) }, Advice, "expires at"},
		"not yet":  {func() (string, string) { return pair(t, 1, 5) }, Wrong, "valid from"},
		"open key": {func() (string, string) {
			cert, key := pair(t, -1, 90)
			require.NoError(t, os.Chmod(key, 0o644))
			return cert, key
		}, Wrong, "Every user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &Patient{Now: func() time.Time { return noon }}
			p.TLSCert, p.TLSKey = c.files()
			got := checkTLS(t.Context(), p)
			require.Equal(t, c.status, got.Status, got.Message)
			require.Contains(t, got.Message, c.says)
		})
	}
}

func TestCheckDataDir_SaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file, open := filepath.Join(root, "file"), filepath.Join(root, "open")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Mkdir(open, 0o700))
	require.NoError(t, os.Chmod(open, 0o777))
	for name, c := range map[string]struct {
		dir    string
		status Status
		says   string
	}{
		"writable":     {root, OK, "can be written"},
		"not there":    {filepath.Join(root, "a", "b"), OK, "the first start makes it"},
		"a file":       {file, Wrong, "is no folder"},
		"below a file": {filepath.Join(file, "a"), Wrong, "folder"},
		"for all":      {open, Wrong, "Other users"},
		"read only":    {"/proc/sys", Wrong, "cannot be written"},
		"not to make":  {"/proc/sys/ddap", Wrong, "cannot make it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := checkDataDir(t.Context(), &Patient{DataDir: c.dir})
			require.Equal(t, c.status, got.Status, got.Message)
			require.Contains(t, got.Message, c.says)
			require.Equal(t, c.status == OK, got.Remedy == "")
		})
	}
	left, err := os.ReadDir(root)
	require.NoError(t, err)
	require.Len(t, left, 2, "nothing is left behind")
}

func TestJudgeSpace_WarnsBeforeTheDiskIsFull(t *testing.T) {
	t.Parallel()
	require.Equal(t, Wrong, judgeSpace("/d", 100<<20).Status)
	require.Equal(t, Advice, judgeSpace("/d", 1<<30).Status)
	require.Equal(t, OK, judgeSpace("/d", 10<<30).Status)
	free, known := freeBytes(t.TempDir())
	require.True(t, known)
	require.NotZero(t, free)
}

func TestCheckListen_TellsWhoHasTheAddress(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	look := func(address string, ours bool) Finding {
		return checkListen(t.Context(), &Patient{Listen: address, Serves: func(context.Context, string) bool { return ours }})
	}
	require.Equal(t, OK, look("127.0.0.1:0", false).Status)
	require.Equal(t, OK, look(taken.Addr().String(), true).Status)
	require.Equal(t, Wrong, look(taken.Addr().String(), false).Status)
	require.Contains(t, look("203.0.113.1:8080", false).Message, "does not have the address")
}

func TestCheckUser_AdvisesAgainstRoot(t *testing.T) {
	t.Parallel()
	require.Equal(t, Advice, checkUser(t.Context(), &Patient{Root: true}).Status)
	require.Equal(t, OK, checkUser(t.Context(), &Patient{}).Status)
}

type storage struct{ err error }

func (s storage) CheckWritable(context.Context) error { return s.err }

func TestCheckArtifacts_TriesTheStorage(t *testing.T) {
	t.Parallel()
	require.Equal(t, OK, checkArtifacts(t.Context(), &Patient{Artifacts: storage{}}).Status)
	require.Equal(t, Skipped, checkArtifacts(t.Context(), &Patient{}).Status)
	require.Contains(t, checkArtifacts(t.Context(), &Patient{Artifacts: storage{errors.New("disk is full")}}).Message, "disk is full")
	require.Contains(t, checkArtifacts(t.Context(), &Patient{ArtifactsError: errors.New("no such bucket")}).Message, "no such bucket")
}

func TestExamine_NamesEveryCheckOnce(t *testing.T) {
	t.Parallel()
	findings := Examine(t.Context(), Patient{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Now: time.Now, OwnDatabase: true})
	seen := map[string]bool{}
	for _, f := range findings {
		require.Falsef(t, seen[f.Check], "%s stands twice", f.Check)
		seen[f.Check] = true
		require.NotEmpty(t, f.Message)
		require.NotEmpty(t, f.Status)
	}
	require.Len(t, seen, len(checks))
}
