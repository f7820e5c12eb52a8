package schedules

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/cron"
	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

const (
	pass = time.Second
	// batch bounds what one server runs in one pass, hold how long it has for it
	// before another one takes over.
	batch = 20
	hold  = time.Minute
	// missedAfter is how late a time may be run without counting as one that was
	// missed: servers restart and databases fail over.
	missedAfter = 2 * time.Minute
	// maxCatchUp is how many missed times run_all runs at most, the last ones.
	maxCatchUp = 100
)

// Run runs what is due, about once a second, until ctx ends. Any number of
// servers may run it on one database.
func (s *Service) Run(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "run schedules", Interval: pass, Do: s.Pass})
}

// Pass runs what is due now, once. A schedule that cannot be run now because
// something is away is left to the next pass.
func (s *Service) Pass(ctx context.Context) error {
	due, err := s.store.ClaimDue(ctx, batch, hold)
	if err != nil {
		return err
	}
	var errs []error
	for i := range due {
		if err := s.run(ctx, &due[i]); err != nil {
			errs = append(errs, fmt.Errorf("schedule %s: %w", due[i].ID, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) run(ctx context.Context, due *store.DueSchedule) error {
	when, err := cron.Parse(due.Cron, due.TimeZone)
	if err != nil { // a zone that the database of zones does not have any more
		run := store.ScheduleRun{DueAt: *due.NextDue, Outcome: store.RunFailed, Message: err.Error()}
		return s.store.FinishRun(ctx, *due, run, nil, "the times of the schedule cannot be computed: "+err.Error())
	}
	run, next := plan(due, when)
	pause, err := s.attempt(ctx, due, &run)
	switch {
	case err != nil:
		return err
	case pause == "" && next.IsZero():
		pause = "No more times come."
	case pause == "":
		return s.store.FinishRun(ctx, *due, run, &next, "")
	}
	return s.store.FinishRun(ctx, *due, run, nil, pause)
}

// plan says which time is run now, and which one is next, by what the schedule
// does about times that were missed.
func plan(due *store.DueSchedule, when *cron.Schedule) (run store.ScheduleRun, next time.Time) {
	first := *due.NextDue
	run = store.ScheduleRun{DueAt: first, Outcome: store.RunCreated}
	if due.Now.Sub(first) <= missedAfter {
		return run, when.Next(first)
	}
	missed := countMissed(when, first, due.Now)
	switch due.Missed {
	case api.MissedSkip:
		run.Outcome, run.Message = store.RunSkipped, fmt.Sprintf("%d times passed while no server was up, and are skipped.", missed)
		return run, when.Next(due.Now)
	case api.MissedRunAll:
		if missed <= maxCatchUp {
			run.Message = "It was due while no server was up."
			return run, when.Next(first)
		}
		run.Outcome = store.RunSkipped
		run.Message = fmt.Sprintf("%d times passed while no server was up; the last %d are run.", missed, maxCatchUp)
		for skip := missed - maxCatchUp; skip > 0; skip-- {
			first = when.Next(first)
		}
		return run, first
	default:
		if missed > 1 {
			run.Message = fmt.Sprintf("It stands for %d times that passed while no server was up.", missed)
		}
		return run, when.Next(due.Now)
	}
}

// countMissed counts the times from first to now.
func countMissed(when *cron.Schedule, first, now time.Time) (n int) {
	for at := first; !at.After(now) && !at.IsZero(); at = when.Next(at) {
		n++
	}
	return n
}

// attempt creates what is due and says in run what became of it, and why the
// schedule is to be paused, if it is. The error is for what another pass may get right.
//
// What is created is named after the time that was claimed, which stands until
// the run is finished, however much later another server takes over.
func (s *Service) attempt(ctx context.Context, due *store.DueSchedule, run *store.ScheduleRun) (pause string, err error) {
	id := idFor(due.ID, *due.NextDue)
	if made, _, err := s.madeBefore(ctx, due.WorkspaceID, id, run); err != nil || made {
		return "", err
	}
	creator, err := s.creatorOf(ctx, &due.Schedule)
	switch {
	case fault.Is(err, fault.Conflict):
		run.Outcome, run.Message = store.RunFailed, sentence(err)
		return run.Message, nil
	case err != nil:
		return "", err
	case run.Outcome != store.RunCreated:
		return "", nil
	}
	if due.Overlap == api.OverlapSkip {
		busy, err := s.store.Unfinished(ctx, due.ID)
		if err != nil {
			return "", err
		}
		if busy {
			run.Outcome, run.Message = store.RunSkipped, "A run before still goes on."
			return "", nil
		}
	}
	switch err := s.make(ctx, creator, &due.Schedule, id, run); {
	case fault.Is(err, fault.Internal), fault.Is(err, fault.Unavailable):
		return "", err
	case err != nil:
		run.Outcome, run.Message = store.RunFailed, sentence(err)
	}
	return "", nil
}

// madeBefore reports whether a server that died after it had created something
// created it under this id, and for which schedule, where that is known. It may
// have been told since to create something else, or nothing: the time was run all
// the same.
func (s *Service) madeBefore(ctx context.Context, workspace, id uuid.UUID, run *store.ScheduleRun) (made bool, of *uuid.UUID, err error) {
	_, steps, err := s.store.GetPipeline(ctx, workspace, id)
	switch {
	case err == nil:
		run.PipelineID = &id
		if len(steps) > 0 {
			of = steps[0].ScheduleID
		}
	case fault.Is(err, fault.NotFound):
		var t store.Task
		if t, err = s.store.GetTask(ctx, workspace, id); err == nil {
			run.TaskID, of = &id, t.ScheduleID
		}
	}
	if fault.Is(err, fault.NotFound) {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, err
	}
	if run.Outcome != store.RunCreated {
		run.Outcome, run.Message = store.RunCreated, ""
	}
	return true, of, nil
}

// make creates the task or the pipeline under this id.
func (s *Service) make(ctx context.Context, creator store.Principal, schedule *store.Schedule, id uuid.UUID, run *store.ScheduleRun) error {
	drafts, pipeline, err := s.draft(schedule, id)
	if err != nil {
		return err
	}
	if _, err := s.creator.Accept(ctx, creator, pipeline, drafts); err != nil {
		return err
	}
	if run.TaskID = &id; pipeline != nil {
		run.TaskID, run.PipelineID = nil, &id
	}
	return nil
}

// creatorOf gives the key and the person to whom the tasks belong. It is
// a Conflict where the key is of no use any more.
func (s *Service) creatorOf(ctx context.Context, schedule *store.Schedule) (store.Principal, error) {
	const op = "schedules.creatorOf"
	key, err := s.store.FindKey(ctx, schedule.KeyID)
	switch {
	case fault.Is(err, fault.NotFound):
		return store.Principal{}, fault.New(op, fault.Conflict, "key_gone", "The key with which this schedule was made is gone.")
	case err != nil:
		return store.Principal{}, err
	case key.RevokedAt != nil:
		return store.Principal{}, fault.New(op, fault.Conflict, "key_revoked", store.PausedKeyRevoked)
	case key.Expired:
		return store.Principal{}, fault.New(op, fault.Conflict, "key_expired", "The key with which this schedule was made has expired.")
	case !key.Role.Includes(api.Analyst):
		return store.Principal{}, fault.New(op, fault.Conflict, "role_too_weak", "The key with which this schedule was made may not create tasks.")
	}
	return store.Principal{
		Kind: credential.Key, ID: key.ID, WorkspaceID: key.WorkspaceID, Workspace: key.Workspace, Name: key.Name, Role: key.Role,
		Delegate: key.Delegate, ActingUser: schedule.ActingUser,
	}, nil
}

// idFor gives the id of what a schedule creates at a time: the same one on
// every server, in the form of version 7 (RFC 9562, section 5.7), whose first
// 48 bits are the time in milliseconds.
func idFor(schedule uuid.UUID, due time.Time) uuid.UUID {
	at := binary.BigEndian.AppendUint64(nil, uint64(due.UnixMicro()))
	sum := sha256.Sum256(append(schedule[:], at...))
	var id uuid.UUID
	copy(id[:], sum[:])
	binary.BigEndian.PutUint32(id[:4], uint32(due.UnixMilli()>>16))
	binary.BigEndian.PutUint16(id[4:6], uint16(due.UnixMilli()))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// sentence is what people read of an error, its fields included.
func sentence(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Message != "" {
		return f.Message
	}
	return err.Error()
}
