package registry

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

const (
	defaultEnrollmentLifetime = 24 * time.Hour
	defaultEnrollmentUses     = 1
	// registrationWindow is how long a runner whose registration was not
	// answered may send it again.
	registrationWindow = 15 * time.Minute
)

// CreateEnrollment makes an enrolment token; the answer carries it, this once.
func (s *Service) CreateEnrollment(ctx context.Context, p store.Principal, req api.EnrollmentRequest) (api.Enrollment, error) {
	const op = "registry.CreateEnrollment"
	if err := checkLabels(op, req.Labels); err != nil {
		return api.Enrollment{}, err
	}
	secret, err := credential.New(credential.Enrollment, newID())
	if err != nil {
		return api.Enrollment{}, fault.E(op, fault.Internal, err)
	}
	hash := secret.Hash()
	lifetime := cmp.Or(time.Duration(req.ExpiresInSeconds)*time.Second, defaultEnrollmentLifetime)
	token, err := s.records.AddEnrollment(ctx, store.Enrollment{
		ID: secret.ID, WorkspaceID: p.WorkspaceID, SecretHash: hash[:], MaxUses: cmp.Or(req.MaxUses, defaultEnrollmentUses),
		Labels: req.Labels, RequireApproval: req.RequireApproval, CreatedBy: p.Creator(),
	}, lifetime)
	if err != nil {
		return api.Enrollment{}, err
	}
	view := viewEnrollment(token)
	view.Token = secret.String()
	return view, nil
}

// Enrollments lists the workspace's enrolment tokens, newest first, without
// their secrets.
func (s *Service) Enrollments(ctx context.Context, p store.Principal, limit int, cursor string) (api.EnrollmentList, error) {
	page, err := readPage("registry.Enrollments", "enrollments", limit, cursor)
	if err != nil {
		return api.EnrollmentList{}, err
	}
	tokens, err := s.records.ListEnrollments(ctx, p.WorkspaceID, page.more())
	if err != nil {
		return api.EnrollmentList{}, err
	}
	list := api.EnrollmentList{Enrollments: make([]api.Enrollment, 0, len(tokens))}
	if len(tokens) > page.Limit {
		tokens = tokens[:page.Limit]
		list.NextCursor = page.next(tokens[page.Limit-1].ID)
	}
	for _, token := range tokens {
		list.Enrollments = append(list.Enrollments, viewEnrollment(token))
	}
	return list, nil
}

// RevokeEnrollment ends an enrolment token for good. Runners that registered
// with it stay.
func (s *Service) RevokeEnrollment(ctx context.Context, p store.Principal, id uuid.UUID) (api.Enrollment, error) {
	token, err := s.records.RevokeEnrollment(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Enrollment{}, err
	}
	return viewEnrollment(token), nil
}

func viewEnrollment(e store.Enrollment) api.Enrollment {
	return api.Enrollment{
		ID: e.ID.String(), MaxUses: e.MaxUses, Uses: e.Uses, Labels: e.Labels, RequireApproval: e.RequireApproval,
		ExpiresAt: e.ExpiresAt, CreatedAt: e.CreatedAt, RevokedAt: e.RevokedAt,
	}
}
