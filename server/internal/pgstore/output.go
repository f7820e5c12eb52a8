package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
)

var _ store.Outputs = (*Store)(nil)

// JudgeOutputs implements store.Outputs.
func (s *Store) JudgeOutputs(ctx context.Context, runnerID uuid.UUID, taskIDs []uuid.UUID) (needed, deleted []uuid.UUID, err error) {
	const op = "pgstore.JudgeOutputs"
	ids := pgdialect.Array(taskIDs)
	err = s.db.NewRaw(`SELECT r.task_id FROM results AS r WHERE r.task_id = ANY(?) AND r.output_runner_id = ?
		AND EXISTS (SELECT FROM task_inputs AS i JOIN tasks AS n ON n.id = i.task_id
			WHERE i.input_task_id = r.task_id AND n.finished_at IS NULL)`, ids, runnerID).Scan(ctx, &needed)
	if err != nil {
		return nil, nil, failed(op, err)
	}
	err = s.db.NewRaw("SELECT task_id FROM deleted_outputs WHERE task_id = ANY(?) AND runner_id = ?", ids, runnerID).Scan(ctx, &deleted)
	return needed, deleted, failed(op, err)
}

// rememberOutputs writes down which runners have an output of tasks that are
// about to be removed.
func rememberOutputs(ctx context.Context, tx bun.Tx, taskIDs []uuid.UUID) error {
	_, err := tx.NewRaw(`INSERT INTO deleted_outputs (task_id, runner_id)
		SELECT r.task_id, r.output_runner_id FROM results AS r JOIN runners AS u ON u.id = r.output_runner_id
		WHERE r.task_id = ANY(?) ON CONFLICT DO NOTHING`, pgdialect.Array(taskIDs)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remember outputs of removed tasks: %w", err)
	}
	return nil
}

// ForgetOutputs implements store.Retention.
func (s *Store) ForgetOutputs(ctx context.Context, after time.Duration, limit int) (int, error) {
	const op = "pgstore.ForgetOutputs"
	done, err := s.db.NewRaw(`DELETE FROM deleted_outputs WHERE task_id IN (SELECT task_id FROM deleted_outputs
		WHERE deleted_at < now() - make_interval(secs => ?) LIMIT ? FOR UPDATE SKIP LOCKED)`, after.Seconds(), limit).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}
