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
	known, err := readReturning(op, p, req)
	if err != nil {
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
		KeyID: p.Owner(), RunnerID: known,
	}, lifetime)
	if err != nil {
		return api.Enrollment{}, err
	}
	view := viewEnrollment(token)
	view.Token = secret.String()
	return view, nil
}

// readReturning reads which known runner a token brings back; nil for none.
// That hands a runner's place to somebody else, so a grant does not suffice.
func readReturning(op string, p store.Principal, req api.EnrollmentRequest) (*uuid.UUID, error) {
	if req.RunnerID == "" {
		return nil, nil //nolint:nilnil // no runner is a valid answer
	}
	if !p.Role.Includes(api.Admin) {
		return nil, fault.New(op, fault.Forbidden, "role_too_weak", "Bringing a known runner back needs a key with the role admin.")
	}
	id, err := uuid.Parse(req.RunnerID)
	wrong := []fault.Field{}
	if err != nil {
		wrong = append(wrong, fault.Field{Path: "runner_id", Message: "is not an id"})
	}
	if req.MaxUses > 1 {
		wrong = append(wrong, fault.Field{Path: "max_uses", Message: "must be 1 where runner_id names one runner"})
	}
	if len(req.Labels) > 0 || req.RequireApproval {
		wrong = append(wrong, fault.Field{Path: "runner_id", Message: "keeps its labels and needs no approval; leave labels and require_approval out"})
	}
	if len(wrong) > 0 {
		return nil, fault.BadFields(op, codeInvalid, wrong...)
	}
	return &id, nil
}

// ownOnly is the key whose enrolment tokens p may see; Nil for all of the workspace.
func ownOnly(p store.Principal) uuid.UUID {
	if p.Role.Includes(api.Admin) {
		return uuid.Nil
	}
	return p.Owner()
}

// Enrollments lists the workspace's enrolment tokens, newest first, without
// their secrets. Who may make them by a grant sees its own.
func (s *Service) Enrollments(ctx context.Context, p store.Principal, limit int, cursor string) (api.EnrollmentList, error) {
	page, err := readPage("registry.Enrollments", "enrollments", limit, cursor)
	if err != nil {
		return api.EnrollmentList{}, err
	}
	tokens, err := s.records.ListEnrollments(ctx, p.WorkspaceID, ownOnly(p), page.more())
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
	token, err := s.records.RevokeEnrollment(ctx, p.WorkspaceID, ownOnly(p), id)
	if err != nil {
		return api.Enrollment{}, err
	}
	return viewEnrollment(token), nil
}

func viewEnrollment(e store.Enrollment) api.Enrollment {
	runner := ""
	if e.RunnerID != nil {
		runner = e.RunnerID.String()
	}
	return api.Enrollment{
		RunnerID: runner,
		ID:       e.ID.String(), MaxUses: e.MaxUses, Uses: e.Uses, Labels: e.Labels, RequireApproval: e.RequireApproval,
		ExpiresAt: e.ExpiresAt, CreatedAt: e.CreatedAt, RevokedAt: e.RevokedAt,
	}
}
