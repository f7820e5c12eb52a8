package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"ddap/shared/api"
)

// Grants gives the routes that a grant opens.
func Grants() map[string]api.Grant {
	out := map[string]api.Grant{}
	for route, a := range routes {
		if a.grant != "" {
			out[route] = a.grant
		}
	}
	return out
}

// RouteTable lists every route of the table, as "METHOD /path/{parameter}", with
// those that answer at the root.
func RouteTable() []string {
	var all []string
	for key := range routes {
		all = append(all, key)
	}
	for _, key := range atRoot {
		all = append(all, atRootKey(key))
	}
	return all
}

// described is a server of which only the description is used.
var described = sync.OnceValue(func() *Server { return New(Services{}, slog.New(slog.DiscardHandler)) })

// Operation is an operation of the OpenAPI document.
type Operation struct{ Method, Path, ID, Access string }

// Operations lists every operation of the OpenAPI document.
func Operations() []Operation {
	var all []Operation
	for path, item := range described().api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			all = append(all, Operation{op.Method, path, op.OperationID, fmt.Sprint(op.Extensions[extAccess])})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// TakeIfMatch lists the operations that take If-Match, as RouteTable writes them.
func TakeIfMatch() []string {
	var all []string
	for path, item := range described().api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			if slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == fiber.HeaderIfMatch }) {
				all = append(all, op.Method+" "+path)
			}
		}
	}
	return all
}

// RequestOf gives the body and the query that the reference shows for an operation.
func RequestOf(id string) (body, query string) {
	id = strings.TrimSuffix(id, "-root")
	return exampleBodies[id], exampleQuery[id]
}

// CheckAnswer holds an answer to what the OpenAPI document says of it. Paths that
// are no operation are not described, and answer with problems.
func CheckAnswer(method, path string, status int, mediaType string, body []byte) error {
	path, _, _ = strings.Cut(path, "?")
	responses := map[string]*huma.Response{}
	for pattern, item := range described().api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			if op.Method == method && fits(pattern, path) {
				responses = op.Responses
			}
		}
	}
	if status == http.StatusNotModified || status == http.StatusNoContent || len(body) == 0 && status < http.StatusBadRequest {
		if len(body) > 0 {
			return fmt.Errorf("%d has a body", status)
		}
		return nil
	}
	if status == http.StatusPartialContent {
		status = http.StatusOK
	}
	response := responses[strconv.Itoa(status)]
	if response == nil && status < http.StatusBadRequest && len(responses) > 0 {
		return fmt.Errorf("the status %d is not described", status)
	}
	var schema *huma.Schema
	switch {
	case response == nil && status >= http.StatusBadRequest:
		schema, mediaType = described().schemaOf(api.Problem{}), strings.TrimSuffix(mediaType, api.ProblemContentType)
		if mediaType != "" {
			return fmt.Errorf("a problem has the media type %q", mediaType)
		}
	case response == nil || response.Content[jsonType] == nil:
		return nil // a page, or a file
	default:
		schema = response.Content[jsonType].Schema
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	var found huma.ValidateResult
	huma.Validate(described().api.OpenAPI().Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, &found)
	return errors.Join(found.Errors...)
}

// fits reports whether a path is one of a pattern with {parameters}.
func fits(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(want, have string) bool { return want == have || strings.HasPrefix(want, "{") })
}
