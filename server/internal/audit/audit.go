// Package audit shows who changed what, and forgets it when it is old. What is
// written into the log is written by the store, in the transaction of the change.
package audit

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Limits of a page.
const (
	defaultPage = 50
	maxPage     = 200
)

// Service reads the audit log. It is safe for concurrent use.
type Service struct {
	log   *slog.Logger
	store store.AuditLog
	kept  time.Duration
}

// New makes the service. Entries are kept for the given time, for ever where
// that is zero.
func New(s store.AuditLog, kept time.Duration, log *slog.Logger) *Service {
	return &Service{store: s, kept: kept, log: log}
}

// Filter selects entries; zero fields select all.
type Filter struct {
	ActorID *uuid.UUID
	// Action is an action, or the noun of one.
	Action               string
	TargetKind, TargetID string
	Since, Until         *time.Time
	// Limit is 50 when zero, 200 at most. Cursor continues after an earlier page.
	Limit  int
	Cursor string
}

// List gives a page of the workspace's audit log, newest first.
func (s *Service) List(ctx context.Context, p store.Principal, f Filter) (api.AuditList, error) {
	limit := min(f.Limit, maxPage)
	if limit <= 0 {
		limit = defaultPage
	}
	before, err := readCursor(f.Cursor)
	if err != nil {
		return api.AuditList{}, err
	}
	found, err := s.store.ListAudit(ctx, store.AuditFilter{
		WorkspaceID: p.WorkspaceID, ActorID: f.ActorID, Action: f.Action, TargetKind: f.TargetKind, TargetID: f.TargetID,
		Since: f.Since, Until: f.Until, Before: before, Limit: limit + 1,
	})
	if err != nil {
		return api.AuditList{}, err
	}
	list := api.AuditList{Entries: make([]api.AuditEntry, 0, len(found))}
	for i := range found[:min(limit, len(found))] {
		list.Entries = append(list.Entries, view(&found[i]))
	}
	if len(found) > limit {
		list.NextCursor = strconv.FormatInt(found[limit-1].ID, 10)
	}
	return list, nil
}

func readCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.BadFields("audit.List", "invalid_request",
			fault.Field{Path: "query.cursor", Message: "must be the next_cursor of the page before"})
	}
	return id, nil
}

func view(e *store.AuditEntry) api.AuditEntry {
	v := api.AuditEntry{
		ID: e.ID, At: e.At, ActorKind: e.ActorKind, Action: e.Action, TargetKind: e.TargetKind, TargetID: e.TargetID,
		TargetName: e.TargetName, RemoteAddress: e.RemoteAddress, RequestID: e.RequestID, Before: e.Before, After: e.After,
		Actor: e.ActorKind,
	}
	if e.ActorID != nil {
		who := store.Principal{Name: e.ActorName, ActingUser: e.ActingUser}
		v.ActorID, v.Actor = e.ActorID.String(), who.Creator()
	}
	return v
}

const (
	forgetPause = time.Hour
	forgetBatch = 5000
)

// RunForgetLoop removes entries that are too old, until ctx ends. It is safe to
// run on any number of servers.
func (s *Service) RunForgetLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "forget audit entries", Interval: forgetPause, Do: s.Forget})
}

// Forget removes the entries that are older than what is kept.
func (s *Service) Forget(ctx context.Context) error {
	if s.kept <= 0 {
		return nil
	}
	for {
		n, err := s.store.ForgetAudit(ctx, s.kept, forgetBatch)
		if err != nil || n < forgetBatch {
			return err
		}
	}
}
