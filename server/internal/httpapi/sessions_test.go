package httpapi_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"ddap/shared/api"
)

// session logs in with a key.
func (w *world) session(key string, req api.SessionRequest) api.Session {
	w.t.Helper()
	made, err := w.Client(w.t, key).CreateSession(w.t.Context(), req)
	require.NoError(w.t, err)
	return made
}

// edKey makes the line of a good public key that nobody else has.
func edKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	key, err := ssh.NewPublicKey(public)
	require.NoError(t, err)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func rsaKey(t *testing.T, bits int) string {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	key, err := ssh.NewPublicKey(&private.PublicKey)
	require.NoError(t, err)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func TestSession_IsItsKeyOrLess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	analyst := w.roleKey(api.Analyst)
	s := w.session(analyst, api.SessionRequest{Name: "terminal"})
	require.Equal(t, api.Analyst, s.Role)
	require.Equal(t, 12*time.Hour, s.ExpiresAt.Sub(s.CreatedAt))
	// What the key made is the session's own, and the other way round.
	for by, other := range map[string]string{analyst: s.Token, s.Token: analyst} {
		w.do(request{method: "POST", path: "/v1/tasks/" + w.task(by) + "/cancel", key: other}).ok(http.StatusOK, nil)
	}
	w.do(request{method: "POST", path: "/v1/sessions", key: analyst, body: `{"role": "operator"}`}).refused(http.StatusForbidden, "role_too_weak")
	weak := w.session(analyst, api.SessionRequest{Role: api.Viewer})
	w.do(request{method: "POST", path: "/v1/task", key: weak.Token, body: fetchBirds}).refused(http.StatusForbidden, "role_too_weak")
	w.do(request{method: "POST", path: "/v1/sessions", key: s.Token, body: `{}`}).refused(http.StatusForbidden, "wrong_credential")
	w.do(request{method: "GET", path: "/v1/tasks?nonsense=1", key: s.Token}).refused(422, "invalid_request")

	var me api.WhoAmI
	w.do(request{method: "GET", path: "/v1/whoami", key: s.Token}).ok(http.StatusOK, &me)
	require.Equal(t, "ses", me.Kind)
	require.Equal(t, s.ID, me.ID)
	require.Equal(t, s.KeyID, me.KeyID)
	require.True(t, s.ExpiresAt.Equal(*me.ExpiresAt))
}

// TestSession_SharesWhatItsKeyMade: whatever is somebody's own is the key's, and
// a session is its key.
func TestSession_SharesWhatItsKeyMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	analyst := w.roleKey(api.Analyst)
	s := w.session(analyst, api.SessionRequest{})
	stranger := w.session(w.roleKey(api.Analyst), api.SessionRequest{})
	for by, other := range map[string]string{analyst: s.Token, s.Token: analyst} {
		var schedule api.Schedule
		w.do(request{method: "POST", path: "/v1/schedules", key: by, body: `{"name": "s", "cron": "@daily", "time_zone": "UTC", "task": ` + fetchBirds + `}`}).
			ok(http.StatusCreated, &schedule)
		w.do(request{method: "DELETE", path: "/v1/schedules/" + schedule.ID, key: stranger.Token}).refused(http.StatusForbidden, "forbidden")
		w.do(request{method: "DELETE", path: "/v1/schedules/" + schedule.ID, key: other}).ok(http.StatusNoContent, nil)
		var upload api.Upload
		w.do(request{method: "POST", path: "/v1/uploads?name=a.csv", key: by, body: "a\n1\n", header: map[string]string{"Content-Type": "text/csv"}}).
			ok(http.StatusCreated, &upload)
		w.do(request{method: "DELETE", path: "/v1/uploads/" + upload.ID, key: stranger.Token}).refused(http.StatusForbidden, "forbidden")
		w.do(request{method: "DELETE", path: "/v1/uploads/" + upload.ID, key: other}).ok(http.StatusNoContent, nil)
		var list api.TaskList
		w.task(by)
		w.do(request{method: "GET", path: "/v1/tasks?creator=me", key: other}).ok(http.StatusOK, &list)
		require.NotEmpty(t, list.Tasks)
	}
}

