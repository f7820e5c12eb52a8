package agent

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"

	"ddap/desktop-runner/internal/outputs"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/spool"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
	"ddap/shared/result"
	"ddap/shared/task"
)

var artifactName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// conclude makes a report of how a child ended. It trusts nothing that the child
// says about files: names must be plain and the files ordinary ones of its folder.
func (a *Agent) conclude(ctx context.Context, at *attempt, p plan.Plan, ended worker.Ended) (*api.ResultReport, []spool.File) {
	switch why := context.Cause(ctx); {
	case errors.Is(why, errCanceled):
		return reportOn(at, api.OutcomeCanceled), nil
	case why != nil && !errors.Is(why, errStopping):
		return nil, nil // the lease is lost, or the agent cannot go on
	case ended.Stopped:
		report := reportOn(at, api.OutcomeReleased)
		report.Error = &api.AttemptError{Reason: task.RunnerStopping, Message: "The runner is stopping."}
		return report, nil
	case ended.Outcome.Document != nil:
		return a.succeed(at, p, ended.Outcome)
	case ended.Outcome.Failure != nil:
		f := *ended.Outcome.Failure
		if !f.Reason.ReportedByRunner() {
			f.Reason = task.OperationFailed
		}
		return failed(at, &f), nil
	default:
		return failed(at, &plan.Failure{Reason: task.OperationFailed, Message: "The task ended without a result."}), nil
	}
}

func (a *Agent) succeed(at *attempt, p plan.Plan, o plan.Outcome) (*api.ResultReport, []spool.File) {
	report := reportOn(at, api.OutcomeSucceeded)
	report.Result = o.Document
	if err := o.Document.Check(); err != nil {
		return failed(at, failureFrom(err, task.OperationFailed)), nil
	}
	if raw, err := json.Marshal(report); err != nil || len(raw) > api.MaxBodyBytes {
		return failed(at, &plan.Failure{Reason: task.ResultTooLarge, Message: "The result is too large to be sent."}), nil
	}
	var files []spool.File
	for _, artifact := range o.Artifacts {
		path, err := ordinaryFile(p.WorkDir, artifact.Name)
		if err != nil {
			a.Log.Error("a task's artifact is not there", logkey.TaskID, at.TaskID, logkey.Error, err)
			return failed(at, &plan.Failure{Reason: task.OperationFailed, Message: "A file that the task made is missing."}), nil
		}
		files = append(files, spool.File{Path: path, Name: artifact.Name, ContentType: artifact.ContentType})
	}
	if o.Output != "" {
		if err := a.keepOutput(at, p.WorkDir, o); err != nil {
			a.Log.Error("keep a task's rows", logkey.TaskID, at.TaskID, logkey.Error, err)
			return failed(at, notKept(err)), nil
		}
	}
	return report, files
}

// notKept explains rows that could not be kept. A full disk may have room again;
// rows over the owner's limit stay over it.
func notKept(err error) *plan.Failure {
	if fault.HasCode(err, outputs.CodeOverLimit) {
		return failureFrom(err, task.DiskFull)
	}
	return &plan.Failure{Reason: task.DiskFull, Message: "This computer could not keep the rows of the task on its disk.", Retryable: true}
}

// keepOutput moves the rows to where later tasks find them. A child that says
// nothing of the policy gets the strictest.
func (a *Agent) keepOutput(at *attempt, folder string, o plan.Outcome) error {
	path, err := ordinaryFile(folder, o.Output)
	if err != nil {
		return err
	}
	kept := outputs.Output{
		TaskID: at.TaskID, Attempt: at.Attempt, Policy: result.Aggregates, MinGroupSize: result.DefaultMinGroupSize, Sources: o.Document.Sources,
	}
	if d := o.Document.Dataset; d != nil {
		kept.Columns, kept.RowsAreGroups = d.Columns, d.RowsAreGroups
		if d.Policy != "" {
			kept.Policy, kept.MinGroupSize = d.Policy, d.MinGroupSize
		}
	}
	if err := a.Outputs.Keep(path, kept); err != nil {
		return err
	}
	if a.Outputs.Over() {
		wake(a.wakeOutputs)
	}
	return nil
}

// ordinaryFile names a file of a folder that is a file and no link out of it.
func ordinaryFile(folder, name string) (string, error) {
	if !artifactName.MatchString(name) || name == "." || name == ".." {
		return "", errors.New("the name of a file is not plain")
	}
	path := filepath.Join(folder, name)
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("not an ordinary file")
	}
	return path, nil
}

func asFault(err error, target **fault.Error) bool { return errors.As(err, target) }
