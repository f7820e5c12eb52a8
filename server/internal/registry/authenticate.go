package registry

import (
	"context"
	"time"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// Codes of refused credentials, beside those of package api.
const (
	codeUnknown           = "unknown_credential"
	codeKeyRevoked        = "key_revoked"
	codeKeyExpired        = "key_expired"
	codeEnrollmentRevoked = "enrollment_revoked"
)

// Authenticate tells who presents this credential. Nothing is cached: one that
// was revoked stops working with the next request.
//
// An enrolment token that is expired or used up is let through, because a
// runner whose registration was not answered may come again with it: Register
// judges that. All errors but Unavailable and Internal are Unauthenticated,
// with a code that says what is wrong.
func (s *Service) Authenticate(ctx context.Context, token string) (store.Principal, error) {
	const op = "registry.Authenticate"
	shown, err := credential.Parse(token)
	if err != nil {
		return store.Principal{}, fault.New(op, fault.Unauthenticated, api.CodeMalformedCredential,
			"This is not a whole credential. It should look like ddap_<kind>_<id>_<secret>; it may have been cut or mistyped.")
	}
	switch shown.Kind {
	case credential.Key:
		return s.authenticateKey(ctx, shown)
	case credential.Enrollment:
		return s.authenticateEnrollment(ctx, shown)
	case credential.Runner:
		return s.authenticateRunner(ctx, shown)
	case credential.Session:
		return s.authenticateSession(ctx, shown)
	default:
		return store.Principal{}, unknown(op)
	}
}

func (s *Service) authenticateKey(ctx context.Context, shown credential.Credential) (store.Principal, error) {
	const op = "registry.authenticateKey"
	key, err := s.records.FindKey(ctx, shown.ID)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && !shown.Matches(key.SecretHash):
		return store.Principal{}, unknown(op)
	case err != nil:
		return store.Principal{}, err
	case key.RevokedAt != nil:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeKeyRevoked, "This key was revoked on %s.", key.RevokedAt.UTC().Format(time.RFC3339))
	case key.Expired:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeKeyExpired, "This key expired on %s.", key.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return store.Principal{
		Kind: credential.Key, ID: key.ID, WorkspaceID: key.WorkspaceID, Workspace: key.Workspace,
		Name: key.Name, Role: key.Role, Delegate: key.Delegate,
		Grants: key.Grants, ExpiresAt: key.ExpiresAt,
	}, nil
}

func (s *Service) authenticateEnrollment(ctx context.Context, shown credential.Credential) (store.Principal, error) {
	const op = "registry.authenticateEnrollment"
	token, err := s.records.FindEnrollment(ctx, shown.ID)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && !shown.Matches(token.SecretHash):
		return store.Principal{}, unknown(op)
	case err != nil:
		return store.Principal{}, err
	case token.RevokedAt != nil:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeEnrollmentRevoked, "This enrolment token was revoked. Ask for a new one.")
	}
	return store.Principal{
		Kind: credential.Enrollment, ID: token.ID, WorkspaceID: token.WorkspaceID, Workspace: token.Workspace,
		Name: "enrolment",
	}, nil
}

func (s *Service) authenticateRunner(ctx context.Context, shown credential.Credential) (store.Principal, error) {
	const op = "registry.authenticateRunner"
	runner, err := s.records.FindRunner(ctx, shown.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		return store.Principal{}, unknown(op)
	case err != nil:
		return store.Principal{}, err
	case !shown.Matches(runner.SecretHash) && !shown.Matches(runner.PreviousHash):
		return store.Principal{}, unknown(op)
	case runner.State == api.RunnerRevoked:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, api.CodeRunnerRevoked, "This runner was revoked. To come back it needs a new enrolment token.")
	}
	if !shown.Matches(runner.SecretHash) && !runner.Overlaps {
		return store.Principal{}, fault.New(op, fault.Unauthenticated, api.CodeCredentialRotated, "This runner's credential was replaced by a new one; start it with that.")
	}
	hash := shown.Hash()
	return store.Principal{
		Kind: credential.Runner, ID: runner.ID, WorkspaceID: runner.WorkspaceID, Workspace: runner.Workspace, Name: runner.Name,
		SecretHash: hash[:],
	}, nil
}

// unknown is the same for an id that does not exist and a secret that is
// wrong: the difference is nobody's business.
func unknown(op string) error {
	return fault.New(op, fault.Unauthenticated, codeUnknown, "This credential is not known here. It may belong to another server.")
}
