package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ddap/server/internal/origin"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/logkey"
)

// Front is how the server meets its clients, before any route. The zero Front
// trusts no proxy, limits nobody, and tells nobody.
type Front struct {
	// Proxies are believed who the client is.
	Proxies origin.Proxies
	// Secure says that the listener speaks TLS.
	Secure bool
	// RateLimit is how many requests a second one credential may make, and
	// AuthFailures how often a minute one address may fail to show a valid one;
	// zero for any number.
	RateLimit    float64
	AuthFailures int
	// Done, where set, is told of each request: the pattern of its route, and
	// whether it asked the server to wait.
	Done func(method, route string, status int, took time.Duration, waited bool)
	// Refused, where set, is told why a request was refused: one of Refusals.
	Refused func(reason string)
	// Trace, where set, begins the span of a request, and ends it with the
	// function that it gives. header looks up what a trusted proxy sent.
	Trace func(ctx context.Context, method, requestID string, header func(name string) string) (context.Context, func(route string, status int))
}

// Headers that count only where a trusted proxy sent them.
const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
)

// originOf tells where a request comes from.
func (s *Server) originOf(c *fiber.Ctx) origin.Origin {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	from := origin.Origin{Address: origin.Plain(peer), Secure: s.front.Secure}
	if from.Proxied = s.front.Proxies.Trust(from.Address); from.Proxied {
		// A client may send the header as well: what the proxy added is the last of it.
		var entries []string
		for _, value := range c.Request().Header.PeekAll(forwardedFor) {
			entries = append(entries, string(value))
		}
		from.Address = s.front.Proxies.Client(from.Address, strings.Join(entries, ","))
		if proto := c.Get(forwardedProto); proto != "" {
			last := strings.TrimSpace(proto[strings.LastIndexByte(proto, ',')+1:])
			from.Secure = strings.EqualFold(last, "https")
		}
		if id := c.Get(api.RequestIDHeader); origin.WellFormed(id) {
			from.RequestID = id
		}
	}
	if from.RequestID == "" {
		from.RequestID = uuid.Must(uuid.NewV7()).String()
	}
	return from
}

// name gives the request its id, in its context and in the answer.
func (s *Server) name(c *fiber.Ctx) origin.Origin {
	from := s.originOf(c)
	c.SetUserContext(origin.With(c.UserContext(), from))
	c.Set(api.RequestIDHeader, from.RequestID)
	return from
}

// begin opens the request's span, where there are traces.
func (s *Server) begin(c *fiber.Ctx, from origin.Origin) (end func(route string, status int)) {
	if s.front.Trace == nil {
		return func(string, int) {}
	}
	var header func(string) string
	if from.Proxied {
		header = func(name string) string { return c.Get(name) }
	}
	ctx, end := s.front.Trace(c.UserContext(), c.Method(), from.RequestID, header)
	c.SetUserContext(ctx)
	return end
}

// finish tells of a request that has been answered.
func (s *Server) finish(c *fiber.Ctx, start time.Time, end func(route string, status int)) {
	route, status, took := routeOf(c), c.Response().StatusCode(), time.Since(start)
	end(route, status)
	if s.front.Done != nil {
		s.front.Done(c.Method(), route, status, took, waits(c))
	}
	s.tellRefusal(c, status)
	s.logAccess(c, route, status, took)
}

// logAccess writes the line of a request: who asked for what, and what came of
// it. What runners and probes do all the time, and with success, is there for
// who debugs; thousands of runners would fill every disk with it.
func (s *Server) logAccess(c *fiber.Ctx, route string, status int, took time.Duration) {
	ctx := c.UserContext()
	p, from := principalOf(ctx), origin.Of(ctx)
	log := s.log.InfoContext
	if status < http.StatusBadRequest && (p.Kind == credential.Runner || route == "/healthz" || route == "/readyz") {
		log = s.log.DebugContext
	}
	attrs := []any{
		logkey.Method, c.Method(), logkey.Route, route, logkey.Status, status, logkey.Elapsed, took.Milliseconds(),
		logkey.Address, from.Address.String(), logkey.Scheme, scheme(from),
	}
	if p.Kind != "" {
		attrs = append(attrs, logkey.Kind, string(p.Kind), logkey.Credential, p.ID.String())
	}
	log(ctx, "request", attrs...)
}

func scheme(from origin.Origin) string {
	if from.Secure {
		return "https"
	}
	return "http"
}

// unmatched stands for every address that is no route.
const unmatched = "unmatched"

// routeOf gives the pattern of the route that answered, as the API's
// description writes it. It is bounded, which addresses are not.
func routeOf(c *fiber.Ctx) string {
	r := c.Route()
	// What no route answers ends at the handler that is before all routes.
	if r.Path == "/" && c.Path() != "/" || r.Path == "" {
		return unmatched
	}
	return withBraces(r.Path)
}

// waits reports whether a request asked to be answered later.
func waits(c *fiber.Ctx) bool {
	seconds := c.Query("wait")
	return seconds != "" && seconds != "0"
}
