// Package mailtest gives a real SMTP server to the tests of any package.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"ddap/shared/certtest"
)

// Message is one that the server took.
type Message struct {
	// From and To are the envelope's; Raw is what was sent, header and body.
	From, To, Raw string
	// User logged in; Secure says that TLS was used.
	User   string
	Secure bool
}

// Parse reads header and body, decoded, and fails the test where they cannot be read.
func (m Message) Parse(t testing.TB) (mail.Header, string) {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.Raw))
	require.NoError(t, err)
	require.Equal(t, "quoted-printable", parsed.Header.Get("Content-Transfer-Encoding"))
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	require.NoError(t, err)
	return parsed.Header, string(body)
}

// Options shape a server.
type Options struct {
	// Secure offers STARTTLS; Implicit begins with TLS.
	Secure, Implicit bool
	// User and Password must be shown where they are set.
	User, Password string
}

// Server is an SMTP server on loopback.
type Server struct {
	Host string
	Port int
	// Roots trust its certificate; nil where it has none.
	Roots *x509.CertPool

	t       testing.TB
	options Options
	tls     *tls.Config
	mu      sync.Mutex
	running *smtp.Server
	socket  net.Listener
	verdict func(to string) error
	content error
	taken   []Message
}

// Start runs a server until the test ends.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	s := &Server{Host: "127.0.0.1", t: t, options: options}
	if options.Secure || options.Implicit {
		certFile, keyFile := certtest.Write(t, t.TempDir(), "mail")
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		require.NoError(t, err)
		raw, err := os.ReadFile(certFile)
		require.NoError(t, err)
		s.Roots = x509.NewCertPool()
		s.Roots.AppendCertsFromPEM(raw)
		s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// Address is its HOST:PORT.
func (s *Server) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Up starts it again after Down, at the same address.
func (s *Server) Up() {
	s.t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.Port})
	require.NoError(s.t, err)
	s.Port = listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // what listens on TCP has such an address
	running := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	running.Domain, running.ReadTimeout, running.WriteTimeout = "localhost", time.Minute, time.Minute
	running.AllowInsecureAuth = true
	var on net.Listener = listener
	if s.options.Secure {
		running.TLSConfig = s.tls
	}
	if s.options.Implicit {
		on = tls.NewListener(listener, s.tls)
	}
	s.mu.Lock()
	s.running, s.socket = running, on
	s.mu.Unlock()
	go func() { _ = running.Serve(on) }() // Down ends it
}

// Down stops it at once.
func (s *Server) Down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.running.Close()
	_ = s.socket.Close() // it may not have begun to serve
}

// Judge lets verdict decide of each receiver.
func (s *Server) Judge(verdict func(to string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verdict = verdict
}

// RefuseContent answers every content with this; nil takes it again.
func (s *Server) RefuseContent(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content = err
}

// Taken gives what it has taken.
func (s *Server) Taken() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message{}, s.taken...)
}

// Temporary is an answer that asks to try again later.
func Temporary() error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "greylisted, come back"}
}

// Permanent is an answer that says never.
func Permanent(text string) error {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: text}
}

type session struct {
	server *Server
	conn   *smtp.Conn
	now    Message
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.now = Message{User: s.now.User} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if s.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.options.User || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.now.User = user
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.User != "" && s.now.User == "" {
		return smtp.ErrAuthRequired
	}
	s.now.From = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.now.To != "" {
		return errors.New("each e-mail is to have one receiver")
	}
	s.now.To = to
	if s.server.verdict != nil {
		return s.server.verdict(to)
	}
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.content != nil {
		return s.server.content
	}
	s.now.Raw = string(raw)
	_, s.now.Secure = s.conn.TLSConnectionState()
	s.server.taken = append(s.server.taken, s.now)
	return nil
}