// TestSecrets_AreShownOnce: a repeated request makes nothing again, and does not
// tell the secret again.
func TestSecrets_AreShownOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	for path, body := range map[string]string{"/v1/sessions": `{}`, "/v1/runners/" + runner.RunnerID + "/rotate": `{}`} {
		r := request{method: "POST", path: path, key: w.AdminKey, body: body, header: map[string]string{api.IdempotencyHeader: "once"}}
		require.Less(t, w.do(r).status, 300)
		w.do(r).refused(http.StatusConflict, "secret_already_shown")
	}
	key, err := w.admin.CreateKey(t.Context(), api.KeyRequest{Name: "k", Role: api.Viewer})
	require.NoError(t, err)
	r := request{
		method: "POST", path: "/v1/keys/" + key.ID + "/ssh-keys", key: w.AdminKey, body: `{"public_key": "` + edKey(t) + `"}`,
		header: map[string]string{api.IdempotencyHeader: "once"},
	}
	var first, again api.SSHKey
	w.do(r).ok(http.StatusCreated, &first)
	w.do(r).ok(http.StatusCreated, &again)
	require.Equal(t, first, again)
}

func TestSession_ActsForWhomItsKeyActed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.key(func(r *api.KeyRequest) { r.Role, r.Delegate = api.Analyst, true })
	login := func(user string) api.Session {
		var s api.Session
		w.do(request{method: "POST", path: "/v1/sessions", key: site, body: `{}`, header: map[string]string{api.ActingUserHeader: user}}).ok(http.StatusCreated, &s)
		return s
	}
	ann, ben := login("7;Ann"), login("8;Ben")
	var me api.WhoAmI
	w.do(request{method: "GET", path: "/v1/whoami", key: ann.Token}).ok(http.StatusOK, &me)
	require.Equal(t, "7;Ann", me.ActingUser)
	require.False(t, me.Delegate)
	w.do(request{method: "GET", path: "/v1/whoami", key: ann.Token, header: map[string]string{api.ActingUserHeader: "8;Ben"}}).
		refused(http.StatusForbidden, "not_a_delegate")
	w.do(request{method: "DELETE", path: "/v1/sessions/" + ben.ID, key: ann.Token}).refused(http.StatusNotFound, "session_not_found")
	w.do(request{method: "DELETE", path: "/v1/sessions/" + ben.ID, key: site, header: map[string]string{api.ActingUserHeader: "7;Ann"}}).
		refused(http.StatusNotFound, "session_not_found")
	w.do(request{method: "DELETE", path: "/v1/sessions/" + ben.ID, key: ben.Token}).ok(http.StatusNoContent, nil)
	w.do(request{method: "GET", path: "/v1/whoami", key: ben.Token}).refused(http.StatusUnauthorized, "session_ended")
}

func TestSession_DiesWithItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, err := w.admin.CreateKey(t.Context(), api.KeyRequest{Name: "k", Role: api.Operator, ExpiresInSeconds: 600})
	require.NoError(t, err)
	s := w.session(key.Key, api.SessionRequest{})
	require.True(t, key.ExpiresAt.Equal(s.ExpiresAt), "a session must not outlive its key")
	require.NoError(t, w.admin.RevokeKey(t.Context(), key.ID))
	w.do(request{method: "GET", path: "/v1/whoami", key: s.Token}).refused(http.StatusUnauthorized, "key_revoked")
	list, err := w.admin.Sessions(t.Context())
	require.NoError(t, err)
	require.Empty(t, list.Sessions)
}

