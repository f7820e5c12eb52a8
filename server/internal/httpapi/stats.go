package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addStats() {
	add(s, route{
		method: http.MethodGet, path: "/v1/stats", id: "get-stats", tag: tagFleet,
		summary: "See how much is going on", description: "Tasks that have not ended, why they wait, rates of the last hour, and the runners.",
	}, s.getStats)
}

func (s *Server) getStats(ctx context.Context, _ *struct{}) (*out[api.Stats], error) {
	return answer(s.services.Stats.Stats(ctx, principalOf(ctx)))
}
