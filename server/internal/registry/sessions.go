package registry

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

const (
	codeSessionEnded   = "session_ended"
	codeSessionExpired = "session_expired"
)

// CreateSession makes a session of the key that asks; the answer carries its
// secret, this once. It acts for the same person as the key does now.
func (s *Service) CreateSession(ctx context.Context, p store.Principal, req api.SessionRequest) (api.Session, error) {
	const op = "registry.CreateSession"
	if p.Kind != credential.Key {
		return api.Session{}, fault.New(op, fault.Forbidden, "wrong_credential", "A session cannot make sessions; it takes an API key.")
	}
	role := cmp.Or(req.Role, p.Role)
	if !p.Role.Includes(role) {
		return api.Session{}, fault.New(op, fault.Forbidden, "role_too_weak", "A session cannot be more than its key, which has the role %s.", p.Role)
	}
	name := ""
	if req.Name != "" {
		var err error
		if name, err = cleanName(op, req.Name); err != nil {
			return api.Session{}, err
		}
	}
	secret, err := credential.New(credential.Session, newID())
	if err != nil {
		return api.Session{}, fault.E(op, fault.Internal, err)
	}
	hash := secret.Hash()
	lifetime := time.Duration(cmp.Or(req.ExpiresInSeconds, api.MaxSessionSeconds)) * time.Second
	kept, err := s.records.AddSession(ctx, store.Session{
		ID: secret.ID, WorkspaceID: p.WorkspaceID, KeyID: p.ID, ActingUser: p.ActingUser, Name: name, Role: role, SecretHash: hash[:],
	}, lifetime)
	if err != nil {
		return api.Session{}, err
	}
	view := viewSession(kept)
	view.Token = secret.String()
	return view, nil
}

// Sessions lists the sessions that p may see and that have not ended, newest first.
func (s *Service) Sessions(ctx context.Context, p store.Principal) (api.SessionList, error) {
	found, err := s.records.ListSessions(ctx, visibleSessions(p))
	if err != nil {
		return api.SessionList{}, err
	}
	list := api.SessionList{Sessions: make([]api.Session, 0, len(found))}
	for _, one := range found {
		list.Sessions = append(list.Sessions, viewSession(one))
	}
	return list, nil
}

// EndSession ends one of the sessions that p may see; it may have ended before.
func (s *Service) EndSession(ctx context.Context, p store.Principal, id uuid.UUID) error {
	f := visibleSessions(p)
	if f.ID != uuid.Nil && f.ID != id {
		return fault.New("registry.EndSession", fault.NotFound, "session_not_found", "There is no session %s that you could see.", id)
	}
	f.ID = id
	return s.records.EndSession(ctx, f)
}

// visibleSessions selects what p may see: an admin's key all of the workspace, a
// key its own, and of these, where it acts for a person, that one's. A session,
// which a key may have made for any person, sees itself.
func visibleSessions(p store.Principal) store.SessionFilter {
	f := store.SessionFilter{WorkspaceID: p.WorkspaceID}
	switch {
	case p.Kind == credential.Session:
		f.ID = p.ID
	case p.ActingUser != "":
		f.KeyID, f.ActingID = p.ID, p.ActingID()
	case !p.Role.Includes(api.Admin):
		f.KeyID = p.ID
	}
	return f
}

func viewSession(s store.Session) api.Session {
	return api.Session{
		ID: s.ID.String(), KeyID: s.KeyID.String(), KeyName: s.Key.Name, ActingUser: s.ActingUser, Name: s.Name, Role: s.Role,
		CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, EndedAt: s.EndedAt,
	}
}

func (s *Service) authenticateSession(ctx context.Context, shown credential.Credential) (store.Principal, error) {
	const op = "registry.authenticateSession"
	session, err := s.records.FindSession(ctx, shown.ID)
	key := session.Key
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && !shown.Matches(session.SecretHash):
		return store.Principal{}, unknown(op)
	case err != nil:
		return store.Principal{}, err
	case key.RevokedAt != nil:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeKeyRevoked, "The key of this session was revoked. Log in with another one.")
	case key.Expired:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeKeyExpired, "The key of this session has expired. Log in with another one.")
	case session.EndedAt != nil:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeSessionEnded, "This session was ended. Log in again.")
	case session.Expired:
		return store.Principal{}, fault.New(op, fault.Unauthenticated, codeSessionExpired, "This session has expired. Log in again.")
	}
	role := session.Role
	if !key.Role.Includes(role) {
		role = key.Role
	}
	return store.Principal{
		Kind: credential.Session, ID: session.ID, KeyID: session.KeyID, WorkspaceID: session.WorkspaceID, Workspace: key.Workspace,
		Name: key.Name, Role: role, ActingUser: session.ActingUser, ExpiresAt: &session.ExpiresAt,
	}, nil
}

// Ended sessions are kept for a while, so that who comes with one is told what
// became of it.
const (
	sessionsKept  = 7 * 24 * time.Hour
	sessionsPause = time.Hour
	sessionsBatch = 1000
)

// RunSessionLoop forgets sessions that ended long ago, until ctx ends. Any
// number of servers may run it.
func (s *Service) RunSessionLoop(ctx context.Context, log *slog.Logger) error {
	return periodic.Run(ctx, log, periodic.Work{Name: "forget sessions", Interval: sessionsPause, Do: func(ctx context.Context) error {
		for {
			n, err := s.records.ForgetSessions(ctx, sessionsKept, sessionsBatch)
			if err != nil || n < sessionsBatch {
				return err
			}
		}
	}})
}
