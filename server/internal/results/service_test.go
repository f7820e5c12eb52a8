package results_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/results"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// hastyStore is the real store, where somebody deletes each task as soon as it was read.
type hastyStore struct{ *pgstore.Store }

func (s hastyStore) GetTask(ctx context.Context, workspaceID, id uuid.UUID) (store.Task, error) {
	t, err := s.Store.GetTask(ctx, workspaceID, id)
	if err != nil {
		return t, err
	}
	return t, s.DeleteTask(ctx, workspaceID, id)
}

func TestView_OfATaskDeletedMeanwhileIsNotFound(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	s := hastyStore{db.Store}
	log := slog.New(slog.DiscardHandler)
	_, err := results.New(s, wakeup.New(s, log), log).View(t.Context(), f.Creator, f.Task.ID, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err), err)
	require.Equal(t, "task_not_found", fault.CodeOf(err))
}
