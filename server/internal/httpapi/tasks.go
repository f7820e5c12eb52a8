package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

func (s *Server) addTasks() {
	add(s, route{
		method: http.MethodPost, path: "/v1/task", id: "create-task", tag: tagTasks, status: http.StatusCreated, once: &once{again: s.taskCreatedAgain},
		summary: "Create a task",
		description: "The parameters are checked here, field by field. A dataset that nobody ever shared is refused; for one that is known " +
			"and not there now, the task waits and its reason says so.",
	}, s.createTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks", id: "create-tasks", tag: tagTasks, status: http.StatusCreated, once: &once{again: s.tasksCreatedAgain},
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
		method: http.MethodGet, path: "/v1/tasks/{id}", id: "get-task", tag: tagTasks, summary: "Get a task with its attempts", tagged: true,
	}, s.getTask)
	add(s, route{
		method: http.MethodDelete, path: "/v1/tasks/{id}", id: "delete-task", tag: tagTasks, status: http.StatusNoContent,
		current: s.currentTask,
		summary: "Delete a task that has ended", description: "With its result, its artifacts and its timeline. Analysts delete their own tasks, operators any.",
	}, s.deleteTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks/{id}/cancel", id: "cancel-task", tag: tagTasks,
		current: s.currentTask,
		summary: "Cancel a task", description: "It ends at once; its runner is told with its next ping. Analysts cancel their own tasks, operators any.",
	}, s.cancelTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks/{id}/retry", id: "retry-task", tag: tagTasks, status: http.StatusCreated, once: &once{again: s.taskAgain},
		current: s.currentTask,
		summary: "Try a task again", description: "Makes a new task like one that failed or was canceled. In a pipeline it does so for the steps after it as well. " +
			"Where the rows of an input are lost, the answer is 409 with the code input_lost; with rerun_lost_inputs the tasks that made them run again as well.",
	}, s.retryTask)
	add(s, route{
		method: http.MethodPatch, path: "/v1/tasks/{id}", id: "change-task", tag: tagTasks, current: s.currentTask,
		summary: "Change a task's priority or deadline", description: "Of one that has not ended. Analysts change their own tasks, operators any.",
	}, s.patchTask)
	add(s, route{
		method: http.MethodPost, path: "/v1/tasks/{id}/clone", id: "clone-task", tag: tagTasks, status: http.StatusCreated, once: &once{again: s.taskAgain},
		current: s.currentTask,
		summary: "Ask the same again", description: "Makes a new task with the same parameters, in whatever state the old one is. It belongs to no pipeline and starts at once.",
	}, s.cloneTask)
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
	options, err := in.options()
	if err != nil {
		return nil, err
	}
	list, err := s.services.Dispatch.Tasks(ctx, p, options)
	return answer[any](list, err)
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

// retryInput asks to try something again.
type retryInput struct {
	ID        uuid.UUID `path:"id" format:"uuid"`
	RerunLost bool      `query:"rerun_lost_inputs" doc:"Run the tasks again whose rows are lost and needed"`
}

func (s *Server) retryTask(ctx context.Context, in *retryInput) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Retry(ctx, principalOf(ctx), in.ID, in.RerunLost))
}

func (s *Server) cloneTask(ctx context.Context, in *withID) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Clone(ctx, principalOf(ctx), in.ID))
}

type patchTaskInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.TaskPatch
}

func (s *Server) patchTask(ctx context.Context, in *patchTaskInput) (*out[api.Task], error) {
	return answer(s.services.Dispatch.Patch(ctx, principalOf(ctx), in.ID, in.Body))
}

// currentTask is what a GET of the task would answer. The context that it gives
// makes a change fail where the task changes after this.
func (s *Server) currentTask(ctx context.Context, id uuid.UUID) (context.Context, any, error) {
	return s.services.Dispatch.Pinned(ctx, principalOf(ctx), id)
}

// eventsInput asks for a page of one task's events.
type eventsInput struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	Limit  int       `query:"limit" minimum:"1" maximum:"1000" doc:"Size of a page, 1,000 when absent"`
	Cursor string    `query:"cursor" maxLength:"1000" doc:"The next_cursor of the page before"`
}

func (s *Server) listTaskEvents(ctx context.Context, in *eventsInput) (*out[api.EventList], error) {
	return answer(s.services.Dispatch.Events(ctx, principalOf(ctx), in.ID, in.Limit, in.Cursor))
}

// tasksResponse describes the two answers of GET /tasks.
func (s *Server) tasksResponse() map[string]*huma.Response {
	list, claim := s.schemaOf(api.TaskList{}), s.schemaOf(api.ClaimResponse{})
	return map[string]*huma.Response{"200": {
		Description: "A page of tasks for a key; work for a runner",
		Content:     map[string]*huma.MediaType{jsonType: {Schema: &huma.Schema{AnyOf: []*huma.Schema{list, claim}}}},
	}}
}
