package tlsfiles_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/tlsfiles"
	"ddap/shared/certtest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// served gives the name in the certificate that a new connection is shown.
func served(t *testing.T, address string, change ...func(*tls.Config)) (string, error) {
	t.Helper()
	// The test looks at what it is shown, whoever signed it.
	cfg := &tls.Config{InsecureSkipVerify: true}
	for _, c := range change {
		c(cfg)
	}
	conn, err := tls.Dial("tcp", address, cfg)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return name(conn.ConnectionState().PeerCertificates[0]), nil
}

func name(c *x509.Certificate) string { return c.Subject.CommonName }

func listen(t *testing.T, k *tlsfiles.Keeper) string {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", k.Config())
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func(conn net.Conn) {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}(conn)
		}
	}()
	return ln.Addr().String()
}

func TestKeeper_ServesASwappedCertificateAndKeepsItWhenTheNextIsBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := certtest.Write(t, dir, "first")
	k, err := tlsfiles.Open(cert, key, quiet())
	require.NoError(t, err)
	address := listen(t, k)
	got, err := served(t, address)
	require.NoError(t, err)
	require.Equal(t, "first", got)

	certtest.Write(t, dir, "second")
	changed, err := k.Reload()
	require.NoError(t, err)
	require.True(t, changed)
	got, err = served(t, address)
	require.NoError(t, err)
	require.Equal(t, "second", got)
	changed, err = k.Reload()
	require.NoError(t, err)
	require.False(t, changed)

	for what, breaks := range map[string]func(){
		"half a file":   func() { require.NoError(t, os.WriteFile(cert, []byte("-----BEGIN CERTIFICATE-----\nMII"), 0o600)) },
		"another's key": func() { certtest.Write(t, dir, "third"); certtest.WriteKey(t, key) },
		"no file":       func() { require.NoError(t, os.Remove(cert)) },
	} {
		breaks()
		_, err = k.Reload()
		require.Errorf(t, err, "%s", what)
		got, err = served(t, address)
		require.NoErrorf(t, err, "%s", what)
		require.Equalf(t, "second", got, "%s", what)
	}
}

// TestRunReloadLoop_ReloadsOnASignal does not wait for the next look at the files.
func TestRunReloadLoop_ReloadsOnASignal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := certtest.Write(t, dir, "first")
	k, err := tlsfiles.Open(cert, key, quiet())
	require.NoError(t, err)
	address := listen(t, k)
	hangup := make(chan os.Signal)
	go func() { _ = k.RunReloadLoop(t.Context(), hangup) }()
	certtest.Write(t, dir, "second")
	hangup <- os.Interrupt
	hangup <- os.Interrupt // taken once the first was dealt with
	got, err := served(t, address)
	require.NoError(t, err)
	require.Equal(t, "second", got)
}

func TestOpen_RefusesWhatCannotBeServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := tlsfiles.Open(filepath.Join(dir, "none"), filepath.Join(dir, "none"), quiet())
	require.ErrorContains(t, err, "read the certificate")
	cert, key := certtest.Write(t, dir, "one")
	certtest.WriteKey(t, key)
	_, err = tlsfiles.Open(cert, key, quiet())
	require.ErrorContains(t, err, "private key does not match")
}

func TestConfig_RefusesOldVersions(t *testing.T) {
	t.Parallel()
	cert, key := certtest.Write(t, t.TempDir(), "x")
	k, err := tlsfiles.Open(cert, key, quiet())
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Hour), k.Expires(), time.Minute)
	address := listen(t, k)
	_, err = served(t, address, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
	require.ErrorContains(t, err, "protocol version")
	_, err = served(t, address, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	require.NoError(t, err)
}
