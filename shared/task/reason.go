package task

import "slices"

// Reason explains the state of a task in one stable code. Programs compare
// codes; people read the sentence that package i18n has for each.
type Reason string

// Why a task waits.
const (
	WaitingForInput       Reason = "waiting_for_input"
	WaitingForTime        Reason = "waiting_for_time"
	WaitingForOwner       Reason = "waiting_for_owner"
	NoRunnerHasDataset    Reason = "no_runner_has_dataset"
	NoRunnerMatchesLabels Reason = "no_runner_matches_labels"
	NoRunnerForOperation  Reason = "no_runner_for_operation"
	RunnersBusy           Reason = "runners_busy"
	RunnersOffline        Reason = "runners_offline"
	RunnersPaused         Reason = "runners_paused"
	RunnersDrained        Reason = "runners_drained"
	RunnersTooOld         Reason = "runners_too_old"
	RunnersPending        Reason = "runners_pending_approval"
	WaitingForRunner      Reason = "waiting_for_runner"
	RetryBackoff          Reason = "retry_backoff"
)

// Why a runner no longer holds a task.
const (
	LeaseExpired   Reason = "lease_expired"
	NotConfirmed   Reason = "not_confirmed"
	RunnerLost     Reason = "runner_lost"
	RunnerRevoked  Reason = "runner_revoked"
	RunnerStopping Reason = "runner_stopping"
	RunnerPaused   Reason = "runner_paused"
	ServerRestored Reason = "server_restored"
)

// Why a task failed or was canceled.
const (
	OwnerDeclined            Reason = "owner_declined"
	PolicyRefused            Reason = "policy_refused"
	InvalidParams            Reason = "invalid_params"
	SourceUnreadable         Reason = "source_unreadable"
	OutOfMemory              Reason = "out_of_memory"
	DiskFull                 Reason = "disk_full"
	Timeout                  Reason = "timeout"
	CanceledByUser           Reason = "canceled_by_user"
	InputFailed              Reason = "input_failed"
	InputLost                Reason = "input_lost"
	InputsOnDifferentRunners Reason = "inputs_on_different_runners"
	DeadlinePassed           Reason = "deadline_passed"
	AttemptsExhausted        Reason = "attempts_exhausted"
	EngineCrashed            Reason = "engine_crashed"
	ResultInvalid            Reason = "result_invalid"
	ResultTooLarge           Reason = "result_too_large"
	OperationFailed          Reason = "operation_failed"
)

// reasons lists every reason once, in the order of the constants.
var reasons = []Reason{
	WaitingForInput, WaitingForTime, WaitingForOwner, NoRunnerHasDataset, NoRunnerMatchesLabels,
	NoRunnerForOperation, RunnersBusy, RunnersOffline, RunnersPaused, RunnersDrained, RunnersTooOld, RunnersPending, WaitingForRunner, RetryBackoff,
	LeaseExpired, NotConfirmed, RunnerLost, RunnerRevoked, RunnerStopping, RunnerPaused, ServerRestored,
	OwnerDeclined, PolicyRefused, InvalidParams, SourceUnreadable, OutOfMemory, DiskFull, Timeout,
	CanceledByUser, InputFailed, InputLost, InputsOnDifferentRunners, DeadlinePassed,
	AttemptsExhausted, EngineCrashed, ResultInvalid, ResultTooLarge, OperationFailed,
}

// Reasons lists every known reason. Clients show unknown ones as they are: a
// newer server may have more.
func Reasons() []Reason { return slices.Clone(reasons) }

// Known reports whether r is in the list.
func (r Reason) Known() bool { return slices.Contains(reasons, r) }

// ReportedByRunner reports whether a runner may give r for a failed attempt.
// The rest are the server's own to say.
func (r Reason) ReportedByRunner() bool {
	switch r {
	case PolicyRefused, InvalidParams, SourceUnreadable, OutOfMemory, DiskFull, Timeout,
		InputLost, EngineCrashed, ResultTooLarge, OperationFailed, OwnerDeclined:
		return true
	default:
		return false
	}
}
