package registry_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/registry"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// office is a registry on a database of its own, with an admin.
type office struct {
	*registry.Service
	t     *testing.T
	db    *storetest.DB
	admin store.Principal
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db := storetest.Open(t)
	log := slog.New(slog.DiscardHandler)
	o := &office{t: t, db: db, Service: registry.New(db.Store, dispatch.New(db.Store, wakeup.New(db.Store, log), log))}
	key, err := o.Bootstrap(t.Context(), "")
	require.NoError(t, err)
	require.NotNil(t, key)
	o.admin = o.enter(key.String())
	return o
}

func (o *office) enter(token string) store.Principal {
	o.t.Helper()
	p, err := o.Authenticate(o.t.Context(), token)
	require.NoError(o.t, err)
	return p
}

func (o *office) refuses(token, code string) {
	o.t.Helper()
	_, err := o.Authenticate(o.t.Context(), token)
	require.Truef(o.t, fault.Is(err, fault.Unauthenticated) && fault.HasCode(err, code), "got %v, want %s", err, code)
	if token != "" {
		require.NotContains(o.t, err.Error(), token[max(0, len(token)-20):], "errors must not repeat secrets")
	}
}

func (o *office) enrolment(req api.EnrollmentRequest) api.Enrollment {
	o.t.Helper()
	e, err := o.CreateEnrollment(o.t.Context(), o.admin, req)
	require.NoError(o.t, err)
	return e
}

func registration(change ...func(*api.RegisterRequest)) api.RegisterRequest {
	req := api.RegisterRequest{
		Name: " lab ", Hostname: "h", OS: "linux", Arch: "amd64", Version: "1", Operations: []int{100, 200},
		Labels: map[string]string{"site": "mine", "gpu": "yes"}, Datasets: []api.DatasetOffer{{Name: "birds", Policy: result.Rows}},
	}
	for _, c := range change {
		c(&req)
	}
	return req
}

func withID(id string) func(*api.RegisterRequest) {
	return func(r *api.RegisterRequest) { r.Registration = id }
}

func (o *office) register(token string, change ...func(*api.RegisterRequest)) (api.RegisterResponse, error) {
	o.t.Helper()
	return o.Register(o.t.Context(), o.enter(token), registration(change...))
}

func (o *office) mustRegister(token string, change ...func(*api.RegisterRequest)) api.RegisterResponse {
	o.t.Helper()
	r, err := o.register(token, change...)
	require.NoError(o.t, err)
	return r
}

func (o *office) runner(id string) api.Runner {
	o.t.Helper()
	r, err := o.Runner(o.t.Context(), o.admin, uuid.MustParse(id))
	require.NoError(o.t, err)
	return r
}

func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	require.Truef(t, fault.HasCode(err, code), "got %v, want %s", err, code)
}

func TestBootstrap_MakesTheFirstWorkspaceOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, registry.DefaultWorkspace, o.admin.Workspace)
	require.Equal(t, api.Admin, o.admin.Role)
	again, err := o.Bootstrap(t.Context(), "")
	require.NoError(t, err)
	require.Nil(t, again)
}

func TestBootstrap_TakesTheKeyThatIsWanted(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	service := registry.New(db.Store, nil)
	wanted, err := credential.New(credential.Key, uuid.New())
	require.NoError(t, err)
	made, err := service.Bootstrap(t.Context(), wanted.String())
	require.NoError(t, err)
	require.Nil(t, made, "a key that somebody has already is not shown")
	p, err := service.Authenticate(t.Context(), wanted.String())
	require.NoError(t, err)
	require.Equal(t, api.Admin, p.Role)
}

func TestBootstrap_MakesAKeyWhereTheWantedOneIsMalformed(t *testing.T) {
	t.Parallel()
	enrolment, err := credential.New(credential.Enrollment, uuid.New())
	require.NoError(t, err)
	for _, wanted := range []string{"secret", enrolment.String()} {
		service := registry.New(storetest.Open(t).Store, nil)
		made, err := service.Bootstrap(t.Context(), wanted)
		require.NoError(t, err)
		require.NotNil(t, made)
	}
}

