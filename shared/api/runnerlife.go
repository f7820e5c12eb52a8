package api

import (
	"time"

	"ddap/shared/i18n"
	"ddap/shared/task"
)

// CodeRunnerTooOld refuses a runner whose program the server does not take any more.
const CodeRunnerTooOld = "runner_too_old"

// CodeCredentialRotated refuses a runner's credential that was replaced.
const CodeCredentialRotated = "credential_rotated"

// RotateRequest asks for a new credential for a runner.
type RotateRequest struct {
	OverlapSeconds *int `json:"overlap_seconds,omitempty" minimum:"0" maximum:"604800" doc:"How long the old credential stays valid; a day when absent, 0 refuses it at once"`
}

// RotatedRunner carries a runner's new credential, shown this once. Whoever
// looks after the computer starts its runner with it (ddap-runner --token).
type RotatedRunner struct {
	RunnerID           string    `json:"runner_id" format:"uuid"`
	Token              string    `json:"token" doc:"The new credential, shown this once"`
	PreviousValidUntil time.Time `json:"previous_valid_until" doc:"Until then the old credential works as well"`
}

// RevokedRunner says what the revocation of a runner meant for tasks.
type RevokedRunner struct {
	Runner
	TakenBack int `json:"taken_back" doc:"Tasks that it held and that wait for another runner now"`
	Stranded  int `json:"stranded" doc:"Tasks that only it could do, and that failed"`
}

// RunnerWhy says why a runner gets no work.
type RunnerWhy struct {
	RunnerID string         `json:"runner_id" format:"uuid"`
	Reasons  []RunnerReason `json:"reasons" doc:"Everything in the way, the first to be dealt with first; never empty"`
	Matching int            `json:"matching_tasks" doc:"Tasks that wait and that it could take, counted to 100 for each kind"`
	Unmet    []UnmetNeed    `json:"unmet" doc:"Tasks that wait for what it does not meet, by the first such need"`
	Since    *time.Time     `json:"last_seen_at,omitempty"`
}

// RunnerReason is one thing in the way.
type RunnerReason struct {
	Code    task.RunnerReason `json:"code"`
	Message i18n.Text         `json:"message"`
	// Detail is more exact where there is more to say, such as an operator's note.
	Detail string `json:"detail,omitempty"`
}

// UnmetNeed counts tasks that a runner cannot take.
type UnmetNeed struct {
	Need  task.Need `json:"need" doc:"other_runner, dataset, operation or labels"`
	Tasks int       `json:"tasks"`
}
