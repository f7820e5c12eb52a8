package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addPipelines() {
	add(s, route{
		method: http.MethodPost, path: "/v1/pipelines", id: "create-pipeline", tag: tagPipelines, status: http.StatusCreated, once: &once{again: s.pipelineAgain},
		summary: "Create tasks that belong together", description: `All of them or none. A step names the output of another as {"task": "REF"}.`,
	}, s.createPipeline)
	add(s, route{
		method: http.MethodGet, path: "/v1/pipelines", id: "list-pipelines", tag: tagPipelines,
		summary: "List pipelines", description: "Newest first, without their tasks.",
	}, s.listPipelines)
	add(s, route{
		method: http.MethodGet, path: "/v1/pipelines/{id}", id: "get-pipeline", tag: tagPipelines, summary: "Get a pipeline with its tasks", tagged: true,
	}, s.getPipeline)
	add(s, route{
		method: http.MethodPost, path: "/v1/pipelines/{id}/cancel", id: "cancel-pipeline", tag: tagPipelines,
		current: pinned(s.services.Pipelines.Pinned),
		summary: "Cancel what has not ended of a pipeline",
	}, s.cancelPipeline)
	add(s, route{
		method: http.MethodPost, path: "/v1/pipelines/{id}/retry", id: "retry-pipeline", tag: tagPipelines, status: http.StatusCreated,
		once: &once{again: s.pipelineOfAgain}, current: pinned(s.services.Pipelines.Pinned),
		summary: "Try again what failed of a pipeline", description: "Makes new tasks for the steps that failed or were canceled and for those that need them, and keeps the outputs of the rest. " +
			"Where the rows of a finished step are lost, the answer is 409 with the code input_lost; with rerun_lost_inputs that step runs again as well.",
	}, s.retryPipeline)
}

// pageInput is what every list that is read a page at a time may ask for.
type pageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"The next_cursor of the page before"`
}

// ByCreator is what a list of things that somebody made may ask for besides.
type ByCreator struct {
	Creator string `query:"creator" maxLength:"300" doc:"Those made by me, with a key (its id), or with a key for one person (KEY_ID;USER_ID)"`
}

type madePageInput struct {
	ByCreator
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"The next_cursor of the page before"`
}

func (s *Server) createPipeline(ctx context.Context, in *withBody[api.PipelineRequest]) (*out[api.Pipeline], error) {
	return answer(s.services.Pipelines.Create(ctx, principalOf(ctx), in.Body))
}

func (s *Server) listPipelines(ctx context.Context, in *madePageInput) (*out[api.PipelineList], error) {
	return answer(s.services.Pipelines.List(ctx, principalOf(ctx), in.Creator, in.Limit, in.Cursor))
}

func (s *Server) getPipeline(ctx context.Context, in *withID) (*out[api.Pipeline], error) {
	return answer(s.services.Pipelines.Pipeline(ctx, principalOf(ctx), in.ID))
}

func (s *Server) retryPipeline(ctx context.Context, in *retryInput) (*out[api.Pipeline], error) {
	return answer(s.services.Pipelines.Retry(ctx, principalOf(ctx), in.ID, in.RerunLost))
}

func (s *Server) cancelPipeline(ctx context.Context, in *withID) (*out[api.Pipeline], error) {
	return answer(s.services.Pipelines.Cancel(ctx, principalOf(ctx), in.ID))
}
