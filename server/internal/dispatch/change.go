package dispatch

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Patch changes the priority or the deadline of a task that has not ended.
// Errors: NotFound, Forbidden, Conflict (wrong_state), Invalid for a deadline
// that cannot be, Stale for a pinned task that has changed.
func (s *Service) Patch(ctx context.Context, p store.Principal, id uuid.UUID, patch api.TaskPatch) (api.Task, error) {
	const op = "dispatch.Patch"
	if d := patch.Deadline; d != nil && d.UTC().Year() > lastYear {
		return api.Task{}, fault.BadFields(op, "invalid_task", fault.Field{Path: "deadline", Message: "is too far away"})
	}
	if err := s.checkMayChangeTask(ctx, op, p, id); err != nil {
		return api.Task{}, err
	}
	if err := s.store.PatchTask(ctx, p.WorkspaceID, id, patch); err != nil {
		return api.Task{}, err
	}
	return s.Task(ctx, p, id)
}

// lastYear is the last one that the wire's form of a time can say after a year
// of waiting.
const lastYear = 9998

// Pinned gives a task, and a context in which it is Stale to change it once it is
// another than that.
func (s *Service) Pinned(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Task, error) {
	return store.Pinned(ctx, s.store, store.Pin{Noun: store.VersionedTask, ID: id}, func(ctx context.Context) (api.Task, error) { return s.Task(ctx, p, id) })
}

// Clone makes a new task with the parameters of another, in whatever state that
// is. It belongs to no pipeline and starts at once. Errors: NotFound, Forbidden,
// and those of Create.
func (s *Service) Clone(ctx context.Context, p store.Principal, id uuid.UUID) (api.Task, error) {
	t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Task{}, err
	}
	if err := checkMayChange("dispatch.Clone", p, &t); err != nil {
		return api.Task{}, err
	}
	drafts, err := draftAgain([]store.Task{t})
	if err != nil {
		return api.Task{}, err
	}
	apart(drafts[0])
	created, err := s.Accept(ctx, p, nil, drafts)
	if err != nil {
		return api.Task{}, err
	}
	return created[0].View(), nil
}
