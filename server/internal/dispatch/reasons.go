package dispatch

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

// runReasonLoop keeps the reasons true for which queued tasks wait.
func (s *Service) runReasonLoop(ctx context.Context) error {
	return s.every(ctx, "explain waiting tasks", s.ExplainWaiting)
}

// ExplainWaiting is one pass over everything that waits for a runner.
func (s *Service) ExplainWaiting(ctx context.Context) error {
	queued, err := s.store.ListQueued(ctx)
	if err != nil {
		return err
	}
	_, err = s.writeReasons(ctx, queued)
	return err
}

// refreshReasons gives the reasons of requirements, found out anew where the
// last time is longer ago than a pass: a burst of new tasks asks once.
func (s *Service) refreshReasons(ctx context.Context, ids []int64) (map[int64]task.Reason, error) {
	reasons, stale := s.reasons.fresh(ids, time.Now())
	if len(stale) == 0 {
		return reasons, nil
	}
	found, err := s.store.FindRequirements(ctx, stale)
	if err != nil {
		return nil, err
	}
	written, err := s.writeReasons(ctx, found)
	if err != nil {
		return nil, err
	}
	maps.Copy(reasons, written)
	return reasons, nil
}

// writeReasons finds out why tasks with these requirements wait, and stores
// what has changed.
func (s *Service) writeReasons(ctx context.Context, queued []store.Requirement) (map[int64]task.Reason, error) {
	byWorkspace := make(map[uuid.UUID][]store.Requirement)
	for _, q := range queued {
		byWorkspace[q.WorkspaceID] = append(byWorkspace[q.WorkspaceID], q)
	}
	reasons, changed := make(map[int64]task.Reason), make(map[int64]task.Reason)
	for workspace, some := range byWorkspace {
		fleet, err := s.store.ListCandidates(ctx, workspace, some)
		if err != nil {
			return nil, err
		}
		s.judgeVersions(fleet)
		for i := range some {
			reason := Why(&some[i], fleet)
			reasons[some[i].ID] = reason
			if reason != some[i].Reason {
				changed[some[i].ID] = reason
			}
		}
		if err := s.evictGone(ctx, workspace, some, fleet); err != nil {
			return nil, err
		}
	}
	s.reasons.put(reasons, time.Now())
	if len(changed) == 0 {
		return reasons, nil
	}
	return reasons, s.store.SetReasons(ctx, changed)
}

// evictGone fails what waits for one runner that was revoked: it would wait
// for ever.
func (s *Service) evictGone(ctx context.Context, workspace uuid.UUID, queued []store.Requirement, fleet []store.Candidate) error {
	gone := make(map[uuid.UUID]bool)
	for _, q := range queued {
		if q.RunnerID != nil {
			gone[*q.RunnerID] = true
		}
	}
	for _, r := range fleet {
		delete(gone, r.ID)
	}
	for id := range gone {
		if _, err := s.Evict(ctx, workspace, id); err != nil {
			return err
		}
	}
	return nil
}

// maxReasons bounds the memory of what was found out lately.
const maxReasons = 10_000

// reasonCache remembers reasons for about the length of a pass. The zero value
// is ready.
type reasonCache struct {
	mu      sync.Mutex
	reasons map[int64]datedReason
}

type datedReason struct {
	reason task.Reason
	at     time.Time
}

func (c *reasonCache) fresh(ids []int64, now time.Time) (found map[int64]task.Reason, stale []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found = make(map[int64]task.Reason, len(ids))
	for _, id := range ids {
		if r, ok := c.reasons[id]; ok && now.Sub(r.at) < pass {
			found[id] = r.reason
		} else {
			stale = append(stale, id)
		}
	}
	return found, stale
}

func (c *reasonCache) put(reasons map[int64]task.Reason, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reasons == nil || len(c.reasons) > maxReasons {
		c.reasons = make(map[int64]datedReason)
	}
	for id, r := range reasons {
		c.reasons[id] = datedReason{r, now}
	}
}
