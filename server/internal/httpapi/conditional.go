package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// extrasOf gives what stands before the handler of a route that asks for more
// than the gate does.
func (s *Server) extrasOf(r route) []fiber.Handler {
	var chain []fiber.Handler
	if r.once != nil {
		chain = append(chain, s.performOnce(r))
	}
	if r.tagged {
		chain = append(chain, tagAnswer(r))
	}
	switch {
	case r.current != nil:
		chain = append(chain, checkUnchanged(r))
	case r.method != http.MethodGet:
		chain = append(chain, refuseCondition)
	}
	return chain
}

// extraParams describes the headers that go with them.
func extraParams(r route) []*huma.Param {
	var params []*huma.Param
	header := func(name, description string) {
		params = append(params, &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if r.once != nil {
		params = append(params, idempotencyParam())
	}
	if r.tagged {
		header(fiber.HeaderIfNoneMatch, "The ETag of an earlier answer: where nothing has changed since, the answer is 304")
	}
	if r.current != nil {
		header(fiber.HeaderIfMatch, "The ETag under which the caller knows the thing: where it has changed since, the answer is 412")
	}
	return params
}

// passing names what changes by itself in an answer about one thing, so that
// nobody who decides about the thing decides by it.
var passing = map[string][]string{
	"runners":   {"last_seen_at", "online", "activity", "busy_slots"},
	"schedules": {"next_runs", "runs", "failures"},
	"webhooks":  {"failing_since"},
	"alerts":    {"pending_since", "value", "evaluated_at", "mail_error"},
}

// tagOf gives the strong ETag of an answer: whatever changes in it changes the
// tag. What changes by itself has a second half of its own.
func tagOf(r route, body []byte) (string, error) {
	fields := passing[strings.Split(r.path, "/")[2]]
	if len(fields) == 0 {
		return `"` + digest(body) + `"`, nil
	}
	var lasting map[string]json.RawMessage
	if err := json.Unmarshal(body, &lasting); err != nil {
		return "", fmt.Errorf("read the answer of %s: %w", r.path, err)
	}
	for _, name := range fields {
		delete(lasting, name)
	}
	rest, err := json.Marshal(lasting)
	return `"` + digest(rest) + "-" + digest(body) + `"`, err
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// lastingHalf leaves of an ETag what does not change by itself.
func lastingHalf(tag string) string {
	if half, _, found := strings.Cut(tag, "-"); found {
		return half + `"`
	}
	return tag
}

// tagAnswer gives the answer of a GET its ETag, and leaves the body out where
// the client has it already.
func tagAnswer(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil || c.Response().StatusCode() != http.StatusOK {
			return err
		}
		tag, err := tagOf(r, c.Response().Body())
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderETag, tag)
		if asked := c.Get(fiber.HeaderIfNoneMatch); asked != "" && names(asked, tag, weakly) {
			c.Response().ResetBody()
			c.Response().Header.Del(fiber.HeaderContentType)
			c.Status(http.StatusNotModified)
		}
		return nil
	}
}

// names reports whether a list of ETags names tag, as far as they are compared;
// "*" names any.
func names(list, tag string, compared func(string) string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || compared(one) == compared(tag) {
			return true
		}
	}
	return false
}

// weakly compares ETags as RFC 9110 says in section 8.8.3.2.
func weakly(tag string) string { return strings.TrimPrefix(tag, "W/") }

// checkUnchanged refuses an action on something that has changed since the
// caller looked at it. What it leaves in the context lets the store judge once
// more, under its locks.
func checkUnchanged(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		asked := c.Get(fiber.HeaderIfMatch)
		id, err := uuid.Parse(c.Params("id"))
		if asked == "" || err != nil {
			return c.Next() // what is no id is the handler's to refuse
		}
		ctx, body, err := r.current(c.UserContext(), id)
		if err != nil {
			return err
		}
		text, err := marshal(body)
		if err != nil {
			return err
		}
		tag, err := tagOf(r, text)
		if err != nil {
			return err
		}
		if !names(asked, tag, lastingHalf) {
			return fault.New("httpapi.checkUnchanged", fault.Stale, api.CodeChangedMeanwhile,
				"It has changed since you looked at it. Look again, and decide anew.")
		}
		if asked != "*" {
			c.SetUserContext(ctx)
		}
		return c.Next()
	}
}

// refuseCondition refuses a condition that cannot hold, because nothing has an
// ETag there (RFC 9110, section 13.1.1): who sends one counts on its being judged.
func refuseCondition(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderIfMatch) == "" {
		return c.Next()
	}
	return fault.New("httpapi.refuseCondition", fault.Stale, codeNoETag,
		"If-Match cannot hold for this request, because nothing that it is about has an ETag. Send it without.")
}

// pinned makes a current of what a service pins.
func pinned[T any](
	pin func(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, T, error),
) func(context.Context, uuid.UUID) (context.Context, any, error) {
	return func(ctx context.Context, id uuid.UUID) (context.Context, any, error) {
		return pin(ctx, principalOf(ctx), id)
	}
}

// unchanging makes a current of something that stays what it is for as long as
// it exists.
func unchanging[T any](get func(ctx context.Context, p store.Principal, id uuid.UUID) (T, error)) func(context.Context, uuid.UUID) (context.Context, any, error) {
	return func(ctx context.Context, id uuid.UUID) (context.Context, any, error) {
		thing, err := get(ctx, principalOf(ctx), id)
		return ctx, thing, err
	}
}
