package config

import (
	"io"
	"log/slog"
)

// Logger makes the log that the settings ask for, written to w. The settings
// must have passed Check.
func (c *Config) Logger(w io.Writer) *slog.Logger {
	level, _ := c.level()
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
