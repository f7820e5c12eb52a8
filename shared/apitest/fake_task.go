package apitest

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// fakeTask is a task with its lease, its report and its files.
type fakeTask struct {
	api.Task
	lease     string
	holder    string // runner id
	confirmed bool
	// cancelPending: canceled while held, and the runner has not confirmed it yet.
	cancelPending bool
	lastReport    []byte
	lastAck       api.ResultAck
	report        *api.ResultReport
	artifacts     []fakeArtifact
}

type fakeArtifact struct {
	api.Artifact
	attempt int
	visible bool
	content []byte
}

// fakeKey is the id of the one key with which people come.
const fakeKey = "0198c1f0-0000-7000-8000-000000000001"

// Enqueue creates a task as a person would, and returns its id.
func (f *FakeServer) Enqueue(t testing.TB, req api.TaskRequest) string {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	created, err := f.enqueue(req)
	require.NoError(t, err)
	f.wake()
	return created.ID
}

// Cancel cancels a task as a person would.
func (f *FakeServer) Cancel(id string) { f.change(func() { f.cancel(f.task(id)) }) }

// TakeBack ends the lease of a task, as if its time had passed.
func (f *FakeServer) TakeBack(id string) { f.change(func() { f.task(id).takeBack(task.RetryBackoff) }) }

// Task gives a copy of a task; the zero Task for an unknown id.
func (f *FakeServer) Task(id string) api.Task {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.task(id); found != nil {
		return found.Task
	}
	return api.Task{}
}

// Report gives the report that ended a task; nil where there is none.
func (f *FakeServer) Report(id string) *api.ResultReport {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.task(id); found != nil {
		return found.report
	}
	return nil
}

// AwaitState waits until a task is in a state, and returns it.
func (f *FakeServer) AwaitState(t testing.TB, id string, want task.State) api.Task {
	t.Helper()
	f.Await(t, "task is "+string(want), func() bool { return f.Task(id).State == want })
	return f.Task(id)
}

