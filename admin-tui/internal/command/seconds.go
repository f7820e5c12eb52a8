package command

import (
	"errors"
	"time"
)

// seconds is a flag for a time of at least one second, in whole seconds as the
// API has it. Zero, which no text sets, leaves it to the server.
type seconds int

// Set reads a duration such as 90s or 24h.
func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d%time.Second != 0 {
		return errors.New("it takes whole seconds, as in 90s or 24h")
	}
	*s = seconds(d / time.Second)
	return nil
}

// String writes it as Go writes durations; empty where it is not set.
func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return (time.Duration(*s) * time.Second).String()
}

// Type names the form for the help.
func (s *seconds) Type() string { return "duration" }