// TestGrant_SeesAndEndsItsOwnOnly: a site that may invite computers must not
// see, end or take over what others made.
func TestGrant_SeesAndEndsItsOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := w.enrolment(api.EnrollmentRequest{})
	site := w.key(func(r *api.KeyRequest) { r.Role, r.Grants = api.Analyst, []api.Grant{api.GrantEnrollments} })
	var mine api.Enrollment
	w.do(request{method: "POST", path: "/v1/enrollments", key: site, body: `{"max_uses": 2}`}).ok(http.StatusCreated, &mine)
	var list api.EnrollmentList
	w.do(request{method: "GET", path: "/v1/enrollments", key: site}).ok(http.StatusOK, &list)
	require.Len(t, list.Enrollments, 1)
	require.Equal(t, mine.ID, list.Enrollments[0].ID)
	w.do(request{method: "DELETE", path: "/v1/enrollments/" + theirs.ID, key: site}).refused(http.StatusNotFound, "enrollment_not_found")
	w.do(request{method: "DELETE", path: "/v1/enrollments/" + mine.ID, key: site}).ok(http.StatusOK, nil)
	w.do(request{method: "POST", path: "/v1/enrollments", key: site, body: `{"runner_id": "` + w.runner().RunnerID + `"}`}).
		refused(http.StatusForbidden, "role_too_weak")
	w.do(request{method: "GET", path: "/v1/keys", key: site}).refused(http.StatusForbidden, "role_too_weak")
	// A session has its key's role and not its grants.
	w.do(request{method: "GET", path: "/v1/enrollments", key: w.session(site, api.SessionRequest{}).Token}).refused(http.StatusForbidden, "role_too_weak")

	var me api.WhoAmI
	w.do(request{method: "GET", path: "/v1/whoami", key: site}).ok(http.StatusOK, &me)
	require.Equal(t, []api.Grant{api.GrantEnrollments}, me.Grants)
	w.do(request{method: "POST", path: "/v1/keys", key: w.AdminKey, body: `{"name": "x", "role": "viewer", "grants": ["keys:create"]}`}).refused(422, "invalid_request")
}

func TestKey_IsShownAndRenamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.admin.CreateKey(t.Context(), api.KeyRequest{Name: "before", Role: api.Viewer})
	require.NoError(t, err)
	renamed, err := w.admin.PatchKey(t.Context(), made.ID, api.KeyPatch{Name: new(" after ")})
	require.NoError(t, err)
	require.Equal(t, "after", renamed.Name)
	shown, err := w.admin.Key(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, "after", shown.Name)
	require.Empty(t, shown.Key)
	w.do(request{method: "PATCH", path: "/v1/keys/" + made.ID, key: w.AdminKey, body: `{"role": "admin"}`}).refused(422, "invalid_request")
}

func TestSSHKey_IsTakenOnceAndNotWeak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, err := w.admin.CreateKey(t.Context(), api.KeyRequest{Name: "k", Role: api.Operator})
	require.NoError(t, err)
	line := edKey(t)
	added, err := w.admin.AddSSHKey(t.Context(), key.ID, api.SSHKeyRequest{PublicKey: line + " ann@laptop\n"})
	require.NoError(t, err)
	require.Equal(t, "ann@laptop", added.Name)
	require.Equal(t, "ssh-ed25519", added.Type)
	require.Regexp(t, `^SHA256:[A-Za-z0-9+/]{43}$`, added.Fingerprint)
	path := "/v1/keys/" + key.ID + "/ssh-keys"
	w.do(request{method: "POST", path: path, key: w.AdminKey, body: `{"public_key": "` + line + `"}`}).refused(http.StatusConflict, "ssh_key_exists")
	for name, bad := range map[string]string{
		"nonsense": "nonsense", "two lines": line + `\n` + edKey(t), "options": `command=\"x\" ` + line,
		"private": "-----BEGIN OPENSSH PRIVATE KEY-----", "weak": rsaKey(t, 1024),
	} {
		got := w.do(request{method: "POST", path: path, key: w.AdminKey, body: `{"public_key": "` + bad + `"}`}).refused(422, "invalid_request")
		require.Equalf(t, []string{"public_key"}, got.paths(), name)
		says := map[string]string{
			"nonsense": "must be a line", "two lines": "one line", "options": "no options", "private": "is a private key", "weak": "too weak",
		}[name]
		require.Containsf(t, got.problem.Errors[0].Message, says, name)
	}
	_, err = w.admin.AddSSHKey(t.Context(), key.ID, api.SSHKeyRequest{PublicKey: rsaKey(t, 2048)})
	require.NoError(t, err, "an RSA key that is long enough is taken")
	require.NoError(t, w.admin.DeleteSSHKey(t.Context(), key.ID, added.ID))
	w.do(request{method: "DELETE", path: path + "/" + added.ID, key: w.AdminKey}).refused(http.StatusNotFound, "ssh_key_not_found")
	list, err := w.admin.SSHKeys(t.Context(), key.ID)
	require.NoError(t, err)
	require.Len(t, list.SSHKeys, 1)
}
