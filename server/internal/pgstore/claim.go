package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

var _ store.Leases = (*Store)(nil)

// Claim implements store.Leases.
func (s *Store) Claim(ctx context.Context, req store.ClaimRequest) (store.Claim, error) {
	var claim store.Claim
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		claim = store.Claim{}
		return s.claim(ctx, tx, req, &claim)
	})
	return claim, failed("pgstore.Claim", err)
}

func (s *Store) claim(ctx context.Context, tx bun.Tx, req store.ClaimRequest, claim *store.Claim) error {
	if err := s.enter(ctx, tx, req.RunnerID, req.InstanceID, req.SecretHash, &claim.Changes); err != nil {
		return err
	}
	// Who asks for work is idle, whatever it said last.
	_, err := tx.NewRaw(`UPDATE runners SET last_seen_at = now(), activity = 'idle', version = coalesce(nullif(?1, ''), version) WHERE id = ?0
		AND (last_seen_at IS NULL OR last_seen_at < now() - interval '1 second' OR activity IN ('paused', 'stopping')
			OR (?1 <> '' AND version <> ?1))`,
		req.RunnerID, req.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note that the runner is there: %w", err)
	}
	var row candidateRow
	if err := selectCandidates(tx, &row).Where("r.id = ?", req.RunnerID).Scan(ctx); err != nil {
		return fmt.Errorf("read the runner: %w", err)
	}
	claim.Runner = row.toCandidate()
	claim.MustPing = claim.Runner.MustPing
	if claim.Runner.State != api.RunnerActive {
		return nil
	}
	// What it was given and has not confirmed comes first: the answer may have been lost.
	ids := again(row.Unanswered, req)
	if free := min(claim.Runner.FreeSlots(), req.Limit-len(ids)); free > 0 && !claim.Runner.Paused && !claim.MustPing {
		picked, err := pick(ctx, tx, &claim.Runner, req.TaskID, free)
		if err != nil {
			return err
		}
		claim.Runner.Busy += len(picked)
		ids = append(ids, picked...)
	}
	claim.Assignments, claim.Waited, err = assignments(ctx, tx, req.RunnerID, ids)
	return err
}

func again(unanswered []uuid.UUID, req store.ClaimRequest) []uuid.UUID {
	var ids []uuid.UUID
	for _, id := range unanswered {
		if (req.TaskID == nil || *req.TaskID == id) && len(ids) < req.Limit {
			ids = append(ids, id)
		}
	}
	return ids
}