func TestBootstrap_OfServersThatStartAtOnceMakesOneKey(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	made := make(chan *credential.Credential, 4)
	var wg sync.WaitGroup
	for range cap(made) {
		service := registry.New(db.Another(t), nil)
		wg.Go(func() {
			key, err := service.Bootstrap(t.Context(), "")
			if err != nil {
				t.Errorf("bootstrap: %v", err)
			}
			made <- key
		})
	}
	wg.Wait()
	close(made)
	keys := 0
	for key := range made {
		if key != nil {
			keys++
		}
	}
	require.Equal(t, 1, keys)
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM api_keys"))
}

func TestCreateWorkspace_GivesItsOwnAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key, err := o.CreateWorkspace(t.Context(), " research ")
	require.NoError(t, err)
	p := o.enter(key.String())
	require.Equal(t, "research", p.Workspace)
	require.Equal(t, api.Admin, p.Role)
	require.NotEqual(t, o.admin.WorkspaceID, p.WorkspaceID)
	_, err = o.CreateWorkspace(t.Context(), "research")
	requireCode(t, err, "workspace_exists")
	_, err = o.CreateWorkspace(t.Context(), " ")
	require.True(t, fault.Is(err, fault.Invalid))
}

func TestSecrets_AreKeptAsHashesOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key, err := o.CreateKey(t.Context(), o.admin, api.KeyRequest{Name: "k", Role: api.Viewer})
	require.NoError(t, err)
	token := o.enrolment(api.EnrollmentRequest{}).Token
	secrets := []string{key.Key, token, o.mustRegister(token).Token}
	for _, table := range []string{"api_keys", "enrollments", "runners"} {
		var dump string
		o.db.Scan(t, "SELECT string_agg(t::text, ' ') FROM "+table+" AS t", nil, &dump)
		for _, secret := range secrets {
			require.NotContains(t, dump, secret[len(secret)-49:len(secret)-6], "%s holds a secret", table)
		}
	}
}

func TestAuthenticate_SaysWhatIsWrongWithACredential(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	key, err := o.CreateKey(ctx, o.admin, api.KeyRequest{Name: "k", Role: api.Viewer, ExpiresInSeconds: 60})
	require.NoError(t, err)
	o.enter(key.Key)
	for text, code := range map[string]string{
		"": api.CodeMalformedCredential, "nonsense": api.CodeMalformedCredential, key.Key + "x": api.CodeMalformedCredential,
		strings.ToUpper(key.Key): api.CodeMalformedCredential,
	} {
		o.refuses(text, code)
	}
	forged, err := credential.New(credential.Key, uuid.MustParse(key.ID))
	require.NoError(t, err)
	o.refuses(forged.String(), "unknown_credential")
	session, err := credential.New(credential.Session, uuid.New())
	require.NoError(t, err)
	o.refuses(session.String(), "unknown_credential")

	o.db.Exec(t, "UPDATE api_keys SET expires_at = now() WHERE id = $1", key.ID)
	o.refuses(key.Key, "key_expired")
	_, err = o.RevokeKey(ctx, o.admin, uuid.MustParse(key.ID))
	require.NoError(t, err)
	o.refuses(key.Key, "key_revoked")
}

func TestRevokeKey_KeepsOneAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	_, err := o.RevokeKey(ctx, o.admin, o.admin.ID)
	requireCode(t, err, "last_admin_key")
	second, err := o.CreateKey(ctx, o.admin, api.KeyRequest{Name: "second", Role: api.Admin})
	require.NoError(t, err)
	_, err = o.RevokeKey(ctx, o.admin, o.admin.ID)
	require.NoError(t, err)
	_, err = o.RevokeKey(ctx, o.enter(second.Key), uuid.MustParse(second.ID))
	requireCode(t, err, "last_admin_key")
	_, err = o.RevokeKey(ctx, o.enter(second.Key), uuid.New())
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestRevokeKey_OfTwoAdminsWhoRevokeEachOtherAtOnceLeavesOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 30 { // a race: each round is one chance to see it lost
		second, err := o.CreateKey(t.Context(), o.admin, api.KeyRequest{Name: "second", Role: api.Admin})
		require.NoError(t, err)
		other := o.enter(second.Key)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = o.RevokeKey(t.Context(), o.admin, other.ID) })
		wg.Go(func() { _, errs[1] = o.RevokeKey(t.Context(), other, o.admin.ID) })
		wg.Wait()
		require.Error(t, errors.Join(errs...), "nobody could administer the workspace any more")
		if errs[1] == nil {
			o.admin = other
		}
	}
}

