// Package mail sends e-mails over SMTP. It is the only package that speaks it,
// and knows nothing of what the e-mails say.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"ddap/shared/buildinfo"
)

// Settings say which mail server is used, and how.
type Settings struct {
	Host string
	Port int
	// User and Password log in; nobody does where User is empty.
	User, Password string
	// Implicit begins with TLS, as port 465 does. Else StartTLS says whether TLS
	// begins with a command.
	Implicit bool
	StartTLS StartTLS
	// From is the sender, as in "DDAP <ddap@example.org>".
	From string
	// Roots are the authorities that are trusted; the system's where nil.
	Roots *x509.CertPool
}

// StartTLS says whether a connection that begins in the clear becomes a secret one.
type StartTLS string

// The forms of StartTLS. Optional is secure against nobody who can change what
// passes: it is for mail servers on the same machine.
const (
	Required StartTLS = "required"
	Optional StartTLS = "optional"
	Never    StartTLS = "never"
)

// Message is one e-mail to one person, in plain text.
type Message struct {
	// ID makes it recognisable where it comes twice. It must have letters,
	// digits and hyphens only.
	ID string
	// To is an address and nothing else.
	To            string
	Subject, Body string
	Date          time.Time
}

// Sender sends e-mails, each over a connection of its own. It is safe for
// concurrent use.
type Sender struct{ settings Settings }

// New makes a sender. It connects nothing yet.
func New(s Settings) *Sender { return &Sender{s} }

// timeout bounds connecting, and each step after it.
const timeout = 20 * time.Second

// sendError is why an e-mail was not sent, in words that do not name its receiver.
type sendError struct {
	text    string
	refused bool
	err     error
}

func (e *sendError) Error() string { return e.text }
func (e *sendError) Unwrap() error { return e.err }

// Refused reports whether the mail server has said of this e-mail or its
// receiver that it will never take it. That it takes none of this server's, such
// as for a wrong password, is no such word.
func Refused(err error) bool {
	e, ok := errors.AsType[*sendError](err)
	return ok && e.refused
}

// Send sends one e-mail, and returns when the mail server has taken it.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(s.settings.From); err != nil {
		return &sendError{text: "the sender's address cannot be used; the server's operator sets it with --smtp-from", err: err}
	}
	if err := msg.To(oneLine(m.To)); err != nil {
		return &sendError{text: "the receiver's address is none", refused: true, err: err}
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain())
	msg.SetDateWithValue(m.Date)
	// No machine answers this (RFC 3834, section 5).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetUserAgent("ddap-server/" + buildinfo.Version)
	msg.SetBodyString(gomail.TypeTextPlain, m.Body)
	return s.connected(ctx, func(client *gomail.Client) error {
		if err := client.DialAndSendWithContext(ctx, msg); err != nil && !msg.IsDelivered() {
			return explain(err, m.To)
		}
		// Taken is taken, however the connection ends.
		return nil
	})
}

// CheckReachable connects, secures the connection and logs in, as Send does, and
// sends nothing.
func (s *Sender) CheckReachable(ctx context.Context) error {
	return s.connected(ctx, func(client *gomail.Client) error {
		if err := client.DialWithContext(ctx); err != nil {
			return explain(err, "")
		}
		return client.Close()
	})
}

// connected gives use a client whose connections end with it, and with ctx: the
// library leaves one open that fails before it is secured.
func (s *Sender) connected(ctx context.Context, use func(*gomail.Client) error) error {
	var mu sync.Mutex
	var opened []net.Conn
	ended := false
	closeAll := func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		for _, conn := range opened {
			_ = conn.Close()
		}
	}
	stop := context.AfterFunc(ctx, closeAll)
	defer closeAll()
	defer stop()
	client, err := s.client(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if ended { // while it connected, so that nothing would close this one
			return nil, errors.Join(net.ErrClosed, conn.Close())
		}
		opened = append(opened, conn)
		return conn, nil
	})
	if err != nil {
		return &sendError{text: "the mail server's settings cannot be used: " + err.Error(), err: err}
	}
	return use(client)
}

func (s *Sender) tls() *tls.Config {
	return &tls.Config{ServerName: s.settings.Host, RootCAs: s.settings.Roots, MinVersion: tls.VersionTLS12}
}

func (s *Sender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	plain, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	bounded := &boundedConn{Conn: plain, left: maxAnswers}
	if !s.settings.Implicit {
		return bounded, nil
	}
	// The library must see that the connection is one of TLS.
	secured := tls.Client(bounded, s.tls())
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return secured, nil
}

// maxAnswers is how much a mail server may say in one connection, certificates
// included: its real answers are a few lines.
const maxAnswers = 1 << 20

var errTalkative = errors.New("the mail server answers without end")

// boundedConn ends a connection in which too much is said: the library keeps an
// answer in memory until its last line ends.
type boundedConn struct {
	net.Conn
	left int
}

// Read implements net.Conn. One goroutine at a time reads.
func (c *boundedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTalkative
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func (s *Sender) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.settings.Port), gomail.WithTimeout(timeout), gomail.WithTLSConfig(s.tls()), gomail.WithDialContextFunc(dial),
	}
	switch {
	case s.settings.Implicit:
		options = append(options, gomail.WithSSL())
	case s.settings.StartTLS == Never:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case s.settings.StartTLS == Optional:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.settings.User != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&login{settings: s.settings}))
	}
	return gomail.NewClient(s.settings.Host, options...)
}

// login picks the way to log in when the server has said which it knows. Either
// refuses to show a password in the clear, but for loopback.
type login struct {
	settings Settings
	smtp.Auth
}

// Start implements smtp.Auth.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	s := l.settings
	switch {
	case slices.Contains(server.Auth, "PLAIN"):
		l.Auth = smtp.PlainAuth("", s.User, s.Password, s.Host, false)
	case slices.Contains(server.Auth, "LOGIN"):
		l.Auth = smtp.LoginAuth(s.User, s.Password, s.Host, false)
	default:
		return "", nil, fmt.Errorf("the mail server knows neither PLAIN nor LOGIN to log in, but: %s", strings.Join(server.Auth, ", "))
	}
	return l.Auth.Start(server)
}

// explain says what went wrong without the receiver's address.
func explain(err error, to string) error {
	// What the library adds to a refusal says no more than which e-mail it was.
	text, _, _ := strings.Cut(err.Error(), ", affected recipient(s): ")
	text, _, _ = strings.Cut(text, ", affected message ID: ")
	text = strings.TrimPrefix(text, "send failed: ")
	if to != "" {
		text = strings.ReplaceAll(text, to, "the receiver")
	}
	e := &sendError{text: text, err: err}
	if failed, ok := errors.AsType[*gomail.SendError](err); ok {
		ofThis := failed.Reason == gomail.ErrSMTPRcptTo || failed.Reason == gomail.ErrSMTPData || failed.Reason == gomail.ErrSMTPDataClose
		e.refused = ofThis && failed.ErrorCode() >= 500
	}
	return e
}

// domain is that of the sender, whose name may have an @ as well.
func (s *Sender) domain() string {
	from, err := netmail.ParseAddress(s.settings.From)
	if err != nil {
		return "localhost" // no such sender gets past the configuration
	}
	return from.Address[strings.LastIndexByte(from.Address, '@')+1:]
}

// oneLine makes one line of text: nothing in it can begin another header.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}
