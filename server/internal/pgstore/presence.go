package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

var _ store.Presence = (*Store)(nil)

// ListProgress implements store.Presence.
func (s *Store) ListProgress(ctx context.Context, workspaces []uuid.UUID) ([]store.TaskProgress, error) {
	var rows []taskRow
	err := s.db.NewSelect().Model(&rows).
		Column("t.id", "t.workspace_id", "t.pipeline_id", "t.name", "t.operation_code", "t.attempt",
			"t.fraction", "t.stage", "t.progress_message", "t.rows_done", "t.rows_total", "t.remaining_seconds").
		ColumnExpr("c.key_id AS creator_key_id, c.acting_user AS creator_user").Join("JOIN creators AS c ON c.id = t.creator_id").
		Where("t.workspace_id = ANY(?) AND t.state IN ('leased', 'running')", pgdialect.Array(workspaces)).
		Where("t.fraction IS NOT NULL OR t.stage <> '' OR t.progress_message <> '' OR t.rows_done IS NOT NULL").
		Scan(ctx)
	return mapTo(rows, func(r taskRow) store.TaskProgress {
		return store.TaskProgress{
			TaskID: r.ID, WorkspaceID: r.WorkspaceID, PipelineID: r.PipelineID, Name: r.Name, OperationCode: r.Operation, Attempt: r.Attempt,
			CreatorKeyID: r.CreatorKeyID, CreatorUser: r.CreatorUser,
			Progress: api.Progress{
				Fraction: r.Fraction, Stage: r.Stage, Message: r.ProgressMessage, RowsDone: r.RowsDone, RowsTotal: r.RowsTotal,
				RemainingSeconds: r.Remaining,
			},
		}
	}), failed("pgstore.ListProgress", err)
}

// ReportPresence implements store.Presence. The rows that it changes are locked,
// so of servers that notice at once only one says so.
func (s *Store) ReportPresence(ctx context.Context) (int, error) {
	const op = "pgstore.ReportPresence"
	done, err := s.db.NewRaw(`
		WITH seen AS (
			SELECT id, coalesce(state <> 'revoked' AND last_seen_at > now() - make_interval(secs => ?), false) AS online
			FROM runners WHERE reported_online IS DISTINCT FROM
				coalesce(state <> 'revoked' AND last_seen_at > now() - make_interval(secs => ?), false)
			FOR NO KEY UPDATE SKIP LOCKED),
		changed AS (
			UPDATE runners AS r SET reported_online = seen.online FROM seen WHERE r.id = seen.id RETURNING r.*)
		INSERT INTO fleet_events (workspace_id, type, subject_kind, subject_id, subject_name, data)
		SELECT workspace_id, CASE WHEN reported_online THEN 'runner.online' ELSE 'runner.offline' END, 'runner', id, name,
			jsonb_build_object('last_seen_at', last_seen_at)
		FROM changed ORDER BY id`, store.OnlineWindow.Seconds(), store.OnlineWindow.Seconds()).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}

// ForgetEvents implements store.Presence.
func (s *Store) ForgetEvents(ctx context.Context, age time.Duration, limit int) (int, error) {
	var removed int
	err := s.db.NewRaw(`
		WITH gone AS (
			DELETE FROM fleet_events WHERE id IN (
				SELECT id FROM (SELECT id, at FROM fleet_events ORDER BY id LIMIT ?) AS oldest
				WHERE at < now() - make_interval(secs => ?))
			RETURNING workspace_id, xid),
		raised AS (`+raiseFloor+`)
		SELECT count(*) FROM gone`, limit, age.Seconds()).Scan(ctx, &removed)
	return removed, failed("pgstore.ForgetEvents", err)
}

// raiseFloor is part of a statement that removes events for their age, and
// knows the removed ones as gone (workspace_id, xid): whoever follows the feed
// from before them is told that it cannot have everything.
const raiseFloor = `UPDATE workspaces AS w SET feed_floor = newest.xid::text::xid8
	FROM (SELECT workspace_id, max(xid::text::bigint) AS xid FROM gone GROUP BY workspace_id) AS newest
	WHERE w.id = newest.workspace_id AND w.feed_floor::text::bigint < newest.xid`
