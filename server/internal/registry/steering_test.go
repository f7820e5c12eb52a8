package registry_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestPatchRunner_DrainsLabelsAndSaysWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := uuid.MustParse(o.mustRegister(o.enrolment(api.EnrollmentRequest{Labels: map[string]string{"site": "ours"}}).Token).RunnerID)
	patch := func(p api.RunnerPatch) api.Runner {
		shown, err := o.PatchRunner(t.Context(), o.admin, id, p)
		require.NoError(t, err)
		return shown
	}
	shown := patch(api.RunnerPatch{Drained: new(true), Note: new(" new disk ")})
	require.True(t, shown.Drained)
	require.Equal(t, "new disk", shown.Note)
	shown = patch(api.RunnerPatch{Labels: &map[string]string{"gpu": "no"}})
	require.Equal(t, map[string]string{"site": "mine", "gpu": "no"}, shown.Labels, "an operator's labels replace those of the enrolment, and win")
	require.True(t, shown.Drained, "what is not named stays")
	shown = patch(api.RunnerPatch{Drained: new(false)})
	require.False(t, shown.Drained)
	require.Empty(t, shown.Note, "what it explained is over")
	for _, action := range []string{"runner.drain", "runner.label", "runner.undrain"} {
		require.Equalf(t, 1, o.db.Count(t, "SELECT count(*) FROM audit_log WHERE action = $1", action), action)
	}
	patch(api.RunnerPatch{Drained: new(false)})
	require.Equal(t, 1, o.db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'runner.undrain'"), "no change is no entry")

	_, err := o.PatchRunner(t.Context(), o.admin, id, api.RunnerPatch{Labels: &map[string]string{"a=b": ""}})
	require.True(t, fault.Is(err, fault.Invalid))
}

func TestRotateRunner_KeepsTheOldCredentialForTheOverlap(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.mustRegister(o.enrolment(api.EnrollmentRequest{}).Token)
	id := uuid.MustParse(first.RunnerID)
	rotate := func(overlap int) api.RotatedRunner {
		out, err := o.RotateRunner(t.Context(), o.admin, id, api.RotateRequest{OverlapSeconds: &overlap})
		require.NoError(t, err)
		return out
	}
	second := rotate(60)
	require.Equal(t, id, o.enter(first.Token).ID)
	require.Equal(t, id, o.enter(second.Token).ID)
	third := rotate(60)
	o.refuses(first.Token, "unknown_credential")
	o.enter(second.Token)
	o.enter(third.Token)
	o.db.Exec(t, "UPDATE runners SET previous_expires_at = now()")
	o.refuses(second.Token, api.CodeCredentialRotated)
	fourth := rotate(0)
	o.refuses(third.Token, api.CodeCredentialRotated)
	o.enter(fourth.Token)
	_, err := o.RevokeRunner(t.Context(), o.admin, id)
	require.NoError(t, err)
	o.refuses(fourth.Token, api.CodeRunnerRevoked)
	_, err = o.RotateRunner(t.Context(), o.admin, id, api.RotateRequest{})
	requireCode(t, err, api.CodeRunnerRevoked)
}

func TestRegister_BringsAKnownRunnerBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.mustRegister(o.enrolment(api.EnrollmentRequest{Labels: map[string]string{"site": "ours"}}).Token)
	datasets, err := o.Datasets(t.Context(), o.admin, 0, "")
	require.NoError(t, err)
	back := o.enrolment(api.EnrollmentRequest{RunnerID: first.RunnerID})
	again := o.mustRegister(back.Token, withID("r1"))
	require.Equal(t, first.RunnerID, again.RunnerID)
	o.refuses(first.Token, "unknown_credential")
	require.Equal(t, "ours", o.runner(first.RunnerID).Labels["site"])
	after, err := o.Datasets(t.Context(), o.admin, 0, "")
	require.NoError(t, err)
	require.Equal(t, datasets.Datasets[0].ID, after.Datasets[0].ID)
	lost := o.mustRegister(back.Token, withID("r1"))
	require.Equal(t, first.RunnerID, lost.RunnerID, "a lost answer strands nobody here either")
	_, err = o.register(back.Token, withID("r2"))
	requireCode(t, err, api.CodeTokenUsed)

	_, err = o.CreateEnrollment(t.Context(), o.admin, api.EnrollmentRequest{RunnerID: uuid.NewString()})
	require.True(t, fault.Is(err, fault.NotFound))
	_, err = o.CreateEnrollment(t.Context(), o.admin, api.EnrollmentRequest{RunnerID: first.RunnerID, MaxUses: 2})
	require.True(t, fault.Is(err, fault.Invalid))
	open := o.enrolment(api.EnrollmentRequest{RunnerID: first.RunnerID})
	_, err = o.RevokeRunner(t.Context(), o.admin, uuid.MustParse(first.RunnerID))
	require.NoError(t, err)
	_, err = o.register(open.Token)
	requireCode(t, err, api.CodeRunnerRevoked)
	_, err = o.CreateEnrollment(t.Context(), o.admin, api.EnrollmentRequest{RunnerID: first.RunnerID})
	requireCode(t, err, api.CodeRunnerRevoked)
}