func TestRegister_UsesATokenUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.enrolment(api.EnrollmentRequest{MaxUses: 2}).Token
	first, second := o.mustRegister(token), o.mustRegister(token)
	require.NotEqual(t, first.RunnerID, second.RunnerID)
	_, err := o.register(token)
	requireCode(t, err, api.CodeTokenUsed)
	require.ErrorContains(t, err, "2 of 2")
	list, err := o.Enrollments(t.Context(), o.admin, 0, "")
	require.NoError(t, err)
	require.Equal(t, 2, list.Enrollments[0].Uses)
	require.Empty(t, list.Enrollments[0].Token)
}

func TestRegister_RefusesTokensThatHaveEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	expired := o.enrolment(api.EnrollmentRequest{})
	o.db.Exec(t, "UPDATE enrollments SET expires_at = now()")
	_, err := o.register(expired.Token)
	requireCode(t, err, api.CodeTokenExpired)

	revoked := o.enrolment(api.EnrollmentRequest{})
	p := o.enter(revoked.Token)
	_, err = o.RevokeEnrollment(t.Context(), o.admin, uuid.MustParse(revoked.ID))
	require.NoError(t, err)
	o.refuses(revoked.Token, "enrollment_revoked")
	_, err = o.Register(t.Context(), p, registration())
	requireCode(t, err, "enrollment_revoked")
	require.Zero(t, o.db.Count(t, "SELECT count(*) FROM runners"))
}

// TestRegister_AgainWithTheSameIDIsTheSameRunner: an answer that was lost must
// strand nobody, nor use the token twice.
func TestRegister_AgainWithTheSameIDIsTheSameRunner(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.enrolment(api.EnrollmentRequest{}).Token
	first := o.mustRegister(token, withID("r1"))
	o.db.Exec(t, "UPDATE enrollments SET expires_at = now()")
	again := o.mustRegister(token, withID("r1"), func(r *api.RegisterRequest) { r.Name, r.Slots = "renamed", 3 })
	require.Equal(t, first.RunnerID, again.RunnerID)
	require.NotEqual(t, first.Token, again.Token)
	o.refuses(first.Token, "unknown_credential")
	require.Equal(t, "renamed", o.enter(again.Token).Name)
	require.Equal(t, 3, o.runner(first.RunnerID).Slots)
	_, err := o.register(token, withID("r2"))
	requireCode(t, err, api.CodeTokenExpired)
	require.Equal(t, 1, o.db.Count(t, "SELECT count(*) FROM runners"))

	o.db.Exec(t, "UPDATE runners SET registered_at = now() - interval '16 minutes'")
	_, err = o.register(token, withID("r1"))
	requireCode(t, err, "registration_expired")
	o.enter(again.Token)
}

func TestRegister_AfterRevocationIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.enrolment(api.EnrollmentRequest{MaxUses: 5}).Token
	first := o.mustRegister(token, withID("r1"))
	_, err := o.RevokeRunner(t.Context(), o.admin, uuid.MustParse(first.RunnerID))
	require.NoError(t, err)
	_, err = o.register(token, withID("r1"))
	requireCode(t, err, api.CodeRunnerRevoked)
}

