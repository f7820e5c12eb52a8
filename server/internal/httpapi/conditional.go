package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
		chain = append(chain, tagAnswer)
	}
	if r.current != nil {
		chain = append(chain, s.checkUnchanged(r))
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

// tagOf gives the strong ETag of an answer: whatever changes in it changes the tag.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// tagAnswer gives the answer of a GET its ETag, and leaves the body out where
// the client has it already.
func tagAnswer(c *fiber.Ctx) error {
	if err := c.Next(); err != nil || c.Response().StatusCode() != http.StatusOK {
		return err
	}
	tag := tagOf(c.Response().Body())
	c.Set(fiber.HeaderETag, tag)
	if asked := c.Get(fiber.HeaderIfNoneMatch); asked != "" && names(asked, tag, true) {
		c.Response().ResetBody()
		c.Response().Header.Del(fiber.HeaderContentType)
		c.Status(http.StatusNotModified)
	}
	return nil
}

// names reports whether a list of ETags names tag; "*" names any. A weak tag
// counts only where weak is set (RFC 9110, section 8.8.3.2).
func names(list, tag string, weak bool) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if weak {
			one = strings.TrimPrefix(one, "W/")
		}
		if one == "*" || one == tag {
			return true
		}
	}
	return false
}

// checkUnchanged refuses an action on something that has changed since the
// caller looked at it. What it leaves in the context lets the store judge once
// more, under its locks.
func (s *Server) checkUnchanged(r route) fiber.Handler {
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
		if !names(asked, tagOf(text), false) {
			return fault.New("httpapi.checkUnchanged", fault.Stale, api.CodeChangedMeanwhile,
				"It has changed since you looked at it. Look again, and decide anew.")
		}
		if asked != "*" {
			c.SetUserContext(ctx)
		}
		return c.Next()
	}
}

// pinned makes a current of what a service pins.
func pinned[T any](
	pin func(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, T, error),
) func(context.Context, uuid.UUID) (context.Context, any, error) {
	return func(ctx context.Context, id uuid.UUID) (context.Context, any, error) {
		return pin(ctx, principalOf(ctx), id)
	}
}
