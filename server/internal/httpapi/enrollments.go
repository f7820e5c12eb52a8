package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addEnrollments() {
	add(s, route{
		method: http.MethodPost, path: "/v1/enrollments", id: "create-enrollment", tag: tagAccess, status: http.StatusCreated, once: &once{secret: true},
		summary: "Make an enrolment token", description: "With which runners register. The token is shown in this answer and never again.",
	}, s.createEnrollment)
	add(s, route{
		method: http.MethodGet, path: "/v1/enrollments", id: "list-enrollments", tag: tagAccess, summary: "List enrolment tokens",
	}, s.listEnrollments)
	add(s, route{
		method: http.MethodDelete, path: "/v1/enrollments/{id}", id: "revoke-enrollment", tag: tagAccess,
		summary: "Revoke an enrolment token", description: "Runners that registered with it stay.",
	}, s.revokeEnrollment)
}

func (s *Server) createEnrollment(ctx context.Context, in *withBody[api.EnrollmentRequest]) (*out[api.Enrollment], error) {
	return answer(s.services.Registry.CreateEnrollment(ctx, principalOf(ctx), in.Body))
}

func (s *Server) listEnrollments(ctx context.Context, in *pageInput) (*out[api.EnrollmentList], error) {
	return answer(s.services.Registry.Enrollments(ctx, principalOf(ctx), in.Limit, in.Cursor))
}

func (s *Server) revokeEnrollment(ctx context.Context, in *withID) (*out[api.Enrollment], error) {
	return answer(s.services.Registry.RevokeEnrollment(ctx, principalOf(ctx), in.ID))
}
