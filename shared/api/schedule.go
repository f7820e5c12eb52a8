package api

import (
	"time"

	"ddap/shared/task"
)

// What a schedule does about times that passed while no server was up.
const (
	MissedSkip    = "skip"
	MissedRunOnce = "run_once"
	MissedRunAll  = "run_all"
)

// What a schedule does when it is due while its last run still goes on.
const (
	OverlapAllow = "allow"
	OverlapSkip  = "skip"
)

// ScheduleRequest makes a schedule, of a task or of a pipeline.
type ScheduleRequest struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" doc:"What people call the schedule"`
	Cron     string `json:"cron" minLength:"1" maxLength:"200" doc:"Minute, hour, day, month, weekday, as in 30 7 * * mon-fri; or @hourly, @daily, @weekly, @monthly, @yearly"`
	TimeZone string `json:"time_zone" minLength:"1" maxLength:"100" doc:"IANA time zone, as in Asia/Jakarta"`
	// Task or Pipeline is what is created each time.
	Task     *TaskRequest     `json:"task,omitempty" doc:"What is created each time: this task, or the pipeline"`
	Pipeline *PipelineRequest `json:"pipeline,omitempty"`
	Missed   string           `json:"missed,omitempty" enum:"skip,run_once,run_all" doc:"Times that passed while no server was up: skip them, run once for all of them (when absent), or run for each, the last 100 at most"`
	Overlap  string           `json:"overlap,omitempty" enum:"allow,skip" doc:"Due while its last run still goes on: run all the same (when absent), or skip"`
	Paused   bool             `json:"paused,omitempty" doc:"Make it without starting it"`
}

// SchedulePatch changes a schedule; what is absent stays.
type SchedulePatch struct {
	Name     *string          `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Cron     *string          `json:"cron,omitempty" minLength:"1" maxLength:"200"`
	TimeZone *string          `json:"time_zone,omitempty" minLength:"1" maxLength:"100"`
	Task     *TaskRequest     `json:"task,omitempty" doc:"Takes the place of the task or the pipeline"`
	Pipeline *PipelineRequest `json:"pipeline,omitempty" doc:"Takes the place of the task or the pipeline"`
	Missed   *string          `json:"missed,omitempty" enum:"skip,run_once,run_all"`
	Overlap  *string          `json:"overlap,omitempty" enum:"allow,skip"`
	Paused   *bool            `json:"paused,omitempty"`
}

// Schedule is a schedule with its next times.
type Schedule struct {
	ID           string           `json:"id" format:"uuid"`
	Name         string           `json:"name"`
	Cron         string           `json:"cron"`
	TimeZone     string           `json:"time_zone"`
	Task         *TaskRequest     `json:"task,omitempty"`
	Pipeline     *PipelineRequest `json:"pipeline,omitempty"`
	Missed       string           `json:"missed"`
	Overlap      string           `json:"overlap"`
	Paused       bool             `json:"paused"`
	PausedReason string           `json:"paused_reason,omitempty" doc:"Why the server paused it; absent where somebody did"`
	NextRuns     []time.Time      `json:"next_runs" doc:"The next ten times at which it is due; none while it is paused"`
	Creator      string           `json:"creator" doc:"Who made it, as the filter creator takes it: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself"`
	CreatedBy    string           `json:"created_by"`
	CreatedAt    time.Time        `json:"created_at"`
	UpdatedAt    time.Time        `json:"updated_at"`
	// Runs and Failures are filled in where one schedule is asked for.
	Runs     []ScheduleRun `json:"runs,omitempty" doc:"The last runs, newest first; only where one schedule is asked for"`
	Failures []ScheduleRun `json:"failures,omitempty" doc:"The last runs that failed, their tasks included; only where one schedule is asked for"`
}

// ScheduleRun is what became of a time at which a schedule was due.
type ScheduleRun struct {
	DueAt  time.Time `json:"due_at"`
	RanAt  time.Time `json:"ran_at"`
	Manual bool      `json:"manual,omitempty" doc:"Somebody asked for it"`
	// Outcome is created, skipped or failed.
	Outcome    string `json:"outcome" doc:"created, skipped, or failed where nothing could be created"`
	TaskID     string `json:"task_id,omitempty" format:"uuid"`
	PipelineID string `json:"pipeline_id,omitempty" format:"uuid"`
	// State is that of the task, or of the pipeline's tasks together.
	State   task.State `json:"state,omitempty" doc:"Of the task, or of the pipeline's tasks together: failed if one is, succeeded if all are"`
	Message string     `json:"message,omitempty" doc:"Why it was skipped or failed, or what it stands for"`
}

// ScheduleList is a page of schedules, newest first.
type ScheduleList struct {
	Schedules  []Schedule `json:"schedules"`
	NextCursor string     `json:"next_cursor,omitempty"`
}
