package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
	"ddap/shared/buildinfo"
)

func (s *Server) addHealth() {
	add(s, route{
		method: http.MethodGet, path: "/healthz", id: "healthz", tag: tagHealth,
		summary: "Is the server alive?", description: "Answers as long as the process does.",
	}, s.healthz)
	add(s, route{
		method: http.MethodGet, path: "/readyz", id: "readyz", tag: tagHealth,
		summary: "Can the server serve?", description: "503 while the database is away or its schema is not up to date; checks says which.",
	}, s.readyz)
}

// The words of Health.
const (
	healthOK          = "ok"
	healthUnavailable = "unavailable"
)

func (s *Server) healthz(context.Context, *struct{}) (*out[api.Health], error) {
	return &out[api.Health]{Body: api.Health{Status: healthOK, Version: buildinfo.Version}}, nil
}

// healthOut answers with a status that depends on the checks.
type healthOut struct {
	Status int
	Body   api.Health
}

func (s *Server) readyz(ctx context.Context, _ *struct{}) (*healthOut, error) {
	health := api.Health{Status: healthOK, Version: buildinfo.Version, Checks: map[string]string{}}
	status := http.StatusOK
	for name, err := range s.services.Ready(ctx) {
		health.Checks[name] = healthOK
		if err != nil {
			// The error itself may name hosts and users; it is in the log.
			health.Checks[name], health.Status, status = healthUnavailable, healthUnavailable, http.StatusServiceUnavailable
		}
	}
	return &healthOut{Status: status, Body: health}, nil
}
