package pgstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

const never = 24 * time.Hour

// alwaysBad turns an alert that is ok.
func alwaysBad(r *store.AlertReading) store.AlertVerdict {
	return store.AlertVerdict{State: api.AlertFiring, Began: r.Now}
}

func words(store.AlertNews) store.AlertWords {
	return store.AlertWords{Message: "m", Subject: "s", Body: "b"}
}

func addAlert(t *testing.T, db *storetest.DB, name string) store.Alert {
	t.Helper()
	a, err := db.AddAlert(t.Context(), store.Alert{
		ID: storetest.NewID(t), WorkspaceID: storetest.Workspace(t, db), Name: name, Kind: api.AlertNoRunner, Language: "en", Emails: []string{"ann@example.org"},
	}, 10)
	require.NoError(t, err)
	_, err = db.TakeBack(t.Context()) // a server is up
	require.NoError(t, err)
	return a
}

// TestJudgeNextAlert_KilledInTheMiddleLeavesNothing: state, event and e-mails
// come together, by whoever judges it next.
func TestJudgeNextAlert_KilledInTheMiddleLeavesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	a := addAlert(t, db, "n")
	left := func() [3]int {
		return [3]int{
			db.Count(t, "SELECT count(*) FROM alerts WHERE state = 'firing' OR evaluated_at IS NOT NULL"),
			db.Count(t, "SELECT count(*) FROM fleet_events"), db.Count(t, "SELECT count(*) FROM alert_mails"),
		}
	}
	// A transaction that was killed may hold its lock for a moment: then there is
	// nothing to judge yet.
	judge := func(ctx context.Context, tell store.TellAlert) (news *store.AlertNews, err error) {
		require.Eventually(t, func() bool {
			_, stampErr := db.TakeBack(t.Context()) // on a slow machine the first stamp may be old by now
			require.NoError(t, stampErr)
			var judged bool
			judged, news, err = db.JudgeNextAlert(ctx, never, alwaysBad, tell)
			return judged || err != nil
		}, 20*time.Second, 10*time.Millisecond)
		return news, err
	}
	for range 3 {
		ctx, kill := context.WithCancel(t.Context())
		_, err := judge(ctx, func(n store.AlertNews) store.AlertWords {
			kill() // the state has turned, and is not committed
			return words(n)
		})
		require.Error(t, err)
		require.Equal(t, [3]int{}, left())
	}
	news, err := judge(t.Context(), words)
	require.NoError(t, err)
	require.Equal(t, a.ID, news.ID)
	require.Equal(t, [3]int{1, 1, 1}, left())
	judged, _, err := db.JudgeNextAlert(t.Context(), never, alwaysBad, words)
	require.NoError(t, err)
	require.False(t, judged, "it was judged just now")
}

func TestJudgeNextAlert_PassesByWhatAnotherServerIsAt(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	addAlert(t, db, "n")
	other := db.Another(t)
	judged, _, err := db.JudgeNextAlert(t.Context(), never, func(r *store.AlertReading) store.AlertVerdict {
		meanwhile, _, err := other.JudgeNextAlert(t.Context(), never, alwaysBad, words)
		require.NoError(t, err)
		require.False(t, meanwhile)
		return alwaysBad(r)
	}, words)
	require.NoError(t, err)
	require.True(t, judged)
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM fleet_events WHERE type = 'alert.firing' AND subject_kind = 'alert' AND data->>'state' = 'firing'"))
	firing, err := other.CountFiring(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[api.AlertKind]int{api.AlertNoRunner: 1}, firing)
}

func TestJudgeNextAlert_WaitsForAServerThatServes(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	a := addAlert(t, db, "n")
	db.Exec(t, "UPDATE alerts SET pending_since = now() - interval '2 minutes'")
	db.Down(t, time.Minute)
	judged, _, err := db.JudgeNextAlert(t.Context(), never, alwaysBad, words)
	require.NoError(t, err)
	require.False(t, judged)
	for range 2 { // the second has nothing to make good for
		_, err = db.TakeBack(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 60, db.Count(t, "SELECT round(extract(epoch FROM now() - pending_since)) FROM alerts WHERE id = $1", a.ID))
	require.Equal(t, 60, db.Count(t, "SELECT round(sum(extract(epoch FROM ended_at - began_at))) FROM outages"))
	judged, _, err = db.JudgeNextAlert(t.Context(), never, alwaysBad, words)
	require.NoError(t, err)
	require.True(t, judged)
}

func TestSchema_RefusesAlertsThatContradictTheirState(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	a := addAlert(t, db, "n")
	for _, change := range []string{
		"state = 'lost'", "state = 'firing'", "notified_at = now()", "paused = true, pending_since = now()",
		"paused = true, state = 'firing', notified_at = now()", "kind = 'disk'", "name = ''", "for_seconds = -1",
	} {
		require.Errorf(t, db.Try(t, "UPDATE alerts SET "+change+" WHERE id = $1", a.ID), "%s", change)
	}
	require.NoError(t, db.Try(t, "INSERT INTO alert_mails (workspace_id, alert_id, alert_name, recipient, subject, body) VALUES ($1, $1, 'n', 'r', 's', 'b')", uuid.New()))
	require.Error(t, db.Try(t, "UPDATE alert_mails SET state = 'sent'"))
	require.Error(t, db.Try(t, "UPDATE alert_mails SET state = 'sent', finished_at = now(), lease_until = now()"))
}
