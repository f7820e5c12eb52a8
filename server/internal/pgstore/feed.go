package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/fault"
	"ddap/shared/task"
)

var _ store.Feed = (*Store)(nil)

// horizon is the oldest transaction that is still open and may write events.
// A cluster is often shared: transactions of other databases are in its
// snapshots too, and a long one must not hold this feed up, so those are left
// out that are known, by the lock that each holds on itself, to be another
// database's.
//
// It is a bigint, because PostgreSQL 14 knows no min of transaction ids.
const horizon = `(SELECT coalesce(min(open.xid::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS xid
	FROM pg_snapshot_xip(pg_current_snapshot()) AS open (xid) WHERE NOT EXISTS (
		SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
		WHERE l.locktype = 'transactionid' AND l.transactionid = open.xid::xid AND l.mode = 'ExclusiveLock' AND l.granted
			AND a.datname <> current_database()))`

// FeedHead implements store.Feed.
func (s *Store) FeedHead(ctx context.Context) (store.Cursor, error) {
	// Behind everything of the transactions below the horizon.
	c := store.Cursor{ID: math.MaxInt64}
	err := s.db.NewRaw(`SELECT c.epoch, h.xid - 1 FROM cluster AS c, `+horizon+` AS h`).
		Scan(ctx, &c.Epoch, &c.Transaction)
	return c, failed("pgstore.FeedHead", err)
}

type feedRow struct {
	ID            int64           `bun:"id"`
	Xid           uint64          `bun:"xid"`
	At            time.Time       `bun:"at"`
	Type          string          `bun:"type"`
	SubjectKind   string          `bun:"subject_kind"`
	SubjectID     uuid.UUID       `bun:"subject_id"`
	SubjectName   string          `bun:"subject_name"`
	CreatorKeyID  *uuid.UUID      `bun:"creator_key_id"`
	CreatorUser   string          `bun:"creator_user"`
	PipelineID    *uuid.UUID      `bun:"pipeline_id"`
	OperationCode int             `bun:"operation_code"`
	State         string          `bun:"state"`
	Reason        *string         `bun:"reason"`
	Attempt       int             `bun:"attempt"`
	Message       string          `bun:"message"`
	Data          json.RawMessage `bun:"data"`
}

func (r *feedRow) toEvent(epoch int64) store.FeedEvent {
	return store.FeedEvent{
		Cursor: store.Cursor{Epoch: epoch, Transaction: r.Xid, ID: r.ID}, At: r.At, Type: r.Type,
		SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, SubjectName: r.SubjectName,
		CreatorKeyID: r.CreatorKeyID, CreatorUser: r.CreatorUser, PipelineID: r.PipelineID, OperationCode: r.OperationCode,
		State: task.State(r.State), Reason: task.Reason(value(r.Reason)), Attempt: r.Attempt,
		Message: r.Message, Data: r.Data,
	}
}

// listFeed reads both tables of events below the horizon: whatever commits
// later comes later in this order.
const listFeed = `
	WITH open AS MATERIALIZED ` + horizon + `,
	tasked AS (
		SELECT e.id, e.xid, e.at, 'task.' || e.type AS type, 'task' AS subject_kind, e.task_id AS subject_id, t.name AS subject_name,
			c.key_id AS creator_key_id, c.acting_user AS creator_user, t.pipeline_id, t.operation_code, e.state, e.reason, e.attempt, e.message, NULL::jsonb AS data
		FROM task_events AS e JOIN tasks AS t ON t.id = e.task_id JOIN creators AS c ON c.id = t.creator_id, open
		WHERE e.workspace_id = ?0 AND (e.xid, e.id) > (?1::text::xid8, ?2) AND e.xid < open.xid::text::xid8
		ORDER BY e.xid, e.id LIMIT ?3),
	fleet AS (
		SELECT e.id, e.xid, e.at, e.type, e.subject_kind, e.subject_id, e.subject_name,
			NULL::uuid, '', NULL::uuid, 0, '', NULL, 0, e.message, e.data
		FROM fleet_events AS e, open
		WHERE e.workspace_id = ?0 AND (e.xid, e.id) > (?1::text::xid8, ?2) AND e.xid < open.xid::text::xid8
		ORDER BY e.xid, e.id LIMIT ?3)
	SELECT id, xid::text::bigint AS xid, at, type, subject_kind, subject_id, subject_name, creator_key_id, creator_user,
		pipeline_id, operation_code, state, reason, attempt, message, data
	FROM (SELECT * FROM tasked UNION ALL SELECT * FROM fleet) AS feed
	ORDER BY feed.xid, feed.id LIMIT ?3`

// ListFeed implements store.Feed.
func (s *Store) ListFeed(ctx context.Context, workspace uuid.UUID, after store.Cursor, limit int) ([]store.FeedEvent, error) {
	const op = "pgstore.ListFeed"
	var epoch int64
	var rows []feedRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		if err := tx.NewRaw(listFeed, workspace, after.Transaction, after.ID, limit).Scan(ctx, &rows); err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		// Last, so that a removal which the reading has missed is seen.
		var floor uint64
		err := tx.NewRaw(`SELECT c.epoch, w.feed_floor::text::bigint FROM cluster AS c, workspaces AS w WHERE w.id = ?`, workspace).
			Scan(ctx, &epoch, &floor)
		if err == nil && (after.Epoch != epoch || floor > 0 && after.Transaction <= floor) {
			err = fault.New(op, fault.Gone, store.CodeFeedReset, "The events after this cursor are not kept any more. Read the present state, and follow the feed from there.")
		}
		return err
	})
	events := make([]store.FeedEvent, len(rows))
	for i := range rows {
		events[i] = rows[i].toEvent(epoch)
	}
	return events, failed(op, err)
}

// fleetEvent is an event about anything but a task.
type fleetEvent struct {
	workspace uuid.UUID
	// what is SUBJECT.VERB, as in "runner.paused".
	what, kind string
	id         uuid.UUID
	name       string
	message    string
	data       fields
}

// recordEvent writes events into the feed. Call it in the transaction of what
// it speaks of.
func recordEvent(ctx context.Context, db bun.IDB, events ...fleetEvent) error {
	for _, e := range events {
		if e.data == nil {
			e.data = fields{}
		}
		data, err := json.Marshal(e.data)
		if err == nil {
			_, err = db.NewRaw(`INSERT INTO fleet_events (workspace_id, type, subject_kind, subject_id, subject_name, message, data)
				VALUES (?, ?, ?, ?, ?, ?, ?::jsonb)`, e.workspace, e.what, e.kind, e.id, e.name, e.message, string(data)).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
	}
	return nil
}
