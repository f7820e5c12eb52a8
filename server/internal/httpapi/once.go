package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/server/internal/idempotency"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// once says what a route promises about requests with an Idempotency-Key. A
// route that names it in its description keeps the promise; the transaction of
// its effect must call pgstore's performOnce, so that a crash right after it
// does not make the effect happen twice. A route whose body is streamed, and that
// is so registered by hand, puts performOnce before its handler by itself.
type once struct {
	// secret answers are never kept: a repeated request gets secret_already_shown.
	secret bool
	// again tells the answer once more from the ids of what was made, for when
	// the server died before it could keep the answer.
	again func(ctx context.Context, made []uuid.UUID) (any, error)
}

const maxKeyLength = 255

// idempotencyParam describes the header in the OpenAPI document.
func idempotencyParam() *huma.Param {
	length := maxKeyLength
	return &huma.Param{
		Name: api.IdempotencyHeader, In: "header",
		Description: "A random text of the caller's. The same request sent again with it within 24 hours has no effect and gets the same answer.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &length},
	}
}

// performOnce comes after the body was read and before the handler.
func (s *Server) performOnce(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, given, err := idempotencyKey(c)
		if err != nil {
			return err
		}
		if !given {
			return c.Next()
		}
		ctx := c.UserContext()
		begun, err := s.services.Idempotency.Begin(ctx, idempotency.Request{
			Principal: principalOf(ctx), Route: r.method + " " + r.path, Key: key, Hash: requestHash(c),
		})
		if err != nil {
			if fault.HasCode(err, api.CodeKeyInFlight) {
				c.Set(fiber.HeaderRetryAfter, "1")
			}
			return err
		}
		if begun.Repeated {
			return s.repeat(c, r, begun)
		}
		c.SetUserContext(store.WithOnce(ctx, begun.Once))
		kept := false
		defer func() { // also for a handler that panics
			if !kept {
				s.services.Idempotency.Release(ctx, begun.Once)
			}
		}()
		if err := c.Next(); err != nil {
			return err
		}
		kept = s.keepAnswer(ctx, c, r, begun.Once)
		return nil
	}
}

// idempotencyKey reads the header: printable ASCII, of a bounded length.
func idempotencyKey(c *fiber.Ctx) (key string, given bool, err error) {
	found := c.Request().Header.PeekAll(api.IdempotencyHeader)
	if len(found) == 0 {
		return "", false, nil
	}
	key = string(found[0])
	wrong := func(r rune) bool { return r < ' ' || r > '~' }
	if len(found) > 1 || key == "" || len(key) > maxKeyLength || slices.ContainsFunc([]rune(key), wrong) {
		return "", true, fault.BadFields("httpapi.idempotencyKey", codeInvalidRequest, fault.Field{
			Path: "header." + api.IdempotencyHeader, Message: "must be given once, with 1 to " + strconv.Itoa(maxKeyLength) + " printable ASCII characters",
		})
	}
	return key, true, nil
}

