// Package config knows the server's settings: their flags, the environment
// variables that go with them, their defaults, and what values make sense.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"ddap/shared/buildinfo"
	"ddap/shared/envflag"
)

// AdminKeyVariable names the environment variable that may hold the first
// admin key. It has no flag: other users of the machine can read flags.
const AdminKeyVariable = envflag.Prefix + "ADMIN_KEY"

// Config is everything that can be set of a server.
type Config struct {
	// Listen is the address to serve HTTP on; port 0 takes any free one.
	Listen string
	// DataDir holds the artifacts and, where DatabaseURL is empty, PostgreSQL.
	DataDir string
	// DatabaseURL names the PostgreSQL to use: a secret.
	DatabaseURL string
	// DatabaseConnections bounds the pool.
	DatabaseConnections int
	// MaxArtifactBytes bounds one artifact.
	MaxArtifactBytes int64
	// BlobURL says where artifacts and uploads are kept, the data folder where
	// it is empty. It may hold a key of the object store: a secret.
	BlobURL string
	// MaxUploadBytes bounds one upload, UploadRetention how long it is kept.
	MaxUploadBytes  int64
	UploadRetention time.Duration
	// ShutdownTimeout is how long requests under way may take to finish.
	ShutdownTimeout time.Duration
	// EventsKept and AuditKept are how long events of the fleet and entries of
	// the audit log are kept; for ever where zero.
	EventsKept, AuditKept time.Duration
	// SucceededKept, FailedKept and CanceledKept are how long tasks are kept after
	// their end; for ever where zero.
	SucceededKept, FailedKept, CanceledKept time.Duration
	// MinRunnerVersion is the oldest version of a runner that is let in; any where empty.
	MinRunnerVersion string
	// LogFormat is text or json; LogLevel debug, info, warn or error.
	LogFormat, LogLevel string
	Serving
	Webhooks
	Mail
	// File is the configuration file, where there is one.
	File string
	// AdminKey is the key that the first start gives to the default workspace,
	// if it is well-formed: a secret.
	AdminKey string
}

// Default gives the settings of a server about which nobody said anything.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8080", DataDir: defaultDataDir(os.Geteuid() == 0, os.Getenv),
		DatabaseConnections: 20, MaxArtifactBytes: 1 << 30, ShutdownTimeout: 10 * time.Second,
		MaxUploadBytes: 1 << 30, UploadRetention: 7 * 24 * time.Hour,
		EventsKept: 30 * 24 * time.Hour, AuditKept: 400 * 24 * time.Hour,
		SucceededKept: 365 * 24 * time.Hour, FailedKept: 365 * 24 * time.Hour, CanceledKept: 90 * 24 * time.Hour,
		LogFormat: "text", LogLevel: "info", Serving: defaultServing(), Webhooks: defaultWebhooks(),
	}
}

// defaultDataDir follows the XDG base directories for people and the file
// system hierarchy for root, whose home the database's own user cannot enter.
func defaultDataDir(root bool, getenv func(string) string) string {
	if root {
		return "/var/lib/ddap"
	}
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ddap")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "ddap")
	}
	return "ddap-data"
}

// AddAll defines the flags of all commands. They are the keys of the
// configuration file: a new group of flags is to be added here.
func (c *Config) AddAll(flags *pflag.FlagSet) {
	c.AddServing(flags)
	c.AddRetention(flags)
	c.AddDatabase(flags)
	c.AddLogging(flags)
}

// AddDatabase defines the flags that say where the database and the files are.
func (c *Config) AddDatabase(flags *pflag.FlagSet) {
	flags.StringVar(&c.File, fileFlag, c.File, "YAML file of settings; every flag is a key of it, and flags and environment variables win over it")
	flags.StringVar(&c.DataDir, "data-dir", c.DataDir, "folder for artifacts and, without --database-url, for the database")
	flags.StringVar(&c.DatabaseURL, "database-url", c.DatabaseURL,
		"PostgreSQL to use, as in postgres://USER:PASSWORD@HOST/NAME; without it the server starts its own in the data folder")
	flags.StringVar(&c.BlobURL, "blob-url", c.BlobURL,
		"where artifacts and uploads are kept: file:///FOLDER, or s3://[KEY_ID:SECRET@]BUCKET[/PREFIX][?region=R&endpoint=URL&path_style=true]; without it the data folder")
}

// AddLogging defines the flags that say how to log.
func (c *Config) AddLogging(flags *pflag.FlagSet) {
	flags.StringVar(&c.LogFormat, "log-format", c.LogFormat, "form of the log: text or json")
	flags.StringVar(&c.LogLevel, "log-level", c.LogLevel, "least important lines to log: debug, info, warn or error")
}

