package task

import "slices"

// RunnerReason says in one stable code why a runner gets no work.
type RunnerReason string

// Why a runner gets no work, the first to be dealt with first.
const (
	IsRevoked         RunnerReason = "revoked"
	IsPending         RunnerReason = "pending_approval"
	IsTooOld          RunnerReason = "version_too_old"
	IsOffline         RunnerReason = "offline"
	IsPaused          RunnerReason = "paused_by_operator"
	IsPausedByOwner   RunnerReason = "paused_by_owner"
	IsDrained         RunnerReason = "drained"
	IsStopping        RunnerReason = "stopping"
	MustPing          RunnerReason = "must_ping"
	IsBusy            RunnerReason = "busy"
	NoTasks           RunnerReason = "no_tasks"
	NoMatchingTasks   RunnerReason = "no_matching_tasks"
	GetsWorkInAMoment RunnerReason = "work_in_a_moment"
)

var runnerReasons = []RunnerReason{
	IsRevoked, IsPending, IsTooOld, IsOffline, IsPaused, IsPausedByOwner, IsDrained, IsStopping, MustPing, IsBusy,
	NoTasks, NoMatchingTasks, GetsWorkInAMoment,
}

// RunnerReasons lists them, in the order in which they are told.
func RunnerReasons() []RunnerReason { return slices.Clone(runnerReasons) }

// Need is a part of what a task asks of a runner.
type Need string

// The parts, in the order in which they are looked at.
const (
	NeedsOtherRunner Need = "other_runner"
	NeedsDataset     Need = "dataset"
	NeedsOperation   Need = "operation"
	NeedsLabels      Need = "labels"
)
