package pgstore

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

var _ store.Reports = (*Store)(nil)

// reportedRow is an attempt on which a runner reports, with its task.
type reportedRow struct {
	taskRow `bun:",extend"`

	LeaseToken *string `bun:"lease_token,scanonly"`
	// The rest is the attempt's.
	RunnerID     *uuid.UUID `bun:"a_runner_id,scanonly"`
	AttemptToken *string    `bun:"a_lease_token,scanonly"`
	ReportHash   []byte     `bun:"a_report_hash,scanonly"`
	AckState     *string    `bun:"a_ack_state,scanonly"`
	AckReason    *string    `bun:"a_ack_reason,scanonly"`
	Ended        bool       `bun:"a_ended,scanonly"`
}

// AcceptReport implements store.Reports.
func (s *Store) AcceptReport(ctx context.Context, r store.Report, judge func(*store.Task) store.Verdict) (api.ResultAck, store.Changes, error) {
	var ack api.ResultAck
	var changes store.Changes
	var refusal error
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		changes, refusal = store.Changes{}, nil
		row, err := lockReported(ctx, tx, r.Lease)
		if err != nil {
			return err
		}
		switch {
		case row.ReportHash != nil && bytes.Equal(row.ReportHash, r.Hash):
			ack = ackOf(r.Lease.TaskID, value(row.AckState), value(row.AckReason))
			return nil
		case row.State == string(task.Canceled) && row.Attempt == r.Lease.Attempt:
			ack, refusal, err = s.stopped(ctx, tx, r, row)
			return err
		case row.Ended || row.LeaseToken == nil || *row.LeaseToken != r.Lease.Token:
			return leaseLost()
		}
		ack, err = s.judged(ctx, tx, r, row, judge, &changes)
		return err
	})
	if err == nil {
		// Its claim may be open already, and found no slot free.
		changes.AddRunner(r.Lease.RunnerID)
		err = refusal
	}
	return ack, changes, failed("pgstore.AcceptReport", err)
}

func leaseLost() error {
	return fault.New("pgstore.AcceptReport", fault.Conflict, api.CodeLeaseLost,
		"This attempt is not yours any more; its result is not wanted.")
}

func ackOf(taskID uuid.UUID, state, reason string) api.ResultAck {
	return api.ResultAck{TaskID: taskID.String(), State: task.State(state), Reason: task.Reason(reason)}
}

// lockReported locks the task of a report and reads the attempt that it names.
// A report is a sign of life: the runner's row is written first, because every
// other transaction takes the runner's row before the tasks' as well.
func lockReported(ctx context.Context, tx bun.Tx, lease store.Lease) (*reportedRow, error) {
	_, err := tx.NewRaw(`UPDATE runners SET last_seen_at = now(), unconfirmed = 0
		WHERE id = ? AND (unconfirmed > 0 OR last_seen_at < now() - interval '1 second')`, lease.RunnerID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("note that the runner is there: %w", err)
	}
	// The lock comes in a statement of its own: the next one sees what the
	// transaction before has done to the attempt as well.
	if _, err := tx.NewRaw("SELECT FROM tasks WHERE id = ? FOR UPDATE", lease.TaskID).Exec(ctx); err != nil {
		return nil, fmt.Errorf("lock the reported task: %w", err)
	}
	var row reportedRow
	err = tx.NewSelect().Model(&row).ColumnExpr("t.*").
		ColumnExpr("a.runner_id AS a_runner_id, a.lease_token AS a_lease_token, a.report_hash AS a_report_hash").
		ColumnExpr("a.ack_state AS a_ack_state, a.ack_reason AS a_ack_reason, a.ended_at IS NOT NULL AS a_ended").
		Join("JOIN runners AS r ON r.id = ? AND r.workspace_id = t.workspace_id", lease.RunnerID).
		Join("LEFT JOIN attempts AS a ON a.task_id = t.id AND a.attempt = ?", lease.Attempt).
		Where("t.id = ?", lease.TaskID).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, taskNotFound("pgstore.AcceptReport", lease.TaskID)
	case err != nil:
		return nil, fmt.Errorf("read the reported attempt: %w", err)
	case value(row.RunnerID) != lease.RunnerID || value(row.AttemptToken) != lease.Token:
		return nil, leaseLost()
	}
	return &row, nil
}