// requestHash covers all that decides what a request does: the ids in its path,
// its query and its body. Of a body that is streamed it knows the length and the
// digest that the client declares.
func requestHash(c *fiber.Ctx) [sha256.Size]byte {
	h := sha256.New()
	uri := c.Request().URI()
	for _, part := range [][]byte{[]byte(lastSegments(c)), uri.QueryString(), []byte(c.Get("Content-Digest"))} {
		_, _ = io.WriteString(h, strconv.Itoa(len(part))+":")
		h.Write(part)
	}
	if body, ok := c.Locals(rawBodyKey{}).([]byte); ok {
		h.Write(body)
	} else {
		_, _ = io.WriteString(h, strconv.Itoa(c.Request().Header.ContentLength()))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// lastSegments gives the parameters of the path: those routes that answer with
// and without the version are one.
func lastSegments(c *fiber.Ctx) string {
	var all strings.Builder
	for _, name := range c.Route().Params {
		all.WriteString(c.Params(name) + "/")
	}
	return all.String()
}

// keepAnswer keeps an answer that is final, and says whether it did.
func (s *Server) keepAnswer(ctx context.Context, c *fiber.Ctx, r route, o store.Once) bool {
	response := c.Response()
	a := &store.KeptAnswer{
		Status: response.StatusCode(), ContentType: string(response.Header.ContentType()), Body: slices.Clone(response.Body()),
	}
	if !final(a) {
		return false
	}
	if r.once.secret && a.Status < http.StatusMultipleChoices {
		a = nil
	}
	s.services.Idempotency.Keep(ctx, o, a)
	return true
}

// momentary are the codes of refusals that say how things are now: a dataset
// that is not shared yet, a task that has not ended.
var momentary = []string{
	api.CodeUnknownDataset, "unknown_task", "unknown_runner", "input_failed", "input_lost", "inputs_on_different_runners",
}

// final reports whether the same request would get the same answer for ever:
// successes, and refusals for what the request itself says.
func final(a *store.KeptAnswer) bool {
	switch a.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		var p api.Problem
		return json.Unmarshal(a.Body, &p) == nil && !slices.Contains(momentary, p.Code)
	default:
		return a.Status < http.StatusMultipleChoices
	}
}

// repeat answers a request that was performed already.
func (s *Server) repeat(c *fiber.Ctx, r route, begun idempotency.Begun) error {
	c.Set(api.ReplayedHeader, "true")
	switch {
	case begun.Answer != nil:
		return replay(c, *begun.Answer)
	case r.once.secret:
		return fault.New("httpapi.repeat", fault.Conflict, api.CodeSecretAlreadyShown,
			"This request was performed, and its secret shown once. If it is lost, revoke what was made and make another.")
	case r.once.again == nil || len(begun.Made) == 0:
		return fault.New("httpapi.repeat", fault.Conflict, "already_performed",
			"This request was performed, and its answer is not known any more; list what there is.")
	}
	body, err := r.once.again(c.UserContext(), begun.Made)
	if err != nil {
		return err
	}
	text, err := marshal(body)
	if err != nil {
		return err
	}
	return replay(c, store.KeptAnswer{Status: r.status, ContentType: jsonType, Body: text})
}

// replay writes a kept answer. A problem names this request, not the first one:
// that is the id which the caller sees in the header.
func replay(c *fiber.Ctx, a store.KeptAnswer) error {
	var p api.Problem
	if a.Status >= http.StatusBadRequest && json.Unmarshal(a.Body, &p) == nil {
		p.RequestID = requestID(c.UserContext())
		return (&problem{Problem: p}).send(c)
	}
	c.Status(a.Status)
	c.Set(fiber.HeaderContentType, a.ContentType)
	return c.Send(a.Body)
}

func (s *Server) taskCreatedAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	all, err := s.createdAgain(ctx, made)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (s *Server) tasksCreatedAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	all, err := s.createdAgain(ctx, made)
	return api.TasksCreated{Tasks: all}, err
}

func (s *Server) createdAgain(ctx context.Context, made []uuid.UUID) ([]api.TaskCreated, error) {
	all := make([]api.TaskCreated, 0, len(made))
	for _, id := range made {
		t, err := s.services.Dispatch.Task(ctx, principalOf(ctx), id)
		if err != nil {
			return nil, err
		}
		all = append(all, api.TaskCreated{TaskID: t.ID, State: t.State, Reason: t.Reason})
	}
	return all, nil
}

func (s *Server) taskAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	t, err := s.services.Dispatch.Task(ctx, principalOf(ctx), made[0])
	t.Attempts = nil
	return t, err
}

// pipelineOfAgain answers with the pipeline of a task that was made.
func (s *Server) pipelineOfAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	t, err := s.services.Dispatch.Task(ctx, principalOf(ctx), made[0])
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(t.PipelineID)
	if err != nil {
		return nil, fault.E("httpapi.pipelineOfAgain", fault.Internal, err)
	}
	return s.services.Pipelines.Pipeline(ctx, principalOf(ctx), id)
}

func (s *Server) pipelineAgain(ctx context.Context, made []uuid.UUID) (any, error) {
	return s.services.Pipelines.Pipeline(ctx, principalOf(ctx), made[0])
}
