package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addRunners() {
	add(s, route{
		method: http.MethodGet, path: "/v1/runners", id: "list-runners", tag: tagRunners, summary: "List runners",
	}, s.listRunners)
	add(s, route{
		method: http.MethodGet, path: "/v1/runners/{id}", id: "get-runner", tag: tagRunners, summary: "Get a runner", tagged: true,
	}, s.getRunner)
	add(s, route{
		method: http.MethodPatch, path: "/v1/runners/{id}", id: "change-runner", tag: tagRunners, current: pinned(s.services.Registry.PinnedRunner),
		summary:     "Pause, drain or label a runner",
		description: "A paused runner is told so and works on what it holds; a drained one finishes that. Neither gets new tasks. Labels replace all that the runner cannot override.",
	}, s.patchRunner)
	add(s, route{
		method: http.MethodPost, path: "/v1/runners/{id}/approve", id: "approve-runner", tag: tagRunners, current: pinned(s.services.Registry.PinnedRunner),
		summary: "Approve a runner", description: "Lets a runner whose enrolment asked for approval take tasks.",
	}, s.approveRunner)
	add(s, route{
		method: http.MethodPost, path: "/v1/runners/{id}/revoke", id: "revoke-runner", tag: tagRunners, current: pinned(s.services.Registry.PinnedRunner),
		summary: "Revoke a runner", description: "For good: its credential, its leases and its open requests end at once. Says how many tasks wait for another runner now, and how many failed because only it could do them.",
	}, s.revokeRunner)
	add(s, route{
		method: http.MethodPut, path: "/v1/runners/{id}/datasets", id: "put-datasets", tag: tagWork,
		summary: "Say what a runner shares", description: "Replaces the whole list. A dataset keeps its id for as long as the runner lives.",
	}, s.putDatasets)
}

func (s *Server) listRunners(ctx context.Context, in *pageInput) (*out[api.RunnerList], error) {
	return answer(s.services.Registry.Runners(ctx, principalOf(ctx), in.Limit, in.Cursor))
}

func (s *Server) getRunner(ctx context.Context, in *withID) (*out[api.Runner], error) {
	return answer(s.services.Registry.Runner(ctx, principalOf(ctx), in.ID))
}

type patchRunnerInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.RunnerPatch
}

func (s *Server) patchRunner(ctx context.Context, in *patchRunnerInput) (*out[api.Runner], error) {
	return answer(s.services.Registry.PatchRunner(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) approveRunner(ctx context.Context, in *withID) (*out[api.Runner], error) {
	return answer(s.services.Registry.ApproveRunner(ctx, principalOf(ctx), in.ID))
}

func (s *Server) revokeRunner(ctx context.Context, in *withID) (*out[api.RevokedRunner], error) {
	return answer(s.services.Registry.RevokeRunner(ctx, principalOf(ctx), in.ID))
}

type putDatasetsInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.DatasetsRequest
}

func (s *Server) putDatasets(ctx context.Context, in *putDatasetsInput) (*out[api.DatasetList], error) {
	return answer(s.services.Registry.PutDatasets(ctx, principalOf(ctx), in.ID, in.Body))
}
