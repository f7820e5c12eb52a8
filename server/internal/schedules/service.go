// Package schedules creates tasks and pipelines again and again, at the times
// that people named.
//
// A time is run once, on however many servers: a server claims the schedule,
// creates what is due under an id that follows from the schedule and the time,
// and only then sets the schedule on its next time. Whoever takes over from a
// server that died in between finds what it created by that id.
package schedules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/admission"
	"ddap/server/internal/cron"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Store is what schedules ask of the database.
type Store interface {
	admission.Store
	store.Schedules
	store.Versions
	FindKey(ctx context.Context, id uuid.UUID) (store.Key, error)
	GetTask(ctx context.Context, workspaceID, id uuid.UUID) (store.Task, error)
	GetPipeline(ctx context.Context, workspaceID, id uuid.UUID) (store.Pipeline, []store.Task, error)
}

// Creator creates tasks from drafts; package dispatch does.
type Creator interface {
	Accept(ctx context.Context, p store.Principal, pipeline *store.NewPipeline, drafts []*admission.Draft) ([]store.Task, error)
}

// Planner drafts the steps of a pipeline; package pipelines does.
type Planner interface {
	Plan(pipelineID uuid.UUID, req api.PipelineRequest) ([]*admission.Draft, error)
}

// Service keeps schedules and runs them. It is safe for concurrent use.
type Service struct {
	store   Store
	creator Creator
	planner Planner
	log     *slog.Logger
}

// New makes the service; Run runs what is due.
func New(s Store, creator Creator, planner Planner, log *slog.Logger) *Service {
	return &Service{store: s, creator: creator, planner: planner, log: log}
}

// Limits of a page and of what one schedule shows.
const (
	defaultPage = 50
	maxPage     = 200
	upcoming    = 10
	shownRuns   = 20
)

