package events

import (
	"context"
	"reflect"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/api"
)

const (
	// progressPause is how often followers hear how far a task has come.
	progressPause = time.Second
	// presencePause is how soon it shows that a runner has come or gone.
	presencePause = 5 * time.Second
	forgetPause   = time.Hour
	forgetBatch   = 5000
)

// runProgressLoop tells followers how far running tasks have come.
func (s *Service) runProgressLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "read progress", Interval: progressPause, Do: s.PassProgress})
}

// PassProgress tells the followers what has changed since it last did.
func (s *Service) PassProgress(ctx context.Context) error {
	workspaces := s.followed()
	if len(workspaces) == 0 {
		return nil
	}
	found, err := s.store.ListProgress(ctx, workspaces)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	running := make(map[uuid.UUID]map[uuid.UUID]store.TaskProgress, len(workspaces))
	for _, p := range found {
		if running[p.WorkspaceID] == nil {
			running[p.WorkspaceID] = map[uuid.UUID]store.TaskProgress{}
		}
		running[p.WorkspaceID][p.TaskID] = p
	}
	for _, id := range workspaces {
		if w := s.feeds[id]; w != nil {
			w.tell(running[id], now)
		}
	}
	return nil
}

// tell hands out the progress of those tasks for which it has changed.
func (w *feed) tell(running map[uuid.UUID]store.TaskProgress, now time.Time) {
	for id, p := range running {
		if reflect.DeepEqual(w.said[id], p) {
			continue
		}
		e := api.StreamEvent{
			At: now, Type: api.StreamProgress, SubjectKind: store.SubjectTask, SubjectID: p.TaskID.String(), SubjectName: p.Name,
			Creator:       store.CreatorID(p.CreatorKeyID, p.CreatorUser),
			OperationCode: p.OperationCode, Attempt: p.Attempt, Progress: &p.Progress,
		}
		if p.PipelineID != nil {
			e.PipelineID = p.PipelineID.String()
		}
		for f := range w.followers {
			f.offer(queued{event: e})
		}
	}
	w.said = running
}

// runPresenceLoop writes into the feed which runners have come and gone.
func (s *Service) runPresenceLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "report presence", Interval: presencePause, Do: func(ctx context.Context) error {
		_, err := s.store.ReportPresence(ctx)
		return err
	}})
}

// runForgetLoop removes events that are too old.
func (s *Service) runForgetLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "forget events", Interval: forgetPause, Do: s.Forget})
}

// Forget removes the events of the fleet that are older than what is kept.
// Those of tasks go with the tasks.
func (s *Service) Forget(ctx context.Context) error {
	if s.kept <= 0 {
		return nil
	}
	for {
		n, err := s.store.ForgetEvents(ctx, s.kept, forgetBatch)
		if err != nil || n < forgetBatch {
			return err
		}
	}
}