// pick leases up to limit queued tasks to a runner whose row is locked. It asks
// first which requirements the runner meets, by their anchors, and then each of
// these for its next tasks: what the runner cannot take costs nothing. The same
// conditions, in Go, are store.Candidate.Meets.
func pick(ctx context.Context, tx bun.Tx, r *store.Candidate, taskID *uuid.UUID, limit int) ([]uuid.UUID, error) {
	labels, err := json.Marshal(orEmpty(r.Labels))
	if err != nil {
		return nil, err
	}
	tr := transition{
		to: task.Leased,
		// gen_random_uuid has 122 random bits from the operating system.
		set: `attempt = t.attempt + 1, lease_runner_id = ?, last_runner_id = ?, leased_at = now(),
			lease_token = (SELECT epoch FROM cluster) || '-' || replace(gen_random_uuid()::text, '-', ''),
			lease_expires_at = now() + make_interval(secs => ?),
			timeout_at = now() + make_interval(secs => t.timeout_seconds + ?)`,
		from: `(SELECT head.id FROM requirements AS q
			CROSS JOIN LATERAL (
				SELECT n.id, n.priority, n.turn FROM tasks AS n
				WHERE n.requirement_id = q.id AND n.state = 'queued'
					AND (n.not_before IS NULL OR n.not_before <= now())
					AND (n.hold_runner_id IS NULL OR (n.hold_runner_id = ? AND n.id = ?))
					AND coalesce(n.id = ?, true) AND (n.hold_runner_id IS NOT NULL OR NOT ?)
				ORDER BY n.priority DESC, n.turn, n.id LIMIT ? FOR UPDATE SKIP LOCKED) AS head
			WHERE q.workspace_id = ? AND q.anchor = ANY(?) AND q.operation_code = ANY(?)
				AND (q.runner_id IS NULL OR q.runner_id = ?)
				AND q.dataset_ids <@ ?::uuid[] AND q.dataset_names <@ ?::text[] AND q.labels <@ ?::jsonb
			ORDER BY head.priority DESC, head.turn, head.id LIMIT ?) AS picked`,
		where: "t.id = picked.id AND t.state = 'queued'",
		args: []any{
			r.ID, r.ID, store.ConfirmTime.Seconds(), store.TimeoutGrace.Seconds(),
			// A drained runner may still do what its owner was asked about.
			r.ID, taskID, taskID, r.Drained, limit,
			r.WorkspaceID, pgdialect.Array(r.Anchors()), pgdialect.Array(append([]int{}, r.Operations...)), r.ID,
			pgdialect.Array(append([]uuid.UUID{}, r.DatasetIDs...)), pgdialect.Array(append([]string{}, r.DatasetNames...)),
			string(labels), limit,
		},
	}
	rows, err := tr.run(ctx, tx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := idsOf(rows)
	return ids, beginAttempts(ctx, tx, r.WorkspaceID, ids)
}

// beginAttempts writes the new attempts down, and moves the round on: who joins
// now takes the turn after the one just handed out, so that a creator who asks
// for one thing after another takes turns as well. The workspace's row is skipped
// where another claim holds it: claims must not queue up for it.
func beginAttempts(ctx context.Context, tx bun.Tx, workspaceID uuid.UUID, ids []uuid.UUID) error {
	_, err := tx.NewRaw(`
		WITH leased AS (SELECT id, attempt, lease_runner_id, lease_token, turn FROM tasks WHERE id = ANY(?)),
		round AS (
			UPDATE workspaces SET current_turn = (SELECT max(turn) + 1 FROM leased)
			WHERE id = (SELECT w.id FROM workspaces AS w
				WHERE w.id = ? AND w.current_turn <= (SELECT max(turn) FROM leased) FOR NO KEY UPDATE SKIP LOCKED))
		INSERT INTO attempts (task_id, attempt, runner_id, lease_token)
		SELECT id, attempt, lease_runner_id, lease_token FROM leased`,
		pgdialect.Array(ids), workspaceID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write attempts down: %w", err)
	}
	return nil
}

type assignmentRow struct {
	ID             uuid.UUID       `bun:"id"`
	Attempt        int             `bun:"attempt"`
	LeaseToken     string          `bun:"lease_token"`
	Operation      int             `bun:"operation_code"`
	Params         json.RawMessage `bun:"params,type:jsonb"`
	TimeoutSeconds int             `bun:"timeout_seconds"`
	Name           string          `bun:"name"`
	CreatedBy      string          `bun:"created_by"`
	// WaitedSeconds is null for what was handed out before.
	WaitedSeconds *float64 `bun:"waited_seconds"`
}

func (r assignmentRow) toAssignment() api.Assignment {
	return api.Assignment{
		TaskID: r.ID.String(), Attempt: r.Attempt, LeaseToken: r.LeaseToken, LeaseSeconds: int(store.LeaseTime / time.Second),
		OperationCode: r.Operation, Params: r.Params, Inputs: []api.Input{}, TimeoutSeconds: r.TimeoutSeconds,
		Name: r.Name, RequestedBy: r.CreatedBy,
	}
}

// assignments gives what a runner needs to know of tasks that it holds.
func assignments(ctx context.Context, tx bun.Tx, runnerID uuid.UUID, ids []uuid.UUID) ([]api.Assignment, []time.Duration, error) {
	if len(ids) == 0 {
		return []api.Assignment{}, nil, nil
	}
	var rows []assignmentRow
	err := tx.NewRaw(`SELECT id, attempt, lease_token, operation_code, params, timeout_seconds, name, created_by,
			CASE WHEN attempt = 1 AND leased_at = now() THEN extract(epoch FROM leased_at - queued_at)::float8 END AS waited_seconds
		FROM tasks WHERE id = ANY(?) ORDER BY priority DESC, turn, id`, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read what is handed out: %w", err)
	}
	inputs, err := assignedInputs(ctx, tx, runnerID, ids)
	if err != nil {
		return nil, nil, err
	}
	out := mapTo(rows, assignmentRow.toAssignment)
	var waited []time.Duration
	for i, r := range rows {
		out[i].Inputs = append(out[i].Inputs, inputs[r.ID]...)
		if s := r.WaitedSeconds; s != nil {
			waited = append(waited, time.Duration(*s*float64(time.Second)))
		}
	}
	return out, waited, nil
}

type assignedInputRow struct {
	TaskID         uuid.UUID  `bun:"task_id"`
	Path           string     `bun:"path"`
	DatasetID      *uuid.UUID `bun:"dataset_id"`
	Name           string     `bun:"name"`
	InputTaskID    *uuid.UUID `bun:"input_task_id"`
	Attempt        int        `bun:"attempt"`
	OutputRunnerID *uuid.UUID `bun:"output_runner_id"`
	Operation      int        `bun:"operation_code"`
}

func (r assignedInputRow) toInput() api.Input {
	return api.Input{
		Path: r.Path, DatasetID: idText(r.DatasetID), Name: r.Name, TaskID: idText(r.InputTaskID), Attempt: r.Attempt,
		RunnerID: idText(r.OutputRunnerID), OperationCode: r.Operation,
	}
}

func idText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// assignedInputs gives the inputs of tasks as the runner should take them: a
// dataset that was asked for by name is the runner's own of that name.
func assignedInputs(ctx context.Context, tx bun.Tx, runnerID uuid.UUID, ids []uuid.UUID) (map[uuid.UUID][]api.Input, error) {
	var rows []assignedInputRow
	err := tx.NewRaw(`
		SELECT i.task_id, i.path, i.input_task_id, coalesce(t.name, i.dataset_name, '') AS name,
			coalesce(i.dataset_id, d.id) AS dataset_id, coalesce(t.operation_code, 0) AS operation_code,
			coalesce(res.attempt, 0) AS attempt, res.output_runner_id
		FROM task_inputs AS i
		LEFT JOIN datasets AS d ON d.runner_id = ? AND d.name = i.dataset_name AND d.removed_at IS NULL
		LEFT JOIN tasks AS t ON t.id = i.input_task_id
		LEFT JOIN results AS res ON res.task_id = i.input_task_id
		WHERE i.task_id = ANY(?) ORDER BY i.task_id, i.path`, runnerID, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the inputs of what is handed out: %w", err)
	}
	out := make(map[uuid.UUID][]api.Input)
	for _, r := range rows {
		out[r.TaskID] = append(out[r.TaskID], r.toInput())
	}
	return out, addUploads(ctx, tx, ids, out)
}