func TestRegister_AtOnceCountsEveryUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.enter(o.enrolment(api.EnrollmentRequest{MaxUses: 3}).Token)
	errs := make(chan error, 8)
	var wg sync.WaitGroup
	for range cap(errs) {
		wg.Go(func() {
			_, err := o.Register(t.Context(), p, registration())
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	used := 0
	for err := range errs {
		if err == nil {
			used++
			continue
		}
		requireCode(t, err, api.CodeTokenUsed)
	}
	require.Equal(t, 3, used)
	require.Equal(t, 3, o.db.Count(t, "SELECT count(*) FROM runners"))
}

func TestRegister_KeepsTheLabelsOfTheEnrolment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.mustRegister(o.enrolment(api.EnrollmentRequest{Labels: map[string]string{"site": "ours"}}).Token)
	shown := o.runner(r.RunnerID)
	require.Equal(t, map[string]string{"site": "ours", "gpu": "yes"}, shown.Labels, "a runner cannot override what its enrolment says")
	require.Equal(t, "lab", shown.Name)
	require.True(t, shown.Online)
	require.Equal(t, []string{"birds"}, shown.Datasets)
}

func TestRegister_RefusesNonsense(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.enrolment(api.EnrollmentRequest{}).Token
	offer := func(offers ...api.DatasetOffer) func(*api.RegisterRequest) {
		return func(r *api.RegisterRequest) { r.Datasets = offers }
	}
	column := result.Column{Name: "a"}
	for path, change := range map[string]func(*api.RegisterRequest){
		"name":                        func(r *api.RegisterRequest) { r.Name = "\t" },
		"labels.a=b":                  func(r *api.RegisterRequest) { r.Labels = map[string]string{"a=b": ""} },
		"labels.long":                 func(r *api.RegisterRequest) { r.Labels = map[string]string{"long": strings.Repeat("x", 256)} },
		"datasets[1].name":            offer(api.DatasetOffer{Name: "a", Policy: result.Rows}, api.DatasetOffer{Name: "a", Policy: result.Rows}),
		"datasets[0].name":            offer(api.DatasetOffer{Name: "a\nb", Policy: result.Rows}),
		"datasets[0].columns[1].name": offer(api.DatasetOffer{Name: "a", Policy: result.Rows, Columns: []result.Column{column, column}}),
	} {
		_, err := o.register(token, change)
		var f *fault.Error
		require.ErrorAs(t, err, &f, path)
		require.Equal(t, fault.Invalid, f.Kind)
		require.Equal(t, path, f.Fields[0].Path)
	}
	o.mustRegister(token)
}

func TestApproveRunner_LetsAPendingOneWork(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.mustRegister(o.enrolment(api.EnrollmentRequest{RequireApproval: true}).Token)
	require.Equal(t, api.RunnerPending, r.State)
	o.enter(r.Token)
	id := uuid.MustParse(r.RunnerID)
	shown, err := o.ApproveRunner(t.Context(), o.admin, id)
	require.NoError(t, err)
	require.Equal(t, api.RunnerActive, shown.State)
	_, err = o.ApproveRunner(t.Context(), o.admin, id)
	require.NoError(t, err, "approving twice changes nothing")
	_, err = o.RevokeRunner(t.Context(), o.admin, id)
	require.NoError(t, err)
	_, err = o.ApproveRunner(t.Context(), o.admin, id)
	requireCode(t, err, api.CodeRunnerRevoked)
	_, err = o.ApproveRunner(t.Context(), o.admin, uuid.New())
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestPatchRunner_PausesAndResumes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := uuid.MustParse(o.mustRegister(o.enrolment(api.EnrollmentRequest{}).Token).RunnerID)
	for _, paused := range []bool{true, false} {
		shown, err := o.PatchRunner(t.Context(), o.admin, id, api.RunnerPatch{Paused: &paused})
		require.NoError(t, err)
		require.Equal(t, paused, shown.Paused)
	}
	shown, err := o.PatchRunner(t.Context(), o.admin, id, api.RunnerPatch{})
	require.NoError(t, err)
	require.False(t, shown.Paused)
}

// TestRevokeRunner_TakesBackWhatItHolds also finishes a revocation that was
// left half done.
func TestRevokeRunner_TakesBackWhatItHolds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := storetest.TaskAt(t, o.db, task.Running)
	admin := storetest.Key(t, o.db, f.Workspace, api.Admin, "admin")
	require.NoError(t, o.db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))
	require.Equal(t, 1, o.db.Count(t, "SELECT count(*) FROM tasks WHERE lease_runner_id = $1", f.Runner.ID))
	shown, err := o.RevokeRunner(t.Context(), admin, f.Runner.ID)
	require.NoError(t, err)
	require.Equal(t, api.RunnerRevoked, shown.State)
	require.Zero(t, shown.BusySlots)
	require.Empty(t, shown.Datasets)
	require.False(t, shown.Online)
	require.Zero(t, o.db.Count(t, "SELECT count(*) FROM tasks WHERE lease_runner_id = $1", f.Runner.ID))
}

func TestRunners_ShowsWhoIsThereAndBusy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := storetest.TaskAt(t, o.db, task.Running)
	admin := storetest.Key(t, o.db, f.Workspace, api.Admin, "admin")
	o.db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '89 seconds'")
	list, err := o.Runners(t.Context(), admin, 0, "")
	require.NoError(t, err)
	require.Len(t, list.Runners, 1)
	require.True(t, list.Runners[0].Online)
	require.Equal(t, 1, list.Runners[0].BusySlots)
	o.db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '91 seconds'")
	shown, err := o.Runner(t.Context(), admin, f.Runner.ID)
	require.NoError(t, err)
	require.False(t, shown.Online)
}

