package app

import (
	"log/slog"

	"ddap/server/internal/alerts"
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

func newAlerts(store alerts.Store, told func(), cfg config.Config, log *slog.Logger) *alerts.Service {
	if sender := newSender(cfg); sender != nil {
		return alerts.New(store, sender, told, log)
	}
	return alerts.New(store, nil, told, log) // a nil *mail.Sender would be a Post
}
