// Package idempotency makes a request that is sent again have its effect once:
// the first one with a key is let through, and its answer is kept for a day for
// those that repeat it, on any server.
//
// A key is held by a lease. What keeps two requests from both having an effect
// is not the lease but the database: the transaction of the effect marks the
// key, and fails where another request has it.
package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Service judges repeated requests. It is safe for concurrent use.
type Service struct {
	store store.Idempotency
	log   *slog.Logger
}

// New makes the service.
func New(s store.Idempotency, log *slog.Logger) *Service { return &Service{store: s, log: log} }

// Request is one request with a key.
type Request struct {
	Principal store.Principal
	// Route is the route's name, without the ids in its path; Key is what the client sent.
	Route, Key string
	// Hash is that of everything in the request that decides what it does.
	Hash [sha256.Size]byte
}

// Begun says how to go on with a request.
type Begun struct {
	// Once goes into the context of a request that is to be performed; Keep or
	// Release must follow.
	Once store.Once
	// Repeated says that it was performed already: Answer is what was answered
	// then, nil where that is not kept, and Made are the ids of what was made.
	Repeated bool
	Answer   *store.KeptAnswer
	Made     []uuid.UUID
}

// Begin takes the key for a request. Errors: Invalid (idempotency_key_reused)
// where the key came with another request, Conflict (idempotency_key_in_flight)
// where the same one is under way.
func (s *Service) Begin(ctx context.Context, r Request) (Begun, error) {
	const op = "idempotency.Begin"
	digest := digestOf(r)
	once := store.Once{Digest: digest[:], Token: uuid.New()}
	known, err := s.store.ClaimOnce(ctx, r.Principal.WorkspaceID, once, r.Hash[:])
	switch {
	case err != nil:
		return Begun{}, err
	case known.Mine:
		return Begun{Once: once}, nil
	case !bytes.Equal(known.RequestHash, r.Hash[:]):
		return Begun{}, fault.BadFields(op, api.CodeKeyReused, fault.Field{
			Path: "header." + api.IdempotencyHeader, Message: "was used for another request; a new request needs a new key",
		})
	case known.Answer != nil || known.Performed:
		return Begun{Repeated: true, Answer: known.Answer, Made: known.Made}, nil
	default:
		return Begun{}, fault.New(op, fault.Conflict, api.CodeKeyInFlight,
			"The same request is under way; send this one again in a moment to get its answer.")
	}
}

// digestOf names a key: no credential, acting user or route can meet another's.
func digestOf(r Request) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range []string{string(r.Principal.Kind), r.Principal.ID.String(), r.Principal.ActingID(), r.Route, r.Key} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(part))) // a hash takes everything
		h.Write([]byte(part))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// finishTime bounds what is written down after the answer is known.
const finishTime = 5 * time.Second

// Keep keeps the answer of a request; nil for one that carries a secret. Where
// that fails the answer is given all the same: a repeated request will be told
// what was made.
func (s *Service) Keep(ctx context.Context, once store.Once, a *store.KeptAnswer) {
	s.finish(ctx, "keep the answer", func(ctx context.Context) error { return s.store.KeepOnce(ctx, once, a) })
}

// Release lets the request be sent again, because it had no effect. What was
// committed all the same stays known.
func (s *Service) Release(ctx context.Context, once store.Once) {
	s.finish(ctx, "release the key", func(ctx context.Context) error { return s.store.ReleaseOnce(ctx, once) })
}

// finish goes on when the client has gone: the next one with this key needs it.
func (s *Service) finish(ctx context.Context, what string, work func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	if err := work(ctx); err != nil {
		s.log.WarnContext(ctx, "idempotency key not finished", logkey.Work, what, logkey.Error, err)
	}
}
