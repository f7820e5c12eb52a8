package dispatch

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// Task gives one task with its attempts, and with what it waits for.
func (s *Service) Task(ctx context.Context, p store.Principal, id uuid.UUID) (api.Task, error) {
	t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Task{}, err
	}
	view := t.View()
	if t.State == task.Blocked || t.State == task.Scheduled {
		if view.WaitingFor, err = s.store.ListOpenInputs(ctx, id); err != nil {
			return api.Task{}, err
		}
	}
	view.Attempts, err = s.store.ListAttempts(ctx, id)
	return view, err
}

// HoldsInput reports whether a runner may read the result and the artifacts of
// a task: it holds another one that needs them.
func (s *Service) HoldsInput(ctx context.Context, runner store.Principal, taskID uuid.UUID) (bool, error) {
	return s.store.HoldsInput(ctx, runner.ID, taskID)
}
