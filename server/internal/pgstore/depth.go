package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ddap/server/internal/store"
)

var _ store.Depths = (*Store)(nil)

// depthRow is a line of queue_depth.lines.
type depthRow struct {
	Workspace  string  `json:"workspace"`
	State      string  `json:"state"`
	Tasks      int     `json:"tasks"`
	AgeSeconds float64 `json:"age_seconds"`
}

func (r depthRow) toDepth() store.Depth {
	return store.Depth{
		Workspace: r.Workspace, State: r.State, Tasks: r.Tasks,
		Age: time.Duration(r.AgeSeconds * float64(time.Second)),
	}
}

// ListDepths implements store.Depths.
func (s *Store) ListDepths(ctx context.Context) ([]store.Depth, error) {
	const op = "pgstore.ListDepths"
	var lines string
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// Whoever finds another server counting takes what was counted before.
		res, err := tx.NewRaw(`SELECT FROM queue_depth WHERE taken_at IS NULL OR taken_at < now() - make_interval(secs => ?)
			FOR UPDATE SKIP LOCKED`, store.DepthAge.Seconds()).Exec(ctx)
		if err != nil {
			return fmt.Errorf("look whether to count: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			if err := countDepths(ctx, tx); err != nil {
				return err
			}
		}
		return tx.NewRaw("SELECT lines::text FROM queue_depth").Scan(ctx, &lines)
	})
	if err != nil {
		return nil, failed(op, err)
	}
	var rows []depthRow
	if err := json.Unmarshal([]byte(lines), &rows); err != nil {
		return nil, failed(op, fmt.Errorf("read what was counted: %w", err))
	}
	return mapTo(rows, depthRow.toDepth), nil
}

// countDepths counts the unfinished tasks, by the index that has no others.
// How long a task has been in its state is told by the time that the state
// sets: to be blocked or scheduled begins with the task itself.
func countDepths(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw(`
		WITH counted AS (
			SELECT t.workspace_id, t.state, count(*) AS tasks,
				min(CASE t.state WHEN 'queued' THEN t.queued_at WHEN 'leased' THEN t.leased_at
					WHEN 'running' THEN t.confirmed_at ELSE t.created_at END) AS since
			FROM tasks AS t WHERE t.finished_at IS NULL GROUP BY t.workspace_id, t.state),
		largest AS (
			SELECT workspace_id FROM counted GROUP BY workspace_id ORDER BY sum(tasks) DESC, workspace_id LIMIT ?),
		named AS (
			SELECT CASE WHEN l.workspace_id IS NULL THEN ? ELSE w.name END AS workspace, c.state, c.tasks, c.since
			FROM counted AS c JOIN workspaces AS w ON w.id = c.workspace_id LEFT JOIN largest AS l ON l.workspace_id = c.workspace_id),
		folded AS (
			SELECT workspace, state, sum(tasks) AS tasks, extract(epoch FROM now() - min(since)) AS age_seconds
			FROM named GROUP BY workspace, state)
		UPDATE queue_depth SET taken_at = now(), lines = coalesce((SELECT jsonb_agg(to_jsonb(f) ORDER BY f.workspace, f.state) FROM folded AS f), '[]')`,
		store.MaxDepthWorkspaces, store.OtherWorkspaces).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count the queue: %w", err)
	}
	return nil
}

// Pool says how the connections are used now.
func (s *Store) Pool() store.Pool {
	st := s.db.Stats()
	return store.Pool{
		Limit: st.MaxOpenConnections, Open: st.OpenConnections, InUse: st.InUse, Idle: st.Idle,
		Waits: st.WaitCount, Waited: st.WaitDuration,
	}
}
