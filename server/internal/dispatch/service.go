// Package dispatch hands out work: it takes tasks in, gives them to runners
// under leases, renews the leases, takes them back, and cancels and retries.
// Each kind of periodic work is one loop in one file.
package dispatch

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/fault"
)

// Store is what dispatch asks of the database.
type Store interface {
	store.Tasks
	store.Leases
	store.Outputs
	store.Upkeep
	store.Catalogue
	store.Requirements
	store.Pipelines
	store.Versions
	FindUploads(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]store.Upload, error)
}

// Service hands out work. It is safe for concurrent use.
type Service struct {
	store    Store
	hub      *wakeup.Hub
	log      *slog.Logger
	reasons  reasonCache
	observer Observer
	// minRunner is the oldest version of a runner that gets tasks; any where empty.
	minRunner string
}

// New makes the service. The hub is shared with the other services; Run runs it.
func New(s Store, hub *wakeup.Hub, log *slog.Logger) *Service {
	return &Service{store: s, hub: hub, log: log}
}

// Run does the periodic work of this server, and runs the hub, until ctx ends.
// Requests that wait then return. Any number of servers may run it on one
// database.
func (s *Service) Run(ctx context.Context) error {
	return periodic.Together(ctx, s.hub.Run, s.runReclaimLoop, s.runDueLoop, s.runDeadlineLoop, s.runReasonLoop)
}

// pass is how often periodic work is done.
const pass = time.Second

// every does work about once a second until ctx ends.
func (s *Service) every(ctx context.Context, what string, work func(context.Context) error) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: what, Interval: pass, Do: work})
}

// checkMayChange judges whether p may act on a task.
func checkMayChange(op string, p store.Principal, t *store.Task) error {
	if p.MayChange(t.OwnedBy(p)) {
		return nil
	}
	return fault.New(op, fault.Forbidden, "", "this task was made by somebody else; acting on it takes an operator")
}
