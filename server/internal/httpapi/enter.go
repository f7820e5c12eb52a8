package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"ddap/server/internal/origin"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// enter is the outermost handler: it names the request, bounds its body, turns
// errors and panics into problems, and logs the outcome.
func (s *Server) enter(c *fiber.Ctx) error {
	start := time.Now()
	end := s.begin(c, s.name(c))
	protect(c)
	keepBody(c)
	if err := s.next(c); err != nil {
		if err := s.fail(c, err); err != nil {
			return err
		}
	}
	drain(c)
	s.finish(c, start, end)
	return nil
}

// next runs the route and catches its panics.
func (s *Server) next(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.E("httpapi.next", fault.Internal, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	if strings.Contains(string(c.Request().RequestURI()), "%00") {
		return newProblem(http.StatusBadRequest, codeInvalidRequest, "The address must not contain the character U+0000.")
	}
	return c.Next()
}

// protect sets the headers that keep browsers from making anything of an
// answer but data. Pages that are meant to be looked at relax them.
func protect(c *fiber.Ctx) {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	// Answers depend on the credential, and some carry secrets.
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// fail answers with the problem that an error stands for.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	if known, ok := errors.AsType[*fiber.Error](err); ok {
		err = newProblem(known.Code, codeFor(known.Code), sentenceFor(known.Code, "The request is not well-formed HTTP."))
	}
	// What is hardly HTTP comes here without having entered.
	if requestID(c.UserContext()) == "" {
		s.name(c)
	}
	p := problemOf(c.UserContext(), s.log, err)
	c.Locals(problemCode, p.Code)
	// What was written before is no part of the answer; headers stay.
	c.Response().ResetBody()
	return p.send(c)
}

// refuseUnknownMethods answers methods that HTTP does not know, which fiber
// answers with plain text.
func refuseUnknownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		for _, method := range fiber.DefaultMethods {
			if string(ctx.Method()) == method {
				next(ctx)
				return
			}
		}
		p := newProblem(http.StatusNotImplemented, "method_unknown", "The server does not know this HTTP method.")
		p.RequestID = uuid.Must(uuid.NewV7()).String()
		text, _ := marshal(p.Problem)
		ctx.Response.SetStatusCode(p.Status)
		ctx.Response.Header.SetContentType(api.ProblemContentType)
		ctx.Response.Header.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		ctx.Response.Header.Set(api.RequestIDHeader, p.RequestID)
		ctx.Response.SetBody(text)
		ctx.SetConnectionClose()
	}
}

// requestID gives the id under which a request is logged.
func requestID(ctx context.Context) string { return origin.Of(ctx).RequestID }
