package httpapi

import (
	"crypto/sha256"
	"math"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ddap/server/internal/ratelimit"
	"ddap/shared/fault"
)

// Codes of requests that come too often.
const (
	codeRateLimited     = string(fault.RateLimited)
	codeTooManyFailures = "too_many_failed_authentications"
)

const (
	// burstSeconds is how many seconds' worth of requests may come at once.
	burstSeconds = 2
	// knownFor is for how long a credential that worked is known.
	knownFor = time.Hour
	// ipv6Network is the size of the networks that are given to one client.
	ipv6Network = 64
	// longestRetryAfter bounds what clients are told to wait, in seconds.
	longestRetryAfter = 3600
)

// throttle keeps one credential, or one address, from taking the server for
// itself. A credential that worked here within the hour is known: it is judged
// by its own rate before the database is asked, and is let through whatever
// others do from the same address, which may be that of a whole office.
type throttle struct {
	requests *ratelimit.Limiter[purse]
	failures *ratelimit.Limiter[netip.Prefix]
	// worth is how many requests in a second other servers are told of.
	worth float64
	now   func() time.Time

	mu    sync.Mutex
	known map[fingerprint]time.Time
	swept time.Time
}

// fingerprint tells credentials apart without keeping them.
type fingerprint [16]byte

func fingerprintOf(token string) (f fingerprint) {
	sum := sha256.Sum256([]byte(token))
	copy(f[:], sum[:])
	return f
}

// purse is what a token is taken from. A runner's heartbeats have one of their
// own, so that nothing else that it does can cost it its leases.
type purse struct {
	who       fingerprint
	heartbeat bool
}

func newThrottle(front Front, now func() time.Time) *throttle {
	return &throttle{
		requests: ratelimit.New[purse](front.RateLimit, int(math.Ceil(front.RateLimit*burstSeconds)), now),
		failures: ratelimit.New[netip.Prefix](float64(front.AuthFailures)/time.Minute.Seconds(), front.AuthFailures, now),
		worth:    front.RateLimit / worthSharing,
		now:      now, known: map[fingerprint]time.Time{}, swept: now(),
	}
}

// enter judges a request before its credential is looked up.
func (l *throttle) enter(p purse, from netip.Addr) error {
	if l.isKnown(p.who) {
		return l.spend(p)
	}
	if wait, exhausted := l.failures.Exhausted(network(from)); exhausted {
		return tooMany(codeTooManyFailures, "Too many credentials from your address were not valid. Check yours, and try again later.", wait)
	}
	return nil
}

// entered notes how the credential was judged, and counts the request of one
// that was not known.
func (l *throttle) entered(p purse, from netip.Addr, err error) error {
	switch {
	case fault.Is(err, fault.Unauthenticated):
		l.forget(p.who)
		l.failures.Take(network(from))
		return err
	case err != nil:
		return err
	case l.remember(p.who):
		return l.spend(p)
	default:
		return nil
	}
}

func (l *throttle) spend(p purse) error {
	if wait, ok := l.requests.Take(p); !ok {
		return tooMany(codeRateLimited, "This credential makes too many requests. Wait for the seconds that Retry-After says, and then go on.", wait)
	}
	return nil
}

func (l *throttle) isKnown(who fingerprint) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen, found := l.known[who]
	return found && l.now().Sub(seen) < knownFor
}

// remember makes a credential known, and reports whether it was not before.
func (l *throttle) remember(who fingerprint) (isNew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.swept) >= knownFor/4 {
		l.swept = now
		for other, seen := range l.known {
			if now.Sub(seen) >= knownFor {
				delete(l.known, other)
			}
		}
	}
	seen, found := l.known[who]
	l.known[who] = now
	return !found || now.Sub(seen) >= knownFor
}

func (l *throttle) forget(who fingerprint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, who)
}

// network gives what counts as one address: of IPv6, a client has a whole network.
func network(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = ipv6Network
	}
	prefix, _ := a.Prefix(bits)
	return prefix
}

func tooMany(code, detail string, wait time.Duration) *problem {
	p := newProblem(http.StatusTooManyRequests, code, detail)
	p.retryAfter = int(math.Ceil(min(max(wait.Seconds(), 1), longestRetryAfter)))
	return p
}

// heartbeats are the requests by which a runner keeps what it holds and gets more.
var heartbeats = map[string]bool{
	"POST /v1/ping": true, "POST /ping": true, "POST /v1/claim": true,
	"GET /v1/tasks": true, "GET /tasks": true, // a claim, for a runner
}

func purseOf(c *fiber.Ctx, token string) purse {
	return purse{who: fingerprintOf(token), heartbeat: heartbeats[c.Method()+" "+c.Route().Path]}
}
