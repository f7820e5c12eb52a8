package pgstore_test

import (
	"crypto/sha256"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

func onceFor(text string) store.Once {
	digest := sha256.Sum256([]byte(text))
	return store.Once{Digest: digest[:], Token: uuid.New()}
}

// TestOnce_WhatWasOvertakenCannotCommit: the first request was so slow that a
// second one took its key over. Only that one has an effect.
func TestOnce_WhatWasOvertakenCannotCommit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	request := sha256.Sum256([]byte("request"))
	claim := func(o store.Once) store.OnceRecord {
		got, err := db.ClaimOnce(t.Context(), creator.WorkspaceID, o, request[:])
		require.NoError(t, err)
		return got
	}
	create := func(o store.Once) error {
		_, _, err := db.CreateTasks(store.WithOnce(t.Context(), o), creator, nil, []store.NewTask{storetest.NewTask(t)})
		return err
	}
	first, second := onceFor("key"), onceFor("key")
	require.True(t, claim(first).Mine)
	held := claim(second)
	require.False(t, held.Mine || held.Performed)
	db.Exec(t, "UPDATE idempotency_keys SET claimed_until = now() - interval '1 second'")
	require.True(t, claim(second).Mine)

	err := create(first)
	require.True(t, fault.HasCode(err, api.CodeKeyInFlight), "got %v", err)
	require.Zero(t, db.Count(t, "SELECT count(*) FROM tasks"))
	require.NoError(t, db.ReleaseOnce(t.Context(), first), "it is not its to release")
	require.NoError(t, create(second))
	require.True(t, fault.HasCode(create(second), api.CodeKeyInFlight), "once")
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM tasks"))

	// What is committed is never taken over or released, however old its lease.
	db.Exec(t, "UPDATE idempotency_keys SET claimed_until = now() - interval '1 hour'")
	require.NoError(t, db.ReleaseOnce(t.Context(), second))
	done := claim(onceFor("key"))
	require.False(t, done.Mine)
	require.True(t, done.Performed)
	require.Len(t, done.Made, 1)
	require.Nil(t, done.Answer)

	require.NoError(t, db.KeepOnce(t.Context(), second, &store.KeptAnswer{Status: 201, ContentType: "application/json", Body: []byte("{}")}))
	require.Equal(t, &store.KeptAnswer{Status: 201, ContentType: "application/json", Body: []byte("{}")}, claim(onceFor("key")).Answer)
}

func TestOnce_ARequestWithoutEffectGivesItsKeyBack(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	o, request := onceFor("key"), sha256.Sum256(nil)
	_, err := db.ClaimOnce(t.Context(), ws, o, request[:])
	require.NoError(t, err)
	require.NoError(t, db.ReleaseOnce(t.Context(), o))
	got, err := db.ClaimOnce(t.Context(), ws, onceFor("key"), request[:])
	require.NoError(t, err)
	require.True(t, got.Mine)
}

func TestForgetOnce_ForgetsWhatIsADayOld(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws, request := storetest.Workspace(t, db), sha256.Sum256(nil)
	for _, key := range []string{"a", "b", "c"} {
		_, err := db.ClaimOnce(t.Context(), ws, onceFor(key), request[:])
		require.NoError(t, err)
	}
	db.Exec(t, "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE digest <> $1", onceFor("a").Digest)
	for _, want := range []int{1, 1, 0} {
		n, err := db.ForgetOnce(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM idempotency_keys"))
}
