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
	"ddap/shared/fault"
	"ddap/shared/task"
)

// newTaskRow holds the columns with which a task begins.
type newTaskRow struct {
	bun.BaseModel `bun:"table:tasks"`

	ID             uuid.UUID         `bun:"id"`
	WorkspaceID    uuid.UUID         `bun:"workspace_id"`
	PipelineID     *uuid.UUID        `bun:"pipeline_id"`
	Position       int               `bun:"position"`
	Ref            string            `bun:"ref"`
	RetryOf        *uuid.UUID        `bun:"retry_of"`
	ScheduleID     *uuid.UUID        `bun:"schedule_id"`
	Name           string            `bun:"name"`
	Operation      int               `bun:"operation_code"`
	Params         json.RawMessage   `bun:"params,type:jsonb"`
	RequirementID  *int64            `bun:"requirement_id"`
	PinnedRunnerID *uuid.UUID        `bun:"pinned_runner_id"`
	Labels         map[string]string `bun:"labels,type:jsonb"`
	Priority       int               `bun:"priority"`
	Turn           int64             `bun:"turn"`
	CreatorID      int64             `bun:"creator_id"`
	CreatedBy      string            `bun:"created_by"`
	State          string            `bun:"state"`
	Reason         string            `bun:"reason"`
	RunAt          *time.Time        `bun:"run_at"`
	Deadline       time.Time         `bun:"deadline"`
	TimeoutSeconds int               `bun:"timeout_seconds"`
	MaxAttempts    int               `bun:"max_attempts"`
	CreatedAt      time.Time         `bun:"created_at"`
	QueuedAt       *time.Time        `bun:"queued_at"`
}

type inputRow struct {
	bun.BaseModel `bun:"table:task_inputs"`

	TaskID      uuid.UUID  `bun:"task_id"`
	Path        string     `bun:"path"`
	DatasetID   *uuid.UUID `bun:"dataset_id"`
	DatasetName *string    `bun:"dataset_name"`
	InputTaskID *uuid.UUID `bun:"input_task_id"`
	NeedsData   bool       `bun:"needs_data"`
}

func fromInput(taskID uuid.UUID, in store.NewInput) inputRow {
	row := inputRow{
		TaskID: taskID, Path: in.Path, DatasetID: in.DatasetID, InputTaskID: in.TaskID, NeedsData: in.NeedsData,
	}
	if in.TaskID == nil {
		row.DatasetName = &in.DatasetName
	}
	return row
}

func (r inputRow) toNewInput() store.NewInput {
	return store.NewInput{
		Path: r.Path, DatasetName: value(r.DatasetName), DatasetID: r.DatasetID, TaskID: r.InputTaskID, NeedsData: r.NeedsData,
	}
}

// creation is the work of one CreateTasks.
type creation struct {
	store     *Store
	creator   store.Principal
	creatorID int64
	pipeline  *store.NewPipeline
	tasks     []store.NewTask
	// now, turn and inputs are read under the transaction's locks.
	now    time.Time
	turn   int64
	inputs map[uuid.UUID]store.InputTask
}

// CreateTasks implements store.Tasks.
func (s *Store) CreateTasks(ctx context.Context, creator store.Principal, pipeline *store.NewPipeline, tasks []store.NewTask) ([]store.Task, store.Changes, error) {
	const op = "pgstore.CreateTasks"
	if len(tasks) == 0 {
		return nil, store.Changes{}, nil
	}
	creatorID, err := s.creatorID(ctx, creator)
	if err != nil {
		return nil, store.Changes{}, failed(op, err)
	}
	c := &creation{store: s, creator: creator, creatorID: creatorID, pipeline: pipeline, tasks: tasks}
	// Most requirements are known before the transaction begins, and then need no query in it.
	for i := range tasks {
		q := c.requirement(&tasks[i], tasks[i].PinnedRunnerID)
		if _, err := s.requirementID(ctx, s.db, &q); err != nil {
			return nil, store.Changes{}, failed(op, err)
		}
	}
	var rows []newTaskRow
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if rows, err = c.run(ctx, tx); err != nil {
			return err
		}
		return performOnce(ctx, tx, c.made()...)
	})
	if err != nil {
		return nil, store.Changes{}, failed(op, err)
	}
	created, changes := c.answer(rows)
	return created, changes, nil
}

// made names what was asked for: the pipeline, or else the tasks.
func (c *creation) made() []uuid.UUID {
	if c.pipeline != nil {
		return []uuid.UUID{c.pipeline.ID}
	}
	ids := make([]uuid.UUID, len(c.tasks))
	for i := range c.tasks {
		ids[i] = c.tasks[i].ID
	}
	return ids
}

