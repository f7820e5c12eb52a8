package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"ddap/shared/task"
)

// Schedule says what is created again and again, and when.
type Schedule struct {
	ID, WorkspaceID uuid.UUID
	Name            string
	Cron, TimeZone  string
	// Task or Pipeline is the request that is made each time.
	Task, Pipeline  json.RawMessage
	Missed, Overlap string
	Paused          bool
	PausedReason    string
	// KeyID and ActingUser are whose tasks they are.
	KeyID      uuid.UUID
	ActingUser string
	CreatedBy  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	// NextDue is nil while the schedule is paused.
	NextDue *time.Time
}

// OwnedBy reports whether p made the schedule, as the same acting user.
func (s *Schedule) OwnedBy(p Principal) bool {
	return s.KeyID == p.Owner() && Principal{ActingUser: s.ActingUser}.ActingID() == p.ActingID()
}

// Creator is whose schedule it is, as clients tell creators apart.
func (s *Schedule) Creator() string {
	return CreatorID(s.KeyID, Principal{ActingUser: s.ActingUser}.ActingID())
}

// DueSchedule is a schedule whose time has come, and that nobody else runs.
type DueSchedule struct {
	Schedule
	// Now is the database's clock.
	Now time.Time
}

// Outcomes of a run.
const (
	RunCreated = "created"
	RunSkipped = "skipped"
	RunFailed  = "failed"
)

// PausedKeyRevoked is why a schedule is paused whose key was revoked.
const PausedKeyRevoked = "The key with which this schedule was made was revoked."

// ScheduleRun is what became of a time at which a schedule was due.
type ScheduleRun struct {
	DueAt, RanAt       time.Time
	Manual             bool
	Outcome            string
	TaskID, PipelineID *uuid.UUID
	Message            string
	// State is that of the task, or of the pipeline's tasks together; filled in by reading.
	State task.State
}

// Schedules keeps schedules and what became of them.
type Schedules interface {
	AddSchedule(ctx context.Context, s Schedule) (Schedule, error)
	// GetSchedule gives one schedule; NotFound where there is none.
	GetSchedule(ctx context.Context, workspace, id uuid.UUID) (Schedule, error)
	// ListSchedules gives a page, newest first.
	ListSchedules(ctx context.Context, workspace uuid.UUID, of CreatorFilter, page Page) ([]Schedule, error)
	// ChangeSchedule lets change work on the schedule as it stands, under a lock,
	// and keeps what comes of it. Change gets the database's clock. It must not ask
	// the database for anything: it would wait for a second connection while it
	// holds one and the lock that others wait for on theirs. Its error is given back.
	ChangeSchedule(ctx context.Context, workspace, id uuid.UUID, change func(s *Schedule, now time.Time) error) (Schedule, error)
	DeleteSchedule(ctx context.Context, workspace, id uuid.UUID) error
	// ClaimDue gives at most limit schedules that are due and that no other server
	// runs; each is this server's for the given time, or until FinishRun.
	ClaimDue(ctx context.Context, limit int, hold time.Duration) ([]DueSchedule, error)
	// FinishRun keeps what became of a due time, unless that is kept already (that
	// something was created counts more than that another server could not), and
	// sets when the schedule is due next; nil pauses it, for the reason given. That
	// it leaves as it is where the schedule was changed meanwhile.
	FinishRun(ctx context.Context, due DueSchedule, run ScheduleRun, next *time.Time, pausedReason string) error
	// AddManualRun keeps a run that somebody asked for.
	AddManualRun(ctx context.Context, schedule Schedule, run ScheduleRun) (ScheduleRun, error)
	// GetRunOf gives the run that created this task or pipeline. NotFound where there
	// is none, which there may be for a moment, or where its server died.
	GetRunOf(ctx context.Context, workspace, made uuid.UUID) (ScheduleRun, error)
	// ListRuns gives the last runs, newest first, those that failed only where asked.
	ListRuns(ctx context.Context, schedule uuid.UUID, failedOnly bool, limit int) ([]ScheduleRun, error)
	// Unfinished reports whether tasks of one of its last runs still go on.
	Unfinished(ctx context.Context, schedule uuid.UUID) (bool, error)
	// Now gives the database's clock.
	Now(ctx context.Context) (time.Time, error)
}
