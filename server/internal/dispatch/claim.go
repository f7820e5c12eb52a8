package dispatch

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// ClaimOptions says how a runner asks for work.
type ClaimOptions struct {
	// Wait is how long to wait for work where there is none; a claim for one
	// task does not wait.
	Wait time.Duration
	// Limit is how many tasks to take at most; 1 when zero, api.MaxClaim at most.
	Limit int
	// TaskID asks for this one task.
	TaskID *uuid.UUID
	// InstanceID is random per process start of the runner.
	InstanceID string
	// Version is that of the runner's program; where it is empty, what the
	// runner said last counts.
	Version string
}

// Claim hands work to a runner: what it was given already and has not confirmed
// comes again, with the same token. With no work in time the answer is empty.
// Errors: Unauthenticated (runner_revoked, credential_rotated), Forbidden
// (runner_too_old), Conflict (instance_superseded).
func (s *Service) Claim(ctx context.Context, runner store.Principal, opts ClaimOptions) (api.ClaimResponse, error) {
	if opts.TaskID != nil {
		// It would be woken for other tasks, in the place of runners that take them.
		opts.Wait = 0
	}
	if err := s.checkVersion(ctx, runner, opts.Version); err != nil {
		return api.ClaimResponse{}, err
	}
	wait := s.hub.ForWork(runner.ID, opts.Wait)
	defer wait.Close()
	req := store.ClaimRequest{
		RunnerID: runner.ID, InstanceID: opts.InstanceID,
		Limit: min(max(opts.Limit, 1), api.MaxClaim), TaskID: opts.TaskID,
		SecretHash: runner.SecretHash, Version: opts.Version,
	}
	for {
		wait.Look()
		claim, err := s.store.Claim(ctx, req)
		if err != nil {
			return api.ClaimResponse{}, err
		}
		s.hub.Publish(claim.Changes)
		s.observer.claimed(claim.Waited)
		if len(claim.Assignments) > 0 {
			s.hub.Stir()
		}
		answer := api.ClaimResponse{Tasks: claim.Assignments, Commands: claimCommands(&claim)}
		// A runner that has to obey a command first cannot do so while it waits here.
		if len(answer.Tasks)+len(answer.Commands) > 0 {
			return answer, nil
		}
		if claim.Runner.State == api.RunnerActive && !claim.Runner.Drained {
			wait.Offer(claim.Runner)
		}
		if !wait.Sleep(ctx) {
			return answer, nil
		}
	}
}

func claimCommands(claim *store.Claim) []api.Command {
	var out []api.Command
	if claim.Runner.Paused {
		out = append(out, api.Command{Type: api.CommandPause})
	}
	if claim.MustPing {
		out = append(out, api.Command{Type: api.CommandPing})
	}
	return out
}
