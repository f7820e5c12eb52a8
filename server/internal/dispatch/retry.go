package dispatch

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ddap/server/internal/admission"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Retry makes a new task out of one that has ended. In a pipeline it copies
// that step and those that need its output, and keeps the outputs of the rest.
// Where rows that it needs are lost, rerunLost has the tasks that made them run
// again as well. Errors: NotFound, Forbidden, Conflict for one that has not ended
// (wrong_state), was retried already (already_retried) or has lost its input
// (input_lost), and those of Create.
func (s *Service) Retry(ctx context.Context, p store.Principal, id uuid.UUID, rerunLost bool) (api.Task, error) {
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
	start := slices.IndexFunc(steps, func(s store.Task) bool { return s.ID == id })
	if start < 0 {
		return api.Task{}, fault.New(op, fault.Conflict, "already_retried", "this step was retried already; retry the newer one")
	}
	// The first one leads, wherever it stands among the steps: it is the answer.
	created, err := s.copy(ctx, p, slices.Concat(steps[start:start+1], steps[:start], steps[start+1:]), rerunLost,
		func(c *store.Task) bool { return c.ID == id })
	if err != nil {
		return api.Task{}, err
	}
	return created[0].View(), nil
}

// RetrySteps makes new tasks for the steps of a pipeline that failed or were
// canceled, and for those that need them. The caller has judged whether p may.
// Errors are those of Retry, and Conflict (nothing_to_retry).
func (s *Service) RetrySteps(ctx context.Context, p store.Principal, steps []store.Task, rerunLost bool) error {
	unhappy := func(t *store.Task) bool { return t.State == task.Failed || t.State == task.Canceled }
	if !slices.ContainsFunc(steps, func(t store.Task) bool { return unhappy(&t) }) {
		return fault.New("dispatch.RetrySteps", fault.Conflict, "nothing_to_retry", "no step of this pipeline has failed or was canceled")
	}
	_, err := s.copy(ctx, p, steps, rerunLost, unhappy)
	return err
}

// copy creates those of the steps again that are asked for, and those that need
// their outputs.
func (s *Service) copy(ctx context.Context, p store.Principal, steps []store.Task, rerunLost bool, asked func(*store.Task) bool) ([]store.Task, error) {
	c, err := newCopying(steps)
	if err != nil {
		return nil, err
	}
	for i := range c.steps {
		if asked(&c.steps[i]) {
			c.chosen[c.steps[i].ID] = true
		}
	}
	c.addDependants()
	if err := s.addLost(ctx, p, c, rerunLost); err != nil {
		return nil, err
	}
	drafts, err := c.take()
	if err != nil {
		return nil, err
	}
	return s.Accept(ctx, p, nil, drafts)
}

// copying is a set of tasks of which some are created again.
type copying struct {
	steps []store.Task
	// drafts are like steps, in their order.
	drafts []*admission.Draft
	chosen map[uuid.UUID]bool
}

func newCopying(steps []store.Task) (*copying, error) {
	drafts, err := draftAgain(steps)
	return &copying{steps: slices.Clone(steps), drafts: drafts, chosen: make(map[uuid.UUID]bool)}, err
}

// addDependants chooses what needs the output of what is chosen.
func (c *copying) addDependants() {
	for changed := true; changed; {
		changed = false
		for i, d := range c.drafts {
			id := c.steps[i].ID
			if !c.chosen[id] && slices.ContainsFunc(inputsOf(d), func(in uuid.UUID) bool { return c.chosen[in] }) {
				c.chosen[id], changed = true, true
			}
		}
	}
}

// addLost finds chosen tasks that need rows which are lost, and chooses the tasks
// that made these rows, where that is asked for. What finished on the old rows
// keeps its output.
func (s *Service) addLost(ctx context.Context, p store.Principal, c *copying, rerun bool) error {
	for {
		missing := c.needed()
		found, err := s.store.FindInputs(ctx, p.WorkspaceID, missing)
		if err != nil {
			return err
		}
		var lost []store.InputTask
		for _, in := range found {
			if in.State == task.Succeeded && (in.RunnerRevoked || c.reportedLost(in.ID)) {
				lost = append(lost, in)
			}
		}
		switch {
		case len(lost) == 0:
			return nil
		case !rerun:
			return inputLost(lost)
		}
		for _, in := range lost {
			if err := s.addOne(ctx, p, c, in.ID); err != nil {
				return err
			}
		}
	}
}

func inputLost(lost []store.InputTask) error {
	names := make([]string, len(lost))
	for i, in := range lost {
		names[i] = "“" + in.Name + "”"
	}
	return fault.New("dispatch.addLost", fault.Conflict, api.CodeInputLost,
		"The rows that %s left are lost. Retry with rerun_lost_inputs, and they are made again.", strings.Join(names, ", "))
}

// addOne chooses a task, which may be of another pipeline or of none: then its
// copy belongs to none.
func (s *Service) addOne(ctx context.Context, p store.Principal, c *copying, id uuid.UUID) error {
	if !slices.ContainsFunc(c.steps, func(t store.Task) bool { return t.ID == id }) {
		t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
		if err != nil {
			return err
		}
		drafts, err := draftAgain([]store.Task{t})
		if err != nil {
			return err
		}
		apart(drafts[0])
		c.steps, c.drafts = append(c.steps, t), append(c.drafts, drafts[0])
	}
	c.chosen[id] = true
	return nil
}

// needed lists the tasks, none of them chosen, whose rows chosen ones read.
func (c *copying) needed() []uuid.UUID {
	var out []uuid.UUID
	for i, d := range c.drafts {
		if !c.chosen[c.steps[i].ID] {
			continue
		}
		for _, at := range d.Params.Sources() {
			if in, err := uuid.Parse(at.Source.Task); err == nil && at.Reads == operation.ReadsRows && !c.chosen[in] {
				out = append(out, in)
			}
		}
	}
	return out
}

// reportedLost reports whether a chosen task failed because its input was gone.
func (c *copying) reportedLost(input uuid.UUID) bool {
	for i, d := range c.drafts {
		if t := &c.steps[i]; c.chosen[t.ID] && t.Reason == task.InputLost && slices.Contains(inputsOf(d), input) {
			return true
		}
	}
	return false
}

// take gives the drafts of what is chosen, which read each other's outputs in
// place of the old ones.
func (c *copying) take() ([]*admission.Draft, error) {
	copies, drafts := make(map[uuid.UUID]uuid.UUID), []*admission.Draft(nil)
	for i, d := range c.drafts {
		t := &c.steps[i]
		if !c.chosen[t.ID] {
			continue
		}
		if !t.State.Final() {
			return nil, fault.New("dispatch.Retry", fault.Conflict, "wrong_state", "“%s” has not ended; cancel it first", t.Name)
		}
		copies[t.ID], drafts = d.ID, append(drafts, d)
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
		d.PipelineID, d.Position, d.Ref, d.RetryOf, d.ScheduleID = t.PipelineID, t.Position, t.Ref, &t.ID, t.ScheduleID
		out[i] = d
	}
	return out, nil
}

// apart takes a draft out of the pipeline of the task that it is like, and of
// what its schedule made.
func apart(d *admission.Draft) {
	d.PipelineID, d.Position, d.Ref, d.RetryOf, d.ScheduleID = nil, 0, "", nil, nil
}

// inputsOf gives the ids of the tasks whose output a draft reads.
func inputsOf(d *admission.Draft) []uuid.UUID {
	var out []uuid.UUID
	for _, at := range d.Params.Sources() {
		if id, err := uuid.Parse(at.Source.Task); err == nil {
			out = append(out, id)
		}
	}
	return out
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
