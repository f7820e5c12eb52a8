// Package pipelines takes in tasks that belong together and read each other's
// outputs, all or none.
package pipelines

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"ddap/server/internal/admission"
	"ddap/server/internal/paging"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Store is what pipelines asks of the database.
type Store interface {
	store.Pipelines
	store.Versions
	CancelTasks(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID, skipEnded bool) (store.Changes, error)
}

// Creator creates tasks from drafts; package dispatch does.
type Creator interface {
	Accept(ctx context.Context, p store.Principal, pipeline *store.NewPipeline, drafts []*admission.Draft) ([]store.Task, error)
	RetrySteps(ctx context.Context, p store.Principal, steps []store.Task, rerunLost bool) error
}

// Service keeps pipelines. It is safe for concurrent use.
type Service struct {
	store   Store
	creator Creator
	hub     *wakeup.Hub
}

// New makes the service.
func New(s Store, creator Creator, hub *wakeup.Hub) *Service {
	return &Service{store: s, creator: creator, hub: hub}
}

// Limits of a page of pipelines.
const (
	defaultPage = 50
	maxPage     = 200
)

// Create takes a pipeline in. A step names the output of another by its ref, or
// that of an earlier task by its id. Errors: Invalid with the path of every
// wrong field, below "tasks[i]."; Conflict (ambiguous_dataset).
func (s *Service) Create(ctx context.Context, p store.Principal, req api.PipelineRequest) (api.Pipeline, error) {
	const op = "pipelines.Create"
	id, err := uuid.NewV7()
	if err != nil {
		return api.Pipeline{}, fault.E(op, fault.Internal, fmt.Errorf("make an id: %w", err))
	}
	drafts, err := s.Plan(id, req)
	if err != nil {
		return api.Pipeline{}, err
	}
	if _, err := s.creator.Accept(ctx, p, &store.NewPipeline{ID: id, Name: req.Name}, drafts); err != nil {
		return api.Pipeline{}, err
	}
	return s.Pipeline(ctx, p, id)
}

// Plan drafts the steps of a pipeline that is to have this id, for whoever
// creates it. Errors as for Create.
func (s *Service) Plan(id uuid.UUID, req api.PipelineRequest) ([]*admission.Draft, error) {
	if len(req.Tasks) > api.MaxTasks {
		return nil, fault.New("pipelines.Plan", fault.TooLarge, api.CodeTooLarge, "a pipeline has at most %d steps, not %d", api.MaxTasks, len(req.Tasks))
	}
	return plan(id, req)
}

// Pipeline gives a pipeline with its tasks. A step that was retried shows as
// its newest task.
func (s *Service) Pipeline(ctx context.Context, p store.Principal, id uuid.UUID) (api.Pipeline, error) {
	pipeline, tasks, err := s.store.GetPipeline(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Pipeline{}, err
	}
	v := view(&pipeline)
	for i := range tasks {
		v.Tasks = append(v.Tasks, tasks[i].View())
	}
	return v, nil
}

// Pinned is Pipeline, and gives a context in which it is Stale to act on it once
// a step of it is another.
func (s *Service) Pinned(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Pipeline, error) {
	return store.Pinned(ctx, s.store, store.Pin{Noun: store.VersionedPipeline, ID: id}, func(ctx context.Context) (api.Pipeline, error) { return s.Pipeline(ctx, p, id) })
}

// List gives a page of pipelines, newest first, without their tasks: those of a
// creator as store.ReadCreator takes it, all where that is empty. Limit is 50 when
// zero, 200 at most.
func (s *Service) List(ctx context.Context, p store.Principal, creator string, limit int, cursor string) (api.PipelineList, error) {
	const op = "pipelines.List"
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	of, err := store.ReadCreator(op, p, creator)
	if err != nil {
		return api.PipelineList{}, err
	}
	pages := paging.List{Noun: "pipelines", Asked: of}
	page := store.Page{Limit: limit + 1}
	after, err := pages.Read(op, cursor)
	if err != nil {
		return api.PipelineList{}, err
	}
	if after != nil {
		page.After = after.ID
	}
	found, err := s.store.ListPipelines(ctx, p.WorkspaceID, of, page)
	if err != nil {
		return api.PipelineList{}, err
	}
	list := api.PipelineList{Pipelines: []api.Pipeline{}}
	for i := range found[:min(limit, len(found))] {
		list.Pipelines = append(list.Pipelines, view(&found[i]))
	}
	if len(found) > limit {
		list.NextCursor = pages.After(store.ListPlace{ID: found[limit-1].ID})
	}
	return list, nil
}

// Cancel cancels every step that has not ended. Errors: NotFound, Forbidden.
func (s *Service) Cancel(ctx context.Context, p store.Principal, id uuid.UUID) (api.Pipeline, error) {
	const op = "pipelines.Cancel"
	pipeline, tasks, err := s.store.GetPipeline(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Pipeline{}, err
	}
	if !p.MayChange(pipeline.OwnedBy(p)) {
		return api.Pipeline{}, fault.New(op, fault.Forbidden, "", "this pipeline was made by somebody else; canceling it takes an operator")
	}
	ids := make([]uuid.UUID, len(tasks))
	for i := range tasks {
		ids[i] = tasks[i].ID
	}
	changes, err := s.store.CancelTasks(ctx, p.WorkspaceID, ids, true)
	if err != nil {
		return api.Pipeline{}, err
	}
	s.hub.Publish(changes)
	return s.Pipeline(ctx, p, id)
}

// Retry makes new tasks for the steps that failed or were canceled, and for those
// that need their outputs; what the others made is kept. Where rows of a finished
// step are lost, it is a Conflict (input_lost) unless rerunLost has that step run
// again. Errors besides: NotFound, Forbidden, Conflict (nothing_to_retry,
// wrong_state, already_retried), and those of Create.
func (s *Service) Retry(ctx context.Context, p store.Principal, id uuid.UUID, rerunLost bool) (api.Pipeline, error) {
	const op = "pipelines.Retry"
	pipeline, tasks, err := s.store.GetPipeline(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Pipeline{}, err
	}
	if !p.MayChange(pipeline.OwnedBy(p)) {
		return api.Pipeline{}, fault.New(op, fault.Forbidden, "", "this pipeline was made by somebody else; trying it again takes an operator")
	}
	if err := s.creator.RetrySteps(ctx, p, tasks, rerunLost); err != nil {
		return api.Pipeline{}, err
	}
	return s.Pipeline(ctx, p, id)
}

func view(l *store.Pipeline) api.Pipeline {
	return api.Pipeline{ID: l.ID.String(), Name: l.Name, Creator: store.CreatorID(l.CreatorKeyID, l.CreatorUser), CreatedBy: l.CreatedBy, CreatedAt: l.CreatedAt, Tasks: []api.Task{}}
}
