package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addSessions() {
	add(s, route{
		method: http.MethodPost, path: "/v1/sessions", id: "create-session", tag: tagAccess, status: http.StatusCreated, once: &once{secret: true},
		summary: "Log in",
		description: "Makes a session of the API key that asks: with its role or a weaker one, for 12 hours at most, and never longer than the key. " +
			"It acts for the person whom the key names, if any. The token is shown in this answer and never again.",
	}, s.createSession)
	add(s, route{
		method: http.MethodGet, path: "/v1/sessions", id: "list-sessions", tag: tagAccess, summary: "List sessions",
		description: "Those that have not ended: an admin's key sees all, another one its own, a session itself.",
	}, s.listSessions)
	add(s, route{
		method: http.MethodDelete, path: "/v1/sessions/{id}", id: "end-session", tag: tagAccess, status: http.StatusNoContent,
		summary: "Log out", description: "The session stops working with its next request.",
	}, s.endSession)
}

func (s *Server) createSession(ctx context.Context, in *withBody[api.SessionRequest]) (*out[api.Session], error) {
	return answer(s.services.Registry.CreateSession(ctx, principalOf(ctx), in.Body))
}

func (s *Server) listSessions(ctx context.Context, _ *struct{}) (*out[api.SessionList], error) {
	return answer(s.services.Registry.Sessions(ctx, principalOf(ctx)))
}

func (s *Server) endSession(ctx context.Context, in *withID) (*struct{}, error) {
	return nil, s.services.Registry.EndSession(ctx, principalOf(ctx), in.ID)
}
