package api

import (
	"time"

	"ddap/shared/task"
)

// Stats are the figures of a workspace at one moment.
type Stats struct {
	At time.Time `json:"at"`
	// Tasks counts those that have not ended, by state.
	Tasks map[task.State]int `json:"tasks" doc:"How many tasks are in each state, those apart that have ended"`
	// Waiting counts the queued ones by the reason for which they wait.
	Waiting map[task.Reason]int `json:"waiting" doc:"Why the queued ones wait"`
	// OldestQueuedSeconds is absent where nothing is queued.
	OldestQueuedSeconds *float64 `json:"oldest_queued_seconds,omitempty" doc:"How long the oldest queued task has been waiting; absent where none is"`
	// Rates are over the last minute, five minutes and hour.
	Rates []Rate `json:"rates" doc:"Over the last minute, five minutes and hour"`
	// ClaimLatency is of tasks created and first handed out within the last hour.
	ClaimLatency *Latency    `json:"claim_latency,omitempty" doc:"From queued to handed out, of the tasks of the last hour; absent where there were none"`
	Runners      RunnerStats `json:"runners"`
}

// Rate counts what happened in a time that ends now.
type Rate struct {
	Seconds   int `json:"seconds"`
	Created   int `json:"created"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Canceled  int `json:"canceled"`
	// FailureRate is failed of succeeded and failed, absent where there were none.
	FailureRate *float64 `json:"failure_rate,omitempty" doc:"Failed of failed and succeeded, from 0 to 1; absent where there were none"`
}

// Latency is how long something took.
type Latency struct {
	Count      int     `json:"count"`
	P50Seconds float64 `json:"p50_seconds"`
	P95Seconds float64 `json:"p95_seconds"`
	P99Seconds float64 `json:"p99_seconds"`
}

// RunnerStats counts the runners that are not revoked.
type RunnerStats struct {
	Total     int `json:"total"`
	Online    int `json:"online"`
	Paused    int `json:"paused" doc:"By an operator or by themselves, of those online"`
	Pending   int `json:"pending" doc:"Waiting for approval"`
	Slots     int `json:"slots" doc:"Of those online"`
	BusySlots int `json:"busy_slots"`
}
