package pgstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

var _ store.Figures = (*Store)(nil)

// CountOpen implements store.Figures.
func (s *Store) CountOpen(ctx context.Context, workspace uuid.UUID) (store.Open, error) {
	const op = "pgstore.CountOpen"
	out := store.Open{ByState: map[string]int{}, ByReason: map[string]int{}}
	var rows []struct {
		State  string
		Reason *string
		Tasks  int
		Now    time.Time
		Oldest *float64
	}
	err := s.db.NewRaw(`SELECT t.state, CASE WHEN t.state <> 'queued' THEN NULL
				WHEN t.hold_until > now() THEN 'waiting_for_owner'
				WHEN t.not_before > now() THEN 'retry_backoff'
				ELSE q.reason END AS reason,
			count(*) AS tasks, extract(epoch FROM now() - min(t.queued_at))::float8 AS oldest
		FROM tasks AS t LEFT JOIN requirements AS q ON q.id = t.requirement_id
		WHERE t.workspace_id = ? AND t.finished_at IS NULL GROUP BY 1, 2`, workspace).Scan(ctx, &rows)
	if err != nil {
		return out, failed(op, err)
	}
	for _, r := range rows {
		out.ByState[r.State] += r.Tasks
		if r.State != "queued" {
			continue
		}
		out.ByReason[value(r.Reason)] += r.Tasks
		if age := time.Duration(value(r.Oldest) * float64(time.Second)); out.OldestQueued == nil || age > *out.OldestQueued {
			out.OldestQueued = &age
		}
	}
	return out, failed(op, s.db.NewRaw("SELECT now()").Scan(ctx, &out.Now))
}

// CountRates implements store.Figures.
func (s *Store) CountRates(ctx context.Context, workspace uuid.UUID, within []time.Duration) ([]api.Rate, error) {
	rates := make([]api.Rate, len(within))
	for i, d := range within {
		r := &rates[i]
		r.Seconds = int(d.Seconds())
		err := s.db.NewRaw(`SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'failed'),
				count(*) FILTER (WHERE state = 'canceled'),
				(SELECT count(*) FROM tasks AS c WHERE c.workspace_id = ?0 AND c.id >= ?2 AND c.created_at >= now() - make_interval(secs => ?1))
			FROM tasks AS t WHERE t.workspace_id = ?0 AND t.finished_at >= now() - make_interval(secs => ?1)`,
			workspace, d.Seconds(), idsSince(time.Now().Add(-d-clockSlack))).
			Scan(ctx, &r.Succeeded, &r.Failed, &r.Canceled, &r.Created)
		if err != nil {
			return nil, failed("pgstore.CountRates", fmt.Errorf("count the last %s: %w", d, err))
		}
		if ended := r.Succeeded + r.Failed; ended > 0 {
			rate := float64(r.Failed) / float64(ended)
			r.FailureRate = &rate
		}
	}
	return rates, nil
}

// clockSlack is how far a server's clock, which makes ids, may be off without
// a figure's being wrong: ids only narrow the search down.
const clockSlack = time.Hour

// idsSince gives the smallest id of version 7 that was made at this time
// (RFC 9562, section 5.7: the first 48 bits are milliseconds since 1970).
func idsSince(t time.Time) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(max(t.UnixMilli(), 0))<<16)
	return id
}

// ClaimLatency implements store.Figures.
func (s *Store) ClaimLatency(ctx context.Context, workspace uuid.UUID, within time.Duration) (*api.Latency, error) {
	var row struct {
		Count         int
		P50, P95, P99 *float64
	}
	err := s.db.NewRaw(`SELECT count(*) AS count,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,
			percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS p95,
			percentile_cont(0.99) WITHIN GROUP (ORDER BY took) AS p99
		FROM (SELECT extract(epoch FROM a.started_at - queued.at)::float8 AS took
			FROM tasks AS t
			JOIN attempts AS a ON a.task_id = t.id AND a.attempt = 1
			CROSS JOIN LATERAL (SELECT max(e.at) AS at FROM task_events AS e
				WHERE e.task_id = t.id AND e.state = 'queued' AND e.at <= a.started_at) AS queued
			WHERE t.workspace_id = ? AND t.id >= ? AND t.created_at >= now() - make_interval(secs => ?) AND queued.at IS NOT NULL
		) AS handed_out`, workspace, idsSince(time.Now().Add(-within-clockSlack)), within.Seconds()).Scan(ctx, &row)
	if err != nil || row.Count == 0 {
		return nil, failed("pgstore.ClaimLatency", err)
	}
	return &api.Latency{Count: row.Count, P50Seconds: value(row.P50), P95Seconds: value(row.P95), P99Seconds: value(row.P99)}, nil
}

// CountRunners implements store.Figures.
func (s *Store) CountRunners(ctx context.Context, workspace uuid.UUID) (api.RunnerStats, error) {
	var n api.RunnerStats
	err := s.db.NewRaw(`WITH fleet AS (
			SELECT r.*, coalesce(r.last_seen_at > now() - make_interval(secs => ?1), false) AS online
			FROM runners AS r WHERE r.workspace_id = ?0 AND r.state <> 'revoked')
		SELECT count(*), count(*) FILTER (WHERE online), count(*) FILTER (WHERE online AND (paused OR activity = 'paused')),
			count(*) FILTER (WHERE state = 'pending'), coalesce(sum(slots) FILTER (WHERE online), 0),
			(SELECT count(*) FROM tasks AS t WHERE t.workspace_id = ?0 AND t.finished_at IS NULL AND t.state IN ('leased', 'running'))
		FROM fleet`, workspace, store.OnlineWindow.Seconds()).
		Scan(ctx, &n.Total, &n.Online, &n.Paused, &n.Pending, &n.Slots, &n.BusySlots)
	return n, failed("pgstore.CountRunners", err)
}
