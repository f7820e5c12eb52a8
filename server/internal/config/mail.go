package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// Mail is how the server sends e-mails; it sends none where SMTPURL is empty.
type Mail struct {
	// SMTPURL names the mail server: a secret where it has a password.
	SMTPURL string
	// SMTPFrom is the sender.
	SMTPFrom string
}

func (c *Mail) addMail(flags *pflag.FlagSet) {
	flags.StringVar(&c.SMTPURL, "smtp-url", c.SMTPURL,
		"mail server for the e-mails of alerts: smtp://[USER:PASSWORD@]HOST[:587][?starttls=required|optional|never], or smtps:// for TLS from the start; no e-mails without it")
	flags.StringVar(&c.SMTPFrom, "smtp-from", c.SMTPFrom, "sender of e-mails, as in DDAP <ddap@example.org>")
}

// SMTP is a mail server, read from its URL.
type SMTP struct {
	Host           string
	Port           int
	User, Password string
	// Implicit begins with TLS; else StartTLS is required, optional or never.
	Implicit bool
	StartTLS string
}

var startTLS = []string{"required", "optional", "never"}

// SMTP reads the URL. Its errors do not repeat it: it has a password in it.
func (c *Mail) SMTP() (SMTP, error) {
	u, err := url.Parse(c.SMTPURL)
	if err != nil || !slices.Contains([]string{"smtp", "smtps"}, u.Scheme) || u.Hostname() == "" || strings.Trim(u.Path, "/")+u.Fragment != "" {
		return SMTP{}, errors.New("must look like smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465, with %-escapes in user and password")
	}
	s := SMTP{Host: u.Hostname(), Port: 587, User: u.User.Username(), Implicit: u.Scheme == "smtps", StartTLS: startTLS[0]}
	s.Password, _ = u.User.Password()
	if s.Implicit {
		s.Port = 465
	}
	if loopback(s.Host) {
		// Nothing leaves the machine, and nobody has a certificate for it.
		s.StartTLS = "optional"
	}
	if u.Port() != "" {
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if s.Port = int(port); err != nil || port == 0 {
			return SMTP{}, errors.New("must have a port from 1 to 65535")
		}
	}
	if query := u.Query(); u.RawQuery != "" {
		if s.StartTLS = query.Get("starttls"); s.Implicit || len(query) != 1 || !slices.Contains(startTLS, s.StartTLS) {
			return SMTP{}, errors.New("takes ?starttls=required, optional or never, and that with smtp:// only")
		}
	}
	return s, s.checkLogin()
}

// checkLogin refuses to show a password to whoever listens.
func (s SMTP) checkLogin() error {
	switch {
	case (s.User == "") != (s.Password == ""):
		return errors.New("must have both a user and a password, or neither")
	case s.User != "" && !s.Implicit && s.StartTLS != startTLS[0] && !loopback(s.Host):
		return errors.New("must not show a password without TLS: leave starttls out, or user and password")
	default:
		return nil
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c *Mail) checkMail() (wrong []error) {
	if c.SMTPURL == "" && c.SMTPFrom == "" {
		return nil
	}
	if c.SMTPURL == "" {
		return []error{errors.New("--smtp-url is missing: there is a --smtp-from and no server that sends")}
	}
	if _, err := c.SMTP(); err != nil {
		wrong = append(wrong, fmt.Errorf("--smtp-url %w", err))
	}
	from, err := mail.ParseAddress(c.SMTPFrom)
	if err != nil || strings.ContainsFunc(c.SMTPFrom, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.ContainsFunc(from.Address, func(r rune) bool { return r > '~' }) {
		wrong = append(wrong, fmt.Errorf("--smtp-from must be an e-mail address, as in DDAP <ddap@example.org>, not %q", c.SMTPFrom))
	}
	return wrong
}
