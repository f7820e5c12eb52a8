package results_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/results"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestJudge_DecidesWhatAReportMeans(t *testing.T) {
	t.Parallel()
	runner, held := uuid.New(), store.Task{ID: uuid.New(), MaxAttempts: 2}
	last := held
	last.AttemptsUsed = 1
	document := func(change func(*result.Document)) *result.Document {
		d := &result.Document{Version: 1, Kind: "fetch", Summary: "fine"}
		change(d)
		return d
	}
	plain := func(*result.Document) {}
	here := result.Location{RunnerID: runner.String(), TaskID: held.ID.String(), Attempt: 1}
	elsewhere := here
	elsewhere.Attempt = 2
	failure := func(reason task.Reason, retryable bool) api.ResultReport {
		return api.ResultReport{Outcome: api.OutcomeFailed, Error: &api.AttemptError{Reason: reason, Message: "because", Retryable: retryable}}
	}
	success := func(d *result.Document) api.ResultReport {
		return api.ResultReport{Attempt: 1, Outcome: api.OutcomeSucceeded, Result: d}
	}
	cases := []struct {
		name   string
		task   store.Task
		report api.ResultReport
		state  task.State
		reason task.Reason
		used   bool
		output bool
	}{
		{"Success", held, success(document(plain)), task.Succeeded, "", false, false},
		{"SuccessWithRows", held, success(document(func(d *result.Document) { d.Dataset = &result.Dataset{Location: here} })), task.Succeeded, "", false, true},
		{"SuccessWithRowsOfUnsaidPlace", held, success(document(func(d *result.Document) { d.Dataset = &result.Dataset{} })), task.Succeeded, "", false, true},
		{"RowsElsewhere", held, success(document(func(d *result.Document) { d.Dataset = &result.Dataset{Location: elsewhere} })), task.Failed, task.ResultInvalid, false, false},
		{"NoDocument", held, success(nil), task.Failed, task.ResultInvalid, false, false},
		{"BrokenDocument", held, success(document(func(d *result.Document) { d.Version = 7 })), task.Failed, task.ResultInvalid, false, false},
		{"HugeDocument", held, success(document(func(d *result.Document) { d.Summary = strings.Repeat("x", result.MaxInlineBytes) })), task.Failed, task.ResultTooLarge, false, false},
		{"Failure", held, failure(task.PolicyRefused, false), task.Failed, task.PolicyRefused, true, false},
		{"FailureToRetry", held, failure(task.OutOfMemory, true), task.Queued, task.OutOfMemory, true, false},
		{"FailureOfTheLastAttempt", last, failure(task.OutOfMemory, true), task.Failed, task.OutOfMemory, true, false},
		{"FailureWithAReasonOfTheServer", held, failure(task.CanceledByUser, false), task.Failed, task.OperationFailed, true, false},
		{"FailureWithAReasonOfTheFuture", held, failure("moon_phase", false), task.Failed, task.OperationFailed, true, false},
		{"FailureWithoutAWord", held, api.ResultReport{Outcome: api.OutcomeFailed}, task.Failed, task.OperationFailed, true, false},
		{"Release", held, api.ResultReport{Outcome: api.OutcomeReleased}, task.Queued, task.RunnerStopping, false, false},
		{"ReleaseOfAPausedRunner", held, api.ResultReport{Outcome: api.OutcomeReleased, Error: &api.AttemptError{Reason: task.RunnerPaused}}, task.Queued, task.RunnerPaused, false, false},
		{"ReleaseToAskTheOwner", held, api.ResultReport{Outcome: api.OutcomeReleased, Error: &api.AttemptError{Reason: task.WaitingForOwner}}, task.Queued, task.WaitingForOwner, false, false},
		{"ReleaseWithAHold", held, api.ResultReport{Outcome: api.OutcomeReleased, HoldUntil: new(time.Now())}, task.Queued, task.WaitingForOwner, false, false},
		{"OwnersNoIsNotAskedAgain", held, failure(task.OwnerDeclined, true), task.Failed, task.OwnerDeclined, true, false},
		{"CanceledByNobody", held, api.ResultReport{Outcome: api.OutcomeCanceled}, task.Queued, task.RunnerStopping, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := results.Judge(&c.task, runner, c.report)
			require.Equal(t, c.state, v.State)
			require.Equal(t, c.reason, v.Reason)
			require.Equal(t, c.used, v.UsesAttempt)
			require.Equal(t, c.output, v.OutputRunnerID != nil)
			require.Equal(t, v.State == task.Succeeded, len(v.Document) > 0)
			require.Equal(t, v.Reason == task.RunnerPaused, v.Delay > 0)
			require.Equal(t, v.Reason == task.WaitingForOwner, v.Hold)
			require.Equal(t, c.report.HoldUntil, v.HoldUntil)
		})
	}
}

// TestJudge_SaysWhatIsWrongWithADocument in words for people, without the names that the code has for it.
func TestJudge_SaysWhatIsWrongWithADocument(t *testing.T) {
	t.Parallel()
	document := &result.Document{Version: 1, Kind: "fetch", Tables: []result.Table{{
		Name: "t", Columns: []result.Column{{Name: "a", Type: result.Text}}, Rows: [][]any{{map[string]any{"a": 1.0}}}, TotalRows: 1,
	}}}
	v := results.Judge(&store.Task{ID: uuid.New()}, uuid.New(), api.ResultReport{Attempt: 1, Outcome: api.OutcomeSucceeded, Result: document})
	require.Equal(t, "the runner's result is not valid: 1 field is not valid: result.tables[0].rows[0][0]: "+
		"is not a cell: must be text, a number, true, false, null or a suppressed cell", v.Message)
}
