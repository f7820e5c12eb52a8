package mail_test

import (
	"context"
	"mime"
	"net"
	"net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ours "ddap/server/internal/mail"
	"ddap/server/internal/mail/mailtest"
)

func settings(s *mailtest.Server) ours.Settings {
	return ours.Settings{Host: s.Host, Port: s.Port, Roots: s.Roots, From: "DDAP <ddap@example.org>"}
}

func message() ours.Message {
	return ours.Message{
		ID: "0196-1", To: "ann@example.org", Subject: "Peringatan: penguin 🐧 (lab)", Body: "Tidak ada runner.\n\n.\nbaris\n",
		Date: time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC),
	}
}

func TestSend_ArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{Secure: true, User: "ddap", Password: "s3cret"})
	c := settings(server)
	c.User, c.Password = "ddap", "s3cret"
	require.NoError(t, ours.New(c).CheckReachable(t.Context()))
	require.NoError(t, ours.New(c).Send(t.Context(), message()))
	taken := server.Taken()
	require.Len(t, taken, 1)
	require.Equal(t, "ddap@example.org", taken[0].From)
	require.Equal(t, "ann@example.org", taken[0].To)
	require.Equal(t, "ddap", taken[0].User)
	require.True(t, taken[0].Secure)
	header, body := taken[0].Parse(t)
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "Peringatan: penguin 🐧 (lab)", subject)
	require.Equal(t, "<0196-1@example.org>", header.Get("Message-Id"))
	require.Equal(t, "auto-generated", header.Get("Auto-Submitted"))
	require.Contains(t, body, "Tidak ada runner.\r\n\r\n.\r\nbaris")
	from, err := mail.ParseAddress(header.Get("From"))
	require.NoError(t, err)
	require.Equal(t, mail.Address{Name: "DDAP", Address: "ddap@example.org"}, *from)
}

// TestSend_NobodyWritesHeadersOfTheirOwn: names of workspaces and of alerts are
// other people's.
func TestSend_NobodyWritesHeadersOfTheirOwn(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{})
	c := settings(server)
	c.StartTLS = ours.Never
	for _, evil := range []string{
		"x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\rBcc: eve@example.org", "x\r\n\r\nbody", "x\u2028Bcc: eve@example.org",
		"=?utf-8?q?x=0D=0ABcc:_eve@example.org?=", "x\x00\x7f\u0085Bcc: eve@example.org",
	} {
		m := message()
		m.Subject = evil
		require.NoErrorf(t, ours.New(c).Send(t.Context(), m), "%q", evil)
	}
	for _, taken := range server.Taken() {
		header, body := taken.Parse(t)
		require.Equal(t, "ann@example.org", taken.To)
		require.Emptyf(t, header.Get("Bcc"), "%s", taken.Raw)
		require.Contains(t, body, "Tidak ada runner.")
	}
	require.Len(t, server.Taken(), 7)
	for _, to := range []string{"ann@example.org\r\nRCPT TO:<eve@example.org>", "ann@example.org, eve@example.org", "ann@example.org>\r\nDATA", ""} {
		m := message()
		m.To = to
		err := ours.New(c).Send(t.Context(), m)
		require.Errorf(t, err, "%q", to)
		require.True(t, ours.Refused(err))
	}
	require.Len(t, server.Taken(), 7)
}

// TestSend_NamesTheDomainOfTheSender: mail servers drop an e-mail with a
// Message-ID that is none, and by it one that comes twice is known.
func TestSend_NamesTheDomainOfTheSender(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{})
	c := settings(server)
	c.StartTLS = ours.Never
	froms := []string{"ddap@example.org", "<ddap@example.org>", `"DDAP @ Lab" <ddap@example.org>`, "ddap@example.org (DDAP)"}
	for _, from := range froms {
		c.From = from
		require.NoError(t, ours.New(c).Send(t.Context(), message()), from)
	}
	for i, taken := range server.Taken() {
		header, _ := taken.Parse(t)
		require.Equal(t, "<0196-1@example.org>", header.Get("Message-Id"), froms[i])
	}
}