func TestRegister_RefusesARunnerThatIsTooOld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.RequireRunner("1.4.0")
	token := o.enrolment(api.EnrollmentRequest{MaxUses: 3}).Token
	at := func(version string) func(*api.RegisterRequest) {
		return func(r *api.RegisterRequest) { r.Version = version }
	}
	_, err := o.register(token, at("1.3.9"))
	requireCode(t, err, api.CodeRunnerTooOld)
	require.True(t, fault.Is(err, fault.Forbidden))
	o.mustRegister(token, at("1.4.0"))
	o.mustRegister(token, at("1.5.0"))
	list, err := o.Enrollments(t.Context(), o.admin, 0, "")
	require.NoError(t, err)
	require.Equal(t, 2, list.Enrollments[0].Uses, "a refused runner uses nothing up")
}

func TestRevokeRunner_SaysWhatItStrands(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := storetest.TaskAt(t, o.db, task.Running)
	admin := storetest.Key(t, o.db, f.Workspace, api.Admin, "admin")
	storetest.Task(t, o.db, admin, storetest.With(func(n *store.NewTask) { n.PinnedRunnerID = &f.Runner.ID }))
	gone, err := o.RevokeRunner(t.Context(), admin, f.Runner.ID)
	require.NoError(t, err)
	require.Equal(t, 1, gone.TakenBack)
	require.Equal(t, 1, gone.Stranded)
	again, err := o.RevokeRunner(t.Context(), admin, f.Runner.ID)
	require.NoError(t, err)
	require.Zero(t, again.TakenBack+again.Stranded)
}

func TestFindSSHKeys_GivesWorkingKeysOfEveryWorkspace(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	const fingerprint = "SHA256:x"
	add := func() (uuid.UUID, store.Principal) {
		ws := storetest.Workspace(t, db)
		key := storetest.Key(t, db, ws, api.Operator, "op")
		_, err := db.AddSSHKey(t.Context(), store.SSHKey{
			ID: storetest.NewID(t), WorkspaceID: ws, KeyID: key.ID, Type: "ssh-ed25519", PublicKey: "x", Fingerprint: fingerprint,
		})
		require.NoError(t, err)
		return ws, key
	}
	ws, key := add()
	_, other := add()
	found := func() map[uuid.UUID]bool {
		all, err := db.FindSSHKeys(t.Context(), fingerprint)
		require.NoError(t, err)
		out := map[uuid.UUID]bool{}
		for _, k := range all {
			require.NotEmpty(t, k.Key.Workspace)
			require.Equal(t, api.Operator, k.Key.Role)
			out[k.KeyID] = true
		}
		return out
	}
	require.Equal(t, map[uuid.UUID]bool{key.ID: true, other.ID: true}, found())
	_, err := db.RevokeKey(t.Context(), ws, key.ID)
	require.NoError(t, err)
	require.Equal(t, map[uuid.UUID]bool{other.ID: true}, found())
	db.Exec(t, "UPDATE api_keys SET expires_at = now() WHERE id = $1", other.ID)
	require.Empty(t, found())
}

func TestForgetSessions_KeepsWhatIsOpenOrEndedLately(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, name := range []string{"open", "lately", "old"} {
		_, err := o.CreateSession(t.Context(), o.admin, api.SessionRequest{Name: name})
		require.NoError(t, err)
	}
	o.db.Exec(t, "UPDATE sessions SET ended_at = now() WHERE name = 'lately'")
	o.db.Exec(t, "UPDATE sessions SET ended_at = now() - interval '8 days' WHERE name = 'old'")
	n, err := o.db.ForgetSessions(t.Context(), 7*24*time.Hour, 10)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Zero(t, o.db.Count(t, "SELECT count(*) FROM sessions WHERE name = 'old'"))
}