// AddServing defines the flags of a server that serves.
func (c *Config) AddServing(flags *pflag.FlagSet) {
	flags.StringVar(&c.Listen, "listen", c.Listen, "address to serve HTTP on")
	flags.IntVar(&c.DatabaseConnections, "database-connections", c.DatabaseConnections, "connections to the database at most")
	flags.Int64Var(&c.MaxArtifactBytes, "max-artifact-bytes", c.MaxArtifactBytes, "size of one artifact at most")
	c.addUploads(flags)
	c.addWebhooks(flags)
	c.addMail(flags)
	flags.DurationVar(&c.ShutdownTimeout, "shutdown-timeout", c.ShutdownTimeout, "how long requests under way may take to finish when the server stops")
	flags.StringVar(&c.MinRunnerVersion, "min-runner-version", c.MinRunnerVersion,
		"oldest version of a runner that may register and gets tasks, as in 1.4.0; any when empty")
	c.addServing(flags)
}

// AddRetention defines the flags that say how long things are kept.
func (c *Config) AddRetention(flags *pflag.FlagSet) {
	flags.DurationVar(&c.EventsKept, "events-kept", c.EventsKept, "how long events of runners are kept for clients that follow them; 0s keeps them for ever")
	flags.DurationVar(&c.AuditKept, "audit-kept", c.AuditKept, "how long the audit log says who changed what; 0s keeps it for ever")
	flags.DurationVar(&c.SucceededKept, "succeeded-kept", c.SucceededKept, "how long tasks that succeeded are kept with their results; 0s keeps them for ever")
	flags.DurationVar(&c.FailedKept, "failed-kept", c.FailedKept, "how long tasks that failed are kept; 0s keeps them for ever")
	flags.DurationVar(&c.CanceledKept, "canceled-kept", c.CanceledKept, "how long tasks that were canceled are kept; 0s keeps them for ever")
	c.addDeliveries(flags)
}

// Check reports every setting that makes no sense, by its flag.
func (c *Config) Check() error {
	var wrong []error
	refuse := func(bad bool, flag, message string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("--%s "+message, append([]any{flag}, args...)...))
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	refuse(err != nil, "listen", "must be HOST:PORT, not %q", c.Listen)
	refuse(strings.TrimSpace(c.DataDir) == "", "data-dir", "must name a folder")
	// The URL is not repeated: it has a password in it.
	refuse(!isDatabaseURL(c.DatabaseURL), "database-url", "must look like postgres://USER:PASSWORD@HOST:PORT/NAME")
	refuse(c.DatabaseConnections < 4 || c.DatabaseConnections > 1000, "database-connections", "must be from 4 to 1000, not %d", c.DatabaseConnections)
	refuse(c.MaxArtifactBytes < 1, "max-artifact-bytes", "must be at least 1, not %d", c.MaxArtifactBytes)
	wrong = append(wrong, c.checkFiles()...)
	wrong = append(wrong, c.checkWebhooks()...)
	wrong = append(wrong, c.checkMail()...)
	refuse(c.ShutdownTimeout < 0 || c.ShutdownTimeout > 10*time.Minute, "shutdown-timeout", "must be from 0s to 10m, not %s", c.ShutdownTimeout)
	refuse(c.EventsKept < 0, "events-kept", "must not be negative, and is %s", c.EventsKept)
	refuse(c.AuditKept < 0, "audit-kept", "must not be negative, and is %s", c.AuditKept)
	refuse(c.SucceededKept < 0, "succeeded-kept", "must not be negative, and is %s", c.SucceededKept)
	refuse(c.FailedKept < 0, "failed-kept", "must not be negative, and is %s", c.FailedKept)
	refuse(c.CanceledKept < 0, "canceled-kept", "must not be negative, and is %s", c.CanceledKept)
	refuse(!slices.Contains([]string{"text", "json"}, c.LogFormat), "log-format", "must be text or json, not %q", c.LogFormat)
	_, err = c.level()
	refuse(err != nil, "log-level", "must be debug, info, warn or error, not %q", c.LogLevel)
	refuse(c.MinRunnerVersion != "" && !buildinfo.IsVersion(c.MinRunnerVersion), "min-runner-version",
		"must be a version as in 1.4.0, not %q", c.MinRunnerVersion)
	c.checkServing(refuse)
	return errors.Join(wrong...)
}

func isDatabaseURL(text string) bool {
	if text == "" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != "" && strings.Trim(u.Path, "/") != ""
}

func (c *Config) level() (slog.Level, error) {
	var level slog.Level
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
		return level, level.UnmarshalText([]byte(c.LogLevel))
	default:
		return level, errors.New("unknown level")
	}
}
