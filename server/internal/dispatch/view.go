package dispatch

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Limits of a page of tasks.
const (
	defaultPage = 50
	maxPage     = 200
)

// ListOptions selects tasks; zero fields select all.
type ListOptions struct {
	States     []task.State
	Operations []operation.Code
	RunnerID   *uuid.UUID
	PipelineID *uuid.UUID
	// Text is looked for in names, letter case apart.
	Text string
	// Limit is 50 when zero, 200 at most. Cursor continues after an earlier page.
	Limit  int
	Cursor string
}

// Task gives one task with its attempts.
func (s *Service) Task(ctx context.Context, p store.Principal, id uuid.UUID) (api.Task, error) {
	t, err := s.store.GetTask(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Task{}, err
	}
	view := t.View()
	view.Attempts, err = s.store.ListAttempts(ctx, id)
	return view, err
}

// Tasks gives a page of tasks, newest first, and how many the filter finds in
// each state.
func (s *Service) Tasks(ctx context.Context, p store.Principal, opts ListOptions) (api.TaskList, error) {
	limit := opts.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	filter := store.TaskFilter{
		WorkspaceID: p.WorkspaceID, States: opts.States, Operations: opts.Operations, RunnerID: opts.RunnerID,
		PipelineID: opts.PipelineID, Text: opts.Text, Limit: limit + 1,
	}
	if opts.Cursor != "" {
		before, err := uuid.Parse(opts.Cursor)
		if err != nil {
			return api.TaskList{}, fault.BadFields("dispatch.Tasks", "invalid_request",
				fault.Field{Path: "query.cursor", Message: "must be the next_cursor of the page before"})
		}
		filter.Before = &before
	}
	tasks, err := s.store.ListTasks(ctx, filter)
	if err != nil {
		return api.TaskList{}, err
	}
	list := api.TaskList{Tasks: make([]api.Task, 0, len(tasks))}
	for i := range tasks[:min(limit, len(tasks))] {
		list.Tasks = append(list.Tasks, tasks[i].View())
	}
	if len(tasks) > limit {
		list.NextCursor = tasks[limit-1].ID.String()
	}
	list.Counts, err = s.store.CountTasks(ctx, filter)
	return list, err
}

// Events gives a task's timeline, oldest first.
func (s *Service) Events(ctx context.Context, p store.Principal, id uuid.UUID) (api.EventList, error) {
	if _, err := s.store.GetTask(ctx, p.WorkspaceID, id); err != nil {
		return api.EventList{}, err
	}
	events, err := s.store.ListEvents(ctx, id)
	return api.EventList{Events: events}, err
}

// HoldsInput reports whether a runner may read the result and the artifacts of
// a task: it holds another one that needs them.
func (s *Service) HoldsInput(ctx context.Context, runner store.Principal, taskID uuid.UUID) (bool, error) {
	return s.store.HoldsInput(ctx, runner.ID, taskID)
}
