package registry

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// defaultOverlap is how long a runner's old credential works beside the new one.
const defaultOverlap = 24 * time.Hour

// PatchRunner does what an operator wants of a runner: it is paused, drained or
// labeled from its next request on, and those that wait look again.
func (s *Service) PatchRunner(ctx context.Context, p store.Principal, id uuid.UUID, patch api.RunnerPatch) (api.Runner, error) {
	const op = "registry.PatchRunner"
	wishes := store.Steering{Paused: patch.Paused, Drained: patch.Drained, Labels: patch.Labels}
	if patch.Labels != nil {
		if err := checkLabels(op, *patch.Labels); err != nil {
			return api.Runner{}, err
		}
	}
	if patch.Note != nil {
		note := strings.TrimSpace(*patch.Note)
		if !printable(note) {
			return api.Runner{}, fault.BadFields(op, codeInvalid, fault.Field{Path: "note", Message: "must have no control characters"})
		}
		wishes.Note = &note
	}
	if wishes != (store.Steering{}) {
		if err := s.records.SteerRunner(ctx, p.WorkspaceID, id, wishes); err != nil {
			return api.Runner{}, err
		}
		s.dispatcher.Summon(id)
	}
	return s.Runner(ctx, p, id)
}

// RotateRunner gives a runner a new credential; the answer carries it, this
// once. The old one works until the overlap is over, and without an overlap what
// waits with it ends at once.
func (s *Service) RotateRunner(ctx context.Context, p store.Principal, id uuid.UUID, req api.RotateRequest) (api.RotatedRunner, error) {
	secret, err := credential.New(credential.Runner, id)
	if err != nil {
		return api.RotatedRunner{}, fault.E("registry.RotateRunner", fault.Internal, err)
	}
	overlap := defaultOverlap
	if req.OverlapSeconds != nil {
		overlap = time.Duration(*req.OverlapSeconds) * time.Second
	}
	hash := secret.Hash()
	until, err := s.records.RotateRunner(ctx, p.WorkspaceID, id, hash[:], overlap)
	if err != nil {
		return api.RotatedRunner{}, err
	}
	s.dispatcher.Summon(id)
	return api.RotatedRunner{RunnerID: id.String(), Token: secret.String(), PreviousValidUntil: until}, nil
}

// RevokeRunner refuses a runner for good: its credential, its leases and its
// open requests end. Doing it again finishes what a failure left undone.
func (s *Service) RevokeRunner(ctx context.Context, p store.Principal, id uuid.UUID) (api.RevokedRunner, error) {
	if err := s.records.RevokeRunner(ctx, p.WorkspaceID, id); err != nil {
		return api.RevokedRunner{}, err
	}
	evicted, err := s.dispatcher.Evict(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.RevokedRunner{}, err
	}
	runner, err := s.Runner(ctx, p, id)
	return api.RevokedRunner{Runner: runner, TakenBack: evicted.TakenBack + evicted.Freed, Stranded: evicted.Stranded}, err
}

// checkVersion refuses a runner that is older than this server takes.
func (s *Service) checkVersion(version string) error {
	if !buildinfo.Older(version, s.minRunner) {
		return nil
	}
	return fault.New("registry.Register", fault.Forbidden, api.CodeRunnerTooOld,
		"This runner's program is version %s, and the server takes %s or newer. Update it.", version, s.minRunner)
}
