package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/operation"
	"ddap/shared/task"
)

type inputTaskRow struct {
	ID             uuid.UUID  `bun:"id"`
	Name           string     `bun:"name"`
	Operation      int        `bun:"operation_code"`
	Model          string     `bun:"model"`
	State          string     `bun:"state"`
	OutputRunnerID *uuid.UUID `bun:"output_runner_id"`
	RunnerRevoked  bool       `bun:"runner_revoked"`
}

func (r inputTaskRow) toInput() store.InputTask {
	return store.InputTask{
		ID: r.ID, Name: r.Name, Operation: operation.Code(r.Operation), Model: operation.Model(r.Model), State: task.State(r.State),
		OutputRunnerID: r.OutputRunnerID, RunnerRevoked: r.RunnerRevoked,
	}
}

// FindInputs implements store.Tasks.
func (s *Store) FindInputs(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]store.InputTask, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := findInputs(ctx, s.db, &workspaceID, ids)
	return found, failed("pgstore.FindInputs", err)
}

// findInputs gives tasks as inputs; of any workspace where that is nil.
func findInputs(ctx context.Context, db bun.IDB, workspaceID *uuid.UUID, ids []uuid.UUID) ([]store.InputTask, error) {
	var rows []inputTaskRow
	err := db.NewRaw(`
		SELECT t.id, t.name, t.operation_code, coalesce(t.params->>'model', '') AS model, t.state, res.output_runner_id,
			coalesce(r.state = 'revoked', false) AS runner_revoked
		FROM tasks AS t
		LEFT JOIN results AS res ON res.task_id = t.id
		LEFT JOIN runners AS r ON r.id = res.output_runner_id
		WHERE t.id = ANY(?) AND coalesce(t.workspace_id = ?, true)`, pgdialect.Array(ids), workspaceID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	return mapTo(rows, inputTaskRow.toInput), nil
}

// waitingRow is a task that waits for its time or its inputs.
type waitingRow struct {
	ID             uuid.UUID         `bun:"id"`
	WorkspaceID    uuid.UUID         `bun:"workspace_id"`
	State          string            `bun:"state"`
	Operation      int               `bun:"operation_code"`
	Labels         map[string]string `bun:"labels,type:jsonb"`
	PinnedRunnerID *uuid.UUID        `bun:"pinned_runner_id"`
	// Early says that its time has not come.
	Early bool `bun:"early"`
}

// settleDependants moves on what waited for the tasks with these ids.
func (s *Store) settleDependants(ctx context.Context, tx bun.Tx, ended []uuid.UUID, changes *store.Changes) error {
	if len(ended) == 0 {
		return nil
	}
	return s.settle(ctx, tx, changes, `id IN (SELECT task_id FROM task_inputs WHERE input_task_id = ANY(?))
		ORDER BY id FOR UPDATE`, pgdialect.Array(ended))
}

// settle moves tasks on that wait for their time or their inputs: to their
// inputs, to the queue, or to failure. which selects and locks them; two inputs
// that end at once so come one after the other, and the second one sees the first.
func (s *Store) settle(ctx context.Context, tx bun.Tx, changes *store.Changes, which string, args ...any) error {
	var waiting []waitingRow
	err := tx.NewRaw(`SELECT id, workspace_id, state, operation_code, labels, pinned_runner_id,
			state = 'scheduled' AND run_at > now() AS early
		FROM tasks WHERE state IN ('scheduled', 'blocked') AND `+which, args...).Scan(ctx, &waiting)
	if err != nil {
		return fmt.Errorf("lock waiting tasks: %w", err)
	}
	if len(waiting) == 0 {
		return nil
	}
	inputs, needs, err := needsOf(ctx, tx, waiting)
	if err != nil {
		return err
	}
	var lost []uuid.UUID
	for i := range waiting {
		w := &waiting[i]
		p := store.Place(nil, time.Time{}, w.PinnedRunnerID, needs[w.ID])
		if p.State == task.Failed {
			lost = append(lost, w.ID)
		}
		if err := s.move(ctx, tx, w, p, inputs[w.ID], changes); err != nil {
			return err
		}
	}
	return s.settleDependants(ctx, tx, lost, changes)
}

// move brings one waiting task to where it belongs.
func (s *Store) move(ctx context.Context, tx bun.Tx, w *waitingRow, p store.Placement, inputs []store.NewInput, changes *store.Changes) error {
	tr := transition{
		to: p.State, set: "reason = ?, message = ?", where: "t.id = ?", args: []any{p.Reason, p.Message, w.ID},
	}
	switch {
	case p.State == task.Failed:
	case w.Early || string(p.State) == w.State:
		return nil
	case p.State == task.Queued:
		q := requirementFor(w.WorkspaceID, operation.Code(w.Operation), inputs, w.Labels, p.RunnerID)
		id, err := s.requirementID(ctx, tx, &q)
		if err != nil {
			return err
		}
		// It joins the round now: in the order in which it was created it would
		// go before everything that was taken in since.
		tr.set += `, requirement_id = ?, turn = greatest(
			(SELECT w.current_turn FROM workspaces AS w WHERE w.id = t.workspace_id),
			(SELECT max(q.turn) + 1 FROM tasks AS q WHERE q.creator_id = t.creator_id AND q.state = 'queued'))`
		tr.args = []any{p.Reason, p.Message, id, w.ID}
	}
	_, err := tr.runOn(ctx, tx, changes)
	return err
}

// needsOf reads the inputs of waiting tasks: all of them, and those that are tasks.
func needsOf(ctx context.Context, tx bun.Tx, waiting []waitingRow) (map[uuid.UUID][]store.NewInput, map[uuid.UUID][]store.Need, error) {
	ids := make([]uuid.UUID, len(waiting))
	for i := range waiting {
		ids[i] = waiting[i].ID
	}
	var rows []inputRow
	err := tx.NewSelect().Model(&rows).Where("task_id = ANY(?)", pgdialect.Array(ids)).Order("task_id", "path").Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the inputs of waiting tasks: %w", err)
	}
	inputs, taskIDs := make(map[uuid.UUID][]store.NewInput), []uuid.UUID{}
	for _, r := range rows {
		inputs[r.TaskID] = append(inputs[r.TaskID], r.toNewInput())
		if r.InputTaskID != nil {
			taskIDs = append(taskIDs, *r.InputTaskID)
		}
	}
	found, err := findInputs(ctx, tx, nil, taskIDs)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[uuid.UUID]store.InputTask, len(found))
	for _, in := range found {
		byID[in.ID] = in
	}
	needs := make(map[uuid.UUID][]store.Need)
	for _, r := range rows {
		if r.InputTaskID != nil {
			needs[r.TaskID] = append(needs[r.TaskID], store.Need{Input: byID[*r.InputTaskID], NeedsData: r.NeedsData})
		}
	}
	return inputs, needs, nil
}
