package events

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// Filter says which events a follower wants; zero fields want all.
type Filter struct {
	// TaskID wants one task's events, PipelineID those of a pipeline's tasks.
	TaskID, PipelineID *uuid.UUID
	// Types wants these types only, or whole subjects, as in "task".
	Types []string
}

func (f *Filter) wants(e *api.StreamEvent) bool {
	if f.TaskID != nil && (e.SubjectKind != store.SubjectTask || e.SubjectID != f.TaskID.String()) {
		return false
	}
	if f.PipelineID != nil && e.PipelineID != f.PipelineID.String() {
		return false
	}
	return len(f.Types) == 0 || slices.ContainsFunc(f.Types, func(wanted string) bool {
		return wanted == e.Type || wanted == e.SubjectKind
	})
}

// queued is an event on its way to a follower; cursor is zero for progress.
type queued struct {
	cursor store.Cursor
	event  api.StreamEvent
}

// Errors of a stream that ends.
var (
	// ErrClosed: the server stops.
	ErrClosed = errors.New("the server stops")
	// ErrTooSlow: more happened than the follower has taken, or the feed was cut.
	ErrTooSlow = errors.New("the follower did not keep up")
)

// Follower is one client's stream of events. It belongs to one goroutine.
type Follower struct {
	service   *Service
	workspace uuid.UUID
	filter    Filter
	// from is the event behind which it follows, joined how far the feed had
	// been read when it came: in between it reads by itself.
	from, joined store.Cursor
	first        *api.StreamEvent
	backlog      []store.FeedEvent
	caughtUp     bool

	queue    chan queued
	dropOnce sync.Once
}

// Next gives the next event that the follower wants, and waits for it. The
// error is ErrClosed, ErrTooSlow, that of ctx, or the database's.
func (f *Follower) Next(ctx context.Context) (api.StreamEvent, error) {
	if f.first != nil {
		first := *f.first
		f.first = nil
		return first, nil
	}
	for !f.caughtUp {
		e, err := f.catchUp(ctx)
		if err != nil {
			return api.StreamEvent{}, err
		}
		if e != nil && f.filter.wants(e) {
			return *e, nil
		}
	}
	for {
		select {
		case q, open := <-f.queue:
			if !open {
				return api.StreamEvent{}, ErrTooSlow
			}
			if q.event.ID != "" && !f.from.Before(q.cursor) {
				continue // it has that already: it was ahead of this server
			}
			if f.filter.wants(&q.event) {
				return q.event, nil
			}
		case <-f.service.closed:
			return api.StreamEvent{}, ErrClosed
		case <-ctx.Done():
			return api.StreamEvent{}, context.Cause(ctx)
		}
	}
}

// catchUp gives the next event up to where the feed had been read, or nothing
// once there is none.
func (f *Follower) catchUp(ctx context.Context) (*api.StreamEvent, error) {
	if len(f.backlog) == 0 {
		if !f.from.Before(f.joined) {
			f.caughtUp = true
			return nil, nil
		}
		found, err := f.service.store.ListFeed(ctx, f.workspace, f.from, readBatch)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			f.caughtUp = true
			return nil, nil
		}
		f.backlog = found
	}
	next := f.backlog[0]
	f.backlog = f.backlog[1:]
	if f.joined.Before(next.Cursor) {
		// From here on the queue has it.
		f.caughtUp, f.backlog = true, nil
		return nil, nil
	}
	f.from = next.Cursor
	e := view(&next)
	return &e, nil
}

// offer queues an event. The service calls it under its lock.
func (f *Follower) offer(q queued) {
	select {
	case f.queue <- q:
	default:
		f.drop()
	}
}

// drop ends the stream of a follower that lags too far behind; what is in the
// queue it still gets. The service calls it under its lock, as it does offer,
// so nothing is sent on a closed queue.
func (f *Follower) drop() {
	f.dropOnce.Do(func() {
		if w := f.service.feeds[f.workspace]; w != nil {
			delete(w.followers, f)
		}
		close(f.queue)
	})
}

// Close ends the stream.
func (f *Follower) Close() { f.service.leave(f) }
