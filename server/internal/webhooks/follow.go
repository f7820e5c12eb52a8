package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"

	"ddap/server/internal/events"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

const (
	followBatch = 500
	// backlog is how far before its place a webhook reads again after a restore,
	// which forgets the order of what was in flight when the copy was made.
	backlog = 1000
)

// place is where a workspace's feed is read from.
type place struct {
	workspace uuid.UUID
	at        store.Cursor
}

// Follow makes deliveries of what has happened since it last did. Webhooks of a
// workspace stand mostly at the same place, so each place is read once.
func (s *Service) Follow(ctx context.Context) error {
	followers, err := s.store.ListFollowers(ctx)
	if err != nil {
		return err
	}
	s.unfollowed.Store(len(followers) == 0)
	var errs []error
	read := map[place][]store.FeedEvent{}
	for i := range followers {
		if err := s.follow(ctx, &followers[i], read); err != nil {
			errs = append(errs, fmt.Errorf("webhook %s: %w", followers[i].WebhookID, err))
		}
	}
	return errors.Join(errs...)
}

// follow reads one webhook's feed to its end.
func (s *Service) follow(ctx context.Context, f *store.Follower, read map[place][]store.FeedEvent) error {
	for {
		here := place{f.WorkspaceID, f.At}
		found, known := read[here]
		if !known {
			var err error
			found, err = s.store.ListFeed(ctx, f.WorkspaceID, f.At, followBatch)
			if fault.HasCode(err, store.CodeFeedReset) {
				return s.begin(ctx, f)
			}
			if err != nil {
				return err
			}
			read[here] = found
		}
		if len(found) == 0 {
			return nil
		}
		made, err := deliveries(f, found)
		if err != nil {
			return err
		}
		next := found[len(found)-1].Cursor
		moved, err := s.store.AddDeliveries(ctx, f.WebhookID, f.At, next, made)
		if err != nil || !moved {
			return err // another server is ahead of this one
		}
		if len(made) > 0 {
			s.hurry()
		}
		if f.At = next; len(found) < followBatch {
			return nil
		}
	}
}

// begin finds the place from which a webhook goes on where its own is gone:
// after a restore a little before it, else where the feed begins by now.
func (s *Service) begin(ctx context.Context, f *store.Follower) error {
	start, err := s.store.FeedStart(ctx, f.WorkspaceID)
	if err != nil {
		return err
	}
	// A webhook that has had no event yet stands behind every id.
	if start.Epoch != f.At.Epoch && start.Transaction == 0 && f.At.ID != math.MaxInt64 {
		start.ID = max(0, f.At.ID-backlog)
	}
	s.log.InfoContext(ctx, "webhook goes on where the feed begins", logkey.WebhookID, f.WebhookID, logkey.WorkspaceID, f.WorkspaceID)
	_, err = s.store.AddDeliveries(ctx, f.WebhookID, f.At, start, nil)
	return err
}

// deliveries gives those of the events that the webhook wants, and that are
// none of the time before it followed.
func deliveries(f *store.Follower, found []store.FeedEvent) ([]store.Delivery, error) {
	var made []store.Delivery
	for i := range found {
		e := &found[i]
		if e.At.Before(f.Since) || !wants(f.Types, e.Type, e.SubjectKind) {
			continue
		}
		body, err := json.Marshal(api.WebhookPayload{Type: e.Type, Timestamp: e.At, Data: events.View(e)})
		if err != nil {
			return nil, fmt.Errorf("write an event: %w", err)
		}
		id := e.Cursor.ID
		made = append(made, store.Delivery{ID: newID(), EventID: &id, EventType: e.Type, Body: body})
	}
	return made, nil
}