// stopped takes a report on a task that was canceled meanwhile: whatever it
// says, the work is over. A success comes too late, and is told so every time.
func (s *Store) stopped(ctx context.Context, tx bun.Tx, r store.Report, row *reportedRow) (ack api.ResultAck, refusal, err error) {
	var tooLate error
	if r.Outcome == api.OutcomeSucceeded {
		tooLate = fault.New("pgstore.AcceptReport", fault.Conflict, api.CodeTaskCanceled, "The task was canceled; its result is not wanted.")
	}
	ack = ackOf(r.Lease.TaskID, row.State, value(row.Reason))
	if row.Ended {
		return ack, tooLate, nil
	}
	_, err = tx.NewRaw(`
		WITH stopped AS (UPDATE tasks SET stopped_at = now(), cancel_pending = false, stop_expires_at = NULL
			WHERE id = ?0 RETURNING workspace_id, id, reason, attempt),
		logged AS (INSERT INTO task_events (workspace_id, task_id, type, state, reason, attempt)
			SELECT workspace_id, id, 'stopped', 'canceled', reason, attempt FROM stopped)
		UPDATE attempts SET outcome = 'canceled', reason = ?2, ended_at = now() WHERE task_id = ?0 AND attempt = ?1`,
		r.Lease.TaskID, r.Lease.Attempt, row.Reason).Exec(ctx)
	if err != nil {
		return ack, nil, fmt.Errorf("note that a canceled task stopped: %w", err)
	}
	return ack, tooLate, s.keepReport(ctx, tx, r, ack)
}

// keepReport remembers a report and its answer, for when it comes again.
func (s *Store) keepReport(ctx context.Context, tx bun.Tx, r store.Report, ack api.ResultAck) error {
	// A success that came too late is not an answer to keep.
	hash := r.Hash
	if ack.State == task.Canceled && r.Outcome == api.OutcomeSucceeded {
		hash = nil
	}
	usage, err := json.Marshal(r.Usage)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`UPDATE attempts SET report_hash = ?, ack_state = ?, ack_reason = ?, usage = nullif(?::jsonb, 'null')
		WHERE task_id = ? AND attempt = ?`,
		hash, string(ack.State), string(ack.Reason), string(usage), r.Lease.TaskID, r.Lease.Attempt).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return nil
}

// judged does to the task what its report means.
func (s *Store) judged(ctx context.Context, tx bun.Tx, r store.Report, row *reportedRow, judge func(*store.Task) store.Verdict, changes *store.Changes) (api.ResultAck, error) {
	t := row.toTask()
	v := judge(&t)
	if v.State == task.Succeeded {
		if err := keepResult(ctx, tx, r.Lease, v); err != nil {
			return api.ResultAck{}, err
		}
	}
	tr := verdictTransition(v, r)
	rows, err := tr.runOn(ctx, tx, changes)
	if err != nil {
		return api.ResultAck{}, err
	}
	if len(rows) == 0 {
		return api.ResultAck{}, task.CheckTransition(t.State, v.State)
	}
	if v.State.Final() {
		if err := s.settleDependants(ctx, tx, idsOf(rows), changes); err != nil {
			return api.ResultAck{}, err
		}
	}
	ack := ackOf(r.Lease.TaskID, string(v.State), string(v.Reason))
	return ack, s.keepReport(ctx, tx, r, ack)
}

