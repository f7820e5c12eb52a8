package httpapi

import (
	"crypto/tls"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// deadlines is a connection that takes what is written, and notes by when it must.
type deadlines struct {
	net.Conn
	at time.Time
}

func (d *deadlines) SetWriteDeadline(at time.Time) error { d.at = at; return nil }
func (d *deadlines) Write(p []byte) (int, error)         { return len(p), nil }

// TestWrite_MustGoOn: a client that stops reading does not hold its connection
// for ever, and one that reads slowly is not cut.
func TestWrite_MustGoOn(t *testing.T) {
	t.Parallel()
	under := &deadlines{}
	conn := &quietConn{Conn: under, listener: newQuietListener(nil)}
	begun := time.Now()
	n, err := conn.Write(make([]byte, 10*minBytesPerSecond))
	require.NoError(t, err)
	require.Equal(t, 10*minBytesPerSecond, n)
	require.WithinDuration(t, begun.Add(writeGrace+10*time.Second), under.at, 5*time.Second)
}

// TestSyscallConn_IsFoundBelowTLS, where hungUp looks.
func TestSyscallConn_IsFoundBelowTLS(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	client, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	raw, err := ln.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	var conn syscall.Conn = &quietConn{Conn: tls.Server(raw, &tls.Config{MinVersion: tls.VersionTLS12})}
	_, err = conn.SyscallConn()
	require.NoError(t, err)
	require.False(t, hungUp(conn.(net.Conn)))
	require.NoError(t, client.Close())
	require.Eventually(t, func() bool { return hungUp(conn.(net.Conn)) }, 10*time.Second, time.Millisecond)
}
