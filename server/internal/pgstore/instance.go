package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// keptInstances is how many process starts of a runner are remembered: a
// process that was replaced longer ago than that many is long gone.
const keptInstances = 20

// enter locks a runner's row, so that its requests come one after the other,
// and judges whether the process that asks is the one that counts. A new
// process takes the place of the one before, and what that one held goes back.
func (s *Store) enter(ctx context.Context, tx bun.Tx, runnerID uuid.UUID, instance string, secretHash []byte, changes *store.Changes) error {
	const op = "pgstore.enter"
	var row struct {
		State, InstanceID string
		Current           bool
	}
	err := tx.NewRaw(`SELECT state, instance_id, coalesce(secret_hash = ?0, false) OR coalesce(previous_secret_hash = ?0 AND previous_expires_at > now(), false) AS current
		FROM runners WHERE id = ?1 FOR NO KEY UPDATE`, secretHash, runnerID).Scan(ctx, &row)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(op, fault.Unauthenticated, api.CodeRunnerRevoked, "This runner is not known any more.")
	case err != nil:
		return fmt.Errorf("lock the runner: %w", err)
	case row.State == string(api.RunnerRevoked):
		return fault.New(op, fault.Unauthenticated, api.CodeRunnerRevoked, "This runner was revoked; it can only register again.")
	case len(secretHash) > 0 && !row.Current:
		return fault.New(op, fault.Unauthenticated, api.CodeCredentialRotated, "This runner's credential was replaced by a new one; start it with that.")
	case instance == "" || instance == row.InstanceID:
		return nil
	}
	done, err := tx.NewRaw("INSERT INTO runner_instances (runner_id, instance_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
		runnerID, instance).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note the runner's new process: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.New(op, fault.Conflict, api.CodeInstanceSuperseded,
			"Another process of this runner was started later and has taken over."))
	}
	_, err = tx.NewRaw(`
		WITH old AS (DELETE FROM runner_instances WHERE runner_id = ?0 AND instance_id IN (
			SELECT instance_id FROM runner_instances WHERE runner_id = ?0
			ORDER BY first_seen_at DESC OFFSET ?2))
		UPDATE runners SET instance_id = ?1 WHERE id = ?0`, runnerID, instance, keptInstances).Exec(ctx)
	if err != nil {
		return fmt.Errorf("let the runner's new process take over: %w", err)
	}
	if row.InstanceID == "" {
		return nil
	}
	// The process before may wait in a request, where it would take up wake-ups.
	changes.AddRunner(runnerID)
	return s.takeBackFromProcess(ctx, tx, runnerID, changes)
}

// takeBackFromProcess ends what the runner's process before held. What that one
// had confirmed counts as an attempt: a task that brings the whole runner down
// must not do so for ever. It need not wait, because the runner is well again.
func (s *Store) takeBackFromProcess(ctx context.Context, tx bun.Tx, runnerID uuid.UUID, changes *store.Changes) error {
	_, err := tx.NewRaw(`UPDATE tasks SET cancel_pending = false, stop_expires_at = NULL, stopped_at = now()
		WHERE last_runner_id = ? AND cancel_pending`, runnerID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note that canceled tasks stopped with their process: %w", err)
	}
	return s.takeBack(ctx, tx, takeBack{
		where: "t.lease_runner_id = ?", args: []any{runnerID}, reason: task.RunnerLost, counts: "t.state = 'running'",
	}, changes)
}