// Create makes a schedule. What it creates is checked now, as if it were created
// now. Errors: Invalid with the path of every wrong field.
func (s *Service) Create(ctx context.Context, p store.Principal, req api.ScheduleRequest) (api.Schedule, error) {
	const op = "schedules.Create"
	id, err := uuid.NewV7()
	if err != nil {
		return api.Schedule{}, fault.E(op, fault.Internal, fmt.Errorf("make an id: %w", err))
	}
	schedule := store.Schedule{
		ID: id, WorkspaceID: p.WorkspaceID, Name: req.Name, Cron: req.Cron, TimeZone: req.TimeZone,
		Missed: orDefault(req.Missed, api.MissedRunOnce), Overlap: orDefault(req.Overlap, api.OverlapAllow), Paused: req.Paused,
		KeyID: p.Owner(), ActingUser: p.ActingUser, CreatedBy: p.Creator(),
	}
	if err := setTemplate(op, &schedule, req.Task, req.Pipeline); err != nil {
		return api.Schedule{}, err
	}
	if err := s.checkTemplate(ctx, &schedule); err != nil {
		return api.Schedule{}, err
	}
	now, err := s.store.Now(ctx)
	if err != nil {
		return api.Schedule{}, err
	}
	if err := setTimes(op, &schedule, now); err != nil {
		return api.Schedule{}, err
	}
	if schedule, err = s.store.AddSchedule(ctx, schedule); err != nil {
		return api.Schedule{}, err
	}
	return view(&schedule)
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// setTemplate keeps the one request of two that is there.
func setTemplate(op string, schedule *store.Schedule, task *api.TaskRequest, pipeline *api.PipelineRequest) error {
	if (task == nil) == (pipeline == nil) {
		return fault.BadFields(op, codeInvalid, fault.Field{Path: "task", Message: "is required, or else pipeline; not both"})
	}
	if wrong := ownTimes(task, pipeline); len(wrong) > 0 {
		return fault.BadFields(op, codeInvalid, wrong...)
	}
	schedule.Task, schedule.Pipeline = nil, nil
	var err error
	if task != nil {
		schedule.Task, err = json.Marshal(task)
	} else {
		schedule.Pipeline, err = json.Marshal(pipeline)
	}
	if err != nil {
		return fault.E(op, fault.Internal, err)
	}
	return nil
}

// ownTimes names the times of day and date in a template: they would be right
// once, and in the past ever after.
func ownTimes(task *api.TaskRequest, pipeline *api.PipelineRequest) (wrong []fault.Field) {
	check := func(at string, times map[string]*time.Time) {
		for _, name := range slices.Sorted(maps.Keys(times)) {
			if times[name] != nil {
				wrong = append(wrong, fault.Field{Path: at + "." + name, Message: "must be absent: the schedule says when"})
			}
		}
	}
	if task != nil {
		check("task", map[string]*time.Time{"run_at": task.RunAt, "deadline": task.Deadline})
	}
	if pipeline != nil {
		for i, step := range pipeline.Tasks {
			check(fmt.Sprintf("pipeline.tasks[%d]", i), map[string]*time.Time{"run_at": step.RunAt, "deadline": step.Deadline})
		}
	}
	return wrong
}

const codeInvalid = "invalid_schedule"

// checkTemplate judges what a schedule creates as if it were created now.
func (s *Service) checkTemplate(ctx context.Context, schedule *store.Schedule) error {
	drafts, _, err := s.draft(schedule, schedule.ID)
	if err != nil {
		return err
	}
	_, err = admission.Admit(ctx, s.store, schedule.WorkspaceID, drafts)
	return below(schedule, err)
}

// setTimes says when a schedule is due next, after now.
func setTimes(op string, schedule *store.Schedule, now time.Time) error {
	when, err := cron.Parse(schedule.Cron, schedule.TimeZone)
	var next time.Time
	if err == nil {
		if next = when.Next(now); next.IsZero() {
			err = cron.ErrNever
		}
	}
	if err != nil {
		path := "cron"
		if errors.Is(err, cron.ErrZone) {
			path = "time_zone"
		}
		return fault.BadFields(op, codeInvalid, fault.Field{Path: path, Message: err.Error()})
	}
	if schedule.NextDue = &next; schedule.Paused {
		schedule.NextDue = nil
	}
	return nil
}

// draft decodes what a schedule creates, with the id that it is to have.
func (s *Service) draft(schedule *store.Schedule, id uuid.UUID) ([]*admission.Draft, *store.NewPipeline, error) {
	const op = "schedules.draft"
	if schedule.Task != nil {
		var req api.TaskRequest
		if err := json.Unmarshal(schedule.Task, &req); err != nil {
			return nil, nil, fault.E(op, fault.Internal, err)
		}
		d, err := admission.NewDraft("", req)
		if err != nil {
			return nil, nil, below(schedule, err)
		}
		d.ID, d.ScheduleID = id, &schedule.ID
		return []*admission.Draft{d}, nil, nil
	}
	var req api.PipelineRequest
	if err := json.Unmarshal(schedule.Pipeline, &req); err != nil {
		return nil, nil, fault.E(op, fault.Internal, err)
	}
	drafts, err := s.planner.Plan(id, req)
	for _, d := range drafts {
		d.ScheduleID = &schedule.ID
	}
	return drafts, &store.NewPipeline{ID: id, Name: req.Name}, below(schedule, err)
}

// below moves the paths of an Invalid error to where the template stands.
func below(schedule *store.Schedule, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	at := "task."
	if schedule.Task == nil {
		at = "pipeline."
	}
	fields := slices.Clone(f.Fields)
	for i := range fields {
		fields[i].Path = at + fields[i].Path
	}
	moved := fault.BadFields(f.Op, f.Code, fields...)
	moved.Kind = f.Kind
	return moved
}

// Schedule gives one schedule with its last runs.
func (s *Service) Schedule(ctx context.Context, p store.Principal, id uuid.UUID) (api.Schedule, error) {
	schedule, err := s.store.GetSchedule(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Schedule{}, err
	}
	v, err := view(&schedule)
	if err != nil {
		return api.Schedule{}, err
	}
	for failed, into := range map[bool]*[]api.ScheduleRun{false: &v.Runs, true: &v.Failures} {
		runs, err := s.store.ListRuns(ctx, id, failed, shownRuns)
		if err != nil {
			return api.Schedule{}, err
		}
		for i := range runs {
			*into = append(*into, viewRun(&runs[i]))
		}
	}
	return v, nil
}

// Pinned is Schedule, and gives a context in which it is Stale to change it once it is
// another.
func (s *Service) Pinned(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Schedule, error) {
	return store.Pinned(ctx, s.store, store.Pin{Noun: store.VersionedSchedule, ID: id}, func(ctx context.Context) (api.Schedule, error) { return s.Schedule(ctx, p, id) })
}

// List gives a page of schedules, newest first: those of a creator as
// store.ReadCreator takes it, all where that is empty. Limit is 50 when zero, 200
// at most.
func (s *Service) List(ctx context.Context, p store.Principal, creator string, limit int, cursor string) (api.ScheduleList, error) {
	const op = "schedules.List"
	of, err := store.ReadCreator(op, p, creator)
	if err != nil {
		return api.ScheduleList{}, err
	}
	page := store.Page{Limit: min(limit, maxPage)}
	if page.Limit <= 0 {
		page.Limit = defaultPage
	}
	if cursor != "" {
		if page.After, err = uuid.Parse(cursor); err != nil {
			return api.ScheduleList{}, fault.BadFields(op, "invalid_request",
				fault.Field{Path: "query.cursor", Message: "must be the next_cursor of the page before"})
		}
	}
	size := page.Limit
	page.Limit++
	found, err := s.store.ListSchedules(ctx, p.WorkspaceID, of, page)
	if err != nil {
		return api.ScheduleList{}, err
	}
	list := api.ScheduleList{Schedules: []api.Schedule{}}
	for i := range found[:min(size, len(found))] {
		v, err := view(&found[i])
		if err != nil {
			return api.ScheduleList{}, err
		}
		list.Schedules = append(list.Schedules, v)
	}
	if len(found) > size {
		list.NextCursor = found[size-1].ID.String()
	}
	return list, nil
}

// Change changes a schedule. A time that has come and is not run yet is still
// run, unless the change is one of times. Errors: NotFound, Forbidden, Invalid,
// and Conflict for one that is resumed and whose key is of no use any more.
func (s *Service) Change(ctx context.Context, p store.Principal, id uuid.UUID, patch api.SchedulePatch) (api.Schedule, error) {
	const op = "schedules.Change"
	old, err := s.store.GetSchedule(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Schedule{}, err
	}
	if err := checkMayChange(op, p, &old); err != nil {
		return api.Schedule{}, err
	}
	// All that asks the database comes before the change.
	template := old
	if patch.Task != nil || patch.Pipeline != nil {
		if err := setTemplate(op, &template, patch.Task, patch.Pipeline); err != nil {
			return api.Schedule{}, err
		}
		if err := s.checkTemplate(ctx, &template); err != nil {
			return api.Schedule{}, err
		}
	}
	if patch.Paused != nil && !*patch.Paused {
		if _, err := s.creatorOf(ctx, &old); err != nil {
			return api.Schedule{}, err
		}
	}
	schedule, err := s.store.ChangeSchedule(ctx, p.WorkspaceID, id, func(schedule *store.Schedule, now time.Time) error {
		if patch.Task != nil || patch.Pipeline != nil {
			schedule.Task, schedule.Pipeline = template.Task, template.Pipeline
		}
		return apply(op, schedule, patch, now)
	})
	if err != nil {
		return api.Schedule{}, err
	}
	return view(&schedule)
}

// apply changes what the patch names, but for the template.
func apply(op string, schedule *store.Schedule, patch api.SchedulePatch, now time.Time) error {
	before := *schedule
	for from, to := range map[*string]*string{
		patch.Name: &schedule.Name, patch.Cron: &schedule.Cron, patch.TimeZone: &schedule.TimeZone,
		patch.Missed: &schedule.Missed, patch.Overlap: &schedule.Overlap,
	} {
		if from != nil {
			*to = *from
		}
	}
	if patch.Paused != nil {
		schedule.Paused, schedule.PausedReason = *patch.Paused, ""
	}
	if schedule.Cron == before.Cron && schedule.TimeZone == before.TimeZone && schedule.Paused == before.Paused {
		return nil
	}
	return setTimes(op, schedule, now)
}

// Delete removes a schedule; what it has created stays.
func (s *Service) Delete(ctx context.Context, p store.Principal, id uuid.UUID) error {
	schedule, err := s.store.GetSchedule(ctx, p.WorkspaceID, id)
	if err != nil {
		return err
	}
	if err := checkMayChange("schedules.Delete", p, &schedule); err != nil {
		return err
	}
	return s.store.DeleteSchedule(ctx, p.WorkspaceID, id)
}

// RunNow creates what the schedule creates, at once and beside its times. Errors:
// NotFound, Forbidden, Conflict where its key is of no use any more, and those of
// creating it.
func (s *Service) RunNow(ctx context.Context, p store.Principal, id uuid.UUID) (api.ScheduleRun, error) {
	const op = "schedules.RunNow"
	schedule, err := s.store.GetSchedule(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.ScheduleRun{}, err
	}
	if err := checkMayChange(op, p, &schedule); err != nil {
		return api.ScheduleRun{}, err
	}
	creator, err := s.creatorOf(ctx, &schedule)
	if err != nil {
		return api.ScheduleRun{}, err
	}
	made, err := uuid.NewV7()
	if err != nil {
		return api.ScheduleRun{}, fault.E(op, fault.Internal, fmt.Errorf("make an id: %w", err))
	}
	run := store.ScheduleRun{Manual: true, Outcome: store.RunCreated}
	if err := s.make(ctx, creator, &schedule, made, &run); err != nil {
		return api.ScheduleRun{}, err
	}
	if run, err = s.store.AddManualRun(ctx, schedule, run); err != nil {
		return api.ScheduleRun{}, err
	}
	return viewRun(&run), nil
}

// RunAgain tells what RunNow told, from the id of what it created.
func (s *Service) RunAgain(ctx context.Context, p store.Principal, made uuid.UUID) (api.ScheduleRun, error) {
	run, err := s.store.GetRunOf(ctx, p.WorkspaceID, made)
	if fault.Is(err, fault.NotFound) {
		run, err = s.recordLate(ctx, p, made, err)
	}
	if err != nil {
		return api.ScheduleRun{}, err
	}
	return viewRun(&run), nil
}

// recordLate keeps the run of a server that died after it had created what was
// asked for; missing is the error where there is no such thing.
func (s *Service) recordLate(ctx context.Context, p store.Principal, made uuid.UUID, missing error) (store.ScheduleRun, error) {
	run := store.ScheduleRun{Manual: true, Outcome: store.RunCreated}
	_, of, err := s.madeBefore(ctx, p.WorkspaceID, made, &run)
	if err != nil {
		return run, err
	}
	if of == nil {
		return run, missing
	}
	schedule, err := s.store.GetSchedule(ctx, p.WorkspaceID, *of)
	if err != nil {
		return run, err
	}
	return s.store.AddManualRun(ctx, schedule, run)
}

func checkMayChange(op string, p store.Principal, schedule *store.Schedule) error {
	if p.MayChange(schedule.OwnedBy(p)) {
		return nil
	}
	return fault.New(op, fault.Forbidden, "", "this schedule was made by somebody else; acting on it takes an operator")
}

func view(schedule *store.Schedule) (api.Schedule, error) {
	v := api.Schedule{
		ID: schedule.ID.String(), Name: schedule.Name, Cron: schedule.Cron, TimeZone: schedule.TimeZone, Missed: schedule.Missed,
		Overlap: schedule.Overlap, Paused: schedule.Paused, PausedReason: schedule.PausedReason, NextRuns: []time.Time{},
		Creator: schedule.Creator(), CreatedBy: schedule.CreatedBy, CreatedAt: schedule.CreatedAt, UpdatedAt: schedule.UpdatedAt,
	}
	for raw, into := range map[*json.RawMessage]any{&schedule.Task: &v.Task, &schedule.Pipeline: &v.Pipeline} {
		if *raw == nil {
			continue
		}
		if err := json.Unmarshal(*raw, into); err != nil {
			return v, fault.E("schedules.view", fault.Internal, err)
		}
	}
	if schedule.NextDue == nil {
		return v, nil
	}
	when, err := cron.Parse(schedule.Cron, schedule.TimeZone)
	if err != nil {
		return v, fault.E("schedules.view", fault.Internal, err)
	}
	v.NextRuns = append(v.NextRuns, *schedule.NextDue)
	v.NextRuns = append(v.NextRuns, when.Upcoming(*schedule.NextDue, upcoming-1)...)
	return v, nil
}

func viewRun(r *store.ScheduleRun) api.ScheduleRun {
	v := api.ScheduleRun{DueAt: r.DueAt, RanAt: r.RanAt, Manual: r.Manual, Outcome: r.Outcome, State: r.State, Message: r.Message}
	if r.TaskID != nil {
		v.TaskID = r.TaskID.String()
	}
	if r.PipelineID != nil {
		v.PipelineID = r.PipelineID.String()
	}
	return v
}
