package config_test

import (
	"bytes"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
)

func TestSMTP_ReadsWhatTheURLSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.SMTP{
		"smtp://mail.example.org":                            {Host: "mail.example.org", Port: 587, StartTLS: "required"},
		"smtp://u%40x:p%3A%2F@mail.example.org:25":           {Host: "mail.example.org", Port: 25, User: "u@x", Password: "p:/", StartTLS: "required"},
		"smtps://u:p@mail.example.org":                       {Host: "mail.example.org", Port: 465, User: "u", Password: "p", Implicit: true, StartTLS: "required"},
		"smtp://mail.example.org?starttls=never":             {Host: "mail.example.org", Port: 587, StartTLS: "never"},
		"smtp://u:p@mail.example.org:587/?starttls=required": {Host: "mail.example.org", Port: 587, User: "u", Password: "p", StartTLS: "required"},
		"smtp://u:p@127.0.0.1:2525":                          {Host: "127.0.0.1", Port: 2525, User: "u", Password: "p", StartTLS: "optional"},
		"smtp://[::1]:2525?starttls=required":                {Host: "::1", Port: 2525, StartTLS: "required"},
	} {
		c := config.Mail{SMTPURL: text}
		got, err := c.SMTP()
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestSMTP_RefusesWhatIsNoneWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"secret", "smtp:secret", "https://u:secret@h", "smtp://u:secret@", "smtp://u:secret@h:0", "smtp://u:secret@h:x", "smtp://u:secret@h/path",
		"smtp://u:secret@h?starttls=never", "smtp://u:secret@h?starttls=optional", "smtp://h?starttls=secret", "smtp://h?secret=1",
		"smtps://u:secret@h?starttls=never", "smtp://secret@h", "smtp://u:%zzsecret@h",
	} {
		c := config.Mail{SMTPURL: text}
		_, err := c.SMTP()
		require.Errorf(t, err, "%s", text)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestCheck_TakesASenderThatIsOne(t *testing.T) {
	t.Parallel()
	for from, ok := range map[string]bool{
		"ddap@example.org": true, "DDAP <ddap@example.org>": true, "\"D, D\" <ddap@example.org>": true,
		"": false, "ddap": false, "a@example.org, b@example.org": false, "ddap@example.org\r\nBcc: eve@example.org": false, "ddäp@example.org": false,
	} {
		c := config.Default()
		c.SMTPURL, c.SMTPFrom = "smtp://h", from
		require.Equalf(t, ok, c.Check() == nil, "%q", from)
	}
	c := config.Default()
	c.SMTPFrom = "ddap@example.org"
	require.ErrorContains(t, c.Check(), "--smtp-url is missing")
}

func TestPrint_MasksThePasswordOfTheMailServer(t *testing.T) {
	t.Parallel()
	c := config.Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.AddAll(flags)
	require.NoError(t, flags.Set("smtp-url", "smtp://ann:s3cret@mail.example.org:587"))
	var b bytes.Buffer
	require.NoError(t, config.Print(&b, flags, nil))
	require.Contains(t, b.String(), `smtp-url: "smtp://ann:(masked)@mail.example.org:587"`)
	require.NotContains(t, b.String(), "s3cret")
}
