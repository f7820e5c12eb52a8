package apitest

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// judgeOutputs says what becomes of the rows that a runner asks about.
func (f *FakeServer) judgeOutputs(r *Runner, ids []string) ([]api.Command, error) {
	var out []api.Command
	for _, id := range ids {
		if _, err := uuid.Parse(id); err != nil {
			return nil, fault.BadFields("apitest", "", fault.Field{Path: "outputs", Message: "is not an id"})
		}
		switch {
		case f.deleted[id] == r.ID:
			out = append(out, api.Command{Type: api.CommandDeleteOutput, TaskID: id})
		case f.leftOn(r, id) && slices.ContainsFunc(f.tasks, func(t *fakeTask) bool { return !t.State.Final() && reads(t, id) }):
			out = append(out, api.Command{Type: api.CommandKeep, TaskID: id})
		}
	}
	return out, nil
}

// leftOn reports whether the rows of a task stayed on a runner.
func (f *FakeServer) leftOn(r *Runner, id string) bool {
	t := f.task(id)
	return t != nil && t.report != nil && t.report.Result != nil && t.report.Result.Dataset != nil && t.report.Result.Dataset.Location.RunnerID == r.ID
}

func reads(t *fakeTask, id string) bool {
	return slices.ContainsFunc(sources(t), func(s operation.SourceAt) bool { return s.Source.Task == id })
}

// DeleteTask removes a task that has ended, as a person would.
func (f *FakeServer) DeleteTask(id string) { f.change(func() { f.remove(f.task(id)) }) }

func (f *FakeServer) remove(t *fakeTask) {
	if t.report != nil && t.report.Result != nil && t.report.Result.Dataset != nil {
		f.deleted[t.ID] = t.report.Result.Dataset.Location.RunnerID
	}
	f.tasks = slices.DeleteFunc(f.tasks, func(other *fakeTask) bool { return other == t })
}

func (f *FakeServer) deleteTask(r *http.Request) (any, error) {
	t, err := f.people(r)
	if err != nil {
		return nil, err
	}
	if !t.State.Final() {
		return nil, fault.New("apitest", fault.Conflict, "wrong_state", "cancel it first")
	}
	f.remove(t)
	return struct{}{}, nil
}
