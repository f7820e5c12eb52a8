package config_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
	"ddap/shared/envflag"
	"ddap/shared/logkey"
)

func TestDefault_MakesSense(t *testing.T) {
	t.Parallel()
	c := config.Default()
	require.NoError(t, c.Check())
	require.Equal(t, "127.0.0.1:8080", c.Listen, "a new server must not be reachable from elsewhere")
}

func TestCheck_NamesTheFlagThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for flag, change := range map[string]func(*config.Config){
		"--listen":                func(c *config.Config) { c.Listen = "8080" },
		"--data-dir":              func(c *config.Config) { c.DataDir = " " },
		"--database-url":          func(c *config.Config) { c.DatabaseURL = "mysql://u:secret@h/db" },
		"--database-connections":  func(c *config.Config) { c.DatabaseConnections = 1 },
		"--max-artifact-bytes":    func(c *config.Config) { c.MaxArtifactBytes = 0 },
		"--webhook-allow-private": func(c *config.Config) { c.WebhookAllowPrivate = []string{"10.0.0.1"} },
		"--smtp-url":              func(c *config.Config) { c.SMTPURL, c.SMTPFrom = "http://u:secret@h", "a@example.org" },
		"--smtp-from":             func(c *config.Config) { c.SMTPURL, c.SMTPFrom = "smtp://u:secret@h", "ddap" },
		"--deliveries-kept":       func(c *config.Config) { c.DeliveriesKept = -time.Second },
		"--failed-kept":           func(c *config.Config) { c.FailedKept = -time.Second },
		"--max-upload-bytes":      func(c *config.Config) { c.MaxUploadBytes = 0 },
		"--upload-retention":      func(c *config.Config) { c.UploadRetention = time.Second },
		"--shutdown-timeout":      func(c *config.Config) { c.ShutdownTimeout = -time.Second },
		"--log-format":            func(c *config.Config) { c.LogFormat = "xml" },
		"--tls-cert":              func(c *config.Config) { c.TLSKey = "key.pem" },
		"--trusted-proxies":       func(c *config.Config) { c.TrustedProxies = []string{"10.0.0.0/8", "proxy.example.org"} },
		"--rate-limit":            func(c *config.Config) { c.RateLimit = -1 },
		"--auth-failure-limit":    func(c *config.Config) { c.AuthFailureLimit = -1 },
		"--metrics-listen":        func(c *config.Config) { c.MetricsListen = "9464" },
		"--otel-endpoint":         func(c *config.Config) { c.OTelEndpoint = "collector:4318" },
		"--drain-delay":           func(c *config.Config) { c.DrainDelay = time.Hour },
		"--log-level":             func(c *config.Config) { c.LogLevel = "INFO+2" },
	} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			c := config.Default()
			change(&c)
			err := c.Check()
			require.ErrorContains(t, err, flag)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestCheck_NamesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Listen, c.LogFormat = "", ""
	err := c.Check()
	require.ErrorContains(t, err, "--listen")
	require.ErrorContains(t, err, "--log-format")
}

func TestFlags_HaveEnvironmentVariables(t *testing.T) {
	t.Parallel()
	c := config.Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.AddServing(flags)
	c.AddDatabase(flags)
	c.AddLogging(flags)
	c.AddRetention(flags)
	env := map[string]string{
		"DDAP_LISTEN": "127.0.0.1:0", "DDAP_DATA_DIR": "/somewhere", "DDAP_DATABASE_URL": "postgres://u:p@h:5432/d",
		"DDAP_DATABASE_CONNECTIONS": "7", "DDAP_MAX_ARTIFACT_BYTES": "1000", "DDAP_SHUTDOWN_TIMEOUT": "1m",
		"DDAP_EVENTS_KEPT": "1h", "DDAP_AUDIT_KEPT": "2h", "DDAP_SUCCEEDED_KEPT": "3h", "DDAP_FAILED_KEPT": "4h", "DDAP_CANCELED_KEPT": "0s",
		"DDAP_LOG_FORMAT": "json", "DDAP_LOG_LEVEL": "warn",
		"DDAP_BLOB_URL": "s3://bucket", "DDAP_MAX_UPLOAD_BYTES": "2000", "DDAP_UPLOAD_RETENTION": "1h",
		"DDAP_WEBHOOK_ALLOW_PRIVATE": "10.0.0.0/8,::1/128", "DDAP_DELIVERIES_KEPT": "5h",
		"DDAP_SMTP_URL": "smtps://u:p@h", "DDAP_SMTP_FROM": "DDAP <a@example.org>",
	}
	require.NoError(t, envflag.Apply(flags, func(name string) (string, bool) { v, ok := env[name]; return v, ok }))
	require.NoError(t, c.Check())
	require.Equal(t, config.Config{
		Listen: "127.0.0.1:0", DataDir: "/somewhere", DatabaseURL: "postgres://u:p@h:5432/d", DatabaseConnections: 7,
		MaxArtifactBytes: 1000, ShutdownTimeout: time.Minute,
		EventsKept: time.Hour, AuditKept: 2 * time.Hour, SucceededKept: 3 * time.Hour, FailedKept: 4 * time.Hour,
		LogFormat: "json", LogLevel: "warn", Serving: config.Default().Serving,
		BlobURL: "s3://bucket", MaxUploadBytes: 2000, UploadRetention: time.Hour,
		Webhooks: config.Webhooks{WebhookAllowPrivate: []string{"10.0.0.0/8", "::1/128"}, DeliveriesKept: 5 * time.Hour},
		Mail:     config.Mail{SMTPURL: "smtps://u:p@h", SMTPFrom: "DDAP <a@example.org>"},
	}, c)
}

func TestLogger_WritesTheFormAndLevelThatAreAskedFor(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.LogFormat, c.LogLevel = "json", "warn"
	var b bytes.Buffer
	log := c.Logger(&b)
	log.Info("not this")
	log.Warn("this", logkey.Count, 1)
	require.Contains(t, b.String(), `"msg":"this","count":1`)
	require.NotContains(t, b.String(), "not this")
}
