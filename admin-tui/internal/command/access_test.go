package command_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

// TestAccessCommands_AskForWhatTheySay is one line for each command: what is
// sent where.
func TestAccessCommands_AskForWhatTheySay(t *testing.T) {
	t.Parallel()
	pub := filepath.Join(t.TempDir(), "id.pub")
	require.NoError(t, os.WriteFile(pub, []byte("ssh-ed25519 AAAA ann@laptop\n"), 0o600))
	past := time.Now().Add(-time.Second)
	runner := api.Runner{ID: "r1", Name: "lab", State: api.RunnerActive}
	for name, c := range map[string]struct {
		args        []string
		route, body string
		answer      any
		out         string
	}{
		"pause":          {[]string{"runners", "pause", "r1", "--note", "holiday"}, "PATCH /v1/runners/r1", `{"paused":true,"note":"holiday"}`, runner, "lab"},
		"resume":         {[]string{"runners", "resume", "r1"}, "PATCH /v1/runners/r1", `{"paused":false}`, runner, "lab"},
		"drain":          {[]string{"runners", "drain", "r1"}, "PATCH /v1/runners/r1", `{"drained":true}`, runner, "lab"},
		"undrain":        {[]string{"runners", "undrain", "r1"}, "PATCH /v1/runners/r1", `{"drained":false}`, runner, "lab"},
		"label":          {[]string{"runners", "label", "r1", "--label", "a=b"}, "PATCH /v1/runners/r1", `{"labels":{"a":"b"}}`, runner, "lab"},
		"no label":       {[]string{"runners", "label", "r1"}, "PATCH /v1/runners/r1", `{"labels":{}}`, runner, "lab"},
		"revoke":         {[]string{"runners", "revoke", "r1"}, "POST /v1/runners/r1/revoke", ``, api.RevokedRunner{Runner: runner}, "lab"},
		"rotate":         {[]string{"runners", "rotate", "r1", "--overlap", "0s"}, "POST /v1/runners/r1/rotate", `{"overlap_seconds":0}`, api.RotatedRunner{Token: "t0ken"}, "t0ken\n"},
		"why":            {[]string{"runners", "why", "r1"}, "GET /v1/runners/r1/why", ``, why, "It works on as many"},
		"show key":       {[]string{"keys", "show", "k1"}, "GET /v1/keys/k1", ``, api.Key{ID: "k1", Name: "site", Grants: []api.Grant{api.GrantWebhooks}}, "webhooks:own"},
		"rename key":     {[]string{"keys", "rename", "k1", "new"}, "PATCH /v1/keys/k1", `{"name":"new"}`, api.Key{ID: "k1", Name: "new"}, "new"},
		"grant":          {[]string{"keys", "create", "--name", "n", "--role", "viewer", "--grant", "enrollments:create"}, "POST /v1/keys", `{"name":"n","role":"viewer","grants":["enrollments:create"]}`, api.Key{Key: "s3cret"}, "s3cret\n"},
		"sessions":       {[]string{"sessions"}, "GET /v1/sessions", ``, api.SessionList{Sessions: []api.Session{{ID: "s1", KeyName: "site", ActingUser: "7;Ann", ExpiresAt: time.Now()}}}, "Ann via site"},
		"create session": {[]string{"sessions", "create", "--role", "viewer", "--expires-in", "1h"}, "POST /v1/sessions", `{"role":"viewer","expires_in_seconds":3600}`, api.Session{Token: "s3cret"}, "s3cret\n"},
		"end session":    {[]string{"sessions", "end", "s1"}, "DELETE /v1/sessions/s1", ``, nil, ""},
		"ssh keys":       {[]string{"ssh-keys", "list", "k1"}, "GET /v1/keys/k1/ssh-keys", ``, api.SSHKeyList{}, "No public keys"},
		"add ssh key":    {[]string{"ssh-keys", "add", "k1", "--file", pub}, "POST /v1/keys/k1/ssh-keys", `{"public_key":"ssh-ed25519 AAAA ann@laptop"}`, api.SSHKey{Fingerprint: "SHA256:x"}, "SHA256:x"},
		"remove ssh key": {[]string{"ssh-keys", "remove", "k1", "h1"}, "DELETE /v1/keys/k1/ssh-keys/h1", ``, nil, ""},
		"show runner":    {[]string{"runners", "show", "r1"}, "GET /v1/runners/r1", ``, runner, "lab"},
		"show upload":    {[]string{"uploads", "show", "u1"}, "GET /v1/uploads/u1", ``, api.Upload{ID: "u1", Name: "sales.csv"}, "sales.csv"},
		"invitations":    {[]string{"enrollments"}, "GET /v1/enrollments", ``, api.EnrollmentList{}, "ddap-admin enroll"},
		"uninvite":       {[]string{"enrollments", "revoke", "e1"}, "DELETE /v1/enrollments/e1", ``, api.Enrollment{ID: "e1", RevokedAt: &past}, "revoked"},
		"bring back":     {[]string{"enroll", "--runner", "r1"}, "POST /v1/enrollments", `{"max_uses":1,"expires_in_seconds":86400,"runner_id":"r1"}`, api.Enrollment{Token: "t0ken"}, "t0ken\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string][]any{c.route: {c.answer}})
			got := run(t, s, c.args...)
			requireCode(t, command.ExitOK, got)
			asked := s.requests()[0]
			require.Equal(t, c.route, asked.route)
			if c.body != "" {
				require.JSONEq(t, c.body, string(asked.body))
			}
			require.Contains(t, got.out, c.out)
		})
	}
	requireCode(t, command.ExitUsage, run(t, nil, "ssh-keys", "add", "k1", "--file", filepath.Join(t.TempDir(), "none")))
}

var why = api.RunnerWhy{
	Reasons:  []api.RunnerReason{{Code: task.IsBusy, Message: i18n.RunnerReason(task.IsBusy), Detail: "1/1"}},
	Matching: 3, Unmet: []api.UnmetNeed{{Need: task.NeedsLabels, Tasks: 2}},
}