func (c *creation) requirement(t *store.NewTask, runnerID *uuid.UUID) store.Requirement {
	return requirementFor(c.creator.WorkspaceID, t.Operation, t.Inputs, t.Labels, runnerID)
}

func (c *creation) run(ctx context.Context, tx bun.Tx) ([]newTaskRow, error) {
	if err := checkVersion(ctx, tx, store.VersionedTask, store.VersionedPipeline, store.VersionedSchedule); err != nil {
		return nil, err
	}
	if err := c.lockRetried(ctx, tx); err != nil {
		return nil, err
	}
	if err := c.look(ctx, tx); err != nil {
		return nil, err
	}
	rows := make([]newTaskRow, len(c.tasks))
	var inputs []inputRow
	for i := range c.tasks {
		t := &c.tasks[i]
		row, err := c.place(ctx, tx, t)
		if err != nil {
			return nil, err
		}
		rows[i] = row
		for _, in := range t.Inputs {
			if in.UploadID == nil { // see linkUploads
				inputs = append(inputs, fromInput(t.ID, in))
			}
		}
	}
	return rows, c.insert(ctx, tx, rows, inputs)
}

// lockRetried makes two retries of one step of a pipeline come one after the
// other, and refuses the second: the step would stand there twice.
func (c *creation) lockRetried(ctx context.Context, tx bun.Tx) error {
	var steps []uuid.UUID
	for i := range c.tasks {
		if t := &c.tasks[i]; t.PipelineID != nil && t.RetryOf != nil {
			steps = append(steps, *t.RetryOf)
		}
	}
	if len(steps) == 0 {
		return nil
	}
	var locked []uuid.UUID
	if err := tx.NewRaw("SELECT id FROM tasks WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE", pgdialect.Array(steps)).Scan(ctx, &locked); err != nil {
		return fmt.Errorf("lock the steps that are retried: %w", err)
	}
	if len(locked) < len(steps) {
		// Deleted meanwhile, and their pipeline perhaps with them.
		return taskNotFound("pgstore.CreateTasks", steps[0])
	}
	again, err := tx.NewSelect().Table("tasks").Where("retry_of = ANY(?)", pgdialect.Array(steps)).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for retries: %w", err)
	}
	if again {
		return fault.New("pgstore.CreateTasks", fault.Conflict, "already_retried", "this step was retried already; retry the newer one")
	}
	return nil
}

// look reads the time, the creator's place in the round, and the inputs, which
// it keeps from ending until the tasks that need them are there.
func (c *creation) look(ctx context.Context, tx bun.Tx) error {
	err := tx.NewRaw(`SELECT now(), greatest(
			(SELECT current_turn FROM workspaces WHERE id = ?),
			(SELECT max(turn) + 1 FROM tasks WHERE creator_id = ? AND state = 'queued'))`,
		c.creator.WorkspaceID, c.creatorID).Scan(ctx, &c.now, &c.turn)
	if err != nil {
		return fmt.Errorf("read the place in the round: %w", err)
	}
	c.inputs = make(map[uuid.UUID]store.InputTask)
	var outside []uuid.UUID
	for i := range c.tasks {
		// Those that are created together are open.
		c.inputs[c.tasks[i].ID] = store.InputTask{ID: c.tasks[i].ID, Name: c.tasks[i].Name, State: task.Blocked}
	}
	for i := range c.tasks {
		for _, in := range c.tasks[i].Inputs {
			if in.TaskID != nil && c.inputs[*in.TaskID].ID == uuid.Nil {
				outside = append(outside, *in.TaskID)
			}
		}
	}
	if len(outside) == 0 {
		return nil
	}
	// A task that ends locks its row for update: it has ended before this, or
	// will find the new tasks after it.
	if _, err := tx.NewRaw("SELECT FROM tasks WHERE workspace_id = ? AND id = ANY(?) ORDER BY id FOR SHARE",
		c.creator.WorkspaceID, pgdialect.Array(outside)).Exec(ctx); err != nil {
		return fmt.Errorf("lock the inputs of new tasks: %w", err)
	}
	found, err := findInputs(ctx, tx, &c.creator.WorkspaceID, outside)
	for _, in := range found {
		c.inputs[in.ID] = in
	}
	return err
}

