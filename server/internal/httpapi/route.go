package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// route describes one operation of the API.
type route struct {
	method, path string
	// id is the operation's stable name in the OpenAPI document.
	id          string
	tag         string
	summary     string
	description string
	// status is that of a success; 200 when zero.
	status int
	// responses, where set, describe what huma cannot derive.
	responses map[string]*huma.Response
	// request, where set, describes a body that the handler checks by itself.
	request *huma.Schema
	// once, where set, makes the route take an Idempotency-Key.
	once *once
	// tagged makes a GET answer with an ETag, and with 304 where If-None-Match has it.
	tagged bool
	// current, where set, makes the route take If-Match: it gives what a GET of
	// the thing would answer now.
	current func(ctx context.Context, id uuid.UUID) (context.Context, any, error)
}

// withBody is the input of a request that has a body and nothing else.
type withBody[T any] struct {
	Body T
}

// withID is the input of a request on one thing.
type withID struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

// out is the answer of most requests: a body.
type out[T any] struct {
	Body T
}

// answer passes on what a service gave.
func answer[T any](body T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{Body: body}, nil
}

// Wait is the query parameter of a long poll. It is exported because huma does
// not look into embedded types that are not.
type Wait struct {
	Seconds int `query:"wait" minimum:"0" maximum:"60" doc:"Answer only when there is something to say, or after this many seconds"`
}

func (w Wait) duration() time.Duration { return time.Duration(w.Seconds) * time.Second }

const (
	metaRegistry = "registry"
	// metaOrder is the place of an operation in the reference.
	metaOrder = "order"
	// extAccess tells readers of the OpenAPI document who may use an operation.
	extAccess = "x-access"
	// extAlias names the other path of an operation that answers at two.
	extAlias = "x-also-at"
)

// add registers a route, twice where it answers without the version as well.
func add[I, O any](s *Server, r route, handle func(context.Context, *I) (*O, error)) {
	for _, path := range r.paths() {
		huma.Register(s.api, s.operation(r, path), func(ctx context.Context, in *I) (*O, error) {
			o, err := handle(ctx, in)
			if err != nil {
				return nil, problemOf(ctx, s.log, err)
			}
			return o, nil
		})
	}
}

func (r route) paths() []string {
	if slices.Contains(atRoot, r.method+" "+r.path) {
		return []string{r.path, strings.TrimPrefix(r.path, version)}
	}
	return []string{r.path}
}

func (s *Server) operation(r route, path string) huma.Operation {
	rule := accessTo(r.method, r.path)
	s.described++
	s.extras[r.method+" "+path] = s.extrasOf(r)
	op := huma.Operation{
		Method: r.method, Path: path, OperationID: r.id, Tags: []string{r.tag},
		Summary: r.summary, Description: r.description, DefaultStatus: r.status, Responses: cloneResponses(r.responses),
		// readBody has read and bounded the body before huma sees it, with a
		// deadline that moves along; huma's own would be one more, fixed.
		MaxBodyBytes: api.MaxBodyBytes + 1, BodyReadTimeout: -1,
		Metadata:    map[string]any{metaRegistry: s.api.OpenAPI().Components.Schemas, metaOrder: s.described},
		Middlewares: huma.Middlewares{s.refuseUnknownQuery},
		Extensions:  map[string]any{extAccess: rule.describe()},
		Security:    rule.security(),
	}
	op.Parameters = extraParams(r)
	if r.request != nil {
		op.SkipValidateBody = true
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{jsonType: {Schema: r.request}}}
	}
	if paths := r.paths(); len(paths) > 1 {
		op.Extensions[extAlias] = paths[0]
		if path == r.path {
			op.Extensions[extAlias] = paths[1]
		} else {
			op.OperationID += "-root"
		}
	}
	return op
}

func cloneResponses(in map[string]*huma.Response) map[string]*huma.Response {
	out := map[string]*huma.Response{}
	for status, response := range in {
		copied := *response
		out[status] = &copied
	}
	return out
}

// refuseUnknownQuery makes a mistyped parameter of a person's request an
// error. Runners' are ignored: a newer one may know more.
func (s *Server) refuseUnknownQuery(ctx huma.Context, next func(huma.Context)) {
	var known []string
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" {
			known = append(known, p.Name)
		}
	}
	var wrong []fault.Field
	if isPerson(principalOf(ctx.Context())) {
		u := ctx.URL()
		for name := range u.Query() {
			if !slices.Contains(known, name) {
				wrong = append(wrong, operation.UnknownName("query."+name, "parameter", name, known))
			}
		}
	}
	if len(wrong) == 0 {
		next(ctx)
		return
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	p := problemOf(ctx.Context(), s.log, fault.BadFields("httpapi.refuseUnknownQuery", codeInvalidRequest, wrong...))
	_ = huma.WriteErr(s.api, ctx, p.Status, p.Detail, p)
}

// unknownQuery names the parameters of a person's request that a route does not
// know, for routes that huma does not decode.
func unknownQuery(c *fiber.Ctx, known ...string) (wrong []fault.Field) {
	if !isPerson(principalOf(c.UserContext())) {
		return nil
	}
	for name := range c.Queries() {
		if !slices.Contains(known, name) {
			wrong = append(wrong, operation.UnknownName("query."+name, "parameter", name, known))
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return wrong
}

// bodyGate reads the body of every route that huma decodes.
type bodyGate struct{ gate }

// Add registers a handler behind the gate, with its body in memory.
func (g bodyGate) Add(method, path string, handlers ...fiber.Handler) fiber.Router {
	chain := append([]fiber.Handler{g.server.readBody}, g.server.extras[method+" "+withBraces(path)]...)
	return g.gate.Add(method, path, append(chain, handlers...)...)
}

// describe says in words who may use a route.
func (a access) describe() string {
	if a.public {
		return "anyone, without a credential"
	}
	return strings.TrimPrefix(a.wanted(), "it takes ")
}

// security names the kinds of credentials for the OpenAPI document.
func (a access) security() []map[string][]string {
	kinds := []map[string][]string{}
	for name, allowed := range map[string]bool{schemeKey: a.role != "", schemeRunner: a.runner, schemeEnrolment: a.enrolment} {
		if allowed {
			kinds = append(kinds, map[string][]string{name: {}})
		}
	}
	slices.SortFunc(kinds, func(x, y map[string][]string) int { return strings.Compare(firstKey(x), firstKey(y)) })
	return kinds
}

func firstKey(m map[string][]string) string {
	for k := range m {
		return k
	}
	return ""
}

// noHead lists what answers no HEAD, because its GET hands out work.
var noHead = []string{"/v1/tasks", "/tasks"}

func answersHead(method, path string) bool {
	return method == http.MethodGet && !slices.Contains(noHead, path)
}
