package httpapi

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ddap/server/internal/origin"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// gate is the only way to register a route. It puts the checks that hold
// everywhere before the handler: the credential, the role, and the size of the
// body; so a handler runs only for those whom the table of routes lets in.
type gate struct {
	fiber.Router
	server *Server
}

// Add registers a handler for a path in fiber's form ("/tasks/:id"), for HEAD
// as well where it is a GET.
func (g gate) Add(method, path string, handlers ...fiber.Handler) fiber.Router {
	rule := accessTo(method, withBraces(path))
	chain := append([]fiber.Handler{g.server.admit(rule)}, handlers...)
	g.Router.Add(method, path, chain...)
	if answersHead(method, path) {
		g.Router.Add(fiber.MethodHead, path, chain...)
	}
	return g
}

// withBraces writes a path of fiber in the form of OpenAPI.
func withBraces(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// admit authenticates before anything of the body is read, so that a stranger
// cannot make the server keep megabytes.
func (s *Server) admit(rule access) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if rule.public {
			return c.Next()
		}
		ctx := c.UserContext()
		principal, err := s.authenticate(ctx, c)
		if err != nil {
			return err
		}
		ctx = context.WithValue(ctx, principalKey{}, principal)
		c.SetUserContext(ctx) // the log names whom the rule refuses
		if err := rule.check(principal); err != nil {
			return err
		}
		ctx = store.WithActor(ctx, store.Actor{Principal: principal, Address: origin.Of(ctx).Address.String(), RequestID: requestID(ctx)})
		if waits(c) {
			var stop func()
			ctx, stop = s.hangups.watch(ctx, c.Context().Conn())
			defer stop()
		}
		c.SetUserContext(ctx)
		return c.Next()
	}
}

type principalKey struct{}

// principalOf gives who asks; the zero Principal on public routes.
func principalOf(ctx context.Context) store.Principal {
	p, _ := ctx.Value(principalKey{}).(store.Principal)
	return p
}

func (s *Server) authenticate(ctx context.Context, c *fiber.Ctx) (store.Principal, error) {
	token, err := tokenOf(c)
	if err != nil {
		return store.Principal{}, err
	}
	purse, from := purseOf(c, token), origin.Of(ctx).Address
	if err := s.limits.enter(purse, from); err != nil {
		return store.Principal{}, err
	}
	principal, err := s.services.Registry.Authenticate(ctx, token)
	if err := s.limits.entered(purse, from, err); err != nil {
		return store.Principal{}, err
	}
	if header := c.Get(api.ActingUserHeader); header != "" {
		principal.ActingUser, err = actingUser(principal, header)
	}
	return principal, err
}

// isPerson reports whether p is a person or a program of one: it made a mistake
// where it says what the server does not know, and a newer runner did not.
func isPerson(p store.Principal) bool {
	return p.Kind == credential.Key || p.Kind == credential.Session
}

// tokenOf takes the credential from either header; two different ones are an
// error, because one of them would be ignored without notice.
func tokenOf(c *fiber.Ctx) (string, error) {
	const op = "httpapi.tokenOf"
	scheme, bearer, _ := strings.Cut(strings.TrimSpace(c.Get(fiber.HeaderAuthorization)), " ")
	bearer, key := strings.TrimSpace(bearer), strings.TrimSpace(c.Get(api.KeyHeader))
	switch {
	case scheme != "" && !strings.EqualFold(scheme, "Bearer"):
		return "", fault.New(op, fault.Unauthenticated, codeNoCredential, "The Authorization header must be: Bearer CREDENTIAL.")
	case bearer != "" && key != "" && bearer != key:
		return "", fault.New(op, fault.Unauthenticated, codeNoCredential, "The Authorization and %s headers name two different credentials; send one.", api.KeyHeader)
	case bearer != "":
		return bearer, nil
	case key != "":
		return key, nil
	default:
		return "", fault.New(op, fault.Unauthenticated, codeNoCredential, "A credential is needed: send Authorization: Bearer CREDENTIAL, or %s.", api.KeyHeader)
	}
}

// Limits of an acting user's two parts, in bytes.
const (
	maxActingID   = 200
	maxActingName = 200
)

// actingUser judges the header by which a delegating key names the person for
// whom it acts. It gives "ID;DISPLAY NAME", or nothing where the header is absent.
func actingUser(p store.Principal, header string) (string, error) {
	const op = "httpapi.actingUser"
	header = strings.TrimSpace(header)
	if header == "" {
		return "", nil
	}
	if p.Kind != credential.Key || !p.Delegate {
		return "", fault.New(op, fault.Forbidden, codeNotDelegate, "This credential may not act for other people; %s takes a key that was made with delegate.", api.ActingUserHeader)
	}
	id, name, _ := strings.Cut(header, ";")
	id, name = strings.TrimSpace(id), strings.TrimSpace(name)
	if id == "" || name == "" || len(id) > maxActingID || len(name) > maxActingName || !printable(header) {
		return "", fault.New(op, fault.Invalid, codeInvalidRequest, "%s must be ID;DISPLAY NAME, each of at most %d bytes of printable UTF-8.", api.ActingUserHeader, maxActingName)
	}
	return id + ";" + name, nil
}
