package dispatch

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"ddap/server/internal/paging"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Limits of a page of tasks, and of events.
const (
	defaultPage = 50
	maxPage     = 200
	maxEvents   = 1000
)

// ListOptions selects tasks; zero fields select all.
type ListOptions struct {
	store.TaskFilter

	// Creator is what store.ReadCreator takes.
	Creator string
	// Sort is a store.TaskSort, with a minus before it for the highest first.
	// Default: -created.
	Sort string
	// Limit is 50 when zero, 200 at most. Cursor continues after an earlier page;
	// Page, from 1, asks for a page by its number, within the first
	// store.MaxCount tasks.
	Limit  int
	Cursor string
	Page   int
}

// Tasks gives a page of tasks, and how many the filter finds in each state and
// in all. Errors: Invalid for a cursor that is not of this list.
func (s *Service) Tasks(ctx context.Context, p store.Principal, opts ListOptions) (api.TaskList, error) {
	filter := opts.TaskFilter
	filter.WorkspaceID = p.WorkspaceID
	var err error
	if filter.CreatorFilter, err = store.ReadCreator("dispatch.Tasks", p, opts.Creator); err != nil {
		return api.TaskList{}, err
	}
	page, list, err := readPage(opts, filter)
	if err != nil {
		return api.TaskList{}, err
	}
	limit := page.Limit
	page.Limit++ // which tells whether another page follows
	tasks, err := s.store.ListTasks(ctx, filter, page)
	if err != nil {
		return api.TaskList{}, err
	}
	out := api.TaskList{Tasks: make([]api.Task, 0, len(tasks))}
	for i := range tasks[:min(limit, len(tasks))] {
		out.Tasks = append(out.Tasks, tasks[i].View())
	}
	if len(tasks) > limit {
		out.NextCursor = list.After(page.Sort.PlaceOf(&tasks[limit-1]))
	}
	counts, err := s.store.CountTasks(ctx, filter)
	if err != nil {
		return api.TaskList{}, err
	}
	out.Counts, out.CountsAreExact = counts.Bounded(), counts.Exact()
	out.Total, out.TotalIsExact = counts.Total(filter.States)
	return out, nil
}

// readPage reads which part of a list is asked for.
func readPage(opts ListOptions, filter store.TaskFilter) (store.TaskPage, paging.List, error) {
	const op = "dispatch.Tasks"
	page := store.TaskPage{Limit: opts.Limit, Sort: store.ByCreated, Descending: true}
	if opts.Sort != "" {
		name, descending := strings.CutPrefix(opts.Sort, "-")
		page.Sort, page.Descending = store.TaskSort(name), descending
	}
	if page.Limit <= 0 {
		page.Limit = defaultPage
	}
	page.Limit = min(page.Limit, maxPage)
	list := paging.List{Noun: "tasks", Asked: []any{page.Sort, page.Descending, filter}}
	wrong := func(path, message string) error {
		return fault.BadFields(op, "invalid_request", fault.Field{Path: path, Message: message})
	}
	if opts.Page > 0 {
		page.Offset = (opts.Page - 1) * page.Limit
		switch {
		case opts.Cursor != "":
			return page, list, wrong("query.page", "cannot stand beside a cursor")
		case page.Offset >= store.MaxCount:
			return page, list, wrong("query.page", fmt.Sprintf("must be within the first %d tasks; go on with next_cursor", store.MaxCount))
		}
		return page, list, nil
	}
	var err error
	if page.After, err = list.Read(op, opts.Cursor); err == nil && page.After != nil && !page.Sort.Fits(page.After.Key) {
		err = paging.Refused(op)
	}
	return page, list, err
}

// Events gives a page of a task's timeline, oldest first. Limit is 1,000 when
// zero, and at most.
func (s *Service) Events(ctx context.Context, p store.Principal, id uuid.UUID, limit int, cursor string) (api.EventList, error) {
	const op = "dispatch.Events"
	if _, err := s.store.GetTask(ctx, p.WorkspaceID, id); err != nil {
		return api.EventList{}, err
	}
	list := paging.List{Noun: "events", Asked: id}
	at, err := list.Read(op, cursor)
	if err != nil {
		return api.EventList{}, err
	}
	var after int64
	if at != nil {
		if after, err = strconv.ParseInt(at.Key, 10, 64); err != nil {
			return api.EventList{}, paging.Refused(op)
		}
	}
	if limit <= 0 || limit > maxEvents {
		limit = maxEvents
	}
	events, err := s.store.ListEventsAfter(ctx, id, after, limit+1)
	if err != nil {
		return api.EventList{}, err
	}
	out := api.EventList{Events: events[:min(limit, len(events))]}
	if len(events) > limit {
		out.NextCursor = list.After(store.ListPlace{Key: strconv.FormatInt(events[limit-1].ID, 10)})
	}
	return out, nil
}
