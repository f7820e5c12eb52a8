package pgstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/operation"
	"ddap/shared/task"
)

var _ store.Requirements = (*Store)(nil)

type requirementRow struct {
	bun.BaseModel `bun:"table:requirements,alias:q"`

	ID           int64             `bun:"id"`
	WorkspaceID  uuid.UUID         `bun:"workspace_id"`
	Operation    int               `bun:"operation_code"`
	DatasetNames []string          `bun:"dataset_names,array"`
	DatasetIDs   []uuid.UUID       `bun:"dataset_ids,array"`
	RunnerID     *uuid.UUID        `bun:"runner_id"`
	Labels       map[string]string `bun:"labels,type:jsonb"`
	Reason       string            `bun:"reason"`

	Tasks int `bun:"tasks,scanonly"`
}

func (r requirementRow) toRequirement() store.Requirement {
	return store.Requirement{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Operation: operation.Code(r.Operation), DatasetNames: r.DatasetNames,
		DatasetIDs: r.DatasetIDs, RunnerID: r.RunnerID, Labels: r.Labels, Reason: task.Reason(r.Reason),
	}
}

func (r requirementRow) toReady() store.Ready {
	return store.Ready{Requirement: r.toRequirement(), Tasks: r.Tasks}
}

// needKey identifies a requirement by what it asks for.
type needKey struct {
	workspaceID uuid.UUID
	digest      [sha256.Size]byte
}