func TestSend_TellsNeverFromNotNow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options mailtest.Options
		change  func(*ours.Settings, *mailtest.Server)
		refused bool
		says    string
	}{
		"a receiver that is none": {change: func(_ *ours.Settings, s *mailtest.Server) {
			s.Judge(func(to string) error { return mailtest.Permanent("no " + to + " here") })
		}, refused: true, says: "no the receiver here"},
		"a receiver later": {change: func(_ *ours.Settings, s *mailtest.Server) {
			s.Judge(func(string) error { return mailtest.Temporary() })
		}, says: "come back"},
		"content never": {change: func(_ *ours.Settings, s *mailtest.Server) { s.RefuseContent(mailtest.Permanent("spam")) }, refused: true, says: "spam"},
		"content later": {change: func(_ *ours.Settings, s *mailtest.Server) { s.RefuseContent(mailtest.Temporary()) }, says: "come back"},
		"nobody there":  {change: func(_ *ours.Settings, s *mailtest.Server) { s.Down() }, says: "refused"},
		"a wrong password": {options: mailtest.Options{Secure: true, User: "ddap", Password: "right"}, change: func(c *ours.Settings, _ *mailtest.Server) {
			c.StartTLS, c.User, c.Password = ours.Required, "ddap", "wr0ng"
		}, says: "535"},
		"no login":       {options: mailtest.Options{User: "ddap", Password: "right"}, says: "authenticate"},
		"no TLS there":   {change: func(c *ours.Settings, _ *mailtest.Server) { c.StartTLS = ours.Required }, says: "STARTTLS"},
		"nobody's cert":  {options: mailtest.Options{Secure: true}, change: func(c *ours.Settings, _ *mailtest.Server) { c.StartTLS, c.Roots = ours.Required, nil }, says: "certificate"},
		"no login known": {change: func(c *ours.Settings, _ *mailtest.Server) { c.User, c.Password = "ddap", "wr0ng" }, says: "AUTH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.options)
			with := settings(server)
			with.StartTLS = ours.Never
			if c.change != nil {
				c.change(&with, server)
			}
			err := ours.New(with).Send(t.Context(), message())
			require.ErrorContains(t, err, c.says)
			require.Equal(t, c.refused, ours.Refused(err), "%v", err)
			require.NotContains(t, err.Error(), "ann@example.org", "logs name nobody")
			require.NotContains(t, err.Error(), "wr0ng")
			require.NotContains(t, err.Error(), "affected", "it says what happened, and no more")
			require.Empty(t, server.Taken())
		})
	}
}

func TestSend_UsesTLSAsItIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options mailtest.Options
		change  func(*ours.Settings)
		secure  bool
	}{
		"from the start":      {mailtest.Options{Implicit: true, User: "u", Password: "p"}, func(c *ours.Settings) { c.Implicit, c.User, c.Password = true, "u", "p" }, true},
		"where it is offered": {mailtest.Options{Secure: true}, func(c *ours.Settings) { c.StartTLS = ours.Optional }, true},
		"where it is not":     {mailtest.Options{}, func(c *ours.Settings) { c.StartTLS = ours.Optional }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.options)
			with := settings(server)
			c.change(&with)
			require.NoError(t, ours.New(with).Send(t.Context(), message()))
			require.Equal(t, c.secure, server.Taken()[0].Secure)
		})
	}
}

// TestSend_EndsWithItsContext on a mail server that takes the connection and
// says nothing.
func TestSend_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = mute.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	connected := make(chan net.Conn, 1)
	go func() {
		if conn, err := mute.Accept(); err == nil {
			connected <- conn // kept open
			cancel()
		}
	}()
	sender := ours.New(ours.Settings{Host: "127.0.0.1", Port: mute.Addr().(*net.TCPAddr).Port, From: "ddap@example.org"})
	began := time.Now()
	err = sender.Send(ctx, message())
	require.Error(t, err)
	require.False(t, ours.Refused(err))
	require.Less(t, time.Since(began), 10*time.Second)
	require.NoError(t, (<-connected).Close())
}
