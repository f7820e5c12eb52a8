package httpapi

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// writeGrace is how long one write may take beside the time for its size.
const writeGrace = 30 * time.Second

// quietListener knows the connections on which nothing has been asked yet.
// Clients open such ones to have them at hand; fasthttp takes them for busy,
// and would have a shutdown wait for each of them until its headers time out.
type quietListener struct {
	net.Listener

	mu      sync.Mutex
	quiet   map[*quietConn]struct{}
	closing bool
}

func newQuietListener(ln net.Listener) *quietListener {
	return &quietListener{Listener: ln, quiet: map[*quietConn]struct{}{}}
}

// Accept waits for the next connection.
func (l *quietListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &quietConn{Conn: conn, listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		_ = conn.Close()
	} else {
		l.quiet[c] = struct{}{}
	}
	return c, nil
}

// closeQuiet closes the connections on which nothing has been asked, and those
// that are still to come.
func (l *quietListener) closeQuiet() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = true
	for c := range l.quiet {
		_ = c.Conn.Close()
	}
	clear(l.quiet)
}

func (l *quietListener) forget(c *quietConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.quiet, c)
}

// quietConn leaves its listener's list with the first byte, or when it closes.
type quietConn struct {
	net.Conn
	listener *quietListener
	once     sync.Once
}

// Read reads from the connection.
func (c *quietConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.once.Do(func() { c.listener.forget(c) })
	return n, err
}

// Write writes to the connection, for as long as the other side takes what
// comes: a client that stops reading would otherwise hold its connection, and
// what is streamed to it, for ever.
func (c *quietConn) Write(p []byte) (int, error) {
	allowed := writeGrace + time.Duration(len(p)/minBytesPerSecond)*time.Second
	if err := c.SetWriteDeadline(time.Now().Add(allowed)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close closes the connection.
func (c *quietConn) Close() error {
	c.once.Do(func() { c.listener.forget(c) })
	return c.Conn.Close()
}

// SyscallConn gives what hungUp looks at.
func (c *quietConn) SyscallConn() (syscall.RawConn, error) {
	conn := c.Conn
	if inner, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = inner.NetConn()
	}
	if sc, ok := conn.(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, syscall.EINVAL
}
