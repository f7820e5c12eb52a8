package app

import (
	"ddap/server/internal/config"
	"ddap/server/internal/mail"
)

// newSender gives what sends e-mails; nil where the settings name no mail server.
func newSender(cfg config.Config) *mail.Sender {
	if cfg.SMTPURL == "" {
		return nil
	}
	smtp, err := cfg.SMTP()
	if err != nil {
		return nil // settings are checked before they are used
	}
	return mail.New(mail.Settings{
		Host: smtp.Host, Port: smtp.Port, User: smtp.User, Password: smtp.Password,
		Implicit: smtp.Implicit, StartTLS: mail.StartTLS(smtp.StartTLS), From: cfg.SMTPFrom,
	})
}
