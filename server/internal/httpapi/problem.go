package httpapi

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Codes of problems that the HTTP layer finds by itself.
const (
	codeInvalidRequest   = "invalid_request"
	codeNoETag           = "no_etag"
	codeMalformedJSON    = "malformed_json"
	codeRouteNotFound    = "route_not_found"
	codeMethodNotAllowed = "method_not_allowed"
	codeMediaType        = "unsupported_media_type"
	codeRequestTimeout   = "request_timeout"
	codeWrongCredential  = "wrong_credential"
	codeRoleTooWeak      = "role_too_weak"
	codeNoCredential     = "credential_missing"
	codeNotDelegate      = "not_a_delegate"
	codeWrongRunner      = "wrong_runner"
)

// retryAfterSeconds is what clients are told to wait when the database is away.
const retryAfterSeconds = "2"

// problem is an api.Problem in the form in which huma answers with it.
type problem struct {
	api.Problem
	// retryAfter is after how many seconds the same request may succeed; 0 where
	// that is not known.
	retryAfter int
}

func (p *problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType makes huma answer with the media type of problems.
func (p *problem) ContentType(string) string { return api.ProblemContentType }

func newProblem(status int, code, detail string) *problem {
	return &problem{Problem: api.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail,
	}}
}

// problemOf tells people what they can do about an error. What only operators
// can use stays in the log, under the same request id.
func problemOf(ctx context.Context, log *slog.Logger, err error) *problem {
	if done, ok := errors.AsType[*problem](err); ok {
		done.RequestID = requestID(ctx)
		return done
	}
	kind := fault.KindOf(err)
	p := newProblem(kind.HTTPStatus(), fault.CodeOf(err), "")
	p.RequestID = requestID(ctx)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		p.explain(f.Message, f.Fields)
	}
	switch {
	case kind == fault.Internal:
		p.Detail, p.Errors, p.Code = "Something went wrong on the server. Its log says more under this request_id.", nil, string(kind)
		log.ErrorContext(ctx, "request failed", logkey.Error, err)
	case kind == fault.Unavailable:
		p.Detail = cmp.Or(p.Detail, "The server cannot answer right now. Try again in a moment.")
		log.WarnContext(ctx, "request could not be served", logkey.Error, err)
	case p.Detail == "":
		p.Detail = p.Title
	}
	return p
}

// GetHeaders makes huma send the headers that go with a problem.
func (p *problem) GetHeaders() http.Header {
	header := http.Header{}
	p.addHeaders(header.Set)
	return header
}

// send writes a problem for errors that huma never sees.
func (p *problem) send(c *fiber.Ctx) error {
	p.addHeaders(c.Set)
	c.Status(p.Status)
	// Not c.JSON: it would set the plain JSON media type.
	c.Set(fiber.HeaderContentType, api.ProblemContentType)
	text, err := marshal(p.Problem)
	if err != nil {
		return err
	}
	return c.Send(text)
}

func (p *problem) addHeaders(set func(name, value string)) {
	addProblemHeaders(p.Status, set)
	if p.retryAfter > 0 {
		set(fiber.HeaderRetryAfter, strconv.Itoa(p.retryAfter))
	}
}

func addProblemHeaders(status int, set func(name, value string)) {
	switch status {
	case http.StatusUnauthorized:
		set(fiber.HeaderWWWAuthenticate, `Bearer realm="ddap"`)
	case http.StatusServiceUnavailable:
		set(fiber.HeaderRetryAfter, retryAfterSeconds)
	}
}

// humaProblem gives huma's own findings (parameters and bodies that do not fit
// the schema) the form that all problems have.
func humaProblem(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
	for _, err := range errs {
		if done, ok := errors.AsType[*problem](err); ok {
			return done
		}
	}
	p := newProblem(status, codeFor(status), sentenceFor(status, message))
	if ctx != nil {
		p.RequestID = requestID(ctx.Context())
		addProblemHeaders(status, ctx.SetHeader)
	}
	if status == http.StatusUnsupportedMediaType {
		return p // its sentence says it all
	}
	var fields []fault.Field
	for _, err := range firstFound(errs) {
		fields = append(fields, fieldOf(ctx, err))
	}
	if len(fields) > 0 && status < http.StatusInternalServerError {
		p.explain(fault.BadFields("", "", fields...).Message, fields)
	}
	if status == http.StatusBadRequest {
		p.blameBody()
	}
	return p
}

// explain says what is wrong, in no more words than somebody will read.
func (p *problem) explain(message string, fields []fault.Field) {
	kept, cut := concise(fields)
	if cut {
		message = fault.BadFields("", "", kept[:min(len(kept), 3)]...).Message + "; and more"
	}
	p.Detail, p.Errors = shorten(sentence(message), maxFields*maxMessage), kept
}

// blameBody tells bodies that are no JSON from JSON that no field takes.
func (p *problem) blameBody() {
	switch {
	case len(p.Errors) == 1 && p.Errors[0].Path == wholeBody:
		p.Code, p.Detail, p.Errors = codeMalformedJSON, "The body "+p.Errors[0].Message+".", nil
	case len(p.Errors) > 0:
		p.Status, p.Title = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity)
	}
}

func codeFor(status int) string {
	switch status {
	case http.StatusNotFound:
		return codeRouteNotFound
	case http.StatusMethodNotAllowed:
		return codeMethodNotAllowed
	case http.StatusUnsupportedMediaType:
		return codeMediaType
	case http.StatusRequestEntityTooLarge:
		return api.CodeTooLarge
	case http.StatusRequestTimeout:
		return codeRequestTimeout
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return codeInvalidRequest
	default:
		return string(fault.KindFromHTTP(status))
	}
}

func sentenceFor(status int, fallback string) string {
	switch status {
	case http.StatusNotFound:
		return "There is no such address. The API is described at /docs."
	case http.StatusMethodNotAllowed:
		return "This address does not take this method; the Allow header lists those that it takes."
	case http.StatusUnsupportedMediaType:
		return "The body must be JSON, with Content-Type: application/json and no Content-Encoding."
	case http.StatusRequestEntityTooLarge:
		return "The body is too large; at most 16 MiB are taken in one request."
	case http.StatusRequestTimeout:
		return "The request arrived too slowly and was given up."
	case http.StatusRequestHeaderFieldsTooLarge:
		return "The request's headers are too large."
	case http.StatusInternalServerError:
		return "Something went wrong on the server. Its log says more under this request_id."
	default:
		return sentence(fallback)
	}
}
