// Package registry knows who may talk to the server: API keys, enrolment
// tokens and runners, and what runners share. It makes their credentials,
// keeps only the hashes, and tells from a presented one who is asking.
package registry

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
)

// Records is what the registry keeps.
type Records interface {
	store.Workspaces
	store.Keys
	store.Sessions
	store.SSHKeys
	store.Enrollments
	store.Runners
	store.Datasets
	store.Versions
}

// Dispatcher hands out work to runners, and has to hear what becomes of them.
type Dispatcher interface {
	// Evict takes back what a revoked runner holds and ends its waits. It may
	// be called again for the same runner.
	Evict(ctx context.Context, workspaceID, runnerID uuid.UUID) (store.Evicted, error)
	// Summon makes a runner's waiting requests look again.
	Summon(runnerID uuid.UUID)
}

// Service manages credentials, runners and datasets. It is safe for
// concurrent use.
type Service struct {
	records    Records
	dispatcher Dispatcher
	// minRunner is the oldest version of a runner that may register; any where empty.
	minRunner string
}

// RequireRunner refuses runners older than this version. Call it before serving.
func (s *Service) RequireRunner(version string) { s.minRunner = version }

// New makes a registry on the given records.
func New(records Records, dispatcher Dispatcher) *Service {
	return &Service{records: records, dispatcher: dispatcher}
}
