package apitest

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// EnrollmentToken makes a token for one runner.
func (f *FakeServer) EnrollmentToken() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.enrol(api.EnrollmentRequest{}).Token
}

func (f *FakeServer) enrol(req api.EnrollmentRequest) api.Enrollment {
	e := api.Enrollment{
		ID: uuid.NewString(), Token: newToken(credential.Enrollment), MaxUses: max(req.MaxUses, 1),
		CreatedAt: time.Now().UTC(), ExpiresAt: time.Now().UTC().Add(time.Hour),
	}
	f.enrolments[e.Token] = &enrolment{Enrollment: e, registered: map[string]string{}}
	return e
}

func (f *FakeServer) createEnrollment(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	req, err := decode[api.EnrollmentRequest](r)
	if err != nil {
		return nil, err
	}
	return f.enrol(req), nil
}

func (f *FakeServer) createTask(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	req, err := decode[api.TaskRequest](r)
	if err != nil {
		return nil, err
	}
	t, err := f.enqueue(req)
	if err != nil {
		return nil, err
	}
	return api.TaskCreated{TaskID: t.ID, State: t.State, Reason: t.Reason}, nil
}

func (f *FakeServer) people(r *http.Request) (*fakeTask, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	return f.mustTask(r.PathValue("id"))
}

func (f *FakeServer) mustTask(id string) (*fakeTask, error) {
	t := f.task(id)
	if t == nil {
		return nil, fault.New("apitest", fault.NotFound, "task_not_found", "there is no such task")
	}
	return t, nil
}

func (f *FakeServer) getTask(r *http.Request) (any, error) {
	t, err := f.people(r)
	if err != nil {
		return nil, err
	}
	return t.Task, nil
}

func (f *FakeServer) cancelTask(r *http.Request) (any, error) {
	t, err := f.people(r)
	if err != nil {
		return nil, err
	}
	f.cancel(t)
	return t.Task, nil
}

// tasksOrClaim: a runner's own credential claims on this path, a key lists.
func (f *FakeServer) tasksOrClaim(r *http.Request) (any, error) {
	if f.admin(r) != nil {
		return f.claim(r)
	}
	out := api.TaskList{Tasks: []api.Task{}}
	for _, t := range f.tasks {
		out.Tasks = append(out.Tasks, t.Task)
	}
	return out, nil
}

func (f *FakeServer) result(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		runner, runnerErr := f.runner(r)
		if runnerErr != nil || !f.needs(runner, r.PathValue("id")) {
			return nil, fault.New("apitest", fault.Forbidden, "", "only the inputs of tasks that a runner holds")
		}
	}
	t, err := f.mustTask(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	view := api.ResultView{TaskID: t.ID, Creator: t.Creator, State: t.State, Reason: t.Reason, Message: t.Message, Progress: t.Progress, Artifacts: []api.Artifact{}}
	if t.report != nil {
		view.Result = t.report.Result
	}
	for _, a := range t.artifacts {
		if a.visible {
			view.Artifacts = append(view.Artifacts, a.Artifact)
		}
	}
	if !t.State.Final() {
		return view, errNothingYet
	}
	return view, nil
}

// needs reports whether a runner holds a task that reads the output of another.
func (f *FakeServer) needs(r *Runner, id string) bool {
	return slices.ContainsFunc(f.tasks, func(t *fakeTask) bool {
		return t.held() && t.holder == r.ID && reads(t, id)
	})
}

func (f *FakeServer) getArtifact(r *http.Request) (any, error) {
	t, err := f.people(r)
	if err != nil {
		return nil, err
	}
	for _, a := range t.artifacts {
		if a.visible && a.Name == r.PathValue("name") {
			return a.content, nil
		}
	}
	return nil, fault.New("apitest", fault.NotFound, "artifact_not_found", "there is no such artifact")
}

func (f *FakeServer) datasets(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	out := api.DatasetList{Datasets: []api.Dataset{}}
	for _, runner := range f.runners {
		out.Datasets = append(out.Datasets, runner.datasets()...)
	}
	return out, nil
}

func (f *FakeServer) revokeRunner(r *http.Request) (any, error) {
	if err := f.admin(r); err != nil {
		return nil, err
	}
	runner := f.enrolled(r.PathValue("id"))
	if runner == nil {
		return nil, fault.New("apitest", fault.NotFound, "runner_not_found", "there is no such runner")
	}
	runner.State = api.RunnerRevoked
	return runner.Runner, nil
}

// Revoke refuses the only runner from now on, and ends what it waits for.
func (f *FakeServer) Revoke() {
	f.change(func() {
		for _, r := range f.runners {
			r.State = api.RunnerRevoked
		}
	})
}