func TestLists_AreReadAPageAtATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.enrolment(api.EnrollmentRequest{MaxUses: 5}).Token
	for range 5 {
		o.mustRegister(token)
	}
	var runners, datasets []string
	for cursor := ""; ; {
		page, err := o.Runners(t.Context(), o.admin, 2, cursor)
		require.NoError(t, err)
		for _, r := range page.Runners {
			runners = append(runners, r.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	for cursor := ""; ; {
		page, err := o.Datasets(t.Context(), o.admin, 2, cursor)
		require.NoError(t, err)
		for _, d := range page.Datasets {
			datasets = append(datasets, d.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Len(t, unique(runners), 5)
	require.Len(t, unique(datasets), 5, "five runners share a dataset of the same name")
	for range 4 {
		o.enrolment(api.EnrollmentRequest{})
		_, err := o.CreateKey(t.Context(), o.admin, api.KeyRequest{Name: "k", Role: api.Viewer})
		require.NoError(t, err)
	}
	all, err := o.Keys(t.Context(), o.admin, 0, "")
	require.NoError(t, err)
	require.Empty(t, all.NextCursor)
	var keys, tokens []string
	for cursor := ""; ; {
		page, err := o.Keys(t.Context(), o.admin, 2, cursor)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Keys), 2)
		for _, k := range page.Keys {
			keys = append(keys, k.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
		_, err = o.Enrollments(t.Context(), o.admin, 2, cursor)
		require.True(t, fault.Is(err, fault.Invalid), "a cursor of another list: %v", err)
	}
	for cursor := ""; ; {
		page, err := o.Enrollments(t.Context(), o.admin, 2, cursor)
		require.NoError(t, err)
		for _, e := range page.Enrollments {
			tokens = append(tokens, e.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Len(t, unique(keys), len(all.Keys))
	require.Len(t, keys, len(all.Keys))
	require.Len(t, unique(tokens), 5)
}

func unique(ids []string) map[string]bool {
	set := map[string]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// TestPutDatasets_KeepsIDs: tasks name datasets by id, and must find them again
// after the owner has stopped sharing for a while.
func TestPutDatasets_KeepsIDs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.mustRegister(o.enrolment(api.EnrollmentRequest{}).Token)
	p, id := o.enter(r.Token), uuid.MustParse(r.RunnerID)
	put := func(offers ...api.DatasetOffer) map[string]api.Dataset {
		list, err := o.PutDatasets(t.Context(), p, id, api.DatasetsRequest{Datasets: offers, Revision: "7"})
		require.NoError(t, err)
		shown, err := o.Datasets(t.Context(), o.admin, 0, "")
		require.NoError(t, err)
		require.Equal(t, list.Datasets, shown.Datasets)
		found := map[string]api.Dataset{}
		for _, d := range list.Datasets {
			found[d.Name] = d
		}
		return found
	}
	birds := api.DatasetOffer{Name: "birds", Policy: result.Rows, Revision: "2"}
	ants := api.DatasetOffer{Name: "ants", Policy: result.Aggregates}
	before := put(birds, ants)
	require.Equal(t, result.DefaultMinGroupSize, before["ants"].MinGroupSize)
	require.Zero(t, before["birds"].MinGroupSize)
	require.Len(t, put(ants), 1)
	require.Empty(t, put())
	rows := int64(12)
	birds.Rows, birds.Revision = &rows, "3"
	after := put(birds, ants)
	require.Equal(t, before["birds"].ID, after["birds"].ID)
	require.Equal(t, before["ants"].ID, after["ants"].ID)
	require.Equal(t, "3", after["birds"].Revision)
	require.Equal(t, rows, *after["birds"].Rows)
	require.Equal(t, 2, o.db.Count(t, "SELECT count(*) FROM datasets"))

	_, err := o.PutDatasets(t.Context(), p, uuid.New(), api.DatasetsRequest{})
	require.True(t, fault.Is(err, fault.Forbidden))
}

func TestCreateEnrollment_ExpiresAfterADayUnlessAskedOtherwise(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := o.enrolment(api.EnrollmentRequest{})
	require.Equal(t, 1, e.MaxUses)
	require.Equal(t, 24*time.Hour, e.ExpiresAt.Sub(e.CreatedAt))
	e = o.enrolment(api.EnrollmentRequest{ExpiresInSeconds: 90})
	require.Equal(t, 90*time.Second, e.ExpiresAt.Sub(e.CreatedAt))
}
