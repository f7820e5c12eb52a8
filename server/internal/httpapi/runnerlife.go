package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
)

func (s *Server) addRunnerLife() {
	add(s, route{
		method: http.MethodPost, path: "/v1/runners/{id}/rotate", id: "rotate-runner", tag: tagRunners, current: pinned(s.services.Registry.PinnedRunner), once: &once{secret: true},
		summary: "Give a runner a new credential",
		description: "The new one is shown in this answer and never again: start the runner with it (ddap-runner --token). The old one stays valid for the " +
			"overlap, a day where nothing is said; with 0 it is refused at once and its long polls end.",
	}, s.rotateRunner)
	add(s, route{
		method: http.MethodGet, path: "/v1/runners/{id}/why", id: "why-runner", tag: tagRunners,
		summary: "See why a runner gets no work", description: "What is in the way now, and how many waiting tasks need what the runner does not meet.",
	}, s.whyRunner)
}

type rotateInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body api.RotateRequest
}

func (s *Server) rotateRunner(ctx context.Context, in *rotateInput) (*out[api.RotatedRunner], error) {
	return answer(s.services.Registry.RotateRunner(ctx, principalOf(ctx), in.ID, in.Body))
}

func (s *Server) whyRunner(ctx context.Context, in *withID) (*out[api.RunnerWhy], error) {
	return answer(s.services.Dispatch.WhyRunner(ctx, principalOf(ctx), in.ID))
}
