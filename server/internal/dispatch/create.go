package dispatch

import (
	"context"
	"fmt"

	"ddap/server/internal/admission"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/task"
)

// Create takes tasks in, all or none, and answers in their order. Errors:
// Invalid with the path of every wrong field, below "tasks[i]." where there are
// several, and Conflict (ambiguous_dataset).
func (s *Service) Create(ctx context.Context, p store.Principal, reqs []api.TaskRequest) ([]api.TaskCreated, error) {
	const op = "dispatch.Create"
	if len(reqs) > api.MaxTasks {
		return nil, fault.New(op, fault.TooLarge, api.CodeTooLarge, "one request creates at most %d tasks, not %d", api.MaxTasks, len(reqs))
	}
	drafts := make([]*admission.Draft, len(reqs))
	for i, req := range reqs {
		at := ""
		if len(reqs) > 1 {
			at = fmt.Sprintf("tasks[%d].", i)
		}
		var err error
		if drafts[i], err = admission.NewDraft(at, req); err != nil {
			return nil, err
		}
	}
	created, err := s.Accept(ctx, p, nil, drafts)
	if err != nil {
		return nil, err
	}
	out := make([]api.TaskCreated, len(created))
	for i, t := range created {
		out[i] = api.TaskCreated{TaskID: t.ID.String(), State: t.State, Reason: t.Reason}
	}
	return out, nil
}

// Accept checks drafts, creates their tasks, all or none, with their pipeline
// if there is one, and wakes who may take them.
func (s *Service) Accept(ctx context.Context, p store.Principal, pipeline *store.NewPipeline, drafts []*admission.Draft) ([]store.Task, error) {
	tasks, err := admission.Admit(ctx, s.store, p.WorkspaceID, drafts)
	if err != nil {
		return nil, err
	}
	created, changes, err := s.store.CreateTasks(ctx, p, pipeline, tasks)
	if err != nil {
		return nil, err
	}
	s.hub.Publish(changes)
	s.explain(ctx, created, changes)
	return created, nil
}

// explain fills in why new tasks wait. It is a courtesy of the answer: where it
// fails, the next pass of the reason loop finds out.
func (s *Service) explain(ctx context.Context, created []store.Task, changes store.Changes) {
	ids := make([]int64, 0, len(changes.Queued))
	for id := range changes.Queued {
		ids = append(ids, id)
	}
	reasons, err := s.refreshReasons(ctx, ids)
	if err != nil {
		s.log.WarnContext(ctx, "reasons of new tasks not found out", logkey.Error, err)
		return
	}
	for i := range created {
		if created[i].State != task.Queued {
			continue
		}
		if r, ok := reasons[created[i].RequirementID]; ok {
			created[i].Reason = r
		}
	}
}
