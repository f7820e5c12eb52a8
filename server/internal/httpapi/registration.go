package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addRegistration() {
	add(s, route{
		method: http.MethodPost, path: "/v1/register", id: "register", tag: tagWork, status: http.StatusCreated,
		summary: "Register a runner",
		description: "Makes a runner out of an enrolment token. The answer carries the runner's own credential, shown this once. " +
			"The same token with the same registration_id within 15 minutes gives the same runner a fresh one.",
	}, s.register)
}

func (s *Server) register(ctx context.Context, in *withBody[api.RegisterRequest]) (*out[api.RegisterResponse], error) {
	return answer(s.services.Registry.Register(ctx, principalOf(ctx), in.Body))
}
