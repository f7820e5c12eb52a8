package pgstore

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// SteerRunner implements store.Runners. Each wish that changes something is an
// entry of the audit log, and an event.
func (s *Store) SteerRunner(ctx context.Context, workspace, id uuid.UUID, wishes store.Steering) error {
	const op = "pgstore.SteerRunner"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		old, err := lockSteered(ctx, tx, op, workspace, id)
		if err != nil {
			return err
		}
		now := old
		actions := wish(&now, wishes)
		if len(actions) == 0 {
			return nil
		}
		labels, err := json.Marshal(now.EnforcedLabels)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("UPDATE runners SET paused = ?, drained = ?, note = ?, enforced_labels = ?::jsonb WHERE id = ?",
			now.Paused, now.Drained, now.Note, string(labels), id).Exec(ctx)
		if err != nil {
			return err
		}
		for _, action := range actions {
			if err := recordSteering(ctx, tx, action, &old, &now); err != nil {
				return err
			}
		}
		return nil
	})
	return failed(op, err)
}

// lockSteered locks a runner that can still be steered.
func lockSteered(ctx context.Context, tx bun.Tx, op string, workspace, id uuid.UUID) (runnerRow, error) {
	row, err := lockRunner(ctx, tx, op, workspace, id)
	if err == nil && row.State == string(api.RunnerRevoked) {
		err = fault.New(op, fault.Conflict, api.CodeRunnerRevoked, "This runner was revoked; it can only register again.")
	}
	return row, err
}

// wish changes r as wished, and names what it did.
func wish(r *runnerRow, w store.Steering) (actions []string) {
	if w.Labels != nil && !maps.Equal(r.EnforcedLabels, *w.Labels) {
		r.EnforcedLabels, actions = orEmpty(*w.Labels), append(actions, "runner.label")
	}
	if w.Paused != nil && r.Paused != *w.Paused {
		r.Paused = *w.Paused
		actions = append(actions, map[bool]string{true: "runner.pause", false: "runner.resume"}[r.Paused])
	}
	if w.Drained != nil && r.Drained != *w.Drained {
		r.Drained = *w.Drained
		actions = append(actions, map[bool]string{true: "runner.drain", false: "runner.undrain"}[r.Drained])
	}
	note := r.Note
	switch {
	case w.Note != nil:
		note = *w.Note
	case !r.Paused && !r.Drained:
		// What it explained is over.
		note = ""
	}
	if note != r.Note {
		r.Note = note
		if len(actions) == 0 {
			actions = append(actions, "runner.note")
		}
	}
	return actions
}

// RotateRunner implements store.Runners.
func (s *Store) RotateRunner(ctx context.Context, workspace, id uuid.UUID, secretHash []byte, overlap time.Duration) (time.Time, error) {
	const op = "pgstore.RotateRunner"
	var until time.Time
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := lockSteered(ctx, tx, op, workspace, id)
		if err != nil {
			return err
		}
		// A second rotation within the overlap ends the first credential: there
		// are two at most.
		err = tx.NewRaw(`UPDATE runners SET previous_secret_hash = secret_hash, previous_expires_at = now() + make_interval(secs => ?),
			secret_hash = ? WHERE id = ? RETURNING previous_expires_at`, overlap.Seconds(), secretHash, id).Scan(ctx, &until)
		if err != nil {
			return err
		}
		if err := recordSteering(ctx, tx, "runner.rotate", &row, &row); err != nil {
			return err
		}
		return performOnce(ctx, tx, id)
	})
	return until, failed(op, err)
}
