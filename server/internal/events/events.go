// Package events lets clients follow what happens in a workspace. However many
// follow it on one server, its feed is read once; each follower has a bounded
// queue, and one that does not keep up is let go, to come back with the last
// event that it has seen.
package events

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Store is what the service asks of the database.
type Store interface {
	store.Feed
	store.Presence
}

const (
	// pollPause is how long an event may wait where no hint was given.
	pollPause = time.Second
	// readBatch bounds one reading of the feed.
	readBatch = 500
	// queueLength is how far a follower may lag behind.
	queueLength = 2048
)

// Service reads feeds and hands events out. It is safe for concurrent use.
type Service struct {
	store Store
	log   *slog.Logger
	kept  time.Duration
	hints <-chan struct{}

	closed    chan struct{}
	closeOnce sync.Once

	mu    sync.Mutex
	feeds map[uuid.UUID]*feed
}

// feed is a workspace that somebody on this server follows.
type feed struct {
	// at is how far it has been read.
	at        store.Cursor
	followers map[*Follower]struct{}
	// said is the progress that followers were last told of each running task.
	said map[uuid.UUID]store.TaskProgress
}

// New makes the service. A hint says that there may be something to read; events
// of anything but tasks are kept for the given time, for ever where it is zero.
func New(s Store, hints <-chan struct{}, kept time.Duration, log *slog.Logger) *Service {
	return &Service{
		store: s, hints: hints, kept: kept, log: log,
		closed: make(chan struct{}), feeds: make(map[uuid.UUID]*feed),
	}
}

// Close ends every stream, and those that begin later at once.
func (s *Service) Close() { s.closeOnce.Do(func() { close(s.closed) }) }

// Run reads feeds, notices who comes and goes, and forgets what is old, until
// ctx ends. Then every stream ends.
func (s *Service) Run(ctx context.Context) error {
	context.AfterFunc(ctx, s.Close)
	defer s.Close()
	return periodic.Together(ctx, s.runReadLoop, s.runProgressLoop, s.runPresenceLoop, s.runForgetLoop)
}

// Follow begins to follow the workspace of p: behind the event with this id, or
// from now on where it is empty. The first event is ready, or reset where
// events behind the id are not kept any more. The follower is to be closed.
//
// It is Invalid for an id that is none of this server's.
func (s *Service) Follow(ctx context.Context, p store.Principal, after string, wanted Filter) (*Follower, error) {
	const op = "events.Follow"
	head, err := s.store.FeedHead(ctx)
	if err != nil {
		return nil, err
	}
	from := head
	first := api.StreamEvent{Type: api.StreamReady, At: time.Now().UTC(), ID: from.String()}
	if after != "" {
		asked, err := store.ParseCursor(after)
		if err != nil {
			return nil, fault.BadFields(op, "invalid_request", fault.Field{Path: "query.after", Message: "must be the id of an event of this server"})
		}
		// One event is enough to know whether the feed can be followed from there.
		switch _, err := s.store.ListFeed(ctx, p.WorkspaceID, asked, 1); {
		case err == nil:
			from, first.ID = asked, asked.String()
		case fault.Is(err, fault.Gone):
			first.Type = api.StreamReset
		default:
			return nil, err
		}
	}
	f := &Follower{service: s, workspace: p.WorkspaceID, filter: wanted, from: from, queue: make(chan queued, queueLength), first: &first}
	s.join(f, head)
	return f, nil
}

// join puts a follower into its feed. What the feed has been read past already
// the follower reads by itself.
func (s *Service) join(f *Follower, head store.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.feeds[f.workspace]
	if w == nil {
		w = &feed{at: head, followers: map[*Follower]struct{}{}, said: map[uuid.UUID]store.TaskProgress{}}
		s.feeds[f.workspace] = w
	}
	f.joined = w.at
	w.followers[f] = struct{}{}
}

func (s *Service) leave(f *Follower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.feeds[f.workspace]
	if w == nil {
		return
	}
	delete(w.followers, f)
	if len(w.followers) == 0 {
		delete(s.feeds, f.workspace)
	}
}

// followed lists the workspaces that somebody follows.
func (s *Service) followed() []uuid.UUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]uuid.UUID, 0, len(s.feeds))
	for id := range s.feeds {
		ids = append(ids, id)
	}
	return ids
}

// Followers counts the streams that are open here.
func (s *Service) Followers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, w := range s.feeds {
		n += len(w.followers)
	}
	return n
}

// Pass reads every followed feed to its end and hands the events out.
func (s *Service) Pass(ctx context.Context) error {
	var errs []error
	for _, workspace := range s.followed() {
		errs = append(errs, s.read(ctx, workspace))
	}
	return errors.Join(errs...)
}

func (s *Service) read(ctx context.Context, workspace uuid.UUID) error {
	for {
		s.mu.Lock()
		w := s.feeds[workspace]
		if w == nil {
			s.mu.Unlock()
			return nil
		}
		at := w.at
		s.mu.Unlock()
		found, err := s.store.ListFeed(ctx, workspace, at, readBatch)
		if fault.Is(err, fault.Gone) {
			// A restore, or events that went while this server was cut off. The
			// followers come back and are told so.
			s.letGo(workspace)
			return nil
		}
		if err != nil {
			return err
		}
		s.handOut(w, found)
		if len(found) < readBatch {
			return nil
		}
	}
}

// handOut gives events to the followers. Only the read loop moves a feed on.
func (s *Service) handOut(w *feed, found []store.FeedEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range found {
		w.at = found[i].Cursor
		for f := range w.followers {
			f.offer(queued{cursor: found[i].Cursor, event: view(&found[i])})
		}
	}
}

func (s *Service) letGo(workspace uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.feeds[workspace]; w != nil {
		for f := range w.followers {
			f.drop()
		}
		delete(s.feeds, workspace)
	}
}

func view(e *store.FeedEvent) api.StreamEvent {
	v := api.StreamEvent{
		ID: e.Cursor.String(), At: e.At, Type: e.Type, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID.String(), SubjectName: e.SubjectName,
		OperationCode: e.OperationCode, State: e.State, Reason: e.Reason, Attempt: e.Attempt, Message: e.Message, Data: e.Data,
	}
	if e.CreatorKeyID != nil {
		v.Creator = store.CreatorID(*e.CreatorKeyID, e.CreatorUser)
	}
	if e.PipelineID != nil {
		v.PipelineID = e.PipelineID.String()
	}
	return v
}

// runReadLoop reads when there is a hint, and once a second without.
func (s *Service) runReadLoop(ctx context.Context) error {
	timer := time.NewTimer(pollPause)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.hints:
		case <-ctx.Done():
			return nil
		}
		if err := s.Pass(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "events not read", logkey.Error, err)
		}
		timer.Reset(pollPause)
	}
}
