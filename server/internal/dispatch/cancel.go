package dispatch

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/logkey"
)

// Cancel ends a task at once. Where a runner works on it, that runner is told
// to stop, and its slot counts as taken until it has. Canceling a canceled task
// changes nothing. Errors: NotFound, Forbidden, Conflict for one that ended
// otherwise.
func (s *Service) Cancel(ctx context.Context, p store.Principal, id uuid.UUID) (api.Task, error) {
	const op = "dispatch.Cancel"
	if err := s.checkMayChangeTask(ctx, op, p, id); err != nil {
		return api.Task{}, err
	}
	changes, err := s.store.CancelTasks(ctx, p.WorkspaceID, []uuid.UUID{id}, false)
	if err != nil {
		return api.Task{}, err
	}
	s.hub.Publish(changes)
	return s.Task(ctx, p, id)
}

// Delete removes a task that has ended, with everything that belongs to it.
// Errors: NotFound, Forbidden, Conflict for one that has not ended or whose
// output an unfinished task needs.
func (s *Service) Delete(ctx context.Context, p store.Principal, id uuid.UUID) error {
	if err := s.checkMayChangeTask(ctx, "dispatch.Delete", p, id); err != nil {
		return err
	}
	return s.store.DeleteTask(ctx, p.WorkspaceID, id)
}

// Evict takes back what a runner holds that was revoked, fails what only it
// could do, and ends its waits. To be called after the revocation; the periodic
// work does the same where the call is missed.
func (s *Service) Evict(ctx context.Context, workspaceID, runnerID uuid.UUID) (store.Evicted, error) {
	evicted, err := s.store.EvictRunner(ctx, workspaceID, runnerID)
	if err != nil {
		return store.Evicted{}, err
	}
	evicted.Changes.AddRunner(runnerID)
	s.hub.Publish(evicted.Changes)
	if evicted.TakenBack+evicted.Stranded > 0 {
		s.log.InfoContext(ctx, "runner evicted", logkey.RunnerID, runnerID,
			logkey.TakenBack, evicted.TakenBack, logkey.Stranded, evicted.Stranded)
	}
	return evicted, nil
}

// Summon makes a runner's waiting requests look again: after it was paused,
// resumed, approved or revoked, or has changed what it shares.
func (s *Service) Summon(runnerID uuid.UUID) {
	s.hub.Publish(store.Changes{Runners: []uuid.UUID{runnerID}})
}

func (s *Service) checkMayChangeTask(ctx context.Context, op string, p store.Principal, id uuid.UUID) error {
	t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
	if err != nil {
		return err
	}
	return checkMayChange(op, p, &t)
}