// place gives the row with which a task begins.
func (c *creation) place(ctx context.Context, tx bun.Tx, t *store.NewTask) (newTaskRow, error) {
	var needs []store.Need
	for _, in := range t.Inputs {
		if in.TaskID == nil {
			continue
		}
		input, ok := c.inputs[*in.TaskID]
		if !ok {
			return newTaskRow{}, refused(t, in.Path+".task", "unknown_task", "is not a task of this workspace any more")
		}
		needs = append(needs, store.Need{Input: input, NeedsData: in.NeedsData})
	}
	p := store.Place(t.RunAt, c.now, t.PinnedRunnerID, needs)
	if p.State == task.Failed {
		return newTaskRow{}, refused(t, "params", string(p.Reason), p.Message)
	}
	row := c.row(t, p)
	switch {
	case !row.Deadline.After(c.now):
		return newTaskRow{}, refused(t, "deadline", "invalid_task", "is in the past")
	case t.RunAt != nil && !row.Deadline.After(*t.RunAt):
		return newTaskRow{}, refused(t, "deadline", "invalid_task", "is before run_at")
	}
	if p.State == task.Queued {
		q := c.requirement(t, p.RunnerID)
		id, err := c.store.requirementID(ctx, tx, &q)
		if err != nil {
			return newTaskRow{}, err
		}
		row.RequirementID, row.QueuedAt, row.Turn = &id, &c.now, c.turn
		c.turn++
	}
	return row, nil
}

func refused(t *store.NewTask, path, code, message string) error {
	return fault.BadFields("pgstore.CreateTasks", code, fault.Field{Path: t.At + path, Message: message})
}

func (c *creation) row(t *store.NewTask, p store.Placement) newTaskRow {
	row := newTaskRow{
		ID: t.ID, WorkspaceID: c.creator.WorkspaceID, PipelineID: t.PipelineID, Position: t.Position, Ref: t.Ref,
		RetryOf: t.RetryOf, ScheduleID: t.ScheduleID, Name: t.Name, Operation: int(t.Operation), Params: t.Params, PinnedRunnerID: t.PinnedRunnerID,
		Labels: orEmpty(t.Labels), Priority: t.Priority, CreatorID: c.creatorID, CreatedBy: c.creator.Creator(),
		State: string(p.State), Reason: string(p.Reason), RunAt: t.RunAt, Deadline: c.now.Add(store.DefaultDeadline),
		TimeoutSeconds: t.TimeoutSeconds, MaxAttempts: t.MaxAttempts, CreatedAt: c.now,
	}
	switch {
	case t.Deadline != nil:
		row.Deadline = *t.Deadline
	case t.RunAt != nil && t.RunAt.After(c.now):
		row.Deadline = t.RunAt.Add(store.DefaultDeadline)
	}
	return row
}

func (c *creation) insert(ctx context.Context, tx bun.Tx, rows []newTaskRow, inputs []inputRow) error {
	if c.pipeline != nil {
		_, err := tx.NewRaw("INSERT INTO pipelines (id, workspace_id, name, creator_id, created_by) VALUES (?, ?, ?, ?, ?)",
			c.pipeline.ID, c.creator.WorkspaceID, c.pipeline.Name, c.creatorID, c.creator.Creator()).Exec(ctx)
		if err != nil {
			return fmt.Errorf("insert the pipeline: %w", err)
		}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("insert tasks: %w", err)
	}
	if len(inputs) > 0 {
		if _, err := tx.NewInsert().Model(&inputs).Exec(ctx); err != nil {
			return fmt.Errorf("insert the inputs of tasks: %w", err)
		}
	}
	if err := linkUploads(ctx, tx, c.creator.WorkspaceID, c.tasks); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	_, err := tx.NewRaw(`INSERT INTO task_events (workspace_id, task_id, type, state, reason)
		SELECT workspace_id, id, 'created', state, reason FROM tasks WHERE id = ANY(?) ORDER BY id`,
		pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write the events of new tasks: %w", err)
	}
	return nil
}

// answer gives the tasks as created, without asking for them again.
func (c *creation) answer(rows []newTaskRow) ([]store.Task, store.Changes) {
	out, changes := make([]store.Task, len(rows)), store.Changes{}
	for i, r := range rows {
		out[i] = taskRow{
			ID: r.ID, WorkspaceID: r.WorkspaceID, PipelineID: r.PipelineID, Position: r.Position, Ref: r.Ref,
			RetryOf: r.RetryOf, ScheduleID: r.ScheduleID, Name: r.Name, Operation: r.Operation, Params: r.Params, RequirementID: r.RequirementID,
			PinnedRunnerID: r.PinnedRunnerID, Labels: r.Labels, Priority: r.Priority, CreatedBy: r.CreatedBy,
			State: r.State, Reason: &r.Reason, RunAt: r.RunAt, Deadline: r.Deadline, TimeoutSeconds: r.TimeoutSeconds,
			MaxAttempts: r.MaxAttempts, CreatedAt: r.CreatedAt, CreatorKeyID: c.creator.Owner(), CreatorUser: c.creator.ActingID(),
		}.toTask()
		if r.RequirementID != nil {
			changes.AddQueued(*r.RequirementID)
		}
	}
	return out, changes
}
