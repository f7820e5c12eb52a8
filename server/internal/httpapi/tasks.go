package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ddap/server/internal/dispatch"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func (s *Server) addTasks() {
	add(s, route{
		method: http.MethodPost, path: "/v1/task", id: "create-task", tag: tagTasks, status: http.StatusCreated,
		summary: "Create a task",
		description: "The parameters are checked here, field by field. A dataset that nobody ever shared is refused; for one that is known " +
			"and not there now, the task waits and its reason says so.",
	}, s.createTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks", id: "create-tasks", tag: tagTasks, status: http.StatusCreated,
		summary: "Create up to 1,000 tasks", description: "All of them or none; the answer is in the order of the request.",
	}, s.createTasks)
	add(s, route{
		method: http.MethodGet, path: "/v1/tasks", id: "list-tasks", tag: tagTasks,
		summary: "List tasks, or hand out work",
		description: "For an API key: the tasks, newest first, a page at a time. For a runner's credential: the same as POST /v1/claim, which is its proper form; " +
			"runner_id must then be its own.",
		responses: s.tasksResponse(),
	}, s.listTasks)
	add(s, route{
		method: http.MethodGet, path: "/v1/tasks/{id}", id: "get-task", tag: tagTasks, summary: "Get a task with its attempts",
	}, s.getTask)
	add(s, route{
		method: http.MethodDelete, path: "/v1/tasks/{id}", id: "delete-task", tag: tagTasks, status: http.StatusNoContent,
		summary: "Delete a task that has ended", description: "With its result, its artifacts and its timeline. Analysts delete their own tasks, operators any.",
	}, s.deleteTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks/{id}/cancel", id: "cancel-task", tag: tagTasks,
		summary: "Cancel a task", description: "It ends at once; its runner is told with its next ping. Analysts cancel their own tasks, operators any.",
	}, s.cancelTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks/{id}/retry", id: "retry-task", tag: tagTasks, status: http.StatusCreated,
		summary: "Try a task again", description: "Makes a new task like one that failed or was canceled. In a pipeline it does so for the steps after it as well.",
	}, s.retryTask)
	add(s, route{
		method: http.MethodGet, path: "/v1/tasks/{id}/events", id: "list-task-events", tag: tagTasks, summary: "Get a task's timeline",
	}, s.listTaskEvents)
}

func (s *Server) createTask(ctx context.Context, in *withBody[api.TaskRequest]) (*out[api.TaskCreated], error) {
	created, err := s.services.Dispatch.Create(ctx, principalOf(ctx), []api.TaskRequest{in.Body})
	if err != nil {
		return nil, err
	}
	return &out[api.TaskCreated]{Body: created[0]}, nil
}

func (s *Server) createTasks(ctx context.Context, in *withBody[api.TaskBatch]) (*out[api.TasksCreated], error) {
	created, err := s.services.Dispatch.Create(ctx, principalOf(ctx), in.Body.Tasks)
	var f *fault.Error
	if len(in.Body.Tasks) == 1 && errors.As(err, &f) {
		// A single task's fields are named as those of POST /v1/task.
		err = below("tasks[0]", f)
	}
	return answer(api.TasksCreated{Tasks: created}, err)
}

// tasksInput is what a list may ask for, and what a claim may.
type tasksInput struct {
	Wait
	RunnerID   string   `query:"runner_id" format:"uuid" doc:"Tasks that this runner holds or held last"`
	TaskID     string   `query:"task_id" format:"uuid" doc:"For runners: ask for this one task; answered at once, whatever wait says"`
	Instance   string   `query:"instance_id" maxLength:"100" doc:"For runners: random per process start"`
	States     []string `query:"state,explode" doc:"Tasks in these states; give it several times, or separate states by commas"`
	Operation  int      `query:"operation_code" doc:"Tasks of this operation"`
	PipelineID string   `query:"pipeline_id" format:"uuid" doc:"Tasks of this pipeline"`
	Text       string   `query:"text" maxLength:"200" doc:"Tasks with this text in their names"`
	Limit      int      `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page, 50 when absent; for runners, how many tasks to take at most"`
	Cursor     string   `query:"cursor" maxLength:"200" doc:"The next_cursor of the page before"`
}

// listTasks keeps the promise of the founding document that one address hands
// out work and lists: which of the two is for the credential to say.
func (s *Server) listTasks(ctx context.Context, in *tasksInput) (*out[any], error) {
	p := principalOf(ctx)
	if p.Kind == credential.Runner {
		if in.RunnerID != "" && !strings.EqualFold(in.RunnerID, p.ID.String()) {
			return nil, fault.New("httpapi.listTasks", fault.Forbidden, codeWrongRunner, "A runner can only ask for work for itself.")
		}
		claim := claimInput{Wait: in.Wait, Limit: min(in.Limit, api.MaxClaim), TaskID: in.TaskID, Instance: in.Instance}
		tasks, err := s.services.Dispatch.Claim(ctx, p, claim.options())
		return answer[any](tasks, err)
	}
	options, err := in.filter()
	if err != nil {
		return nil, err
	}
	list, err := s.services.Dispatch.Tasks(ctx, p, options)
	return answer[any](list, err)
}

func (in *tasksInput) filter() (dispatch.ListOptions, error) {
	o := dispatch.ListOptions{
		RunnerID: optionalID(in.RunnerID), PipelineID: optionalID(in.PipelineID),
		Text: in.Text, Limit: in.Limit, Cursor: in.Cursor,
	}
	if code := operation.Code(in.Operation); code != 0 {
		if !slices.Contains(operation.Codes(), code) {
			return o, fault.BadFields("httpapi.listTasks", codeInvalidRequest,
				fault.Field{Path: "query.operation_code", Message: fmt.Sprintf("must be one of %v", operation.Codes())})
		}
		o.Operations = []operation.Code{code}
	}
	for _, given := range in.States {
		for name := range strings.SplitSeq(given, ",") {
			state := task.State(strings.TrimSpace(name))
			if !isState(state) {
				return o, fault.BadFields("httpapi.listTasks", codeInvalidRequest, operation.UnknownName("query.state", "state", name, stateNames()))
			}
			o.States = append(o.States, state)
		}
	}
	return o, nil
}

func isState(s task.State) bool { return len(s.Next()) > 0 || s.Final() }

func stateNames() []string {
	var names []string
	for _, s := range task.States() {
		names = append(names, string(s))
	}
	return names
}

func (s *Server) getTask(ctx context.Context, in *withID) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Task(ctx, principalOf(ctx), in.ID))
}

func (s *Server) deleteTask(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Dispatch.Delete(ctx, principalOf(ctx), in.ID)
}

func (s *Server) cancelTask(ctx context.Context, in *withID) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Cancel(ctx, principalOf(ctx), in.ID))
}

func (s *Server) retryTask(ctx context.Context, in *withID) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Retry(ctx, principalOf(ctx), in.ID))
}

func (s *Server) listTaskEvents(ctx context.Context, in *withID) (*out[api.EventList], error) {
	return answer(s.services.Dispatch.Events(ctx, principalOf(ctx), in.ID))
}

// tasksResponse describes the two answers of GET /tasks.
func (s *Server) tasksResponse() map[string]*huma.Response {
	list, claim := s.schemaOf(api.TaskList{}), s.schemaOf(api.ClaimResponse{})
	return map[string]*huma.Response{"200": {
		Description: "A page of tasks for a key; work for a runner",
		Content:     map[string]*huma.MediaType{jsonType: {Schema: &huma.Schema{OneOf: []*huma.Schema{list, claim}}}},
	}}
}