func (f *FakeServer) enqueue(req api.TaskRequest) (*fakeTask, error) {
	if _, err := operation.Decode(operation.Code(req.OperationCode), req.Params); err != nil {
		return nil, err
	}
	timeout := req.TimeoutSeconds
	if timeout == 0 {
		timeout = 3600
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	created := &fakeTask{Task: api.Task{
		ID: id.String(), Name: req.Name, OperationCode: req.OperationCode, Params: req.Params, State: task.Queued,
		Reason: task.WaitingForRunner, RunnerID: req.RunnerID, TimeoutSeconds: timeout, MaxAttempts: 3,
		Creator: fakeKey, CreatedBy: "tester", CreatedAt: time.Now().UTC(),
	}}
	f.tasks = append(f.tasks, created)
	return created, nil
}

func (f *FakeServer) task(id string) *fakeTask {
	i := slices.IndexFunc(f.tasks, func(t *fakeTask) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return f.tasks[i]
}

func (t *fakeTask) held() bool { return t.State.Held() }

func (t *fakeTask) takeBack(reason task.Reason) {
	t.State, t.Reason, t.lease, t.holder, t.confirmed = task.Queued, reason, "", "", false
}

func (t *fakeTask) end(state task.State, reason task.Reason, message string) {
	now := time.Now().UTC()
	t.State, t.Reason, t.Message, t.FinishedAt = state, reason, message, &now
}

func (f *FakeServer) cancel(t *fakeTask) {
	if t == nil || t.State.Final() {
		return
	}
	t.cancelPending = t.held()
	t.end(task.Canceled, task.CanceledByUser, "")
}

// handOut leases a task to a runner.
func (f *FakeServer) handOut(t *fakeTask, r *Runner) {
	t.State, t.Reason, t.holder, t.confirmed = task.Leased, "", r.ID, false
	t.Attempt++
	t.RunnerID = r.ID
	t.lease = "1-" + uuid.NewString()
}

func (f *FakeServer) assignment(t *fakeTask, r *Runner) api.Assignment {
	return api.Assignment{
		TaskID: t.ID, Attempt: t.Attempt, LeaseToken: t.lease, LeaseSeconds: 60, OperationCode: t.OperationCode,
		Params: t.Params, Inputs: f.inputs(t, r), TimeoutSeconds: t.TimeoutSeconds, Name: t.Name, RequestedBy: t.CreatedBy,
	}
}

// inputs resolves the sources that stand in the parameters.
func (f *FakeServer) inputs(t *fakeTask, r *Runner) []api.Input {
	out := []api.Input{}
	for _, s := range sources(t) {
		in := api.Input{Path: s.Path, Name: s.Source.Dataset}
		if u := f.upload(s.Source.Upload); s.Source.Upload != "" && u != nil {
			in.Name, in.UploadID, in.ContentType, in.SizeBytes, in.SHA256 = u.Name, u.ID, u.ContentType, u.SizeBytes, u.SHA256
		} else if producer := f.task(s.Source.Task); producer != nil {
			in.Name, in.TaskID, in.Attempt = producer.Name, producer.ID, producer.Attempt
			in.RunnerID, in.OperationCode = producer.RunnerID, producer.OperationCode
		} else {
			in.DatasetID = r.datasetIDs[s.Source.Dataset]
		}
		out = append(out, in)
	}
	return out
}

func sources(t *fakeTask) []operation.SourceAt {
	params, err := operation.Decode(operation.Code(t.OperationCode), t.Params)
	if err != nil {
		return nil
	}
	return params.Sources()
}

// fence finds the task whose current attempt the caller holds. The error is
// what a server says to one who does not.
func (f *FakeServer) fence(r *Runner, id string, attempt int, lease string) (*fakeTask, error) {
	t := f.task(id)
	switch {
	case t == nil:
		return nil, fault.New("apitest", fault.NotFound, "task_not_found", "there is no such task")
	case t.holder != r.ID || t.Attempt != attempt || t.lease != lease:
		return nil, fault.New("apitest", fault.Conflict, api.CodeLeaseLost, "this attempt is no longer yours")
	default:
		return t, nil
	}
}

// settle applies a report to the task that it is about.
func (t *fakeTask) settle(rep api.ResultReport) (api.ResultAck, error) {
	raw, err := json.Marshal(rep)
	if err != nil {
		return api.ResultAck{}, err
	}
	switch {
	case t.lastReport != nil && string(t.lastReport) == string(raw):
		return t.lastAck, nil
	case t.State == task.Canceled && rep.Outcome == api.OutcomeCanceled && t.cancelPending:
		now := time.Now().UTC()
		t.cancelPending, t.StoppedAt = false, &now
	case t.State == task.Canceled:
		return api.ResultAck{}, fault.New("apitest", fault.Conflict, api.CodeTaskCanceled, "the task was canceled")
	case t.State.Final():
		return api.ResultAck{}, fault.New("apitest", fault.Conflict, api.CodeLeaseLost, "the task has ended")
	default:
		if err := t.apply(rep); err != nil {
			return api.ResultAck{}, err
		}
	}
	t.lastReport, t.report = raw, &rep
	t.lastAck = api.ResultAck{TaskID: t.ID, State: t.State, Reason: t.Reason}
	return t.lastAck, nil
}

func (t *fakeTask) apply(rep api.ResultReport) error {
	switch rep.Outcome {
	case api.OutcomeSucceeded:
		if err := t.publish(rep.Artifacts); err != nil {
			return err
		}
		t.end(task.Succeeded, "", "")
	case api.OutcomeReleased:
		t.takeBack(task.WaitingForRunner)
	default:
		e := api.AttemptError{Reason: task.OperationFailed}
		if rep.Error != nil {
			e = *rep.Error
		}
		if e.Retryable && t.Attempt < t.MaxAttempts {
			t.takeBack(task.RetryBackoff)
			return nil
		}
		t.end(task.Failed, e.Reason, e.Message)
	}
	return nil
}

// publish makes the named artifacts visible.
func (t *fakeTask) publish(refs []api.ArtifactRef) error {
	for _, ref := range refs {
		i := slices.IndexFunc(t.artifacts, func(a fakeArtifact) bool {
			return a.Name == ref.Name && a.SHA256 == ref.SHA256 && a.attempt == t.Attempt
		})
		if i < 0 {
			return fault.New("apitest", fault.Invalid, "unknown_artifact", "%s was not uploaded by this attempt", ref.Name)
		}
		t.artifacts[i].visible = true
	}
	return nil
}