// requirementFor builds what a runner must be to take a task.
func requirementFor(workspaceID uuid.UUID, op operation.Code, inputs []store.NewInput, labels map[string]string, runnerID *uuid.UUID) store.Requirement {
	q := store.Requirement{
		WorkspaceID: workspaceID, Operation: op, RunnerID: runnerID, Labels: labels,
		DatasetNames: []string{}, DatasetIDs: []uuid.UUID{},
	}
	for _, in := range inputs {
		switch {
		case in.DatasetID != nil:
			q.DatasetIDs = append(q.DatasetIDs, *in.DatasetID)
		case in.DatasetName != "":
			q.DatasetNames = append(q.DatasetNames, in.DatasetName)
		}
	}
	slices.Sort(q.DatasetNames)
	q.DatasetNames = slices.Compact(q.DatasetNames)
	slices.SortFunc(q.DatasetIDs, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	q.DatasetIDs = slices.Compact(q.DatasetIDs)
	return q
}

func keyOf(q *store.Requirement) (needKey, error) {
	// Maps are written in the order of their keys, so equal ones look the same.
	raw, err := json.Marshal([]any{q.Operation, q.DatasetNames, q.DatasetIDs, q.RunnerID, orEmpty(q.Labels)})
	return needKey{q.WorkspaceID, sha256.Sum256(raw)}, err
}

// requirementID gives the id of q, which it creates where it is new. Inside a
// transaction the id is not remembered: the row may never be committed.
func (s *Store) requirementID(ctx context.Context, db bun.IDB, q *store.Requirement) (int64, error) {
	key, err := keyOf(q)
	if err != nil {
		return 0, err
	}
	if id, ok := s.needs.get(key); ok {
		return id, nil
	}
	id, err := findOrAddRequirement(ctx, db, q, key)
	if err != nil {
		return 0, fmt.Errorf("keep the requirement of a task: %w", err)
	}
	if db == bun.IDB(s.db) {
		s.needs.put(key, id)
	}
	return id, nil
}

func findOrAddRequirement(ctx context.Context, db bun.IDB, q *store.Requirement, key needKey) (id int64, err error) {
	labels, err := json.Marshal(orEmpty(q.Labels))
	if err != nil {
		return 0, err
	}
	find := func() error {
		return db.NewRaw("SELECT id FROM requirements WHERE workspace_id = ? AND digest = ?",
			q.WorkspaceID, key.digest[:]).Scan(ctx, &id)
	}
	if err = find(); !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	_, err = db.NewRaw(`
		INSERT INTO requirements (workspace_id, digest, operation_code, dataset_names, dataset_ids, runner_id, labels, anchor)
		VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?) ON CONFLICT DO NOTHING`,
		q.WorkspaceID, key.digest[:], int(q.Operation), pgdialect.Array(q.DatasetNames), pgdialect.Array(q.DatasetIDs),
		q.RunnerID, string(labels), q.Anchor()).Exec(ctx)
	if err != nil {
		return 0, err
	}
	// Where another server was faster, this statement sees its row.
	return id, find()
}

// FindRequirements implements store.Requirements.
func (s *Store) FindRequirements(ctx context.Context, ids []int64) ([]store.Requirement, error) {
	var rows []requirementRow
	err := s.db.NewSelect().Model(&rows).Where("q.id = ANY(?)", pgdialect.Array(ids)).Scan(ctx)
	return mapTo(rows, requirementRow.toRequirement), failed("pgstore.FindRequirements", err)
}

// queuedRequirements steps through the index from one requirement to the next,
// whatever the number of tasks that each has.
const queuedRequirements = `
	WITH RECURSIVE queued AS (
		(SELECT requirement_id AS id FROM tasks WHERE state = 'queued' ORDER BY requirement_id LIMIT 1)
		UNION ALL
		SELECT (SELECT t.requirement_id FROM tasks AS t
			WHERE t.state = 'queued' AND t.requirement_id > queued.id ORDER BY t.requirement_id LIMIT 1)
		FROM queued WHERE queued.id IS NOT NULL)`

// ListQueued implements store.Requirements.
func (s *Store) ListQueued(ctx context.Context) ([]store.Requirement, error) {
	var rows []requirementRow
	err := s.db.NewRaw(queuedRequirements+`
		SELECT q.id, q.workspace_id, q.operation_code, q.dataset_names, q.dataset_ids, q.runner_id, q.labels, q.reason
		FROM queued JOIN requirements AS q ON q.id = queued.id`).Scan(ctx, &rows)
	return mapTo(rows, requirementRow.toRequirement), failed("pgstore.ListQueued", err)
}

// ListReady implements store.Requirements.
func (s *Store) ListReady(ctx context.Context) ([]store.Ready, error) {
	var rows []requirementRow
	err := s.db.NewRaw(queuedRequirements+`
		SELECT q.id, q.workspace_id, q.operation_code, q.dataset_names, q.dataset_ids, q.runner_id, q.labels, q.reason,
			ready.tasks
		FROM queued JOIN requirements AS q ON q.id = queued.id
		CROSS JOIN LATERAL (SELECT count(*) AS tasks FROM (
			SELECT FROM tasks AS t WHERE t.state = 'queued' AND t.requirement_id = q.id
				AND (t.not_before IS NULL OR t.not_before <= now()) AND t.hold_runner_id IS NULL
			LIMIT ?) AS waiting) AS ready
		WHERE ready.tasks > 0`, store.MaxReady).Scan(ctx, &rows)
	return mapTo(rows, requirementRow.toReady), failed("pgstore.ListReady", err)
}

// SetReasons implements store.Requirements.
func (s *Store) SetReasons(ctx context.Context, reasons map[int64]task.Reason) error {
	ids, texts := make([]int64, 0, len(reasons)), make([]string, 0, len(reasons))
	for id, reason := range reasons {
		ids, texts = append(ids, id), append(texts, string(reason))
	}
	_, err := s.db.NewRaw(`
		UPDATE requirements AS q SET reason = new.reason, reason_at = now()
		FROM (SELECT * FROM unnest(?::bigint[], ?::text[]) AS u (id, reason) ORDER BY id) AS new
		WHERE q.id = new.id AND q.reason <> new.reason`,
		pgdialect.Array(ids), pgdialect.Array(texts)).Exec(ctx)
	return failed("pgstore.SetReasons", err)
}
