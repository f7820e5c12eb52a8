package main

import (
	"errors"
	"strings"

	"ddap/desktop-runner/internal/agent"
	"ddap/desktop-runner/internal/app"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Exit codes, the same for all three programs.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitRefused     = 4
)

// usageError is a mistake on the command line or in the environment.
type usageError struct{ error }

// Unwrap gives the mistake.
func (e usageError) Unwrap() error { return e.error }

// advice tells the owner what to do about a problem that the server, or we, gave a code.
var advice = map[string]struct {
	exit int
	text string
}{
	agent.CodeNoToken:           {exitUsage, ""},
	agent.CodeTokenUnknown:      {exitRefused, ""},
	"invalid_server":            {exitUsage, ""},
	"insecure_http":             {exitUsage, ""},
	app.CodeNoSandbox:           {exitFailed, ""},
	api.CodeInstanceSuperseded:  {exitFailed, "another process is running with this runner's credential, so this one has stopped; run only one of them"},
	api.CodeMalformedCredential: {exitRefused, ""},
	api.CodeTokenUsed:           {exitRefused, "this enrolment token was used already; ask the server's administrator for a new one (ddap-admin enroll)"},
	api.CodeTokenExpired:        {exitRefused, "this enrolment token has expired; ask the server's administrator for a new one (ddap-admin enroll)"},
	api.CodeRunnerRevoked: {exitRefused, "an operator has revoked this runner, and the server will not take it back; " +
		"to enrol this computer anew, remove credential.json from the state folder and start with a new token"},
}

// exits maps the remaining kinds of errors; everything else has failed.
var exits = map[fault.Kind]int{
	fault.Unavailable:     exitUnreachable,
	fault.Unauthenticated: exitRefused,
	fault.Forbidden:       exitRefused,
}

func exitCode(err error) int {
	if asUsage := (usageError{}); errors.As(err, &asUsage) || isCobraUsage(err) {
		return exitUsage
	}
	if known, ok := advice[fault.CodeOf(err)]; ok {
		return known.exit
	}
	if code, ok := exits[fault.KindOf(err)]; ok {
		return code
	}
	return exitFailed
}

// isCobraUsage: cobra has no type for its own complaints about arguments.
func isCobraUsage(err error) bool { return strings.HasPrefix(err.Error(), "unknown command") }

// sentence is what the owner reads.
func sentence(err error) string {
	if known := advice[fault.CodeOf(err)]; known.text != "" {
		return known.text
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Message == "" {
		return err.Error()
	}
	if _, known := advice[f.Code]; f.Kind == fault.Unauthenticated && !known {
		return "the server does not accept this credential (" + f.Message + "); if this computer was enrolled before, " +
			"remove credential.json from the state folder and start with a new token"
	}
	return f.Message
}
