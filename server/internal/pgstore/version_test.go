package pgstore_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// pinnedAction is an action on a thing of a workspace.
type pinnedAction struct {
	noun store.Noun
	make func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID
	act  func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error
}

func pinnedActions() map[string]pinnedAction {
	paused := true
	return map[string]pinnedAction{
		"runner": {
			store.VersionedRunner,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				return storetest.Runner(t, db, admin.WorkspaceID).ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error {
				return s.SteerRunner(ctx, workspace, id, store.Steering{Paused: &paused, Note: &who})
			},
		},
		"key": {
			store.VersionedKey,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				return storetest.Key(t, db, admin.WorkspaceID, api.Viewer, "k").ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error {
				_, err := s.RenameKey(ctx, workspace, id, who)
				return err
			},
		},
		"task": {
			store.VersionedTask,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				return storetest.Task(t, db, admin).ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, _ string) error {
				_, err := s.CancelTasks(ctx, workspace, []uuid.UUID{id}, false)
				return err
			},
		},
		"schedule": {
			store.VersionedSchedule,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				t.Helper()
				due := time.Now().Add(time.Hour)
				s, err := db.AddSchedule(t.Context(), store.Schedule{
					ID: storetest.NewID(t), WorkspaceID: admin.WorkspaceID, Name: "s", Cron: "@daily", TimeZone: "UTC", Task: json.RawMessage(`{}`),
					Missed: api.MissedRunOnce, Overlap: api.OverlapSkip, KeyID: admin.ID, CreatedBy: "ops", NextDue: &due,
				})
				require.NoError(t, err)
				return s.ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error {
				_, err := s.ChangeSchedule(ctx, workspace, id, func(s *store.Schedule, _ time.Time) error { s.Name = who; return nil })
				return err
			},
		},
		"webhook": {
			store.VersionedWebhook,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				w, err := db.AddWebhook(t.Context(), store.Webhook{
					ID: storetest.NewID(t), WorkspaceID: admin.WorkspaceID, Name: "w", URL: "https://example.org/", Types: []string{"*"}, KeyID: admin.ID, CreatedBy: "ops",
				}, store.Cursor{}, store.WebhookLimits{})
				require.NoError(t, err)
				return w.ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error {
				_, err := s.ChangeWebhook(ctx, store.WebhookScope{Workspace: workspace}, id, store.WebhookChange{Name: &who}, store.Cursor{})
				return err
			},
		},
		"alert": {
			store.VersionedAlert,
			func(t *testing.T, db *storetest.DB, admin store.Principal) uuid.UUID {
				a, err := db.AddAlert(t.Context(), store.Alert{ID: storetest.NewID(t), WorkspaceID: admin.WorkspaceID, Name: "a", Kind: api.AlertNoRunner, Language: "en"}, 10)
				require.NoError(t, err)
				return a.ID
			},
			func(ctx context.Context, s *pgstore.Store, workspace, id uuid.UUID, who string) error {
				_, err := s.ChangeAlert(ctx, workspace, id, func(a *store.Alert) error { a.Name = id.String() + who; return nil }, words)
				return err
			},
		},
	}
}

// TestVersion_OfManyWhoKnowTheSameOneActs, on two servers: all have looked, and
// have passed every check that comes before the transaction.
func TestVersion_OfManyWhoKnowTheSameOneActs(t *testing.T) {
	t.Parallel()
	for name, c := range pinnedActions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			servers := []*pgstore.Store{db.Store, db.Another(t)}
			admin := storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "ops")
			for range 5 {
				pin := store.Pin{Noun: c.noun, ID: c.make(t, db, admin)}
				errs := make([]error, 6)
				text, err := db.Version(t.Context(), pin)
				require.NoError(t, err)
				require.NotEmpty(t, text)
				known := store.WithVersion(t.Context(), pin, text)
				var wg sync.WaitGroup
				for i := range errs {
					wg.Go(func() { errs[i] = c.act(known, servers[i%2], admin.WorkspaceID, pin.ID, "who "+strconv.Itoa(i)) })
				}
				wg.Wait()
				acted := 0
				for _, err := range errs {
					if err == nil {
						acted++
						continue
					}
					require.True(t, fault.HasCode(err, api.CodeChangedMeanwhile), err)
				}
				require.Equal(t, 1, acted)
			}
		})
	}
}

// TestVersion_IsAboutWhatAPersonDecidesBy: heartbeats are no change of a runner,
// and the pin of one thing says nothing of another.
func TestVersion_IsAboutWhatAPersonDecidesBy(t *testing.T) {
	t.Parallel()
	for name, c := range pinnedActions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			admin := storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "ops")
			pin := store.Pin{Noun: c.noun, ID: c.make(t, db, admin)}
			none, err := db.Version(t.Context(), store.Pin{Noun: c.noun, ID: uuid.New()})
			require.NoError(t, err)
			require.Empty(t, none)
			stale := store.WithVersion(t.Context(), store.Pin{Noun: "other", ID: pin.ID}, "another")
			require.NoError(t, c.act(stale, db.Store, admin.WorkspaceID, pin.ID, "a"), "another noun's")
		})
	}
	db := storetest.Open(t)
	runner := storetest.Runner(t, db, storetest.Workspace(t, db))
	pin := store.Pin{Noun: store.VersionedRunner, ID: runner.ID}
	text, err := db.Version(t.Context(), pin)
	require.NoError(t, err)
	db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '1 minute'")
	storetest.Ping(t, db, runner)
	again, err := db.Version(t.Context(), pin)
	require.NoError(t, err)
	require.Equal(t, text, again)
	drained := true
	require.NoError(t, db.SteerRunner(t.Context(), runner.WorkspaceID, runner.ID, store.Steering{Drained: &drained}))
	again, err = db.Version(t.Context(), pin)
	require.NoError(t, err)
	require.NotEqual(t, text, again)
}
