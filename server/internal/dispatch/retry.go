package dispatch

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"ddap/server/internal/admission"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// Retry makes a new task out of one that has ended. In a pipeline it copies
// that step and those that need its output, and keeps the outputs of the rest.
// Errors: NotFound, Forbidden, Conflict for one that has not ended or was
// retried already, and those of Create.
func (s *Service) Retry(ctx context.Context, p store.Principal, id uuid.UUID) (api.Task, error) {
	const op = "dispatch.Retry"
	t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Task{}, err
	}
	if err := checkMayChange(op, p, &t); err != nil {
		return api.Task{}, err
	}
	steps := []store.Task{t}
	if t.PipelineID != nil {
		if _, steps, err = s.store.GetPipeline(ctx, p.WorkspaceID, *t.PipelineID); err != nil {
			return api.Task{}, err
		}
	}
	drafts, err := copyFrom(op, t.ID, steps)
	if err != nil {
		return api.Task{}, err
	}
	created, err := s.Accept(ctx, p, nil, drafts)
	if err != nil {
		return api.Task{}, err
	}
	return created[0].View(), nil
}

// copyFrom drafts the task with this id again, and then every step that needs
// the output of what was drafted, in whatever order the steps are.
func copyFrom(op string, first uuid.UUID, steps []store.Task) ([]*admission.Draft, error) {
	start := slices.IndexFunc(steps, func(t store.Task) bool { return t.ID == first })
	if start < 0 {
		return nil, fault.New(op, fault.Conflict, "already_retried", "this step was retried already; retry the newer one")
	}
	// The first one leads, wherever it stands among the steps.
	ordered := slices.Concat(steps[start:start+1], steps[:start], steps[start+1:])
	again, err := draftAgain(ordered)
	if err != nil {
		return nil, err
	}
	copies := make(map[uuid.UUID]uuid.UUID)
	var drafts []*admission.Draft
	for changed := true; changed; {
		changed = false
		for i, d := range again {
			t := &ordered[i]
			if copies[t.ID] != uuid.Nil || (t.ID != first && !needsAny(d, copies)) {
				continue
			}
			if !t.State.Final() {
				return nil, fault.New(op, fault.Conflict, "wrong_state", "“%s” has not ended; cancel it first", t.Name)
			}
			drafts, copies[t.ID], changed = append(drafts, d), d.ID, true
		}
	}
	return relink(drafts, copies)
}

// draftAgain makes drafts like tasks.
func draftAgain(tasks []store.Task) ([]*admission.Draft, error) {
	out := make([]*admission.Draft, len(tasks))
	for i := range tasks {
		t := &tasks[i]
		req := api.TaskRequest{
			Name: t.Name, OperationCode: int(t.Operation), Params: t.Params, Labels: t.Labels, Priority: t.Priority,
			TimeoutSeconds: t.TimeoutSeconds, MaxAttempts: t.MaxAttempts,
		}
		if t.PinnedRunnerID != nil {
			req.RunnerID = t.PinnedRunnerID.String()
		}
		d, err := admission.NewDraft("", req)
		if err != nil {
			return nil, err
		}
		d.PipelineID, d.Position, d.Ref, d.RetryOf = t.PipelineID, t.Position, t.Ref, &t.ID
		out[i] = d
	}
	return out, nil
}

// needsAny reports whether a draft reads the output of what is copied.
func needsAny(d *admission.Draft, copies map[uuid.UUID]uuid.UUID) bool {
	return slices.ContainsFunc(d.Params.Sources(), func(at operation.SourceAt) bool {
		id, err := uuid.Parse(at.Source.Task)
		return err == nil && copies[id] != uuid.Nil
	})
}

// relink makes the drafts read each other's outputs in place of the old ones.
func relink(drafts []*admission.Draft, copies map[uuid.UUID]uuid.UUID) ([]*admission.Draft, error) {
	for _, d := range drafts {
		changed := false
		for _, at := range d.Params.Sources() {
			if id, err := uuid.Parse(at.Source.Task); err == nil && copies[id] != uuid.Nil {
				at.Source.Task, changed = copies[id].String(), true
			}
		}
		if changed {
			if err := d.SourcesChanged(); err != nil {
				return nil, err
			}
		}
	}
	return drafts, nil
}
