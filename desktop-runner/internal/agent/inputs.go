package agent

import (
	"context"
	"fmt"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sharepath"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// plan completes an assignment with everything that the child needs. Call
// release, always, when the child has ended: until then the inputs are kept.
func (a *Agent) plan(ctx context.Context, as api.Assignment, folder string) (_ plan.Plan, release func(), _ *plan.Failure) {
	p := plan.Plan{
		TaskID: as.TaskID, Attempt: as.Attempt, RunnerID: a.runnerID, Name: as.Name,
		Operation: operation.Code(as.OperationCode), Params: as.Params, WorkDir: folder, Limits: a.Limits,
	}
	p.Limits.Timeout = time.Duration(as.TimeoutSeconds) * time.Second
	var releases []func()
	release = func() {
		for _, r := range releases {
			r()
		}
	}
	params, err := operation.Decode(p.Operation, p.Params)
	if err != nil {
		// The server checks the same way; this one is newer or older than we are.
		return p, release, failureFrom(err, task.InvalidParams)
	}
	for _, in := range as.Inputs {
		input, done, failure := a.input(ctx, in, params, folder)
		if done != nil {
			releases = append(releases, done)
		}
		if failure != nil {
			return p, release, failure
		}
		p.Inputs = append(p.Inputs, input)
	}
	return p, release, nil
}

// input finds what one source stands for: a shared file, the rows that an
// earlier task left here, the result document of one, or a file on the server,
// which it puts into folder.
func (a *Agent) input(ctx context.Context, in api.Input, params operation.Params, folder string) (plan.Input, func(), *plan.Failure) {
	out := plan.Input{Path: in.Path, Name: in.Name}
	reads := sourceAt(params, in.Path).Reads
	switch {
	case in.UploadID != "":
		file, failure := a.download(ctx, in, folder)
		if failure != nil {
			return out, nil, failure
		}
		if reading := sourceAt(params, in.Path).Source.Reading; reading != nil {
			file.Reading = *reading
		}
		out.File = file
		out.Origin = plan.Origin{
			Kind: result.SourceUpload, Name: in.Name, SHA256: in.SHA256, Stamp: sharepath.Stamp(file.Paths()).Stamp,
		}
		out.Sources = []result.Source{{Name: in.Name, RunnerID: a.runnerID, UploadID: in.UploadID, Revision: in.SHA256[:revisionLength]}}
		return out, nil, nil
	case in.TaskID == "":
		found, err := a.Catalogue.Get(ctx, in.Name)
		if err != nil {
			return out, nil, failureFrom(err, task.SourceUnreadable)
		}
		out.File, out.Origin = &found.File, a.originOf(found)
		out.Sources = []result.Source{{DatasetID: in.DatasetID, Name: in.Name, RunnerID: a.runnerID, Revision: found.Revision}}
		return out, nil, nil
	case reads == operation.ReadsResult:
		view, failure := a.result(ctx, in)
		if failure != nil {
			return out, nil, failure
		}
		out.Document, out.Sources = view.Result, view.Result.Sources
		return out, nil, nil
	case reads == operation.ReadsModel:
		path, failure := a.model(ctx, in, folder)
		out.Model = path
		return out, nil, failure
	default:
		file, kept, release, err := a.Outputs.Get(in.TaskID, in.Attempt)
		if err != nil {
			return out, nil, failureFrom(err, task.InputLost)
		}
		out.File, out.Sources = &file, kept.Sources
		out.Origin = plan.Origin{Kind: result.SourceOutput}
		return out, release, nil
	}
}

// sourceAt finds the source at path; an empty one where the server names another.
func sourceAt(params operation.Params, path string) operation.SourceAt {
	for _, at := range params.Sources() {
		if at.Path == path {
			return at
		}
	}
	return operation.SourceAt{Path: path, Source: &operation.Source{}}
}

// result fetches that of an earlier task, waiting for a server that is away. It
// has a document.
func (a *Agent) result(ctx context.Context, in api.Input) (api.ResultView, *plan.Failure) {
	for failures := 1; ; failures++ {
		view, err := a.api.Result(ctx, in.TaskID, 0)
		a.link.saw(err)
		switch {
		case err == nil && view.Result != nil:
			return view, nil
		case err == nil || !fault.Retryable(err):
			return view, &plan.Failure{Reason: task.InputLost, Message: fmt.Sprintf("The result of %q is no longer on the server.", in.Name)}
		}
		if !sleep(ctx, a.Backoff.pause(failures), nil) {
			// What ended ctx decides the report; see conclude.
			return view, &plan.Failure{Reason: task.InputLost, Message: "The work was stopped."}
		}
	}
}

// failureFrom makes a failure of a fault, whose sentence is meant for people.
func failureFrom(err error, reason task.Reason) *plan.Failure {
	f := &plan.Failure{Reason: reason, Message: "The task cannot be done on this computer."}
	var known *fault.Error
	if asFault(err, &known) && known.Message != "" {
		f.Message = known.Message
	}
	return f
}