// verdictTransition is the change of state that a verdict asks for. A report
// also confirms the lease, so that an attempt that is over before its first ping
// has a start.
func verdictTransition(v store.Verdict, r store.Report) transition {
	tr := transition{
		to: v.State, set: "started_at = coalesce(t.started_at, t.leased_at)",
		where: "t.id = ?", outcome: string(r.Outcome),
	}
	because := "'" + string(v.Reason) + "'"
	switch v.State {
	case task.Failed:
		tr.set += ", reason = ?, message = ?, attempts_used = t.attempts_used + ?"
		tr.args = []any{v.Reason, v.Message, used(v)}
		// A result that the server refuses is a failed attempt.
		tr.outcome = string(api.OutcomeFailed)
	case task.Queued:
		tr.set += ", reason = ?, message = ?, attempts_used = t.attempts_used + ?, not_before = "
		reason := task.WaitingForRunner
		switch {
		case v.Hold:
			tr.set += "NULL" + hold
			reason = task.WaitingForOwner
		case v.UsesAttempt:
			tr.set += "now() + " + backoff
			reason = task.RetryBackoff
		default:
			tr.set += fmt.Sprintf("now() + make_interval(secs => %f)", v.Delay.Seconds())
		}
		tr.args = []any{reason, v.Message, used(v)}
		if v.Hold {
			tr.args = append(tr.args, r.Lease.RunnerID, v.HoldUntil, v.HoldUntil, store.MaxHold.Seconds(), store.HoldTime.Seconds())
		}
		tr.eventReason = because
	default:
		// Succeeded: the transition itself says it all.
	}
	tr.args = append(tr.args, r.Lease.TaskID)
	return tr
}

// hold keeps a task for one runner. The time is the runner's word, so the
// database's clock bounds it.
const hold = `, hold_runner_id = ?, hold_until = CASE WHEN ?::timestamptz > now()
	THEN least(?::timestamptz, now() + make_interval(secs => ?)) ELSE now() + make_interval(secs => ?) END`

func used(v store.Verdict) int {
	if v.UsesAttempt {
		return 1
	}
	return 0
}

// keepResult stores the accepted document and shows the artifacts that it names.
func keepResult(ctx context.Context, tx bun.Tx, lease store.Lease, v store.Verdict) error {
	if err := showArtifacts(ctx, tx, lease, v.Artifacts); err != nil {
		return err
	}
	_, err := tx.NewRaw("INSERT INTO results (task_id, attempt, document, output_runner_id) VALUES (?, ?, ?::jsonb, ?)",
		lease.TaskID, lease.Attempt, string(v.Document), v.OutputRunnerID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep the result: %w", err)
	}
	return nil
}

// showArtifacts makes uploaded files visible, and refuses a report that names
// one which this attempt has not uploaded, or not with this content.
func showArtifacts(ctx context.Context, tx bun.Tx, lease store.Lease, refs []api.ArtifactRef) error {
	var missing []fault.Field
	for i, ref := range refs {
		done, err := tx.NewRaw("UPDATE artifacts SET visible = true WHERE task_id = ? AND attempt = ? AND name = ? AND sha256 = ?",
			lease.TaskID, lease.Attempt, ref.Name, ref.SHA256).Exec(ctx)
		if err != nil {
			return fmt.Errorf("show artifacts: %w", err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			missing = append(missing, fault.Field{
				Path: fmt.Sprintf("artifacts[%d]", i), Message: "was not uploaded with this content under this attempt: " + ref.Name,
			})
		}
	}
	if len(missing) > 0 {
		return fault.BadFields("pgstore.AcceptReport", "artifact_missing", missing...)
	}
	return nil
}

// GetResult implements store.Reports.
func (s *Store) GetResult(ctx context.Context, workspaceID, taskID uuid.UUID) ([]byte, error) {
	var document string
	err := s.db.NewRaw("SELECT res.document FROM results AS res JOIN tasks AS t ON t.id = res.task_id WHERE t.workspace_id = ? AND t.id = ?",
		workspaceID, taskID).Scan(ctx, &document)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(document), failed("pgstore.GetResult", err)
}
