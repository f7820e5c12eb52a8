package agent

import (
	"context"
	"os"
	"runtime/debug"

	"ddap/desktop-runner/internal/durable"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/spool"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/logkey"
	"ddap/shared/task"
)

// crashFile, in the state folder, is what the last child that crashed had
// printed. It may hold data, which is why it is not in the log.
const crashFile = "last-crash.txt"

// execute does one attempt in one child and leaves its report in the spool.
func (a *Agent) execute(ctx context.Context, at *attempt) {
	report, files, folder := a.perform(ctx, at)
	if report != nil {
		a.Log.Info("task ended", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt,
			logkey.Outcome, string(report.Outcome), logkey.Reason, reasonOf(report))
		a.store(*report, files)
	}
	if folder != "" {
		a.discard(folder)
	}
	if report == nil {
		// The lease is lost, or the runner ends at once: nothing is to be said.
		a.held.remove(at.key())
		return
	}
	a.held.end(at.key())
	wake(a.wakeReport)
	if a.held.working() == 0 {
		// An idle runner stays small.
		debug.FreeOSMemory()
	}
}

// discard removes a work folder. What cannot be removed now goes at the next start.
func (a *Agent) discard(folder string) {
	if err := os.RemoveAll(folder); err != nil {
		a.Log.Warn("a work folder could not be removed; trying again at the next start")
	}
}

// perform gives the report with its files, which lie in folder; the caller
// removes that. A nil report means that nobody waits for one.
func (a *Agent) perform(ctx context.Context, at *attempt) (_ *api.ResultReport, _ []spool.File, folder string) {
	folder, err := worker.Folder(a.WorkRoot)
	if err != nil {
		a.Log.Error("make a work folder", logkey.Error, err)
		return failed(at, &plan.Failure{Reason: task.DiskFull, Message: "This computer could not make a folder for the task.", Retryable: true}), nil, ""
	}
	p, release, failure := a.plan(ctx, at.Assignment, folder)
	defer release()
	if failure != nil && ctx.Err() == nil {
		return failed(at, failure), nil, folder
	}
	ended := worker.Ended{Stopped: true}
	if ctx.Err() == nil {
		log := a.logProgress(at)
		ended = a.Worker.Perform(ctx, p, func(progress plan.Progress) {
			a.held.setProgress(at.key(), progress)
			log.note(progress)
		})
	}
	for _, line := range ended.Outcome.Owner {
		a.Log.Info("a task's database", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt, logkey.Details, line)
	}
	a.Log.Debug("a task's stages", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt, logkey.Stages, ended.Outcome.Stages)
	a.noteTrouble(at, ended)
	report, files := a.conclude(ctx, at, p, ended)
	if report != nil {
		report.Usage = &ended.Usage
	}
	return report, files, folder
}

// noteTrouble keeps what an operator needs to find out why a child crashed.
func (a *Agent) noteTrouble(at *attempt, ended worker.Ended) {
	if ended.Trouble == "" || ended.Stopped {
		return
	}
	a.Log.Warn("trouble with a task's process", logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt, logkey.Trouble, ended.Trouble,
		logkey.Details, crashFile)
	if err := durable.Write(a.Folder.Path(crashFile), []byte(ended.Stderr)); err != nil {
		a.Log.Warn("keep what the process printed", logkey.Error, err)
	}
}

// store puts a report into the spool. What the disk does not take is sent from
// memory; files cannot be, and then the failure itself is what there is to report.
func (a *Agent) store(report api.ResultReport, files []spool.File) {
	_, err := a.Spool.Put(report, files, a.Now())
	if err == nil {
		return
	}
	a.Log.Error("the disk did not take a report; it waits in memory", logkey.TaskID, report.TaskID, logkey.Attempt, report.Attempt, logkey.Error, err)
	if len(files) > 0 {
		report.Outcome, report.Result = api.OutcomeFailed, nil
		report.Error = &api.AttemptError{Reason: task.DiskFull, Message: "This computer could not keep the result on its disk.", Retryable: true}
	}
	a.Spool.Remember(report, a.Now())
}

func failed(at *attempt, f *plan.Failure) *api.ResultReport {
	report := reportOn(at, api.OutcomeFailed)
	report.Error = &api.AttemptError{Reason: f.Reason, Message: clip(f.Message, maxErrorMessage), Retryable: f.Retryable}
	return report
}

func reportOn(at *attempt, outcome api.Outcome) *api.ResultReport {
	return &api.ResultReport{TaskID: at.TaskID, Attempt: at.Attempt, LeaseToken: at.LeaseToken, Outcome: outcome}
}

func reasonOf(r *api.ResultReport) string {
	if r.Error == nil {
		return ""
	}
	return string(r.Error.Reason)
}
